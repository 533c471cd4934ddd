package invite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Administrators are the addresses that notices of this server go to.
func (s *Service) Administrators(ctx context.Context) ([]string, error) {
	saved, err := s.MailSettings(ctx)
	return saved.Administrators, err
}

// Post makes one attempt to hand over a letter that invites nobody. The id
// makes the Message-ID, the same at each attempt. Where no mail is configured
// the letter is deferred.
func (s *Service) Post(ctx context.Context, to, subject, text, id string) (vpp.DeliveryOutcome, string, error) {
	settings, ready, err := s.useMail(ctx)
	if err != nil {
		return "", "", err
	}
	if !ready {
		return vpp.DeliveryDeferred, "No mail is configured: choose under Settings, Mail, how letters leave this server.", nil
	}
	h := s.carrier.Send(ctx, Message{
		ToAddress: to, Subject: subject, Text: text, Date: s.now(),
		MessageID: "notice." + id + "." + mark(to) + "@" + domainOf(settings.FromAddress),
		Headers:   map[string]string{"Auto-Submitted": "auto-generated"},
	})
	return h.Outcome, h.Sentence, nil
}

// mark stands for an address in a Message-ID, which everybody on the way sees.
func mark(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:6])
}
