package main

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/task"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// handleJobs says which room does which promised work.
func (v *server) handleJobs() {
	queue.Handle(v.queue, 8, v.expand)
	queue.Handle(v.queue, 16, v.program.Tend)
	queue.Handle(v.queue, 4, v.invite.Send)
	queue.Handle(v.queue, 2, v.roster.RunImport)
	queue.Handle(v.queue, 1, v.sweep)
	v.queue.Every(v.settings.sweep, vpp.Sweep{})
}

// expand asks the room that a task belongs to.
func (v *server) expand(ctx context.Context, job vpp.ExpandTask) error {
	t, err := v.tasks.Get(ctx, job.TaskID)
	if err != nil {
		return err
	}
	switch t.Kind {
	case vpp.TaskSync, vpp.TaskDelete:
		return v.program.Expand(ctx, t)
	}
	return v.invite.Expand(ctx, job)
}

// sweep wakes what is due and forgets what is old, in every room.
func (v *server) sweep(ctx context.Context, _ vpp.Sweep) error {
	return errors.Join(v.program.Sweep(ctx), v.invite.Sweep(ctx), v.operators.Sweep(ctx),
		v.roster.Forget(ctx), v.tasks.Forget(ctx), v.db.FoldCounts(ctx))
}

// starters repeat a task for the people with whom it failed.
func (v *server) starters() map[vpp.TaskKind]task.Starter {
	again := func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
		channel := vpp.Channel(params["channel"])
		if channel == "" {
			channel = vpp.ChannelMail
		}
		return v.invite.Start(ctx, by, invite.Request{Selection: s, Location: s.Filter.Location, Channel: channel, IdempotencyKey: key})
	}
	return map[vpp.TaskKind]task.Starter{
		vpp.TaskInvite: again,
		vpp.TaskResend: again,
		vpp.TaskSync: func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
			return v.program.StartSync(ctx, by, s, params["read"] == "full", key)
		},
		vpp.TaskDelete: func(ctx context.Context, by vpp.Actor, s vpp.Selection, _ map[string]string, key string) (vpp.Task, error) {
			return v.program.StartDelete(ctx, by, s, key)
		},
	}
}
