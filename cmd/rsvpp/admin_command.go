package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store"
)

func (p *cli) adminCommand() *cobra.Command {
	return p.group(&cobra.Command{
		Use: "admin", Short: "Make administrators and keys on the server's own database",
		Long: `Make administrators and API keys, and set lost passwords anew, on the database
that the settings name: for a first start without a browser, and for whoever
lost the password. Whoever can do this could read the database anyway. The
history tells of it. The server may run meanwhile.`,
	}, p.adminCreate(), p.adminReset(), p.adminKey())
}

// onDatabase makes the work of a command on the settings' database.
func (p *cli) onDatabase(c *cobra.Command, work func(context.Context, *operator.Service, string) error) *cobra.Command {
	p.jsonFlag(c)
	c.Args = cobra.ExactArgs(1)
	found := p.settingsOf(c)
	c.RunE = p.does(func(ctx context.Context, args []string) error {
		s, err := found.read()
		if err != nil {
			return err
		}
		if err := p.migrate(ctx, s); err != nil {
			return err
		}
		db, err := store.Open(ctx, s.database, time.Now, newID)
		if err != nil {
			return err
		}
		defer db.Close()
		return work(ctx, operator.New(db, time.Now, newID, rand.Reader), args[0])
	})
	return c
}

func (p *cli) adminCreate() *cobra.Command {
	scopes := []string{"owner"}
	c := &cobra.Command{
		Use: "create NAME", Short: "Create an administrator; the password is printed once",
		Example: "  rsvpp admin create anna\n  rsvpp admin create helpdesk --scopes read,invite",
	}
	c.Flags().StringSliceVar(&scopes, "scopes", scopes, "what they may do: owner for everything, or some of read, invite, roster, program, settings, operators")
	return p.onDatabase(c, func(ctx context.Context, s *operator.Service, name string) error {
		may, err := operator.ParseScopes(scopes)
		if err != nil {
			return err
		}
		password, err := s.Password()
		if err != nil {
			return err
		}
		o, err := s.CreateHere(ctx, name, password, may)
		if err != nil {
			return err
		}
		return p.printSecret("Created the administrator "+clean(o.Name)+".", "password", password)
	})
}

func (p *cli) adminReset() *cobra.Command {
	c := &cobra.Command{Use: "reset-password NAME", Short: "Give an administrator a new password, which is printed once"}
	return p.onDatabase(c, func(ctx context.Context, s *operator.Service, name string) error {
		password, err := s.Password()
		if err != nil {
			return err
		}
		o, err := s.ResetHere(ctx, name, password)
		if err != nil {
			return err
		}
		return p.printSecret("Changed the password of "+clean(o.Name)+". Every session is ended.", "password", password)
	})
}

func (p *cli) adminKey() *cobra.Command {
	var label string
	var days int
	scopes := []string{"read"}
	c := &cobra.Command{
		Use: "key NAME", Short: "Make an API key of an administrator's; it is printed once",
		Example: "  rsvpp admin key anna --name backup --scopes read",
	}
	c.Flags().StringVar(&label, "name", "command line", "what the key is called")
	c.Flags().StringSliceVar(&scopes, "scopes", scopes, "what the key may do, no more than its administrator")
	c.Flags().IntVar(&days, "days", 90, "how long it works")
	return p.onDatabase(c, func(ctx context.Context, s *operator.Service, name string) error {
		may, err := operator.ParseScopes(scopes)
		if err != nil {
			return err
		}
		k, secret, err := s.KeyHere(ctx, name, operator.KeyInput{Name: label, Scopes: may, ExpiresAt: time.Now().AddDate(0, 0, days)})
		if err != nil {
			return err
		}
		return p.printSecret("Made the API key "+clean(k.Name)+", which works until "+when(k.ExpiresAt)+".", "key", secret)
	})
}

// printSecret prints what is shown this once.
func (p *cli) printSecret(sentence, kind, secret string) error {
	if p.json {
		return p.printJSON(map[string]string{kind: secret})
	}
	return p.println(sentence, "This is shown once:", "  "+secret)
}
