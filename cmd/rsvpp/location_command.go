package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) locationCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "location", Short: "Test a location, see what Apple told about it, remove one that was added by mistake"}, p.locationTest(), p.locationNotifications(), p.locationRemove())
}

func (p *cli) locationTest() *cobra.Command {
	c := &cobra.Command{
		Use: "test [LOCATION]", Short: "Try everything between the server and Apple", Args: cobra.MaximumNArgs(1),
		Long: `Try everything between the server and Apple about a location (its name or id;
the default one without): the way, the content token, the clocks, who manages
the location, and whether Apple's notifications come back. The command fails
when a line is not ok.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		place, err := findOrDefault(ctx, server, args)
		if err != nil {
			return err
		}
		t, err := server.TestLocation(ctx, place)
		if err != nil {
			return err
		}
		if err := p.printTest(t); err != nil {
			return err
		}
		if !t.OK {
			return sayf(nil, "Not everything is well.")
		}
		return nil
	})
	return c
}

func (p *cli) printTest(t client.ConnectionTest) error {
	if p.json {
		return p.printJSON(t)
	}
	for _, c := range t.Checks {
		word := map[string]string{"ok": "ok     ", "note": "ok, but"}[c.State]
		if word == "" {
			word = "NOT OK "
		}
		if err := p.println(strings.TrimSpace(word + "  " + clean(c.Name) + ": " + clean(c.Sentence) + " " + clean(c.Next))); err != nil {
			return err
		}
	}
	return nil
}

// findOrDefault finds the location of the arguments, or the default one.
func findOrDefault(ctx context.Context, server *client.Client, args []string) (string, error) {
	if len(args) > 0 {
		return findLocation(ctx, server, args[0])
	}
	all, err := server.Locations(ctx)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].ID, nil // the default one comes first
}
