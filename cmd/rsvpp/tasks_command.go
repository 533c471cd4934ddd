package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) tasksCommand() *cobra.Command {
	return p.group(&cobra.Command{Use: "tasks", Short: "Watch, cancel and repeat long work"},
		p.tasksList(), p.tasksActive(),
		p.taskDoes("show ID", "Show a task and what failed", p.showTask),
		p.taskDoes("watch ID", "Wait until a task is done", p.watchTask),
		p.taskDoes("cancel ID", "Stop what has not been begun", p.cancelTask),
		p.taskDoes("undo ID", "Undo a task of which nothing was sent yet", p.undoTask),
		p.taskDoes("retry ID", "Do again what failed, as a new task", p.retryTask))
}

func (p *cli) tasksList() *cobra.Command {
	var open bool
	var limit int
	c := &cobra.Command{Use: "list", Short: "List tasks, the newest first", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.Flags().BoolVar(&open, "open", false, "only what is not finished")
	c.Flags().IntVar(&limit, "limit", 20, "how many at most")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		list, err := server.ListTasks(ctx, client.TaskFilter{Open: open}, client.Page{Limit: limit})
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(list)
		}
		return printTasks(list.Items).write(p.out)
	})
	return c
}

func printTasks(tasks []client.Task) *table {
	out := &table{header: []string{"ID", "TASK", "STATE", "PEOPLE", "DONE", "FAILED", "SKIPPED", "BEGUN", "BY"}, right: []int{3, 4, 5, 6}}
	for _, t := range tasks {
		out.add(t.ID, t.Title, t.State, count(t.Total), count(t.Done), count(t.Failed), count(t.Skipped), when(t.CreatedAt), t.CreatedBy)
	}
	return out
}

// taskDoes is a command about one task.
func (p *cli) taskDoes(use, short string, work func(context.Context, *client.Client, string) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), ValidArgsFunction: p.completeTasks}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		return work(ctx, server, args[0])
	})
	return c
}

func (p *cli) showTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.Task(ctx, id)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(t)
	}
	if err := printTasks([]client.Task{t}).write(p.out); err != nil {
		return err
	}
	if t.Undoable {
		if err := p.println(undoable(t)); err != nil {
			return err
		}
	}
	return p.printFailures(ctx, c, t)
}

func (p *cli) watchTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.Task(ctx, id)
	if err != nil {
		return err
	}
	if t, err = p.await(ctx, c, t); err != nil {
		return err
	}
	return p.finish(ctx, c, t, t, true, nothing)
}

func (p *cli) cancelTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.CancelTask(ctx, id)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(t)
	}
	if !t.HoldUntil.IsZero() && t.ReleasedAt.IsZero() {
		return p.println("Canceled before anything was sent to Apple.")
	}
	return p.println("Canceled. What Apple already has is not taken back.")
}

func (p *cli) undoTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.UndoTask(ctx, id)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(t)
	}
	return p.println("Undone. Nothing was sent to Apple.")
}

func (p *cli) retryTask(ctx context.Context, c *client.Client, id string) error {
	t, err := c.RetryTask(ctx, id)
	if err != nil {
		return err
	}
	return p.finish(ctx, c, t, t, false, nothing)
}
