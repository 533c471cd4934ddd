package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) locationNotifications() *cobra.Command {
	var limit int
	var bodies bool
	c := &cobra.Command{
		Use: "notifications [LOCATION]", Short: "Show Apple's latest notifications as they came", Args: cobra.MaximumNArgs(1),
		Long: `Show Apple's latest notifications about a location (its name or id; the default
one without) as they came, the newest first, with what each woke, or why it woke
nothing. The latest 200 of each location are kept, each up to 16 KiB and without
invite codes.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().IntVar(&limit, "limit", 20, "how many at most")
	c.Flags().BoolVar(&bodies, "bodies", false, "show what Apple sent, too")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		place, err := findOrDefault(ctx, server, args)
		if err != nil {
			return err
		}
		list := []client.Notification{}
		for n, err := range server.Notifications(ctx, place) {
			if err != nil {
				return err
			}
			if len(list) == limit {
				break
			}
			list = append(list, n)
		}
		if p.json {
			return p.printJSON(items{list})
		}
		return p.printNotifications(list, bodies)
	})
	return c
}

func (p *cli) printNotifications(list []client.Notification, bodies bool) error {
	if !bodies {
		out := &table{header: []string{"WHEN", "TYPE", "BYTES", "WHAT BECAME OF IT"}, right: []int{2}}
		for _, n := range list {
			out.add(when(n.At), n.Type, strconv.Itoa(n.Size), n.Sentence+problemOf(n))
		}
		return out.write(p.out)
	}
	for _, n := range list {
		err := p.println(when(n.At)+"  "+clean(n.Type)+"  "+clean(n.AppleID), clean(n.Sentence+problemOf(n)), clean(n.Body), "")
		if err != nil {
			return err
		}
	}
	return nil
}

func problemOf(n client.Notification) string {
	if n.Problem == "" {
		return ""
	}
	return " (" + n.Problem + ")"
}
