package main

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func (p *cli) configCommand() *cobra.Command {
	var expert bool
	c := &cobra.Command{
		Use: "config", Short: "Print every setting and where it comes from", Args: cobra.NoArgs,
		Long: `Print every setting as the server would find it, and where it comes from: a
flag, the environment, the settings file, or the default. Secrets are hidden.

A setting named log-level is the flag --log-level, RSVPP_LOG_LEVEL in the
environment, and the line "log-level = debug" in the settings file. A secret
may also be kept in a file that RSVPP_SEAL_KEY_FILE (and so on) names.`,
	}
	found := p.settingsOf(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&expert, "expert", false, "also those that hardly anybody needs")
	c.RunE = p.does(func(context.Context, []string) error {
		_, faults := found.read()
		return errors.Join(p.printSettings(found.table, expert), faults)
	})
	return c
}

// shownSetting is a setting as printed.
type shownSetting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
	Usage  string `json:"usage"`
}

func (p *cli) printSettings(all []*setting, expert bool) error {
	shown := []shownSetting{}
	for _, t := range all {
		if expert || !t.expert || t.source != "default" {
			shown = append(shown, shownSetting{t.name, t.shown(), t.source, t.usage})
		}
	}
	if p.json {
		return p.printJSON(shown)
	}
	out := &table{header: []string{"SETTING", "VALUE", "FROM", "WHAT IT IS"}}
	for _, s := range shown {
		out.add(s.Name, s.Value, s.Source, s.Usage)
	}
	return out.write(p.out)
}

const hidden = "(hidden)"

// shown is the value without what must not be seen. A database's address is
// shown without its password: it is most of what one wants to know.
func (t *setting) shown() string {
	if !t.secret || t.current == "" {
		return t.current
	}
	if t.name != "database" {
		return hidden
	}
	if !strings.Contains(t.current, "://") && !strings.Contains(t.current, "=") {
		return t.current // the path of a file
	}
	u, err := url.Parse(t.current)
	if err != nil || u.Host == "" || u.RawQuery != "" && strings.Contains(strings.ToLower(u.RawQuery), "pass") {
		return hidden
	}
	return u.Redacted()
}
