package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Clocks that differ by more than this make times on screen, claims and
// expiries doubtful; certificates fail at some point after it.
const (
	skewNoted = 30 * time.Second
	skewBad   = 5 * time.Minute
)

// TestConnection tries everything between this server and Apple about one
// location (F-59): the way, the clocks, the token, whose the location is, and
// whether notifications come back.
func (s *Service) TestConnection(ctx context.Context, id vpp.LocationID) (vpp.Location, []vpp.Check, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, nil, err
	}
	if l.Token.AddedAt.IsZero() {
		return l, []vpp.Check{{Name: "token", State: vpp.CheckBad, Sentence: l.TokenSentence(s.config.Now()), Next: l.TokenNext(s.config.Now())}}, nil
	}
	facts, checks, err := s.tryToken(ctx, l)
	if err != nil {
		return l, nil, err
	}
	checks = append(checks, s.tryClock(), s.tryOwnership(l, facts.Claim))
	test, err := s.TestNotify(ctx, l.ID)
	if err != nil {
		return l, nil, err
	}
	checks = append(checks, notifyCheck(test))
	l, err = s.store.Location(ctx, l.ID)
	return l, checks, err
}

// tryToken asks Apple what the token opens: the answer shows the way, and the token.
func (s *Service) tryToken(ctx context.Context, l vpp.Location) (vpp.LocationFacts, []vpp.Check, error) {
	token, err := s.tokens.Token(ctx, l.ID)
	if err != nil {
		return vpp.LocationFacts{}, []vpp.Check{{Name: "token", State: vpp.CheckBad, Sentence: vpp.MessageOf(err)}}, nil
	}
	began := s.config.Now()
	facts, err := s.Verify(ctx, token)
	way := vpp.Check{Name: "apple", State: vpp.CheckOK, Sentence: "Apple answers.", Took: s.config.Now().Sub(began)}
	if number := tokenProblem(err); number != 0 {
		_, endErr := s.refusedToken(ctx, l.ID, number, vpp.MessageOf(err))
		return facts, []vpp.Check{way, {Name: "token", State: vpp.CheckBad, Sentence: vpp.MessageOf(err)}}, errors.Join(endErr, ctx.Err())
	}
	if err != nil {
		way.State, way.Sentence = vpp.CheckBad, vpp.MessageOf(err)
		return facts, []vpp.Check{way}, ctx.Err()
	}
	c := vpp.Check{Name: "token", State: vpp.CheckOK, Sentence: "Apple accepts the token of " + facts.Name + "; it works until " + l.Token.ExpiresAt.Format("2 January 2006") + "."}
	now := s.config.Now()
	switch state := l.TokenState(now); {
	case facts.UID != l.UID:
		c.State, c.Sentence, c.Next = vpp.CheckBad, "Apple says that the token of "+l.Name+" opens "+facts.Name+".", "Renew the location with the right token."
	case state == vpp.TokenExpiring, state == vpp.TokenNotAllowed, state == vpp.TokenNoConsent:
		c.State, c.Sentence, c.Next = vpp.CheckNote, l.TokenSentence(now), l.TokenNext(now)
	case !l.Usable(now):
		c.State, c.Sentence, c.Next = vpp.CheckNote, "Apple accepts the token again.", "Press Ask Apple again, and the work goes on."
	}
	return facts, []vpp.Check{way, c}, nil
}

func (s *Service) tryClock() vpp.Check {
	c := vpp.Check{Name: "clock", State: vpp.CheckNote, Sentence: "Apple’s clock is not known: its answers carried no date."}
	if s.config.Skew == nil {
		return c
	}
	skew, known := s.config.Skew()
	if !known {
		return c
	}
	c.State, c.Sentence = vpp.CheckOK, "This server’s clock agrees with Apple’s."
	if skew.Abs() >= skewNoted {
		word := "ahead of"
		if skew < 0 {
			word = "behind"
		}
		c.State, c.Next = vpp.CheckNote, "Let the server’s system keep its clock by NTP."
		c.Sentence = "This server’s clock is " + skew.Abs().Round(time.Second).String() + " " + word + " Apple’s."
	}
	if skew.Abs() >= skewBad {
		c.State = vpp.CheckBad
	}
	return c
}

func (s *Service) tryOwnership(l vpp.Location, said vpp.Claim) vpp.Check {
	now := s.config.Now()
	c := vpp.Check{Name: "ownership", State: vpp.CheckOK, Sentence: "This server manages " + l.Name + "."}
	switch {
	case !l.FrozenAt.IsZero(), !l.MovedAt.IsZero(), l.TokenState(now) == vpp.TokenElsewhere:
		elsewhere := l
		elsewhere.TokenProblem = 0
		c.State, c.Sentence, c.Next = vpp.CheckBad, elsewhere.TokenSentence(now), elsewhere.TokenNext(now)
	case !l.ClaimedAt.IsZero():
	case !said.None():
		c.State, c.Sentence = vpp.CheckNote, "Apple shows the claim of another server, “"+said.Name+"”."
		c.Next = "Make sure that no other server changes this location: the two would undo each other’s work."
	default:
		c.State, c.Sentence = vpp.CheckNote, "No server claims "+l.Name+" at Apple."
	}
	return c
}

func notifyCheck(t vpp.NotifyTest) vpp.Check {
	c := vpp.Check{Name: "notifications", State: vpp.CheckOK, Sentence: t.Sentence, Next: t.Next}
	if t.ReachedAt.IsZero() {
		c.State = vpp.CheckNote // polling does
	}
	return c
}
