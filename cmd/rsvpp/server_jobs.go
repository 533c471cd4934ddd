package main

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/task"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// handleJobs says which room does which promised work.
func (v *server) handleJobs() {
	queue.Handle(v.queue, 8, v.expand)
	queue.Handle(v.queue, 16, v.program.Tend)
	queue.Handle(v.queue, 1, v.invite.Send) // one job sends many letters at once
	queue.HandleUnhurried(v.queue, 1, v.notices.Send)
	queue.HandleUnhurried(v.queue, 16, v.webhooks.Post) // one for each webhook: a slow receiver holds up no other
	queue.Handle(v.queue, 2, v.roster.RunImport)
	queue.HandleUnhurried(v.queue, 1, v.sweep)
	queue.HandleUnhurried(v.queue, 1, v.sweepDevices)
	v.queue.Every(v.settings.sweep, vpp.Sweep{})
	queue.Handle(v.queue, 1, v.tendServers)
	v.queue.Every(tendServersEvery, vpp.TendServers{})
	v.queue.Every(v.settings.sweep, vpp.SweepDevices{})
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
	case vpp.TaskAssign, vpp.TaskTakeBack:
		return v.licenses.Expand(ctx, t)
	}
	return v.invite.Expand(ctx, job)
}

// sweep wakes what is due and forgets what is old, in every room.
func (v *server) sweep(ctx context.Context, _ vpp.Sweep) error {
	return errors.Join(v.program.Sweep(ctx), v.invite.Sweep(ctx), v.notices.Sweep(ctx), v.webhooks.Sweep(ctx), v.locations.Watch(ctx), v.operators.Sweep(ctx),
		v.roster.Forget(ctx), v.tasks.Forget(ctx), v.db.FoldCounts(ctx))
}

// starters repeat a task for the people with whom it failed.
func (v *server) starters() map[vpp.TaskKind]task.Starter {
	return map[vpp.TaskKind]task.Starter{
		vpp.TaskInvite: v.inviteAgain,
		vpp.TaskResend: func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
			params = maps.Clone(params)
			params["resend"] = "yes"
			return v.inviteAgain(ctx, by, s, params, key)
		},
		vpp.TaskSync: func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
			return v.program.StartSync(ctx, by, s, params["read"] == "full", key)
		},
		vpp.TaskDelete: func(ctx context.Context, by vpp.Actor, s vpp.Selection, _ map[string]string, key string) (vpp.Task, error) {
			return v.program.StartDelete(ctx, by, s, true, key) // it was thought over the first time
		},
		vpp.TaskAssign: func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
			return v.licenses.Assign(ctx, by, s, vpp.AssetOf(params), params["hold"] != "", key)
		},
		vpp.TaskTakeBack: func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
			return v.licenses.TakeBack(ctx, by, s, vpp.AssetOf(params), key)
		},
	}
}

// inviteAgain repeats a run as it was: the same way, the same letter, links
// that work as long.
func (v *server) inviteAgain(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
	r := invite.Request{
		Selection: s, Location: s.Filter.Location, Audience: vpp.Audience(params["audience"]), Channel: vpp.Channel(params["channel"]),
		Resend: params["resend"] != "", ElseMail: params["else_mail"] != "", Devices: invite.DevicesOf(params), IdempotencyKey: key,
		TryAgain: true, // who repeats what failed means it
	}
	if life, err := time.ParseDuration(params["expires_in"]); err == nil {
		r.ExpiresIn = life
	}
	letter, own, err := v.db.RunLetter(ctx, vpp.TaskID(params["retry_of"]))
	if err != nil {
		return vpp.Task{}, err
	}
	if own {
		r.Letter = &letter
	}
	return v.invite.Start(ctx, by, r)
}
