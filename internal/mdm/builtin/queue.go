package builtin

import (
	"context"
	"errors"
	"time"

	nano "github.com/micromdm/nanomdm/mdm"

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
	// OpenChannels lists up to limit channels with open commands that were not
	// woken since a time, the longest waiting first.
	OpenChannels(ctx context.Context, before time.Time, limit int) ([]string, error)
	// Woken notes that channels were woken, and which open commands they have.
	Woken(ctx context.Context, channels []string, at time.Time) (commands []string, err error)
	// PushTokenDead notes that the push token that a channel had at a time is of no use.
	PushTokenDead(ctx context.Context, channel string, pushed time.Time) error
	// ForgetCommands drops what was done before a time.
	ForgetCommands(ctx context.Context, before time.Time) error
}

// Send queues commands and wakes their devices. A device that cannot be woken
// gets them when it comes by itself, or at the next sweep.
func (s *Server) Send(ctx context.Context, commands []vpp.Command) []error {
	errs := make([]error, len(commands))
	var channels []string
	for i, c := range commands {
		if errs[i] = s.enqueue(ctx, c); errs[i] == nil {
			channels = append(channels, string(c.Enrollment))
		}
	}
	if err := s.wake(ctx, channels); err != nil {
		s.config.Logger.WarnContext(ctx, "devices could not be woken; it is tried again", "err", err)
	}
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

// wake pushes to channels, and notes whom it reached.
func (s *Server) wake(ctx context.Context, channels []string) error {
	if len(channels) == 0 {
		return nil
	}
	began := s.config.Now()
	answers, err := s.pusher.Push(ctx, channels)
	now := s.config.Now()
	var woken []string
	errs := []error{err}
	for channel, a := range answers {
		var refusal *push.Error
		switch {
		case a.Err == nil:
			woken = append(woken, channel)
		case errors.As(a.Err, &refusal) && refusal.Dead():
			errs = append(errs, s.store.PushTokenDead(ctx, channel, began))
		default:
			errs = append(errs, a.Err)
		}
	}
	commands, err := s.store.Woken(ctx, woken, now)
	errs = append(errs, err)
	if len(commands) > 0 {
		errs = append(errs, s.told.Pushed(ctx, vpp.BuiltinMDM, commands, now))
	}
	return errors.Join(errs...)
}

const (
	sweepSize   = 1000
	keepAnswers = 30 * 24 * time.Hour
)

// Sweep wakes devices again whose commands stay open: Apple promises no push.
// It forgets answered commands after a while.
func (s *Server) Sweep(ctx context.Context) error {
	now := s.config.Now()
	channels, err := s.store.OpenChannels(ctx, now.Add(-s.config.Repush), sweepSize)
	if err != nil {
		return err
	}
	return errors.Join(s.wake(ctx, channels), s.store.ForgetCommands(ctx, now.Add(-keepAnswers)), s.store.ForgetChallenges(ctx, now.Add(-keepAnswers)))
}
