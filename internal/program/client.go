package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// client returns the one client of a location's content token.
func (s *Service) client(ctx context.Context, l vpp.Location) (*appsandbooks.Client, error) {
	token, err := s.tokens.Token(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Claim(ctx); err != nil { // before the first answer is compared with it
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[token]
	if c == nil {
		if c, err = s.newClient(l.ID, token, pacer{s, l.ID}); err != nil {
			return nil, err
		}
		s.clients[token] = c
	}
	c.Hold(l.WaitUntil)
	return c, nil
}

func (s *Service) newClient(id vpp.LocationID, token string, p appsandbooks.Pacer) (*appsandbooks.Client, error) {
	config := s.config.Client
	config.Token, config.UserAgent, config.Pacer = appsandbooks.Secret(token), "rsvpp", p
	config.MaxWait, config.Now, config.Sleep = s.config.Slice/4, s.config.Now, s.config.Sleep
	config.Hooks.OnCall = func(i appsandbooks.CallInfo) {
		if i.Status == 200 && i.ErrorNumber == 0 {
			s.answered(id)
		}
		if s.config.Observe != nil {
			s.config.Observe(id, i)
		}
	}
	if id != "" {
		config.Hooks.BeforeCall = func(i appsandbooks.CallInfo) error { return s.mayCall(id, i) }
		config.Hooks.OnEnvelope = func(e appsandbooks.Envelope) { s.saw(id, e) }
	}
	config.Hooks.OnEnvelope = s.watchEnd(token, config.Hooks.OnEnvelope)
	c, err := appsandbooks.New(config)
	if err != nil {
		return nil, vpp.Wrap(vpp.Invalid, err, "Apple's address in the settings cannot be used.")
	}
	return c, nil
}

// pacer keeps Apple's requests per second over all nodes.
type pacer struct {
	s  *Service
	id vpp.LocationID
}

// unpaced is a limit so high that keeping it would cost more than it spares.
const unpaced = 2000

// Wait implements appsandbooks.Pacer.
func (p pacer) Wait(ctx context.Context, perSecond int) error {
	if perSecond <= 0 || perSecond >= unpaced {
		return ctx.Err()
	}
	slot, err := p.s.store.Pace(ctx, p.id, time.Second/time.Duration(perSecond))
	if err != nil {
		return err
	}
	return p.s.config.Sleep(ctx, slot.Sub(p.s.config.Now()))
}

// Verify asks Apple what a content token opens.
func (s *Service) Verify(ctx context.Context, token string) (vpp.LocationFacts, error) {
	c, err := s.newClient("", token, &appsandbooks.MemoryPacer{})
	if err != nil {
		return vpp.LocationFacts{}, err
	}
	said, err := c.ClientConfig(ctx)
	if err != nil {
		return vpp.LocationFacts{}, explain(err)
	}
	return vpp.LocationFacts{
		UID: said.UID, Name: said.LocationName, Country: said.CountryISO2ACode, Platform: said.DefaultPlatform,
		Website: said.WebsiteURL, ExpiresAt: said.TokenExpirationDate.Time, Claim: claimOf(said.MDMInfo),
	}, nil
}

// explain turns an error of the client into a sentence for administrators.
func explain(err error) error {
	var said *appsandbooks.Error
	var wait *appsandbooks.WaitError
	var odd *appsandbooks.UnexpectedAnswerError
	var config *appsandbooks.ServiceConfigError
	var ours *vpp.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &wait) && wait.Err != nil: // it says more than the waiting does
		return explain(wait.Err)
	case errors.As(err, &wait):
		return vpp.Wrap(vpp.Unavailable, err, "Apple asked us to wait until %s.", wait.Until.UTC().Format("15:04:05 MST"))
	case errors.As(err, &said) && said.Number != 0:
		return vpp.ExplainApple(int(said.Number)).Refuses(err)
	case errors.Is(err, appsandbooks.ErrTokenRefused):
		p := vpp.ExplainApple(vpp.AppleTokenInvalid)
		return vpp.Wrap(p.Kind, err, "%s", p.Advice())
	case errors.As(err, &said) && said.HTTPStatus >= 500: // without a word from Apple
		p := vpp.ExplainApple(vpp.AppleUnavailable)
		return vpp.Wrap(p.Kind, err, "%s", p.Advice())
	case errors.As(err, &config):
		p := vpp.ExplainApple(vpp.AppleConfigUntrusted)
		refusal := p.Refuses(err)
		refusal.Message = p.Sentence + " There " + config.Key + " " + config.Problem + ". " + p.Next
		return refusal
	case errors.As(err, &odd):
		return vpp.ExplainApple(vpp.AppleUnreadableAnswer).Refuses(err)
	}
	return vpp.Wrap(vpp.Unavailable, err, "Apple cannot be reached. Check the way from this server to vpp.itunes.apple.com, port 443; it is tried again by itself.")
}

// tokenProblem returns the number that ends a token's use, 0 for other errors.
func tokenProblem(err error) int {
	if !errors.Is(err, appsandbooks.ErrTokenRefused) {
		return 0
	}
	var said *appsandbooks.Error
	if errors.As(err, &said) && vpp.EndsToken(int(said.Number)) {
		return int(said.Number)
	}
	return vpp.AppleTokenInvalid
}

// answered notes that Apple answered well.
func (s *Service) answered(id vpp.LocationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.good[id] = s.config.Now()
}

// answeredSince says whether Apple answered anything well since a time.
func (s *Service) answeredSince(id vpp.LocationID, t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.good[id].Before(t)
}
