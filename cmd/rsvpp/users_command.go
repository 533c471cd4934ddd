package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) usersCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "users", Short: "Import, add, list, show, change, place, pause, remove and export people"},
		p.usersImport(), p.usersAdd(), p.usersList(), p.usersShow(), p.usersSet(), p.usersPlace(), p.usersUnplace(), p.usersPause(), p.usersResume(), p.usersRemove(), p.usersExport())
}

func (p *cli) usersSet() *cobra.Command {
	var patch userPatch
	c := &cobra.Command{
		Use: "set PERSON", Short: "Change what is known of a person", Args: cobra.ExactArgs(1),
		Long: `Change what is known of a person, named by e-mail address, user name or
external id. Only what is given changes; "" empties it. A changed address goes
to Apple with the next sync.`,
		Example: "  rsvpp users set anna.richter --email anna@example.org\n  rsvpp vpp sync --user anna.richter",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	patch.flags(c.Flags())
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		if patch.empty(c.Flags()) {
			return usagef("nothing to change was given (see --help)")
		}
		found, err := server.FindUser(ctx, args[0])
		if err != nil {
			return err
		}
		user, err := server.UpdateUser(ctx, found.ID, patch.of(c.Flags()))
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(user)
		}
		return p.println("Changed " + clean(user.FullName) + ".")
	})
	return c
}

// userPatch holds the flags of `users set`.
type userPatch struct {
	email, managed, userName, externalID, first, last, full, locale, notes string
	groups                                                                 []string
}

func (u *userPatch) flags(f *pflag.FlagSet) {
	f.StringVar(&u.email, "email", "", "e-mail address")
	f.StringVar(&u.managed, "managed", "", "Managed Apple Account")
	f.StringVar(&u.userName, "user-name", "", "user name")
	f.StringVar(&u.externalID, "external-id", "", "the key of the source")
	f.StringVar(&u.first, "first-name", "", "first name")
	f.StringVar(&u.last, "last-name", "", "last name")
	f.StringVar(&u.full, "full-name", "", "full name")
	f.StringVar(&u.locale, "locale", "", "language of the invitation, such as de or pt-BR")
	f.StringVar(&u.notes, "notes", "", "notes")
	f.StringSliceVar(&u.groups, "groups", nil, "all groups, with commas between")
}

func (u *userPatch) of(f *pflag.FlagSet) client.UserPatch {
	given := func(name string, v *string) *string {
		if f.Changed(name) {
			return v
		}
		return nil
	}
	out := client.UserPatch{
		Email: given("email", &u.email), ManagedAppleID: given("managed", &u.managed), UserName: given("user-name", &u.userName),
		ExternalID: given("external-id", &u.externalID), FirstName: given("first-name", &u.first), LastName: given("last-name", &u.last),
		FullName: given("full-name", &u.full), Locale: given("locale", &u.locale), Notes: given("notes", &u.notes),
	}
	if f.Changed("groups") {
		out.Groups = &u.groups
	}
	return out
}

func (u *userPatch) empty(f *pflag.FlagSet) bool { return u.of(f) == client.UserPatch{} }

func (p *cli) usersExport() *cobra.Command {
	var o peopleFilter
	c := &cobra.Command{
		Use: "export [FILE.csv]", Short: "Write people and how they stand as CSV", Args: cobra.MaximumNArgs(1),
		Long: "Write people and how they stand as CSV, to a file or to standard output. Cells\nthat a spreadsheet would take for formulas begin with an apostrophe.",
	}
	p.serverFlags(c)
	o.flags(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		filter, err := o.of(ctx, server)
		if err != nil {
			return err
		}
		if len(args) == 0 || args[0] == "-" {
			return server.ExportUsers(ctx, filter, p.out)
		}
		return writeFile(args[0], func(w io.Writer) error { return server.ExportUsers(ctx, filter, w) })
	})
	return c
}

// writeFile writes a file that is whole or not there.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return sayf(err, "The file %s cannot be written.", name)
	}
	if err := write(f); err != nil {
		_ = f.Close()
		_ = os.Remove(name)
		return err
	}
	if err := f.Close(); err != nil {
		return sayf(err, "The file %s cannot be written.", name)
	}
	return nil
}
