package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// refusedToken deals with Apple's refusal of a token: for good, or of writes
// alone. The token as it is stored now is shown to Apple once more before
// anybody is alarmed: another node may have renewed it, and 9622 passes at
// times. It says whether the token is really refused.
func (s *Service) refusedToken(ctx context.Context, id vpp.LocationID, number int, why string) (bool, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return false, err
	}
	if vpp.EndsToken(number) {
		token, err := s.tokens.Token(ctx, id)
		if err != nil {
			return false, err
		}
		_, err = s.Verify(ctx, token)
		again := tokenProblem(err)
		if again == 0 {
			return false, nil
		}
		// A refusal that names no reason leaves the one that was named before.
		if said, ok := errors.AsType[*appsandbooks.Error](err); ok && said.Number != 0 {
			number, why = again, vpp.MessageOf(explain(err))
		}
	}
	return true, s.store.EndToken(ctx, l, number, why, l.RefusedNotice(number, s.config.Now()))
}

// mayNotWrite says whether Apple refused a write because the token may only
// read.
func mayNotWrite(err error) bool {
	said, ok := errors.AsType[*appsandbooks.Error](err)
	return ok && said.Number == appsandbooks.NotAllowed
}

// wrote notes that Apple took a write, where it was thought to take none.
func (s *Service) wrote(ctx context.Context, l vpp.Location) error {
	if l.TokenProblem != vpp.AppleNotAllowed {
		return nil
	}
	return s.store.TokenWrites(ctx, l)
}

// watchEnd adds to a hook that the token's end is remembered, which comes with
// answers once it is near.
func (s *Service) watchEnd(token string, next func(appsandbooks.Envelope)) func(appsandbooks.Envelope) {
	return func(e appsandbooks.Envelope) {
		if end := e.TokenExpirationDate.Time; !end.IsZero() {
			s.mu.Lock()
			s.ends[token] = end
			s.mu.Unlock()
		}
		if next != nil {
			next(e)
		}
	}
}

// noteEnd stores the end of the token as Apple's last answers told it, when it
// is another than what is known: a password that was changed ends a token
// early, and a mistake may be mended.
func (s *Service) noteEnd(ctx context.Context, id vpp.LocationID) error {
	if !s.heardEnd() {
		return nil
	}
	l, err := s.store.Location(ctx, id)
	if err != nil || l.Token.AddedAt.IsZero() {
		return err
	}
	token, err := s.tokens.Token(ctx, id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	end := s.ends[token]
	s.mu.Unlock()
	if file, err := appsandbooks.ParseContentToken([]byte(token)); err == nil && end.After(file.ExpirationDate) {
		end = file.ExpirationDate
	}
	if end.IsZero() || end.Sub(l.Token.ExpiresAt).Abs() < time.Second {
		return nil
	}
	return s.store.TokenExpires(ctx, l, end)
}

func (s *Service) heardEnd() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ends) > 0
}
