package invite

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// DKIMContext is where the key is sealed for that letters are signed with.
const DKIMContext = "setting:mail:dkim"

const usualSelector = "rsvpp"

// Signing tells how letters are signed, and what must be published so that
// recipients' servers believe it (F-39).
type Signing struct {
	On       bool // letters are signed
	Domain   string
	Selector string
	Name     string    // of the TXT record
	Record   string    // what it must say; "" while there is no key
	MadeAt   time.Time // the key
}

// Signing reads how letters are signed.
func (s *Service) Signing(ctx context.Context) (Signing, error) {
	saved, _, err := s.savedMail(ctx)
	return saved.signing(), err
}

func (m savedMail) signing() Signing {
	out := Signing{On: m.DKIM, Domain: m.DKIMDomain, Selector: m.DKIMSelector, Record: m.DKIMRecord, MadeAt: m.SignsBy}
	if out.Domain == "" && m.FromAddress != "" {
		out.Domain = domainOf(m.FromAddress)
	}
	if out.Selector == "" {
		out.Selector = usualSelector
	}
	if out.Domain != "" {
		out.Name = out.Selector + "._domainkey." + out.Domain
	}
	return out
}

// MakeSigningKey makes a new key in place of the one there is. Letters are not
// signed from then on: the new record must be published first.
func (s *Service) MakeSigningKey(ctx context.Context, by vpp.Actor) (Signing, error) {
	was, _, err := s.savedMail(ctx)
	if err != nil {
		return Signing{}, err
	}
	key, record, err := s.carrier.NewSigningKey()
	if err != nil {
		return Signing{}, err
	}
	sealed, err := s.box.Seal([]byte(key), DKIMContext)
	if err != nil {
		return Signing{}, err
	}
	now := was
	now.DKIM, now.SealedDKIM, now.DKIMRecord, now.SignsBy = false, sealed, record, s.now()
	return now.signing(), s.keepMail(ctx, by, "Made a new key to sign letters with", was, now)
}

// signingKey opens the key, "" when letters are not to be signed.
func (s *Service) signingKey(saved savedMail, on bool) (string, error) {
	if !on {
		return "", nil
	}
	if saved.SealedDKIM == "" {
		return "", invalid("dkim", "There is no key yet to sign letters with: make one first, and publish its record.")
	}
	plain, err := s.box.Open(saved.SealedDKIM, DKIMContext)
	return string(plain), err
}
