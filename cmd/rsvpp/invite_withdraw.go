package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) inviteWithdraw() *cobra.Command {
	var o chosen
	var yes bool
	c := &cobra.Command{
		Use: "withdraw PERSON", Short: "Take an invitation back: the link ends, letters that wait do not go", Args: cobra.ExactArgs(1),
		Long: `Take back the invitation of a person, named by e-mail address, user name or
external id. Their link ends, and letters that wait are not sent. The record at
Apple stays, and an invitation of Apple's that is known already goes on working:
rsvpp vpp delete retires it.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.locationFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		found, err := server.FindUser(ctx, args[0])
		if err != nil {
			return err
		}
		if ok, err := p.confirm("Take back the invitation of "+clean(found.FullName)+"?", yes); !ok || err != nil {
			return err
		}
		if err := server.Withdraw(ctx, found.ID, location); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]string{"withdrawn": found.ID})
		}
		return p.println("Took back the invitation of " + clean(found.FullName) + ".")
	})
	return c
}
