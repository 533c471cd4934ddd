package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

const lookEvery = 100 * time.Millisecond

// until waits for something to become true, as long as anything moves: state
// is what must change now and then.
func (r *rehearsal) until(ctx context.Context, what string, look func() (done bool, state any, err error)) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	moved, before := time.Now(), ""
	for {
		done, state, err := look()
		if done || err != nil {
			return err
		}
		if now := fmt.Sprint(state); now != before {
			moved, before = time.Now(), now
		}
		if time.Since(moved) > r.o.patience {
			return sayf(nil, "Nothing moved any more for %s while waiting for %s (%s). People: %s.", r.o.patience, what, before, r.standing(ctx))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.s.house.gone():
			return sayf(nil, "The server ended by itself while waiting for %s.", what)
		case <-tick.C:
		}
	}
}

// await waits until a task is finished, and then for everything else that it
// set going.
func (r *rehearsal) await(ctx context.Context, task client.Task) (client.Task, error) {
	show := r.p.progress(clean(task.Title))
	defer show.end()
	err := r.until(ctx, task.Title, func() (bool, any, error) {
		now, err := r.c.Task(ctx, task.ID)
		if err != nil {
			return false, nil, err
		}
		task = now
		settled := task.Done + task.Failed + task.Skipped
		show.set(settled, task.Total)
		if err := r.maybeKill(ctx, settled, task.Total); err != nil {
			return false, nil, err
		}
		return task.Finished, []any{task.State, task.Total, settled, task.Note}, nil
	})
	if err != nil {
		return task, err
	}
	return task, r.until(ctx, "open tasks", func() (bool, any, error) {
		list, err := r.c.ListTasks(ctx, client.TaskFilter{Open: true}, client.Page{Limit: 1})
		return len(list.Items) == 0, list.Items, err
	})
}

// standing counts what people wait for, to say where it got stuck.
func (r *rehearsal) standing(ctx context.Context) string {
	steps := map[string]int{}
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return err.Error()
		}
		steps[strings.TrimSpace(q.VPPStatus+" "+q.Step+" "+q.Pending)]++
	}
	var words []string
	for _, step := range slices.Sorted(maps.Keys(steps)) {
		words = append(words, fmt.Sprintf("%d %s", steps[step], step))
	}
	return strings.Join(words, ", ")
}

// maybeKill ends a process in the thick of it: the first at a quarter of a
// task, the next at a half, then three quarters, and so on with later tasks.
func (r *rehearsal) maybeKill(ctx context.Context, done, total int) error {
	n, many := r.s.house.(*nodes)
	if !many || r.killed >= r.o.kills || total < r.o.users/4 || done >= total {
		return nil
	}
	if done*4 < total*(r.killed%3+1) {
		return nil
	}
	r.killed++
	if !r.p.json {
		_, _ = fmt.Fprintf(r.p.err, "kill -9 of one of %d processes at %d of %d\n", len(n.all), done, total)
	}
	return n.killOne(ctx, r.killed%len(n.all), r.o.database)
}
