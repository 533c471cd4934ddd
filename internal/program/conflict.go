package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Conflicts returns a page of what does not go together at a location: of one
// kind (F-08, F-09).
func (s *Service) Conflicts(ctx context.Context, location vpp.LocationID, kind vpp.ConflictKind, page vpp.Page) (vpp.List[vpp.MappingConflict], error) {
	return s.store.ListConflicts(ctx, location, kind, page)
}

// CountConflicts counts them all anew.
func (s *Service) CountConflicts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error) {
	return s.store.CountConflicts(ctx, location)
}

// ConflictCounts returns the latest numbers, at next to no cost.
func (s *Service) ConflictCounts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error) {
	return s.store.ConflictCounts(ctx, location)
}

// recountEvery bounds how often conflicts are counted that cost something.
const recountEvery = time.Minute

// recount counts the conflicts of locations that were read since.
func (s *Service) recount(ctx context.Context) error {
	ids, err := s.store.UncountedConflicts(ctx, recountEvery)
	for _, id := range ids {
		_, countErr := s.store.CountConflicts(ctx, id)
		err = errors.Join(err, countErr)
	}
	return err
}
