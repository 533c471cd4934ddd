package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// attentions are why a case needs somebody, as they are typed.
var attentions = []string{"waiting", "differs", "mail-problem", "apple-refused", "no-address", "paused", "stuck"}

// peopleFilter narrows lists of people.
type peopleFilter struct {
	status, search, attention, group string
	at                               chosen // of which only the location is used
}

func (o *peopleFilter) flags(c *cobra.Command) {
	o.narrowingFlags(c)
	o.at.locationFlag(c)
}

func (o *peopleFilter) narrowingFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.status, "status", "", "only these: not-invited, invited, registered or removed")
	f.StringVar(&o.search, "search", "", "part of a name, address, user name or id")
	f.StringVar(&o.attention, "attention", "", "whose case needs somebody: "+strings.Join(attentions, ", "))
	f.StringVar(&o.group, "group", "", "only members of this group")
}

func (o *peopleFilter) of(ctx context.Context, c *client.Client) (client.Filter, error) {
	location, err := findLocation(ctx, c, o.at.location)
	return o.in(location), err
}

// in is the filter in the API's words.
func (o *peopleFilter) in(location string) client.Filter {
	underlined := func(s string) string { return strings.ReplaceAll(s, "-", "_") }
	return client.Filter{
		Location: location, Status: underlined(o.status), Attention: underlined(o.attention), Search: o.search, Group: o.group,
	}
}

type peopleList struct {
	peopleFilter
	sort, after string
	limit       int
	all         bool
	columns     []string
}

func (p *cli) usersList() *cobra.Command {
	var o peopleList
	c := &cobra.Command{Use: "list", Short: "List people and their VPP status", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c)
	f := c.Flags()
	f.StringVar(&o.sort, "sort", "name", "name, -name, since, -since or status")
	f.IntVar(&o.limit, "limit", 100, "how many at most")
	f.BoolVar(&o.all, "all", false, "everybody, however many")
	f.StringVar(&o.after, "after", "", "go on after the next of an earlier --json list")
	f.StringSliceVar(&o.columns, "columns", []string{"name", "email", "groups", "status", "step", "since"}, "of "+strings.Join(columnNames(), ", "))
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		return p.listPeople(ctx, server, o)
	})
	return c
}

func (p *cli) listPeople(ctx context.Context, c *client.Client, o peopleList) error {
	for _, name := range o.columns {
		if !slices.Contains(columnNames(), name) {
			return usagef("there is no column %q; there are %s", name, strings.Join(columnNames(), ", "))
		}
	}
	filter, err := o.of(ctx, c)
	if err != nil {
		return err
	}
	show, end := p.printPeople(o.columns), func(string) error { return nil }
	if p.json {
		show, end = p.streamPeople()
	}
	next, err := eachPage(ctx, c, filter, o, show)
	if err != nil {
		return err
	}
	if err := end(next); err != nil || next == "" || p.json {
		return err
	}
	_, err = fmt.Fprintln(p.err, "There are more: say --limit or --all.")
	return err
}

// eachPage walks over as many people as are wanted, a page at a time, and
// returns where the rest begins.
func eachPage(ctx context.Context, c *client.Client, f client.Filter, o peopleList, show func([]client.Person) error) (string, error) {
	page := client.Page{After: o.after}
	for left := o.limit; o.all || left > 0; {
		page.Limit = 1000
		if !o.all {
			page.Limit = min(left, page.Limit)
		}
		list, err := c.ListUsers(ctx, f, o.sort, page)
		if err != nil {
			return "", err
		}
		if err := show(list.Items); err != nil || list.Next == "" {
			return "", err
		}
		left -= len(list.Items)
		page.After = list.Next
	}
	return page.After, nil
}

// printPeople prints a table per page: a list of a million is not kept to be aligned.
func (p *cli) printPeople(columns []string) func([]client.Person) error {
	header := make([]string, len(columns))
	for i, name := range columns {
		header[i] = strings.ToUpper(strings.ReplaceAll(name, "-", " "))
	}
	return func(people []client.Person) error {
		out := &table{header: header}
		header = nil
		for _, q := range people {
			row := make([]string, len(columns))
			for i, name := range columns {
				row[i] = column(q, name)
			}
			out.rows = append(out.rows, row)
		}
		return out.write(p.out)
	}
}

// streamPeople prints one JSON object with all pages' people in one list.
func (p *cli) streamPeople() (show func([]client.Person) error, end func(next string) error) {
	before := "{\"items\": [\n  "
	show = func(people []client.Person) error {
		for _, q := range people {
			text, err := json.Marshal(q)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(p.out, "%s%s", before, text); err != nil {
				return err
			}
			before = ",\n  "
		}
		return nil
	}
	end = func(next string) error {
		if strings.HasPrefix(before, "{") {
			return p.println(`{"items": []}`)
		}
		tail := "\n]}"
		if next != "" {
			quoted, err := json.Marshal(next)
			if err != nil {
				return err
			}
			tail = "\n], \"next\": " + string(quoted) + "}"
		}
		return p.println(tail)
	}
	return show, end
}

func columnNames() []string {
	return []string{
		"name", "email", "user-name", "external-id", "groups", "managed", "locale", "status", "apple-status", "step", "since",
		"paused", "problem", "apple-email", "client-user-id", "id",
	}
}

func column(q client.Person, name string) string {
	switch name {
	case "name":
		return q.FullName
	case "email":
		return q.Email
	case "user-name":
		return q.UserName
	case "external-id":
		return q.ExternalID
	case "groups":
		return strings.Join(q.Groups, ", ")
	case "managed":
		return q.ManagedAppleID
	case "locale":
		return q.Locale
	case "status":
		return statusWord(q.VPPStatus)
	case "apple-status":
		return q.AppleStatus
	case "step":
		return strings.ReplaceAll(q.Step, "_", " ")
	case "since":
		return when(q.Since)
	case "paused":
		return when(q.PausedAt)
	case "problem":
		return q.AppleErrorText
	case "apple-email":
		return q.AppleEmail
	case "client-user-id":
		return q.ClientUserID
	}
	return q.ID
}

// statusWord is the word on screen (trap 1).
func statusWord(status string) string {
	switch status {
	case "not_invited":
		return "Not invited"
	case "invited":
		return "Invited"
	case "registered":
		return "Registered"
	case "removed":
		return "Removed"
	}
	return status
}
