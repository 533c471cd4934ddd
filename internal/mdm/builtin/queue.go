package builtin

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	nano "github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/push/service"

	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// queueing is what the queue needs beyond NanoMDM's.
type queueing interface {
	// CommandKnown says whether the command was ever queued for the channel.
	CommandKnown(ctx context.Context, uuid, channel string) (bool, error)
	// CancelCommands closes open commands.
	CancelCommands(ctx context.Context, uuids []string) error
	// ReopenCommands gives a channel that began anew back what it had not
	// answered, if it is still for its person.
	ReopenCommands(ctx context.Context, channel string) error
	// OpenChannels lists up to limit channels with open commands that are to be
	// woken (again) at a time, the longest waiting first.
	OpenChannels(ctx context.Context, at time.Time, limit int) ([]string, error)
	// PushTried notes that it was tried to wake channels, with or without
	// success. The pause until the next time is first at least, and doubles
	// while a device is not heard of.
	PushTried(ctx context.Context, channels []string, at time.Time, first time.Duration) error
	// PushProblem keeps why pushes fail; "" says that they do not.
	PushProblem(ctx context.Context, problem string, at time.Time) error
	// Woken notes that channels were woken, and which open commands they have.
	Woken(ctx context.Context, channels []string, at time.Time) (commands []string, err error)
	// PushTokenDead notes that a push token of a channel is of no use.
	PushTokenDead(ctx context.Context, channel, token string) error
	// ForgetCommands drops what was done before a time.
	ForgetCommands(ctx context.Context, before time.Time) error
}

// Send queues commands, and has their devices woken soon: who sends stands in
// line with letters, and is not held up by Apple's push service. A device that
// cannot be woken gets its commands when it comes by itself, or at a sweep.
func (s *Server) Send(ctx context.Context, commands []vpp.Command) []error {
	errs := make([]error, len(commands))
	var channels []string
	for i, c := range commands {
		if errs[i] = s.enqueue(ctx, c); errs[i] == nil {
			channels = append(channels, string(c.Enrollment))
		}
	}
	s.waker.soon(channels)
	return errs
}

func (s *Server) enqueue(ctx context.Context, c vpp.Command) error {
	body, err := command.Write(c)
	if err != nil {
		return err
	}
	decoded, err := nano.DecodeCommand(body)
	if err != nil {
		return err
	}
	failed, err := s.store.EnqueueCommand(ctx, []string{string(c.Enrollment)}, decoded)
	return errors.Join(err, failed[string(c.Enrollment)])
}

// Cancel implements mdm.Server.
func (s *Server) Cancel(ctx context.Context, commands []vpp.Command) error {
	uuids := make([]string, len(commands))
	for i, c := range commands {
		uuids[i] = c.ID
	}
	return s.store.CancelCommands(ctx, uuids)
}

// wake pushes to channels, and notes whom it reached, and what Apple refused.
func (s *Server) wake(ctx context.Context, channels []string) error {
	if len(channels) == 0 {
		return nil
	}
	began := s.config.Now() // a device may come before its push is answered
	answers, err := s.pusher.Push(ctx, channels)
	now := s.config.Now()
	var woken []string
	errs, problem := []error{err}, ""
	if vpp.KindOf(err) != vpp.Internal { // as that there is no certificate
		problem = vpp.MessageOf(err)
	}
	for channel, a := range answers {
		refusal, refused := errors.AsType[*push.Error](a.Err)
		switch {
		case a.Err == nil:
			woken = append(woken, channel)
		case refused && refusal.Dead():
			errs = append(errs, s.store.PushTokenDead(ctx, channel, refusal.Token))
		case errors.Is(a.Err, service.ErrIdNotFound): // it left, or is to bring another token
		default:
			problem = push.Sentence(a.Err)
			errs = append(errs, a.Err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // we stop: nothing is known of those that did not answer yet
	}
	if len(woken) > 0 || problem != "" {
		errs = append(errs, s.store.PushProblem(ctx, problem, now))
	}
	errs = append(errs, s.store.PushTried(ctx, woken, began, s.config.Repush), s.store.PushTried(ctx, without(channels, woken), began, min(s.config.Repush, tryAgain)))
	commands, err := s.store.Woken(ctx, woken, now)
	errs = append(errs, err)
	if len(commands) > 0 {
		errs = append(errs, s.told.Pushed(ctx, vpp.BuiltinMDM, commands, now))
	}
	return errors.Join(errs...)
}

// without is all but some.
func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(c string) bool { return slices.Contains(some, c) })
}

// wakeAll wakes in several rounds at once, so that one push that gets no answer
// does not hold up everybody.
func (s *Server) wakeAll(ctx context.Context, channels []string) error {
	var mu sync.Mutex
	var errs []error
	var all sync.WaitGroup
	places := make(chan struct{}, wakers)
	for round := range slices.Chunk(channels, wakeAtOnce) {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			err := s.wake(ctx, round)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

const (
	tryAgain    = time.Minute // after a push that failed, at first
	sweepSize   = 1000
	keepAnswers = 30 * 24 * time.Hour
)

// Sweep wakes devices again whose commands stay open: Apple promises no push.
// It forgets answered commands after a while, and warns of certificates that end.
func (s *Server) Sweep(ctx context.Context) error {
	now := s.config.Now()
	channels, err := s.store.OpenChannels(ctx, now, sweepSize)
	errs := []error{err, s.wakeAll(ctx, channels)}
	return errors.Join(append(errs, s.warn(ctx), s.store.ForgetCommands(ctx, now.Add(-keepAnswers)), s.store.ForgetChallenges(ctx, now.Add(-keepAnswers)))...)
}
