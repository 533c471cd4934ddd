package location

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Inspect reads what a token file says by itself, without asking Apple and
// without storing anything.
func (s *Service) Inspect(file []byte) (vpp.ContentToken, error) {
	t, err := s.read(file)
	return t.ContentToken, err
}

// token is a content token that has been read.
type token struct {
	vpp.ContentToken
	secret string
}

func (s *Service) read(file []byte) (token, error) {
	t, err := appsandbooks.ParseContentToken(file)
	if err != nil { // its own sentence says what kind of file it is and what to do
		e := vpp.Wrap(vpp.Invalid, err, "%s", err.Error())
		e.Field = "token"
		return token{}, e
	}
	return token{vpp.ContentToken{Organization: t.OrgName, ExpiresAt: t.ExpirationDate}, t.Bearer.Reveal()}, nil
}

// Preview asks Apple what a token opens and returns the location as Add would
// store it, and stores nothing. A token for a location that is here already is
// vpp.Conflict, and that location is returned. Whose claim stands there at
// Apple is in the location; nothing is claimed.
func (s *Service) Preview(ctx context.Context, file []byte) (vpp.Location, error) {
	l, _, err := s.prospect(ctx, file)
	return l, err
}

// Add stores a content token after Apple said what it opens. The first token
// fills the empty default location; each further one makes a location. A token
// for a location that is here already is refused with that one's name, one for
// a location that another server claims with that server's. Without consent
// the location is read, and nothing is written there until Consent.
func (s *Service) Add(ctx context.Context, by vpp.Actor, file []byte, consent bool) (vpp.Location, error) {
	return s.add(ctx, by, file, consent, func(l vpp.Location) error {
		return claimed("%s manages %s already. Two servers on one location undo each other’s work: find out who runs the other one, and take it over only if that one is to stand back.",
			l.Claim.Title(), l.Name)
	})
}

// AddOver adds a location although another server claims it, for somebody who
// said so; seen is the id of the claim that was shown, "" for whichever it is.
// The claim itself is not written here.
func (s *Service) AddOver(ctx context.Context, by vpp.Actor, file []byte, seen string, consent bool) (vpp.Location, error) {
	return s.add(ctx, by, file, consent, func(l vpp.Location) error {
		if seen == "" || seen == l.Claim.ID {
			return nil
		}
		return claimed("Meanwhile %s is the one that claims %s at Apple: look again, and confirm that.", l.Claim.Title(), l.Name)
	})
}

func claimed(format string, args ...any) error {
	e := vpp.Errorf(vpp.Conflict, format, args...)
	e.Field = "claim"
	return e
}

func (s *Service) add(ctx context.Context, by vpp.Actor, file []byte, consent bool, others func(vpp.Location) error) (vpp.Location, error) {
	l, t, err := s.prospect(ctx, file)
	if err == nil && l.ClaimState() == vpp.ClaimOthers {
		err = others(l)
	}
	if err != nil {
		return l, err
	}
	if consent {
		l.Consent = s.consent(by, l)
	}
	sealed, err := s.box.Seal([]byte(t.secret), TokenContext(l.ID))
	if err != nil {
		return l, err
	}
	if err := s.store.AddLocation(ctx, by, l, sealed); err != nil {
		return l, err
	}
	return s.store.Location(ctx, l.ID)
}

// prospect is the location that a token would make or fill.
func (s *Service) prospect(ctx context.Context, file []byte) (vpp.Location, token, error) {
	t, facts, err := s.verify(ctx, file)
	if err != nil {
		return vpp.Location{}, t, err
	}
	all, err := s.store.Locations(ctx)
	if err != nil {
		return vpp.Location{}, t, err
	}
	l := vpp.Location{ID: vpp.LocationID(s.ids()), CreatedAt: s.now()}
	for _, known := range all {
		l.ConsentOwn = known.ConsentOwn // the same at every location
		switch {
		case known.UID == facts.UID:
			return known, t, refuse(vpp.Conflict, "The content token opens the location “%s”, which is here already. To use the newer token, renew that location.", known.Name)
		case known.Default && known.UID == "":
			l = known
		}
	}
	l = s.filled(l, t, facts)
	l.Claim = facts.Claim
	ours, err := s.apple.Ours(ctx, facts.Claim)
	if ours { // from before, under another row
		l.ClaimedAt = s.now()
	}
	return l, t, err
}

// SoonerField is the Field of the error by which Renew asks to be sure.
const SoonerField = "sooner"

// Renew replaces the content token of a location and keeps everything else. A
// token of another location is refused with both names. One that ends before
// the token that still works is refused, too, unless sooner says that it is
// meant.
func (s *Service) Renew(ctx context.Context, by vpp.Actor, id vpp.LocationID, file []byte, sooner bool) (vpp.Location, error) {
	was, err := s.store.Location(ctx, id)
	if err != nil {
		return was, err
	}
	if was.UID == "" {
		return was, refuse(vpp.Conflict, "The location “%s” has no content token yet: add the token instead of renewing it.", was.Name)
	}
	t, facts, err := s.verify(ctx, file)
	if err != nil {
		return was, err
	}
	if facts.UID != was.UID {
		return was, refuse(vpp.Conflict, "The content token opens the location “%s”, but it is “%s” that is to be renewed. Download the token of “%s”, or add this one as a further location.",
			nameOf(facts), was.Name, was.Name)
	}
	now := s.filled(was, t, facts)
	if !sooner && was.Usable(s.now()) && now.Token.ExpiresAt.Before(was.Token.ExpiresAt) {
		e := vpp.Errorf(vpp.Conflict, "This content token expires on %s, and the one that is stored works until %s: it may be an older file. Renew with it only if you mean it.",
			now.Token.ExpiresAt.Format("2 January 2006"), was.Token.ExpiresAt.Format("2 January 2006"))
		e.Field = SoonerField
		return was, e
	}
	sealed, err := s.box.Seal([]byte(t.secret), TokenContext(was.ID))
	if err != nil {
		return was, err
	}
	if err := s.store.RenewToken(ctx, by, was, now, sealed); err != nil {
		return was, err
	}
	return s.store.Location(ctx, was.ID)
}

// verify reads the file and asks Apple what it opens.
func (s *Service) verify(ctx context.Context, file []byte) (token, vpp.LocationFacts, error) {
	t, err := s.read(file)
	if err != nil {
		return t, vpp.LocationFacts{}, err
	}
	if !s.now().Before(t.ExpiresAt) {
		p := vpp.ExplainApple(vpp.AppleTokenExpired)
		return t, vpp.LocationFacts{}, refuse(p.Kind, "The content token expired on %s. %s", t.ExpiresAt.Format("2 January 2006"), p.Next)
	}
	facts, err := s.apple.Verify(ctx, t.secret)
	if err == nil && facts.UID == "" {
		err = vpp.Errorf(vpp.Unavailable, "Apple did not say which location the content token opens.")
	}
	return t, facts, unstored(explain(err))
}

// unstored adds what the sentences about Apple's bad days do not know: a token
// that Apple was not asked about is not kept, and nobody tries again.
func unstored(err error) error {
	switch kind := vpp.KindOf(err); kind {
	case vpp.Unavailable, vpp.Exhausted:
		return vpp.Wrap(kind, err, "%s The content token was not stored: send it again then.", vpp.MessageOf(err))
	}
	return err
}

// filled is the location with a token and what Apple says of it.
func (s *Service) filled(l vpp.Location, t token, facts vpp.LocationFacts) vpp.Location {
	l = described(l, facts)
	l.Token = t.ContentToken
	l.Token.ExpiresAt = earlier(t.ExpiresAt, facts.ExpiresAt)
	l.Token.AddedAt, l.VerifiedAt = s.now(), s.now()
	l.TokenProblem = 0
	return l
}

// described is the location with what Apple says of it.
func described(l vpp.Location, f vpp.LocationFacts) vpp.Location {
	l.UID, l.Name, l.Country, l.Platform, l.Website = f.UID, nameOf(f), f.Country, f.Platform, f.Website
	return l
}

func nameOf(f vpp.LocationFacts) string {
	if f.Name == "" {
		return vpp.DefaultLocationName
	}
	return f.Name
}

// earlier: Apple may end a token before the day that stands in it, as when
// its owner leaves or changes the password.
func earlier(said, reported time.Time) time.Time {
	if !reported.IsZero() && reported.Before(said) {
		return reported
	}
	return said
}

func refuse(kind vpp.Kind, format string, args ...any) *vpp.Error {
	e := vpp.Errorf(kind, format, args...)
	e.Field = "token"
	return e
}
