package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) usersAdd() *cobra.Command {
	var person userPatch
	var o chosen
	c := &cobra.Command{
		Use: "add", Short: "Add a person", Args: cobra.NoArgs,
		Long: `Add a person to the default location, or to the one that --location names. An
e-mail address, a user name or an external id is needed to know them by.`,
		Example: "  rsvpp users add --first-name Anna --last-name Richter --email anna@example.org",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	person.flags(c.Flags())
	o.locationFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		user, err := server.CreateUser(ctx, client.NewUser{
			Location: location, ExternalID: person.externalID, UserName: person.userName, FirstName: person.first, LastName: person.last,
			FullName: person.full, Email: person.email, ManagedAppleID: person.managed, Groups: person.groups, Locale: person.locale, Notes: person.notes,
		})
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(user)
		}
		return p.println("Added " + clean(user.FullName) + ".")
	})
	return c
}

func (p *cli) usersRemove() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "remove PERSON", Short: "Take a person off the list", Args: cobra.ExactArgs(1),
		Long: `Take a person off the list, named by e-mail address, user name or external id.
While a record of theirs lives at Apple it is refused: rsvpp vpp delete comes
first.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		found, err := server.FindUser(ctx, args[0])
		if err != nil {
			return err
		}
		if ok, err := p.confirm("Remove "+clean(found.FullName)+"?", yes); !ok || err != nil {
			return err
		}
		if err := server.DeleteUser(ctx, found.ID); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]string{"removed": found.ID})
		}
		return p.println("Removed " + clean(found.FullName) + ".")
	})
	return c
}
