package mail

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Send hands one letter over and says what became of it. It never panics, never
// blocks beyond the context, and tries a letter a second time by itself only
// when the first time it cannot have been handed over.
func (s *Sender) Send(ctx context.Context, letter Letter) Result {
	p, open := s.enter()
	if !open {
		return (&failure{err: errClosed}).result()
	}
	defer s.busy.Done()
	if p.settings.Mode == None {
		return notConfigured()
	}
	paper := s.papers.take()
	defer s.papers.give(paper)
	e, err := p.sender.write(letter, paper)
	if err != nil {
		return unsendable(err)
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return (&failure{err: context.Canceled}).result()
	}
	return p.send(ctx, e)
}

// send tries the hosts in order until one of them knows about the letter.
func (p *pool) send(ctx context.Context, e *envelope) Result {
	hosts, fail := p.hostsFor(ctx, e.to.Domain, nil)
	for _, host := range hosts {
		var done Result
		if done, fail = p.carry(ctx, host, e); fail == nil {
			return done
		}
		if !fail.beforeLetter() {
			break
		}
	}
	return fail.result()
}

// hostsFor returns the relay, or the domain's own mail servers; never none
// without a failure.
func (p *pool) hostsFor(ctx context.Context, domain string, w watch) ([]string, *failure) {
	if p.settings.Mode == Relay {
		return []string{p.settings.Host}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.settings.Timeout)
	defer cancel()
	c := &conn{host: domain, port: p.ports.DirectPort, direct: true, watch: w}
	var hosts []string
	fail := c.do(StepResolve, func() (said string, err error) {
		hosts, err = p.exchange.of(ctx, domain)
		if len(hosts) > 0 {
			said = "mail for " + domain + " goes to " + hosts[0]
		}
		return said, err
	})
	return hosts, fail
}

// notConfigured keeps the promise of F-38: nothing pretends.
func notConfigured() Result {
	r := Result{}
	r.refuse(CauseSettings, "No mail is configured, so nothing was mailed. Set up a relay or direct delivery in the mail settings, or hand over the link another way.")
	return r
}

func unsendable(err error) Result {
	r := Result{}
	var fault *vpp.Error
	cause := CauseLetter
	if errors.As(err, &fault) && fault.Field == "address" {
		cause = CauseRecipient
	}
	r.refuse(cause, "%s", vpp.MessageOf(err))
	return r
}
