package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// completeWithin is how long a shell waits for words that the server knows.
const completeWithin = 2 * time.Second

// completion offers words; whatever goes wrong, it offers none and says nothing.
type completion = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// oneOf completes a flag's value from a fixed list.
func oneOf(all ...string) completion {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// fromServer completes with what the server answers.
func (p *cli) fromServer(cmd *cobra.Command, ask func(context.Context, *client.Client) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completeWithin)
	defer cancel()
	server, err := p.connect()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	found, err := ask(ctx, server)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// completeLocations offers the names of locations.
func (p *cli) completeLocations(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.locationNames(cmd)
}

func (p *cli) locationNames(cmd *cobra.Command) ([]string, cobra.ShellCompDirective) {
	return p.fromServer(cmd, func(ctx context.Context, c *client.Client) ([]string, error) {
		all, err := c.Locations(ctx)
		var names []string
		for _, l := range all {
			names = append(names, l.Name)
		}
		return names, err
	})
}

// completeTasks offers the ids of the newest tasks, with their titles.
func (p *cli) completeTasks(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.fromServer(cmd, func(ctx context.Context, c *client.Client) ([]string, error) {
		list, err := c.ListTasks(ctx, client.TaskFilter{}, client.Page{Limit: 20})
		var ids []string
		for _, t := range list.Items {
			ids = append(ids, t.ID+"\t"+clean(t.Title))
		}
		return ids, err
	})
}

// completes gives a flag its completion.
func completes(c *cobra.Command, flag string, how completion) {
	if c.Flags().Lookup(flag) != nil {
		_ = c.RegisterFlagCompletionFunc(flag, how) // it fails for unknown flags alone
	}
}

// completeFlags gives the flags of all commands their values.
func (p *cli) completeFlags(c *cobra.Command) {
	locations := func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return p.locationNames(cmd)
	}
	for flag, how := range map[string]completion{
		"via": oneOf("mail", "device", "both", "link"), "audience": oneOf("not-invited", "not-registered", "removed"),
		"status": oneOf("not-invited", "invited", "registered", "removed"), "attention": oneOf(attentions...),
		"columns": oneOf(columnNames()...), "location": locations, "scopes": oneOf(scopeNames...), "mode": oneOf("none", "relay", "direct"), "events": oneOf(append(eventNames(), "all")...), "security": oneOf("none", "starttls", "starttls-required", "tls"),
	} {
		completes(c, flag, how)
	}
	for _, child := range c.Commands() {
		p.completeFlags(child)
	}
}
