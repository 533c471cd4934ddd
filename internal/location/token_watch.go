package location

import (
	"context"
	"errors"
)

// Watch writes to administrators about tokens whose end comes near, each
// warning once (F-54, pain 10).
func (s *Service) Watch(ctx context.Context) error {
	all, err := s.store.Locations(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	for _, l := range all {
		if days := l.DueWarning(now); days != 0 {
			err = errors.Join(err, s.store.TokenWarned(ctx, l, days, l.ExpiryNotice(days, now)))
		}
	}
	return err
}
