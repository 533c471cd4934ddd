package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) locationRemove() *cobra.Command {
	var dryRun, yes, without bool
	c := &cobra.Command{
		Use: "remove LOCATION", Short: "Remove a location that was added by mistake", Args: cobra.ExactArgs(1),
		Long: `Remove a location that was added by mistake: its content token, the places of
people there, and all that was read there. People stay, and nothing happens to
records and licenses at Apple; this server's claim and its address for
notifications are taken away there. A location where people of this server have
living records, or where work is under way, is refused: see rsvpp vpp delete and
rsvpp move out.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	f := c.Flags()
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	f.BoolVar(&without, "without-apple", false, "do not tell Apple: for tokens that do not work any more, and for locations that another server manages")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := p.location(ctx, server, args[0])
		if err != nil {
			return err
		}
		removal, err := server.PreviewRemoveLocation(ctx, l.ID)
		if err != nil {
			return err
		}
		stands := removal.Kept != "" || removal.Untold != "" && !without
		if !p.json && (dryRun || !stands) { // otherwise the server says why not
			if err := p.printLocationRemoval(removal, without); err != nil {
				return err
			}
		}
		if dryRun {
			return p.jsonOnly(map[string]any{"removal": removal})
		}
		if !stands {
			if ok, err := p.confirm("Remove "+clean(l.Name)+"? This cannot be undone.", yes); !ok || err != nil {
				return err
			}
		}
		if err := server.RemoveLocation(ctx, l.ID, without); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]any{"removal": removal})
		}
		return p.println("Removed " + clean(l.Name) + ".")
	})
	return c
}

func (p *cli) printLocationRemoval(r client.LocationRemoval, without bool) error {
	if r.Kept != "" {
		return p.println(clean(r.Kept))
	}
	lines := []string{
		fmt.Sprintf("%s their place there; for %s it is the only one.", many(r.People, "person loses", "people lose"), count(r.Only)),
		fmt.Sprintf("Forgotten here, and left as they are at Apple: %s of nobody here, %s, %s.",
			many(r.Strangers, "record", "records"), many(r.Assets, "app or book", "apps and books"), many(r.Licenses, "license", "licenses")),
	}
	if without {
		lines = append(lines, "Apple is not told.")
	} else if r.Untold != "" {
		lines = append(lines, clean(r.Untold))
	}
	return p.println(lines...)
}
