package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (p *cli) webhooksCommand() *cobra.Command {
	return p.group(&cobra.Command{
		Use: "webhooks", Short: "Tell other programs what happens: add, try and watch webhooks",
		Long: `Tell other programs what happens, by a signed POST to an address of theirs. The
events are:

  ` + strings.Join(eventNames(), "\n  "),
	}, p.webhooksList(), p.webhooksAdd(), p.webhooksShow(), p.webhooksSet(), p.webhooksRotate(), p.webhooksTest(), p.webhooksRemove(),
		p.webhooksMessages(), p.webhooksAgain())
}

func eventNames() []string {
	var names []string
	for _, k := range vpp.EventKinds() {
		names = append(names, string(k))
	}
	return names
}

func (p *cli) webhooksList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the webhooks and how each stands", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		all, err := server.Webhooks(ctx)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		out := &table{header: []string{"NAME", "STATE", "ADDRESS", "EVENTS", "WAITING", "LAST TAKEN", "NOTE"}, right: []int{4}}
		for _, w := range all {
			out.add(w.Name, w.State, w.URL, orAll(w.Events), count(w.Waiting), orNever(when(w.DeliveredAt)), w.Problem)
		}
		return out.write(p.out)
	})
	return c
}

func orAll(events []string) string {
	if len(events) == 0 {
		return "all"
	}
	return strings.Join(events, ",")
}

// webhookFlags are what is chosen of a webhook.
type webhookFlags struct {
	name, url, location string
	events              []string
}

func (o *webhookFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.url, "url", "", "the `address`: https, unless it is of the machine that the server runs on")
	f.StringSliceVar(&o.events, "events", nil, "what it is told, such as user.registered,token.expiring; “all” for everything")
	f.StringVar(&o.location, "location", "", "tell of this `location` alone, by name or id")
}

// kinds are the events as the API takes them: none is everything, which has to
// be said in a word.
func (o *webhookFlags) kinds(c *cobra.Command) ([]string, error) {
	if len(o.events) == 1 && o.events[0] == "all" {
		return []string{}, nil
	}
	if len(o.events) == 0 && c.Flags().Changed("events") {
		return nil, usagef("say which events, or --events all")
	}
	return o.events, nil
}

func (p *cli) webhooksAdd() *cobra.Command {
	var o webhookFlags
	c := &cobra.Command{
		Use: "add NAME", Short: "Add a webhook; its secret is printed once", Args: cobra.ExactArgs(1),
		Example: "  rsvpp webhooks add helpdesk --url https://helpdesk.example.org/rsvpp --events user.bounced,token.expiring",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c)
	_ = c.MarkFlagRequired("url")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		kinds, err := o.kinds(c)
		if err != nil {
			return err
		}
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return err
		}
		w, secret, err := server.AddWebhook(ctx, client.NewWebhook{Name: args[0], URL: o.url, Events: kinds, Location: location})
		if err != nil {
			return err
		}
		return p.printWebhookSecret(w, secret, "Added the webhook "+clean(w.Name)+".")
	})
	return c
}

func (p *cli) printWebhookSecret(w client.Webhook, secret, sentence string) error {
	if p.json {
		return p.printJSON(struct {
			client.Webhook
			Secret string `json:"secret"`
		}{w, secret})
	}
	return p.printSecret(sentence, "secret", secret)
}

// onWebhook makes a command that does something with the webhook named.
func (p *cli) onWebhook(c *cobra.Command, do func(ctx context.Context, server *client.Client, w client.Webhook, rest []string) error) *cobra.Command {
	if c.Args == nil {
		c.Args = cobra.ExactArgs(1)
	}
	c.ValidArgsFunction = p.completeWebhooks
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		all, err := server.Webhooks(ctx)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.ID == args[0] || strings.EqualFold(w.Name, args[0]) {
				return do(ctx, server, w, args[1:])
			}
		}
		return usagef("there is no webhook %q: look with rsvpp webhooks list", args[0])
	})
	return c
}

func (p *cli) completeWebhooks(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.fromServer(cmd, func(ctx context.Context, c *client.Client) ([]string, error) {
		all, err := c.Webhooks(ctx)
		var names []string
		for _, w := range all {
			names = append(names, w.Name)
		}
		return names, err
	})
}

func (p *cli) webhooksShow() *cobra.Command {
	return p.onWebhook(&cobra.Command{Use: "show NAME", Short: "Show one webhook and how it stands"},
		func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
			return p.printWebhook(ctx, server, w)
		})
}

func (p *cli) printWebhook(ctx context.Context, server *client.Client, w client.Webhook) error {
	if p.json {
		return p.printJSON(w)
	}
	if w.Location != "" {
		locations, _ := server.Locations(ctx) // whose key may not read is shown the id
		for _, l := range locations {
			if l.ID == w.Location {
				w.Location = l.Name
			}
		}
	}
	out := &table{}
	for _, row := range [][2]string{
		{"Name", w.Name},
		{"State", w.State},
		{"Note", w.Problem},
		{"Address", w.URL},
		{"Events", orAll(w.Events)},
		{"Location", w.Location},
		{"Last taken", orNever(when(w.DeliveredAt))},
		{"Failing since", when(w.FailingSince)},
		{"Paused until", when(w.PausedUntil)},
		{"Old secret signs until", when(w.OldSecretUntil)},
		{"Waiting", many(w.Waiting, "message", "messages")},
	} {
		if row[1] != "" {
			out.add(row[0], row[1])
		}
	}
	return out.write(p.out)
}

func (p *cli) webhooksSet() *cobra.Command {
	var o webhookFlags
	var on, off bool
	var c *cobra.Command
	c = p.onWebhook(&cobra.Command{Use: "set NAME", Short: "Change a webhook, or switch it off or on again"},
		func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
			change, err := o.change(ctx, server, c)
			if err != nil {
				return err
			}
			if on || off {
				change.On = &on
			}
			if change == (client.WebhookPatch{}) {
				return usagef("nothing to change: say --name, --url, --events, --location, --on or --off")
			}
			if w, err = server.ChangeWebhook(ctx, w.ID, change); err != nil {
				return err
			}
			return p.printWebhook(ctx, server, w)
		})
	o.flags(c)
	c.Flags().StringVar(&o.name, "name", "", "another name")
	c.Flags().BoolVar(&on, "on", false, "switch it on again")
	c.Flags().BoolVar(&off, "off", false, "switch it off")
	c.MarkFlagsMutuallyExclusive("on", "off")
	return c
}

// change is what the flags that were given change.
func (o *webhookFlags) change(ctx context.Context, server *client.Client, c *cobra.Command) (client.WebhookPatch, error) {
	var p client.WebhookPatch
	if c.Flags().Changed("name") {
		p.Name = &o.name
	}
	if c.Flags().Changed("url") {
		p.URL = &o.url
	}
	if c.Flags().Changed("events") {
		kinds, err := o.kinds(c)
		if err != nil {
			return p, err
		}
		p.Events = &kinds
	}
	if c.Flags().Changed("location") {
		location, err := findLocation(ctx, server, o.location)
		if err != nil {
			return p, err
		}
		p.Location = &location
	}
	return p, nil
}

func (p *cli) webhooksRotate() *cobra.Command {
	var yes bool
	c := p.onWebhook(&cobra.Command{
		Use: "rotate NAME", Short: "Make another secret, printed once; the old one signs as well for a day",
	}, func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
		if ok, err := p.confirm("Make another secret for "+clean(w.Name)+"? The old one signs for one more day.", yes); !ok || err != nil {
			return err
		}
		w, secret, err := server.RotateWebhook(ctx, w.ID)
		if err != nil {
			return err
		}
		return p.printWebhookSecret(w, secret, "Made another secret for "+clean(w.Name)+". The old one signs as well until "+when(w.OldSecretUntil)+".")
	})
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

func (p *cli) webhooksRemove() *cobra.Command {
	var yes bool
	c := p.onWebhook(&cobra.Command{Use: "remove NAME", Short: "Take a webhook away, with what waits for it"},
		func(ctx context.Context, server *client.Client, w client.Webhook, _ []string) error {
			ask := "Remove " + clean(w.Name) + "?"
			if w.Waiting > 0 {
				ask += " " + many(w.Waiting, "message that waits is", "messages that wait are") + " dropped."
			}
			if ok, err := p.confirm(ask, yes); !ok || err != nil {
				return err
			}
			if err := server.RemoveWebhook(ctx, w.ID); err != nil {
				return err
			}
			if p.json {
				return p.printJSON(map[string]string{"removed": w.ID})
			}
			return p.println("Removed " + clean(w.Name) + ".")
		})
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}
