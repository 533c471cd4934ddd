package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) tokenCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "token", Short: "Add, renew, check and list content tokens"}, p.tokenAdd(), p.tokenConsent(), p.tokenConsentText(), p.tokenRenew(), p.tokenCheck(), p.tokenList())
}

func (p *cli) tokenAdd() *cobra.Command {
	c := &cobra.Command{
		Use: "add FILE.vpptoken", Short: "Add a location by its content token", Args: cobra.ExactArgs(1),
		Long: `Add a location by its content token: the .vpptoken file that Apple Business
Manager or Apple School Manager lets you download under Preferences, Payments
and Billing. It is verified at Apple and kept sealed. A location that another
server claims is added only with --take-over, and taken from that server then.

With --consent you confirm what "rsvpp token consent" shows: that data of people
may go to Apple. Without, the location is read, and nothing is written there.`,
	}
	var takeOver, consent bool
	c.Flags().BoolVar(&consent, "consent", false, "confirm that data of people may go to Apple")
	c.Flags().BoolVar(&takeOver, "take-over", false, "take the location from the server that claims it at Apple")
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		file, err := p.tokenFile(args[0])
		if err != nil {
			return err
		}
		add := server.AddLocation
		if takeOver {
			add = server.TakeOverLocation
		}
		l, err := add(ctx, file, consent)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		lines := []string{"Added " + clean(l.Name) + " (" + l.Country + "); its token works until " + day(l.TokenExpiresAt) + "."}
		if l.Elsewhere != "" {
			lines = append(lines, clean(l.Elsewhere))
		}
		if l.Consent == nil {
			lines = append(lines, "Nothing is written to Apple before somebody confirms this, with: rsvpp token consent "+l.ID, cleanLines(l.ConsentText))
		}
		return p.println(lines...)
	})
	return c
}

func (p *cli) tokenConsent() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "consent LOCATION", Short: "Confirm that data of a location's people may go to Apple", Args: cobra.ExactArgs(1),
		Long: `Show what Apple gets of each person, and confirm that it may. Before somebody
has confirmed it the location is read, and nothing is written to Apple. Who did,
when and to which text is kept.`,
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		l, err := p.location(ctx, server, args[0])
		if err != nil {
			return err
		}
		if ok, err := p.confirm(cleanLines(l.ConsentText)+"\nConfirm this for "+clean(l.Name)+"?", yes); !ok || err != nil {
			return err
		}
		if l, err = server.ConsentLocation(ctx, l.ID, l.ConsentVersion); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(l)
		}
		return p.println("Confirmed: what waits for " + clean(l.Name) + " goes to Apple now.")
	})
	return c
}

func (p *cli) tokenList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List locations and how their content tokens stand", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		all, err := server.Locations(ctx)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		return p.printLocations(all)
	})
	return c
}

func (p *cli) printLocations(all []client.Location) error {
	out := &table{header: []string{"LOCATION", "COUNTRY", "TOKEN", "EXPIRES", "AT APPLE", "LAST READ", "NOTE"}, right: []int{4}}
	for _, l := range all {
		name := l.Name
		if l.Default {
			name += " (default)"
		}
		out.add(name, l.Country, l.TokenState, day(l.TokenExpiresAt), count(l.AtApple), when(l.ReadAt), noteOf(l))
	}
	return out.write(p.out)
}

// noteOf is what somebody has to know: the token before a read that failed.
func noteOf(l client.Location) string {
	if l.TokenSentence != "" && l.TokenState != "missing" {
		return l.TokenSentence
	}
	return l.ReadProblem
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}
