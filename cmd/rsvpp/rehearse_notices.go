package main

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// quiet stops the schedule, so that what is seen is seen by notification.
func (r *rehearsal) quiet(ctx context.Context) error {
	l, err := r.place(ctx)
	if err == nil {
		_, err = r.c.SetSchedule(ctx, l.ID, client.Schedule{Paused: true})
	}
	return err
}

// signInsShow waits until everybody who signed in stands here as registered,
// by Apple's notifications alone. Those whose notification was lost are left
// to the schedule.
func (r *rehearsal) signInsShow(ctx context.Context) error {
	here, before, err := r.registered(ctx)
	if err != nil {
		return err
	}
	begun, moved := here, time.Now()
	for here < before && time.Since(moved) < r.noticeWithin() {
		if err := pass(ctx, lookEvery); err != nil {
			return err
		}
		was := here
		if here, before, err = r.registered(ctx); err != nil {
			return err
		}
		if here != was {
			moved = time.Now()
		}
	}
	r.custody.SignIns += here - begun
	r.custody.NotesLost = r.s.apple.Calls().ByFault[applesim.NoteLost]
	if here < before && r.o.faults == "none" && r.o.kills == 0 {
		r.differ("", "%d signed in and are not shown, although Apple told of them", before-here)
	}
	return nil
}

// noticeWithin is how long a notification may take: the late ones of a bad day
// are two seconds late, and those that nobody took come again.
func (r *rehearsal) noticeWithin() time.Duration {
	if r.o.faults == "none" {
		return 8 * time.Second
	}
	return 3 * time.Second
}

// registered counts who has signed in, here and at Apple.
func (r *rehearsal) registered(ctx context.Context) (here, there int, err error) {
	counts, err := r.c.CountUsers(ctx, "")
	return counts.Status[client.Registered], r.s.apple.CountUsers(r.s.location.UID)[applesim.Associated], err
}

// scheduledSync lets the schedule read once, and then rest again.
func (r *rehearsal) scheduledSync(ctx context.Context) error {
	before, _, err := r.registered(ctx)
	if err != nil {
		return err
	}
	l, err := r.place(ctx)
	if err != nil {
		return err
	}
	if _, err := r.c.SetSchedule(ctx, l.ID, client.Schedule{}); err != nil {
		return err
	}
	r.least.reads(1)
	read := l.ReadAt
	if _, err := r.awaits(ctx, "a scheduled read", func(l client.Location) bool { return l.ReadAt.After(read) }); err != nil {
		return err
	}
	here := 0
	err = r.until(ctx, "sign-ins to be seen by the schedule", func() (bool, any, error) {
		var there int
		var err error
		here, there, err = r.registered(ctx)
		return here == there, here, err
	})
	r.custody.Scheduled += here - before
	if err != nil {
		return err
	}
	return r.quiet(ctx)
}
