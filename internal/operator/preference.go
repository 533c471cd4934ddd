package operator

import (
	"context"
	"regexp"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Preferences keeps what an operator likes to see.
type Preferences interface {
	// Preference answers vpp.NotFound if there is none.
	Preference(ctx context.Context, id vpp.OperatorID, name string) (string, error)
	// SetPreference forgets it when value is "".
	SetPreference(ctx context.Context, id vpp.OperatorID, name, value string) error
}

const longestPreference = 16 << 10

var preferenceName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Preference returns what the operator chose, "" for nothing. The meaning of
// the value is the door's.
func (s *Service) Preference(ctx context.Context, id vpp.OperatorID, name string) (string, error) {
	value, err := s.store.Preference(ctx, id, name)
	if vpp.KindOf(err) == vpp.NotFound {
		return "", nil
	}
	return value, err
}

// SetPreference remembers a choice. It is no change to anything that matters
// to others, so it is the one act without a history entry.
func (s *Service) SetPreference(ctx context.Context, id vpp.OperatorID, name, value string) error {
	if !preferenceName.MatchString(name) {
		return vpp.Errorf(vpp.Invalid, "A preference is named with small letters, digits, dots and dashes.")
	}
	if len(value) > longestPreference {
		return vpp.Errorf(vpp.Invalid, "The preference %q is longer than %d bytes.", name, longestPreference)
	}
	return s.store.SetPreference(ctx, id, name, value)
}
