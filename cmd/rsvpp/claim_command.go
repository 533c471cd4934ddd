package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) claimCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "claim", Short: "See who manages a location, and take it back"}, p.claimShow(), p.claimTakeBack())
}

func (p *cli) claimShow() *cobra.Command {
	c := &cobra.Command{Use: "show LOCATION", Short: "Say which server manages a location, as Apple shows it", Args: cobra.ExactArgs(1)}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := p.location(ctx, server, args[0])
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.printClaim(l)
	})
	return c
}

func (p *cli) claimTakeBack() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "take-back LOCATION", Short: "Take a location back from the server that claims it", Args: cobra.ExactArgs(1),
		Long: `Take a location back from the server that claims it at Apple. What that server
does there from now on it does against this one: make sure that it stands back.
Everything at Apple is read before anything is sent; then tasks go on.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := p.location(ctx, server, args[0])
		if err != nil {
			return err
		}
		if l.Elsewhere != "" { // otherwise the server says why not
			if ok, err := p.confirm("Take "+clean(l.Name)+" back from "+claimTitle(l.Claim)+"?", yes); !ok || err != nil {
				return err
			}
		}
		seen := ""
		if l.Claim != nil {
			seen = l.Claim.ID
		}
		if l, err = server.TakeBack(ctx, l.ID, seen); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.println(clean(l.Name) + " is managed by this server. Everything there is read first; then tasks go on.")
	})
	return c
}

// location finds a location by name or id.
func (p *cli) location(ctx context.Context, server *client.Client, name string) (client.Location, error) {
	id, err := findLocation(ctx, server, name)
	if err != nil {
		return client.Location{}, err
	}
	return server.Location(ctx, id)
}

func (p *cli) printClaim(l client.Location) error {
	lines := []string{"Location    " + clean(l.Name), "State       " + l.ClaimState, "Claimed by  " + claimTitle(l.Claim)}
	if !l.ClaimedAt.IsZero() {
		lines = append(lines, "Ours since  "+when(l.ClaimedAt))
	}
	if !l.FrozenAt.IsZero() {
		lines = append(lines, "Taken       "+when(l.FrozenAt)+" by "+claimTitle(l.FrozenBy))
	}
	if !l.MovedAt.IsZero() {
		lines = append(lines, "Moved out   "+when(l.MovedAt))
	}
	if l.Elsewhere != "" {
		lines = append(lines, "", clean(l.Elsewhere))
	}
	return p.println(lines...)
}

// claimTitle names a server, with the id that tells it from others.
func claimTitle(c *client.Claim) string {
	if c == nil {
		return "nobody"
	}
	return clean(c.Name) + " (" + clean(c.ID) + ")"
}
