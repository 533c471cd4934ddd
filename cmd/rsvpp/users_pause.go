package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) usersPause() *cobra.Command {
	return p.usersDo(&cobra.Command{
		Use: "pause", Short: "Send people nothing until they are resumed",
		Long: `Send people nothing until they are resumed: no invitation, no resend, no letter,
nothing on their devices, at no location. Their records at Apple stay as they
are, and so do links that they have. With --all it is everybody of the default
location, or of the one that --location names.`,
		Example: "  rsvpp users pause --user anna.richter\n  rsvpp users list --attention paused",
	}, "paused", (*client.Client).PauseUsers)
}

func (p *cli) usersResume() *cobra.Command {
	return p.usersDo(&cobra.Command{
		Use: "resume", Short: "Resume people who are paused",
		Long: `Resume people who are paused: they can be invited again, and letters that waited
for them go out. With --all it is everybody of the default location, or of the
one that --location names.`,
		Example: "  rsvpp users resume --user anna.richter",
	}, "resumed", (*client.Client).ResumeUsers)
}

// usersDo does the same with everybody who is chosen, and counts them.
func (p *cli) usersDo(c *cobra.Command, done string, do func(*client.Client, context.Context, client.Selection, string) (int, error)) *cobra.Command {
	var o chosen
	c.Args = cobra.NoArgs
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c, true)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		who, location, err := o.of(ctx, p, server)
		if err != nil {
			return err
		}
		n, err := do(server, ctx, who, location)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]int{done: n})
		}
		return p.println(many(n, "person was", "people were") + " " + done + ".")
	})
	return c
}
