package roster_test

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// slowStore is the real store on a slow or dying machine.
type slowStore struct {
	*store.DB
	tick func()
	fail func() error // after the step was written
}

func (s *slowStore) WriteImport(ctx context.Context, step vpp.ImportStep) error {
	err := s.DB.WriteImport(ctx, step)
	if s.tick != nil {
		s.tick()
	}
	if err == nil && s.fail != nil {
		return s.fail()
	}
	return err
}

func rosterOn(h *house, s roster.Store) *roster.Service {
	return roster.New(s, func() time.Time { return h.now }, storetest.NewID)
}
