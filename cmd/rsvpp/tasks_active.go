package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// tasksActive lists invitations on devices (S4-22, S4-23, F-40), and takes
// them back or repeats them.
func (p *cli) tasksActive() *cobra.Command {
	var f client.CommandFilter
	var all bool
	var limit int
	c := &cobra.Command{
		Use: "active", Short: "List invitations on devices: whose, on which, how far", Args: cobra.NoArgs,
		Long: `List invitations on devices, the newest first: those that a device may still
answer, or with --all those that ended, too.

States: queued, pushed (the device was woken), not-now (it comes back by
itself), acknowledged (it showed the invitation), failed, canceled.`,
		Example: `  rsvpp tasks active
  rsvpp tasks active --state failed
  rsvpp tasks active cancel ID`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().StringVar(&f.State, "state", "", "only those in this `state`")
	c.Flags().BoolVar(&all, "all", false, "those that ended, too")
	c.Flags().IntVar(&limit, "limit", 100, "how many at most")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		f.State, f.Open = strings.ReplaceAll(f.State, "-", "_"), !all && f.State == ""
		list, err := server.ListCommands(ctx, f, client.Page{Limit: limit})
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(list)
		}
		return printCommands(list.Items).write(p.out)
	})
	c.AddCommand(
		p.taskDoes("cancel ID", "Take an invitation on a device back", p.cancelCommand),
		p.taskDoes("retry ID", "Send it to the same device again, as a new task", p.retryCommand))
	return c
}

func printCommands(list []client.Command) *table {
	out := &table{header: []string{"ID", "PERSON", "DEVICE", "COMMAND", "STATE", "SINCE", "ATTEMPTS", "LAST ANSWER"}, right: []int{6}}
	for _, c := range list {
		answer := c.Sentence
		if answer == "" {
			answer = c.Answer
		}
		out.add(c.ID, c.FullName, c.DeviceName, c.Command, strings.ReplaceAll(c.State, "_", "-"), when(c.QueuedAt), count(c.Attempts), answer)
	}
	return out
}

func (p *cli) cancelCommand(ctx context.Context, c *client.Client, id string) error {
	done, err := c.CancelCommand(ctx, id)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(done)
	}
	return p.println(done.Sentence)
}

func (p *cli) retryCommand(ctx context.Context, c *client.Client, id string) error {
	t, err := c.RetryCommand(ctx, id)
	if err != nil {
		return err
	}
	return p.finish(ctx, c, t, t, false, nothing)
}
