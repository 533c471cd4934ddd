package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) vppAdopt() *cobra.Command {
	var o chosen
	var clear, create, dryRun, yes bool
	c := &cobra.Command{
		Use: "adopt [RECORD=PERSON...]", Short: "Adopt records at Apple that are nobody's here",
		Long: `Adopt records that another server or an earlier installation left at Apple.
Without arguments they are listed, each with whom it may belong to. With --clear
every record is adopted that one person fits; RECORD=PERSON gives a record, named
as Apple does, to a person, named by e-mail address, user name or external id.
Nothing is asked of Apple: the records stay as they are, with their licenses.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.locationFlag(c)
	f := c.Flags()
	f.BoolVar(&clear, "clear", false, "adopt every record that one person fits")
	f.BoolVar(&create, "create", false, "with --clear: add people for records that nobody fits and that have an address")
	f.BoolVar(&dryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		if clear && len(args) > 0 || create && !clear {
			return usagef("say either --clear, maybe with --create, or which record belongs to whom")
		}
		l, err := oneLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		if !clear && len(args) == 0 {
			return p.listStrangers(ctx, server, l.ID)
		}
		r := client.AdoptRequest{Clear: clear, Create: create}
		for _, arg := range args {
			record, person, found := strings.Cut(arg, "=")
			if !found || record == "" || person == "" {
				return usagef("%q does not say RECORD=PERSON", arg)
			}
			r.Choices = append(r.Choices, client.AdoptChoice{ClientUserID: record, User: person})
		}
		return p.adopt(ctx, server, l.ID, r, dryRun, yes)
	})
	return c
}

func (p *cli) listStrangers(ctx context.Context, c *client.Client, location string) error {
	all := []client.Stranger{}
	for s, err := range c.Strangers(ctx, location) {
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	if p.json {
		return p.printJSON(items{all})
	}
	if len(all) == 0 {
		return p.println("Everybody who is at Apple is known here.")
	}
	out := &table{header: []string{"RECORD", "E-MAIL AT APPLE", "APPLE SAYS", "PROPOSAL", "MAY BE"}}
	for _, s := range all {
		names := make([]string, len(s.Candidates))
		for i, c := range s.Candidates {
			names[i] = c.FullName + " (" + strings.ReplaceAll(c.By, "_", " ") + ")"
		}
		out.add(s.ClientUserID, s.Email, s.AppleStatus, s.Proposal, strings.Join(names, ", "))
	}
	return out.write(p.out)
}

func (p *cli) adopt(ctx context.Context, c *client.Client, location string, r client.AdoptRequest, dryRun, yes bool) error {
	question := "Adopt " + many(len(r.Choices), "record", "records") + "?"
	if r.Clear {
		n, err := c.PreviewAdopt(ctx, location)
		if err != nil {
			return err
		}
		question = fmt.Sprintf("Adopt %s? (%s are ambiguous, %s in conflict, nobody fits %s.)",
			many(n.Adopt, "record", "records"), count(n.Ambiguous), count(n.Conflict), count(n.Unknown))
		if p.json && dryRun {
			return p.printJSON(n)
		}
	}
	if dryRun {
		return p.println(strings.Replace(question, "Adopt", "Would adopt", 1))
	}
	if ok, err := p.confirm(question, yes); !ok || err != nil {
		return err
	}
	done, err := c.Adopt(ctx, location, r)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(done)
	}
	lines := []string{fmt.Sprintf("Adopted %s; %s added for it.", many(done.Adopted, "record", "records"), many(done.Created, "person was", "people were"))}
	for _, l := range done.Left {
		lines = append(lines, clean(l.ClientUserID+": "+l.Why))
	}
	return p.println(lines...)
}
