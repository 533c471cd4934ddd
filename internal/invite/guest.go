package invite

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Guest is the person of a link, while it works: whoever holds it may bring a
// device of theirs under management, before or after the invitation is
// accepted.
func (s *Service) Guest(ctx context.Context, token string) (vpp.User, error) {
	h, w, err := s.held(ctx, token)
	if err != nil {
		return vpp.User{}, err
	}
	switch w.State {
	case WelcomeReady, WelcomePreparing, WelcomeDone:
		return h.User, nil
	}
	return vpp.User{}, vpp.Errorf(vpp.Denied, "This link does not work any more: ask the people who invited you for a new one.")
}
