package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) usersPlace() *cobra.Command {
	var o chosen
	c := &cobra.Command{
		Use: "place LOCATION", Short: "Give people a place in a location", Args: cobra.ExactArgs(1),
		Long: `Give people a place in a location, named by name or id, so that they can be
invited there. People stand in the lists of the locations where they have a
place, and nowhere else. With --all it is everybody of the default location, or
of the one that --location names.`,
		Example:           "  rsvpp users place \"North School\" --user anna.richter\n  rsvpp users place \"North School\" --all --location \"South School\"",
		ValidArgsFunction: p.completeLocations,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		to, err := findLocation(ctx, server, args[0])
		if err != nil {
			return err
		}
		who, from, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		n, err := server.PlaceUsers(ctx, who, from, to)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]int{"placed": n})
		}
		return p.println(many(n, "person has", "people have") + " a new place.")
	})
	return c
}

func (p *cli) usersUnplace() *cobra.Command {
	var o chosen
	c := &cobra.Command{
		Use: "unplace", Short: "Take people out of a location", Args: cobra.NoArgs,
		Long: `Take people out of a location: the default one, or the one that --location
names. Who has a living record at Apple there stays, and so does who has no
other place: Delete from VPP, or users remove, is for those.`,
		Example: "  rsvpp users unplace --user anna.richter --location \"North School\"",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		done, err := server.UnplaceUsers(ctx, who, location)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(done)
		}
		lines := []string{many(done.Taken, "person is", "people are") + " out of the location."}
		if done.Living > 0 {
			lines = append(lines, many(done.Living, "person stays", "people stay")+": a record of theirs lives at Apple, or is being written.")
		}
		if done.Only > 0 {
			lines = append(lines, many(done.Only, "person stays", "people stay")+": they have no other place.")
		}
		return p.println(lines...)
	})
	return c
}
