package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) keysCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "keys", Short: "List, make and revoke API keys"}, p.keysList(), p.keysCreate(), p.keysRevoke())
}

func (p *cli) keysList() *cobra.Command {
	var holder string
	var revoked bool
	c := &cobra.Command{Use: "list", Short: "List API keys, without their secrets", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringVar(&holder, "operator", "", "only keys of this `administrator`, by name or id")
	c.Flags().BoolVar(&revoked, "revoked", false, "revoked ones too")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		keys, names, err := heldKeys(ctx, server, holder)
		if err != nil {
			return err
		}
		shown := []client.Key{}
		for _, k := range keys {
			if revoked || k.RevokedAt.IsZero() {
				shown = append(shown, k)
			}
		}
		if p.json {
			return p.printJSON(items{shown})
		}
		return printKeys(shown, names, time.Now()).write(p.out)
	})
	return c
}

// heldKeys reads the keys of one administrator, or of all, and who holds them.
func heldKeys(ctx context.Context, c *client.Client, holder string) ([]client.Key, map[string]string, error) {
	all, err := c.Operators(ctx)
	if err != nil {
		return nil, nil, err
	}
	if holder != "" {
		o, err := operatorAmong(all, holder)
		if err != nil {
			return nil, nil, err
		}
		holder = o.ID
	}
	names := map[string]string{}
	for _, o := range all {
		names[o.ID] = o.Name
	}
	keys, err := c.Keys(ctx, holder)
	return keys, names, err
}

func printKeys(keys []client.Key, names map[string]string, now time.Time) *table {
	out := &table{header: []string{"ID", "KEY", "OF", "MAY DO", "LAST USED", "WORKS UNTIL"}}
	for _, k := range keys {
		until := when(k.ExpiresAt)
		switch {
		case !k.RevokedAt.IsZero():
			until = "revoked"
		case !now.Before(k.ExpiresAt):
			until = "expired"
		}
		out.add(k.ID, k.Name, names[k.OperatorID], strings.Join(k.Scopes, ","), orNever(when(k.LastUsedAt)), until)
	}
	return out
}

func (p *cli) keysCreate() *cobra.Command {
	k := client.NewKey{Scopes: []string{"read"}}
	var days int
	c := &cobra.Command{
		Use: "create NAME", Short: "Make an API key of your own; it is printed once", Args: cobra.ExactArgs(1),
		Long: `Make an API key of your own, which may do no more than the key that you use for
it. NAME says what it is for. The secret is printed once and never again.`,
		Example: "  rsvpp keys create \"nightly sync\" --scopes read,program --days 365",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringSliceVar(&k.Scopes, "scopes", k.Scopes, "what the key may do: "+strings.Join(scopeNames, ", "))
	c.Flags().IntVar(&days, "days", 90, "how long it works")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		k.Name, k.ExpiresAt = args[0], time.Now().AddDate(0, 0, days)
		made, secret, err := server.CreateKey(ctx, k)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(struct {
				client.Key
				Secret string `json:"secret"`
			}{made, secret})
		}
		return p.printSecret("Made the API key "+clean(made.Name)+", which works until "+when(made.ExpiresAt)+".", "key", secret)
	})
	return c
}

func (p *cli) keysRevoke() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "revoke KEY", Short: "End an API key, named by its name or id", Args: cobra.ExactArgs(1),
		ValidArgsFunction: p.completeKeys,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		k, err := findKey(ctx, server, args[0])
		if err != nil {
			return err
		}
		if ok, err := p.confirm("Revoke "+clean(k.Name)+"? What uses it is turned away at once.", yes); !ok || err != nil {
			return err
		}
		if err := server.RevokeKey(ctx, k.ID); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]string{"revoked": k.ID})
		}
		return p.println("Revoked " + clean(k.Name) + ".")
	})
	return c
}

// findKey finds one key that counts; of two with one name neither is meant.
func findKey(ctx context.Context, c *client.Client, text string) (client.Key, error) {
	all, err := c.Keys(ctx, "")
	if err != nil {
		return client.Key{}, err
	}
	var named []client.Key
	for _, k := range all {
		switch {
		case k.ID == text:
			return k, nil
		case k.RevokedAt.IsZero() && strings.EqualFold(k.Name, text):
			named = append(named, k)
		}
	}
	switch len(named) {
	case 0:
		return client.Key{}, usagef("there is no API key %q: look with rsvpp keys list", text)
	case 1:
		return named[0], nil
	}
	return client.Key{}, usagef("there are %d API keys named %q: say the id (rsvpp keys list)", len(named), text)
}

func (p *cli) completeKeys(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.fromServer(cmd, func(ctx context.Context, c *client.Client) ([]string, error) {
		all, err := c.Keys(ctx, "")
		var ids []string
		for _, k := range all {
			if k.RevokedAt.IsZero() {
				ids = append(ids, k.ID+"\t"+clean(k.Name))
			}
		}
		return ids, err
	})
}
