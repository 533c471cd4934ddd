package location

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Check asks Apple again what the location's token opens, and notes it. When
// Apple refuses the token for good, that is noted as well.
func (s *Service) Check(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	secret, err := s.Token(ctx, l.ID)
	if err != nil {
		return l, err
	}
	facts, err := s.apple.Verify(ctx, secret)
	if err != nil {
		why := explain(err)
		if n := numberOf(err); vpp.EndsToken(n) {
			why = errors.Join(why, s.store.EndToken(ctx, l, n, vpp.MessageOf(why), l.RefusedNotice(n, s.now())))
		}
		return l, why
	}
	if facts.UID != l.UID {
		return l, refuse(vpp.Conflict, "Apple now says that the token of “%s” opens “%s”. Renew the location with the right token.", l.Name, nameOf(facts))
	}
	l = described(l, facts)
	if t, err := s.read([]byte(secret)); err == nil { // Apple's word may have moved in either direction
		l.Token.ExpiresAt = earlier(t.ExpiresAt, facts.ExpiresAt)
	}
	l.VerifiedAt = s.now()
	if err := s.store.LocationChecked(ctx, by, l); err != nil {
		return l, err
	}
	return s.store.Location(ctx, l.ID)
}

// explain turns an error number of Apple's into its sentence; what already is
// a sentence stays.
func explain(err error) error {
	var ours *vpp.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours) && ours.Field == "" && numberOf(err) != 0:
		return &vpp.Error{Kind: ours.Kind, Message: ours.Message, Field: "token", Apple: ours.Apple, Err: err}
	case ours != nil:
		return err
	}
	if n := numberOf(err); n != 0 {
		e := vpp.ExplainApple(n).Refuses(err)
		e.Field = "token"
		return e
	}
	if errors.Is(err, appsandbooks.ErrTokenRefused) {
		p := vpp.ExplainApple(vpp.AppleTokenInvalid)
		e := vpp.Wrap(p.Kind, err, "%s", p.Advice())
		e.Field = "token"
		return e
	}
	return vpp.Wrap(vpp.Unavailable, err, "Apple could not be asked about the content token. Check that this server reaches vpp.itunes.apple.com, and try again.")
}

func numberOf(err error) int {
	if said, ok := errors.AsType[*appsandbooks.Error](err); ok {
		return int(said.Number)
	}
	return 0
}
