package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/client"
)

// await watches a task until nothing more will happen.
func (p *cli) await(ctx context.Context, c *client.Client, t client.Task) (client.Task, error) {
	show := p.progress(clean(t.Title))
	defer show.end()
	for now, err := range c.WatchTask(ctx, t.ID) {
		switch {
		case ctx.Err() != nil:
			return t, interrupted(t)
		case err != nil:
			return t, err
		}
		t = now
		show.set(t.Done+t.Failed+t.Skipped, t.Total)
	}
	return t, nil
}

func interrupted(t client.Task) error {
	return sayf(context.Canceled, "Interrupted. The work goes on in the server: rsvpp tasks watch %s", t.ID)
}

// finish says how a task went, and fails if anything in it did.
func (p *cli) finish(ctx context.Context, c *client.Client, t client.Task, asJSON any, waited bool, more func() error) error {
	if p.json {
		return errors.Join(p.printJSON(asJSON), outcome(t))
	}
	if !waited && t.Undoable {
		return p.println(undoable(t), "Watch it with: rsvpp tasks watch "+t.ID)
	}
	if !waited && !t.Finished {
		return p.println(clean(t.Title)+" has begun.", "Watch it with: rsvpp tasks watch "+t.ID)
	}
	if err := p.println(summary(t)); err != nil {
		return err
	}
	if err := errors.Join(more(), p.printFailures(ctx, c, t)); err != nil {
		return err
	}
	return outcome(t)
}

// undoable says until when a task can be undone, and how.
func undoable(t client.Task) string {
	return clean(t.Title) + ": will be sent to Apple at " + t.HoldUntil.Local().Format("15:04:05") + ". Undo it until then with: rsvpp vpp undo " + t.ID
}

func summary(t client.Task) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s done, %s failed, %s skipped.", clean(t.Title), count(t.Done), count(t.Failed), count(t.Skipped))
	for _, name := range slices.Sorted(maps.Keys(t.Result)) {
		fmt.Fprintf(&text, " %s: %s.", strings.ReplaceAll(name, "_", " "), count(t.Result[name]))
	}
	if t.Note != "" {
		text.WriteString(" " + clean(t.Note))
	}
	return text.String()
}

// outcome is the failure of a finished task, if it is one.
func outcome(t client.Task) error {
	switch {
	case t.State == "canceled":
		return sayf(nil, "The task was canceled.")
	case t.Failed > 0:
		return sayf(nil, "%s failed. Do them again with: rsvpp tasks retry %s", many(t.Failed, "person", "people"), t.ID)
	}
	return nil
}

const mostFailures = 20

func (p *cli) printFailures(ctx context.Context, c *client.Client, t client.Task) error {
	if t.Failed == 0 {
		return nil
	}
	list, err := c.ListTaskItems(ctx, t.ID, "failed", client.Page{Limit: mostFailures})
	if err != nil {
		return err
	}
	out := &table{header: []string{"FAILED", "E-MAIL", "WHY"}}
	for _, i := range list.Items {
		out.add(i.FullName, i.Email, i.Detail)
	}
	if err := out.write(p.out); err != nil || list.Next == "" {
		return err
	}
	return p.println("and more: rsvpp tasks show " + t.ID + " --json")
}

func isConflict(err error) bool {
	var problem *client.Problem
	return errors.As(err, &problem) && problem.Status == 409
}
