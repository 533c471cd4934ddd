package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

type schedules interface {
	DueReads(ctx context.Context, now time.Time) ([]vpp.Location, error)
	ScheduleReads(ctx context.Context, id vpp.LocationID, next, nextFull time.Time) error
	SetSchedule(ctx context.Context, by vpp.Actor, was vpp.Location, s vpp.Schedule, next, nextFull time.Time) error
}

// Usual is the schedule of locations that have none of their own.
func (s *Service) Usual() vpp.Schedule {
	return vpp.Schedule{Every: s.config.Cadence.ReadEvery, FullEvery: s.config.Cadence.FullEvery}
}

// SetSchedule says how often a location is read by itself (F-47, S1-20). A
// paused location is read when somebody asks for it, and when Apple notifies.
func (s *Service) SetSchedule(ctx context.Context, by vpp.Actor, id vpp.LocationID, schedule vpp.Schedule) (vpp.Location, error) {
	if err := schedule.Check(); err != nil {
		return vpp.Location{}, err
	}
	l, err := s.store.Location(ctx, id)
	if err != nil || l.Schedule == schedule {
		return l, err
	}
	was := l
	l.Schedule, l.NextReadAt, l.NextFullAt = schedule, time.Time{}, time.Time{}
	next, nextFull := time.Time{}, time.Time{}
	if !schedule.Paused {
		next, nextFull = s.dueReads(l)
	}
	if err := s.store.SetSchedule(ctx, by, was, schedule, next, nextFull); err != nil {
		return l, err
	}
	return s.store.Location(ctx, id)
}

// dueReads says when a location is read next: as stored, else one span after
// it was read last, else now.
func (s *Service) dueReads(l vpp.Location) (read, full time.Time) {
	every := l.Schedule.Or(s.Usual())
	return s.dueRead(l.ID, l.NextReadAt, l.ReadAt, every.Every), s.dueRead(l.ID, l.NextFullAt, l.FullReadAt, every.FullEvery)
}

func (s *Service) dueRead(id vpp.LocationID, stored, last time.Time, every time.Duration) time.Time {
	switch {
	case !stored.IsZero():
		return stored
	case last.IsZero():
		return s.config.Now()
	}
	if next := vpp.Jittered(id, every, last); next.After(s.config.Now()) {
		return next
	}
	return s.config.Now()
}

// afterRead says when the schedule reads next after a read that is done.
func (s *Service) afterRead(ctx context.Context, id vpp.LocationID, full bool) (read, whole time.Time, err error) {
	l, err := s.store.Location(ctx, id) // its schedule may have changed meanwhile
	if err != nil || l.Schedule.Paused {
		return read, whole, err
	}
	every, now := l.Schedule.Or(s.Usual()), s.config.Now()
	if read, whole = vpp.Jittered(id, every.Every, now), l.NextFullAt; full || whole.IsZero() {
		whole = vpp.Jittered(id, every.FullEvery, now)
	}
	return read, whole, nil
}

// Sweep wakes what is due and nobody's: reads by schedule, and what dead nodes
// left behind.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.config.Now()
	due, err := s.store.DueReads(ctx, now)
	if err != nil {
		return err
	}
	for _, l := range due {
		err = errors.Join(err, s.readBySchedule(ctx, l))
	}
	return errors.Join(err, s.store.ForgetNotifications(ctx, now.Add(-24*time.Hour)), s.store.WakeTenders(ctx), s.recount(ctx))
}

// readBySchedule asks for what is due at a location, and notes when it is due
// again: a read that fails is tried again by itself, and not asked for twice.
func (s *Service) readBySchedule(ctx context.Context, l vpp.Location) error {
	now, every := s.config.Now(), l.Schedule.Or(s.Usual())
	read, full := s.dueReads(l)
	whole, some := !full.After(now), !read.After(now)
	if whole {
		full = vpp.Jittered(l.ID, every.FullEvery, now)
	}
	if whole || some {
		read = vpp.Jittered(l.ID, every.Every, now)
	}
	if err := s.store.ScheduleReads(ctx, l.ID, read, full); err != nil || !whole && !some {
		return err
	}
	if err := s.store.WantRead(ctx, l.ID, whole); err != nil {
		return err
	}
	if whole { // the full read of licenses follows by itself
		return nil
	}
	return s.store.WantLibraryRead(ctx, l.ID)
}
