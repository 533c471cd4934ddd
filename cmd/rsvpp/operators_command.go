package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// scopeNames are what somebody may do, as they are typed.
var scopeNames = []string{"owner", "read", "invite", "roster", "program", "settings", "operators"}

func (p *cli) operatorsCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "operators", Short: "List, add, change and remove administrators"},
		p.operatorsList(), p.operatorsAdd(), p.operatorsSet(), p.operatorsRemove())
}

func (p *cli) operatorsList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List who may use the server, and what each may do", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		all, err := server.Operators(ctx)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(items{all})
		}
		out := &table{header: []string{"ID", "NAME", "MAY DO", "ADDED", "SIGNED IN"}}
		for _, o := range all {
			out.add(o.ID, o.Name, strings.Join(o.Scopes, ","), when(o.CreatedAt), orNever(when(o.SignedInAt)))
		}
		return out.write(p.out)
	})
	return c
}

func (p *cli) operatorsAdd() *cobra.Command {
	scopes := []string{"read", "invite"}
	c := &cobra.Command{
		Use: "add NAME", Short: "Add an administrator, with a password from standard input", Args: cobra.ExactArgs(1),
		Long: `Add an administrator, who may do no more than you. The first password is asked
for, or read from standard input; they change it under their name.`,
		Example: "  rsvpp operators add ben --scopes read,invite < password.txt",
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringSliceVar(&scopes, "scopes", scopes, "what they may do: "+strings.Join(scopeNames, ", "))
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		password, err := p.askSecret("The first password")
		if err != nil {
			return err
		}
		o, err := server.CreateOperator(ctx, args[0], password, scopes...)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(o)
		}
		return p.println("Added " + clean(o.Name) + ", who may do: " + strings.Join(o.Scopes, ", ") + ".")
	})
	return c
}

func (p *cli) operatorsSet() *cobra.Command {
	var name string
	var scopes []string
	var password bool
	c := &cobra.Command{
		Use: "set NAME", Short: "Change an administrator's name, scopes or password", Args: cobra.ExactArgs(1),
		Long: `Change an administrator, named by name or id: only what is given. With --scopes
they may do what is listed and nothing else. With --password a new password is
asked for, or read from standard input, and every session of theirs ends.`,
		Example:           "  rsvpp operators set ben --scopes read,invite,roster\n  rsvpp operators set ben --name benedict",
		ValidArgsFunction: p.completeOperators,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringVar(&name, "name", "", "the new name")
	c.Flags().StringSliceVar(&scopes, "scopes", nil, "all that they may do: "+strings.Join(scopeNames, ", "))
	c.Flags().BoolVar(&password, "password", false, "set a new password")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		patch := client.OperatorPatch{Scopes: scopes}
		if c.Flags().Changed("name") {
			patch.Name = &name
		}
		if patch.Name == nil && len(scopes) == 0 && !password {
			return usagef("nothing to change was given (see --help)")
		}
		o, err := p.changeOperator(ctx, server, args[0], patch, password)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(o)
		}
		return p.println("Changed " + clean(o.Name) + ", who may do: " + strings.Join(o.Scopes, ", ") + ".")
	})
	return c
}

func (p *cli) changeOperator(ctx context.Context, c *client.Client, who string, patch client.OperatorPatch, password bool) (client.Operator, error) {
	o, err := findOperator(ctx, c, who)
	if err != nil {
		return o, err
	}
	if password {
		next, err := p.askSecret("The new password")
		if err == nil {
			err = c.SetPassword(ctx, o.ID, next)
		}
		if err != nil {
			return o, err
		}
	}
	if patch.Name == nil && len(patch.Scopes) == 0 {
		return o, nil
	}
	return c.UpdateOperator(ctx, o.ID, patch)
}

func (p *cli) operatorsRemove() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "remove NAME", Short: "Remove an administrator, with sessions and API keys", Args: cobra.ExactArgs(1),
		ValidArgsFunction: p.completeOperators,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		o, err := findOperator(ctx, server, args[0])
		if err != nil {
			return err
		}
		if ok, err := p.confirm("Remove "+clean(o.Name)+"? They are signed out at once, and their API keys end.", yes); !ok || err != nil {
			return err
		}
		if err := server.DeleteOperator(ctx, o.ID); err != nil {
			return err
		}
		if p.json {
			return p.printJSON(map[string]string{"removed": o.ID})
		}
		return p.println("Removed " + clean(o.Name) + ".")
	})
	return c
}

func findOperator(ctx context.Context, c *client.Client, text string) (client.Operator, error) {
	all, err := c.Operators(ctx)
	if err != nil {
		return client.Operator{}, err
	}
	return operatorAmong(all, text)
}

// operatorAmong finds an administrator by id or name.
func operatorAmong(all []client.Operator, text string) (client.Operator, error) {
	for _, o := range all {
		if o.ID == text || strings.EqualFold(o.Name, text) {
			return o, nil
		}
	}
	return client.Operator{}, usagef("there is no administrator %q: look with rsvpp operators list", text)
}

func (p *cli) completeOperators(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.fromServer(cmd, func(ctx context.Context, c *client.Client) ([]string, error) {
		all, err := c.Operators(ctx)
		var names []string
		for _, o := range all {
			names = append(names, o.Name)
		}
		return names, err
	})
}
