package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/internal/store"
)

func (p *cli) exportCommand() *cobra.Command {
	var noPeople bool
	c := &cobra.Command{
		Use: "export FILE", Short: "Write settings and data without secrets, for support", Args: cobra.ExactArgs(1),
		Long: `Write what the database holds, one JSON object per line, to a file that is not
there yet ("-" for the standard output). Content tokens, invite codes, passwords,
keys and their hashes are left out; people are in it, unless --no-people is
given. It reads the database itself: run it with the server's settings. It is
not a backup: there is no way back.`,
	}
	c.Flags().BoolVar(&noPeople, "no-people", false, "leave out people, invitations, administrators and the history")
	found := p.settingsOf(c)
	c.RunE = p.does(func(ctx context.Context, args []string) error {
		s, err := found.read()
		if err != nil {
			return err
		}
		db, err := store.Open(ctx, s.database, time.Now, uuid.NewString)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }() // nothing was written
		return p.exportTo(ctx, db, args[0], !noPeople)
	})
	return c
}

func (p *cli) exportTo(ctx context.Context, db *store.DB, name string, people bool) error {
	if name == "-" {
		return export(ctx, db, p.out, people)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return sayf(err, "The file %s cannot be made: is it there already?", name)
	}
	return errors.Join(export(ctx, db, f, people), f.Close())
}

// exportLine is one line of an export.
type exportLine struct {
	Table string         `json:"table"`
	Row   map[string]any `json:"row"`
}

func export(ctx context.Context, db *store.DB, w io.Writer, people bool) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	write := func(table string, row map[string]any) error {
		for k, v := range row {
			row[k] = unsealed(v)
		}
		return lines.Encode(exportLine{table, row})
	}
	v := readVersion()
	if err := write("export", map[string]any{"version": v.Version, "revision": v.Revision, "go": v.Go, "platform": v.Platform, "at": time.Now().UTC()}); err != nil {
		return err
	}
	settings, err := db.SettingsLike(ctx, "")
	if err != nil {
		return err
	}
	for name, value := range settings {
		if err := write("settings", map[string]any{"name": name, "value": openSetting(name, value)}); err != nil {
			return err
		}
	}
	return errors.Join(db.Export(ctx, people, write), out.Flush())
}

// openSetting is a setting without what is secret in it. Of settings that are
// not known to hold nothing secret only the name is told.
func openSetting(name, value string) any {
	switch name {
	case "letter", "installation", "consent_text":
		return value
	case "mail":
		fields := map[string]any{}
		if json.Unmarshal([]byte(value), &fields) != nil {
			return "(unreadable)"
		}
		delete(fields, "Sealed")
		delete(fields, "SealedDKIM")
		return fields
	}
	return "(left out)"
}

// sealedText is how everything sealed looks.
var sealedText = regexp.MustCompile(`^v1\.[0-9a-f]{8}\.`)

// unsealed leaves out what is sealed, should a place of it be forgotten.
func unsealed(v any) any {
	if text, ok := v.(string); ok && sealedText.MatchString(text) {
		return "(sealed)"
	}
	return v
}
