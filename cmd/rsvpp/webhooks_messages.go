package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) webhooksTest() *cobra.Command {
	return p.onWebhook(&cobra.Command{Use: "test NAME", Short: "Post a test event now, and tell what came of it; it is not tried again"},
		func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
			m, err := server.TestWebhook(ctx, w.ID)
			if err != nil {
				return err
			}
			if p.json {
				return p.printJSON(m)
			}
			if m.Outcome != "delivered" {
				return sayf(nil, "%s did not take it. %s", clean(w.Name), clean(m.Problem))
			}
			return p.println(clean(w.Name) + " took it, and answered " + strconv.Itoa(m.Status) + ".")
		})
}

func (p *cli) webhooksMessages() *cobra.Command {
	var limit int
	c := p.onWebhook(&cobra.Command{
		Use: "messages NAME", Aliases: []string{"deliveries"}, Short: "List what was posted in the last week, and what waits, the newest first",
	}, func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
		list, err := server.ListWebhookMessages(ctx, w.ID, client.Page{Limit: limit})
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{list.Items})
		}
		out := &table{header: []string{"ID", "EVENT", "HAPPENED", "OUTCOME", "ATTEMPTS", "STATUS", "NEXT", "NOTE"}, right: []int{4, 5}}
		for _, m := range list.Items {
			note := m.Problem
			if note != "" && m.Answer != "" {
				note += " It said: "
			}
			out.add(m.ID, m.Event, when(m.At), m.Outcome, count(m.Attempts), strconv.Itoa(m.Status), when(m.NextAt), note+m.Answer)
		}
		return out.write(p.out)
	})
	c.Flags().IntVar(&limit, "limit", 50, "how many at most, up to 1000")
	return c
}

func (p *cli) webhooksAgain() *cobra.Command {
	return p.onWebhook(&cobra.Command{Use: "again NAME MESSAGE", Short: "Send a message again, under the same id", Args: cobra.ExactArgs(2)},
		func(ctx context.Context, server *client.Client, w client.Webhook, rest []string) error {
			m, err := server.RepeatWebhookMessage(ctx, w.ID, rest[0])
			if err != nil {
				return err
			}
			if p.json {
				return p.printJSON(m)
			}
			return p.println("It is sent again. See with `rsvpp webhooks messages` what comes of it.")
		})
}
