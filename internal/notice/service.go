package notice

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps notices. Each method is one transaction.
type Store interface {
	// Tell keeps a notice and promises to send it, unless there was one of the
	// same key.
	Tell(ctx context.Context, n vpp.Notice) error
	// ClaimNotice takes the next notice that is due until a time; without one
	// the error is vpp.NotFound. A claim that ends without a result is taken
	// again by anybody.
	ClaimNotice(ctx context.Context, until time.Time) (vpp.Notice, error)
	// NoticeTold notes that an address is done with.
	NoticeTold(ctx context.Context, id, address string) error
	// PutOffNotice makes a notice due again later, and says why.
	PutOffNotice(ctx context.Context, id string, next time.Time, problem string) error
	// CloseNotice ends a notice; problem is "" when all went well.
	CloseNotice(ctx context.Context, id, problem string) error
	// WakeNotices promises SendNotices when a notice is due.
	WakeNotices(ctx context.Context) error
	// Notices returns the latest ones, newest first.
	Notices(ctx context.Context, limit int) ([]vpp.Notice, error)
}

// Post hands letters to the mail server; invite.Service does.
type Post interface {
	// Administrators are the addresses that notices go to.
	Administrators(ctx context.Context) ([]string, error)
	// Post makes one attempt. The id makes the Message-ID, the same at each
	// attempt; the sentence says why a letter was deferred or refused.
	Post(ctx context.Context, to, subject, text, id string) (vpp.DeliveryOutcome, string, error)
}

const (
	claimFor = 5 * time.Minute    // longer than an attempt with each of a few addresses takes
	giveUp   = 7 * 24 * time.Hour // a warning of last week is no warning
)

// Service is the room.
type Service struct {
	store Store
	post  Post
	home  string // this server's public address
	now   vpp.Clock
	ids   vpp.IDs
}

// New makes the service.
func New(store Store, post Post, home string, now vpp.Clock, ids vpp.IDs) *Service {
	return &Service{store, post, home, now, ids}
}

// Tell writes to the administrators. Where the fact is written by an act of
// the store, that act writes its notice itself, in the same transaction.
func (s *Service) Tell(ctx context.Context, subject, text string) error {
	return s.store.Tell(ctx, vpp.Notice{ID: s.ids(), At: s.now(), Subject: subject, Text: text})
}

// Recent returns the latest notices, newest first.
func (s *Service) Recent(ctx context.Context, limit int) ([]vpp.Notice, error) {
	return s.store.Notices(ctx, limit)
}

// Sweep wakes notices that were put off, and those of the dead.
func (s *Service) Sweep(ctx context.Context) error { return s.store.WakeNotices(ctx) }

// Send hands over what is due. A crash between the mail server's yes and our
// note of it repeats one letter, under the same Message-ID.
func (s *Service) Send(ctx context.Context, _ vpp.SendNotices) error {
	for {
		n, err := s.store.ClaimNotice(ctx, s.now().Add(claimFor))
		if vpp.KindOf(err) == vpp.NotFound {
			return nil
		}
		if err == nil {
			err = s.send(ctx, n)
		}
		if err != nil {
			return err
		}
	}
}

// send tries every administrator who is not done with yet.
func (s *Service) send(ctx context.Context, n vpp.Notice) error {
	to, err := s.post.Administrators(ctx)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return s.later(ctx, n, "No administrator’s address is set on the Mail page.")
	}
	open, problem := 0, ""
	for _, address := range missing(to, n.Told) {
		outcome, sentence, err := s.post.Post(ctx, address, n.Subject, s.signed(n.Text), n.ID)
		if err != nil {
			return err
		}
		if outcome != vpp.DeliveryAccepted {
			problem = address + ": " + sentence
		}
		if outcome == vpp.DeliveryDeferred {
			open++
			continue
		}
		if err := s.store.NoticeTold(context.WithoutCancel(ctx), n.ID, address); err != nil {
			return err
		}
	}
	if open > 0 {
		return s.later(ctx, n, problem)
	}
	return s.store.CloseNotice(ctx, n.ID, problem)
}

func (s *Service) signed(text string) string {
	return text + "\n\n-- \nrsvpp, " + s.home + "\nYou get this because your address is set under Settings, Mail, Administrators.\n"
}

// later waits 1, 2, 4 … minutes, an hour at most, for a week.
func (s *Service) later(ctx context.Context, n vpp.Notice, problem string) error {
	if s.now().Sub(n.At) > giveUp {
		return s.store.CloseNotice(ctx, n.ID, problem)
	}
	next := s.now().Add(min(time.Minute<<min(max(n.Attempts-1, 0), 10), time.Hour))
	return errors.Join(s.store.PutOffNotice(ctx, n.ID, next, problem), ctx.Err())
}

func missing(all, done []string) (left []string) {
	seen := map[string]bool{}
	for _, a := range done {
		seen[a] = true
	}
	for _, a := range all {
		if !seen[a] {
			left = append(left, a)
		}
	}
	return left
}
