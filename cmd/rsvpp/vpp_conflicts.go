package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) vppConflicts() *cobra.Command {
	var o chosen
	var limit int
	c := &cobra.Command{
		Use: "conflicts", Short: "Show what does not go together: shared accounts, second records", Args: cobra.NoArgs,
		Long: `Show what does not go together at a location: people who are registered with one
Apple Account, people with a second living record at Apple, Managed Apple Accounts
that Apple would not link, devices on which another account is signed in than the
person accepted with, and records at Apple that are nobody's here; each with what
to do.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.locationFlag(c)
	c.Flags().IntVar(&limit, "limit", 100, "how many of each kind at most")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		return p.showConflicts(ctx, server, location, limit)
	})
	return c
}

// conflictsFound is what --json prints.
type conflictsFound struct {
	Counts client.ConflictCounts `json:"counts"`
	Items  []client.Conflict     `json:"items"`
}

func (p *cli) showConflicts(ctx context.Context, c *client.Client, location string, limit int) error {
	found := conflictsFound{Items: []client.Conflict{}}
	var err error
	if found.Counts, err = c.CountConflicts(ctx, location); err != nil {
		return err
	}
	for _, kind := range []string{client.SameAccount, client.TwoRecords, client.UnusableAccount, client.AccountOnDevice, client.NobodysRecord} {
		list, err := c.ListConflicts(ctx, kind, location, client.Page{Limit: limit})
		if err != nil {
			return err
		}
		found.Items = append(found.Items, list.Items...)
	}
	if p.json {
		return p.printJSON(found)
	}
	return p.printConflicts(found)
}

func (p *cli) printConflicts(found conflictsFound) error {
	n := found.Counts
	if err := p.println(
		fmt.Sprintf("%s with which several people are registered, %s, %s that Apple would not link.",
			many(n.SameAccount, "Apple Account", "Apple Accounts"), many(n.TwoRecords, "second record", "second records"),
			many(n.UnusableAccount, "Managed Apple Account", "Managed Apple Accounts")),
		many(n.AccountOnDevice, "device", "devices")+" on which another account is signed in than the person accepted with.",
		fmt.Sprintf("%s at Apple that %s nobody's here.", many(n.Strangers, "record", "records"), map[bool]string{true: "is", false: "are"}[n.Strangers == 1])); err != nil {
		return err
	}
	for _, c := range found.Items {
		var names []string
		for _, person := range c.People {
			names = append(names, strings.TrimSpace(person.FullName+" <"+person.Email+">"))
		}
		if c.More > 0 {
			names = append(names, count(c.More)+" more")
		}
		if c.Device != nil {
			names = append(names, "on "+strings.TrimSpace(c.Device.Name+" "+c.Device.User))
		}
		if len(names) == 0 {
			names = append(names, "A record of nobody here")
		}
		lines := []string{"", clean(strings.Join(names, ", ")), "  " + clean(c.Sentence), "  " + clean(c.Next)}
		if c.Other != nil {
			lines = append(lines, "  The record: "+clean(c.Other.ClientUserID)+" "+clean(c.Other.AppleEmail)+", Apple says "+clean(c.Other.AppleStatus)+".")
		}
		if err := p.println(lines...); err != nil {
			return err
		}
	}
	return nil
}
