package program

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Tend does what is due between one location and Apple: sends queued writes,
// looks at events, reads. One node tends a location at a time; whoever brings
// work while it does may rely on it being seen. It works for one slice and
// comes back as long as anything is due.
func (s *Service) Tend(ctx context.Context, job vpp.TendLocation) error {
	id, holder := job.LocationID, s.config.IDs()
	end, flow := s.config.Now().Add(s.config.Slice), &flow{busy: true, enough: firstEnough}
	for {
		held, err := s.store.HoldLocation(ctx, id, holder, s.config.Now().Add(s.config.Lease))
		if err != nil || !held {
			return err
		}
		began := s.config.Now()
		if err = s.tendOnce(ctx, id, end, flow); err != nil {
			err = s.stumble(ctx, id, began, err)
		}
		err = errors.Join(err, s.noteEnd(context.WithoutCancel(ctx), id))
		keep := err == nil && ctx.Err() == nil && s.config.Now().Before(end)
		next, letErr := s.store.LetGo(context.WithoutCancel(ctx), id, holder, keep)
		if err = errors.Join(err, letErr); err != nil || next.IsZero() {
			return err
		}
		if !keep || next.After(s.config.Now()) {
			return &vpp.Later{At: next}
		}
	}
}

// flow is how results are read together while there are writes and looks: at
// first soon, so that letters go out, then as many at once as fill pages.
type flow struct {
	busy   bool // there were some
	enough int  // people whose results are waited for no longer
}

const (
	firstEnough = 500
	// fullPages are so many people that reading their results at once costs next
	// to no call more than reading them later: most of the pages are full.
	fullPages = 5000
)

// went notes whether there were writes or looks.
func (f *flow) went(busy bool) {
	if f.busy = busy; !busy {
		f.enough = firstEnough
	}
}

// tendOnce goes once through everything that is due.
func (s *Service) tendOnce(ctx context.Context, id vpp.LocationID, end time.Time, f *flow) error {
	l, err := s.store.Location(ctx, id)
	if err != nil || !l.Usable(s.config.Now()) || s.config.Now().Before(l.WaitUntil) {
		return err
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return err
	}
	config, err := c.ServiceConfig(ctx)
	if err != nil {
		return err
	}
	t := &tender{Service: s, l: l, apple: c, end: end}
	s.learn(l)
	claimErr := t.mind(ctx) // a location that cannot be claimed can be read
	tellErr := t.tellDue(ctx)
	called, err := t.callAndRead(ctx, limits{config.Limit(appsandbooks.MaxUsers), config.Limit(appsandbooks.MaxClientUserIDs)}, f)
	f.went(called)
	if err = errors.Join(claimErr, tellErr, err); err != nil {
		return err
	}
	return s.store.Recover(ctx, id)
}

// callAndRead reads and makes the other calls at the same time, so that
// Apple's rate is used while what was read is compared and written.
func (t *tender) callAndRead(ctx context.Context, most limits, f *flow) (called bool, err error) {
	read := make(chan error, 1)
	go func() {
		err := t.lookAtAsked(ctx)
		if err == nil {
			err = t.readDue(ctx, f)
		}
		if err == nil {
			err = t.readLibrary(ctx)
		}
		read <- err
	}()
	for {
		more, err := t.callsDue(ctx, most)
		called = called || more
		if err == nil && t.doubts(t.l.ID) > 0 {
			err = t.mind(ctx)
		}
		if err != nil || t.config.Now().After(t.end) {
			return called, errors.Join(err, <-read)
		}
		var pause time.Duration
		if !more { // looks come due while pages are read
			pause = t.config.Cadence.Settle / 4
		}
		select {
		case readErr := <-read:
			if readErr == nil && t.doubts(t.l.ID) > 0 { // its last answers may have shown it
				readErr = t.mind(ctx)
			}
			return called, readErr
		case <-time.After(pause):
		}
	}
}

// tender is one go at one location.
type tender struct {
	*Service
	l     vpp.Location
	apple *appsandbooks.Client
	end   time.Time // the job's slice
}

// together makes calls at once, at most Parallel, and returns the error of
// each: what was answered about some is kept when others failed.
func (t *tender) together(calls []func() error) []error {
	errs := make([]error, len(calls))
	places := make(chan struct{}, t.config.Parallel)
	var wait sync.WaitGroup
	for i, call := range calls {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			errs[i] = call()
		})
	}
	wait.Wait()
	return errs
}

// stumble notes why a location cannot be tended and until when it is left
// alone: longer and longer while nothing at all succeeds. Other locations go on.
func (s *Service) stumble(ctx context.Context, id vpp.LocationID, began time.Time, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	why := explain(err)
	s.config.Logger.WarnContext(ctx, "Apple", "location", id, "err", err)
	number := tokenProblem(err)
	if number == 0 && mayNotWrite(err) {
		number = vpp.AppleNotAllowed
	}
	if number != 0 {
		if refused, endErr := s.refusedToken(ctx, id, number, vpp.MessageOf(why)); refused || endErr != nil {
			return endErr
		}
	}
	if s.answeredSince(id, began) {
		if err := s.store.Recover(ctx, id); err != nil {
			return err
		}
	}
	n, storeErr := s.store.Stumble(ctx, id)
	if storeErr != nil {
		return storeErr
	}
	until := s.config.Now().Add(min(s.config.Cadence.LookEvery/8<<min(n, 12), 5*time.Minute))
	if wait, ok := errors.AsType[*appsandbooks.WaitError](err); ok {
		until = wait.Until
	}
	return s.store.Pause(ctx, id, until, vpp.MessageOf(why))
}
