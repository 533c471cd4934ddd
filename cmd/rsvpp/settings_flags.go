package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settingsFlags puts every setting on a command's line.
type settingsFlags struct {
	p      *cli
	table  []*setting
	values map[string]*string
	flags  *pflag.FlagSet
	file   string
}

// settingsOf adds the settings to a command. Expert ones are not in its help;
// `rsvpp config --expert` shows them.
func (p *cli) settingsOf(c *cobra.Command) *settingsFlags {
	f := &settingsFlags{p: p, table: settingTable(), values: map[string]*string{}, flags: c.Flags()}
	c.Flags().StringVar(&f.file, "config", "", "settings file with lines of name = value (or RSVPP_CONFIG)")
	for _, t := range f.table {
		f.values[t.name] = c.Flags().String(t.name, t.value, t.usage)
		c.Flags().Lookup(t.name).Hidden = t.expert
	}
	return f
}

// read finds all settings: flag before environment before file before default.
func (f *settingsFlags) read() (settings, error) {
	given := map[string]string{}
	for name, value := range f.values {
		if f.flags.Changed(name) {
			given[name] = *value
		}
	}
	file, err := f.readFile()
	s, faults := resolve(f.table, given, f.p.env, file, f.p.readFile)
	if err := errors.Join(err, faults); err != nil {
		return s, usageError{err}
	}
	return s, nil
}

func (f *settingsFlags) readFile() (map[string]string, error) {
	name := f.file
	if name == "" {
		name, _ = f.p.env("RSVPP_CONFIG")
	}
	if name == "" {
		return map[string]string{}, nil
	}
	text, err := f.p.readFile(name)
	if err != nil {
		return map[string]string{}, fmt.Errorf("the settings file cannot be read: %w", err)
	}
	return parseSettings(text)
}
