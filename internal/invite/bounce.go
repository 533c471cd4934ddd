package invite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// BounceStore is what a letter that came back writes.
type BounceStore interface {
	// RecordBounce writes that a letter came back, and takes back "handed over"
	// where no other way did, all in one transaction. False when there is no such
	// letter, or it says nothing new.
	RecordBounce(ctx context.Context, b vpp.Bounce) (news bool, err error)
}

// bounceProof is how much of a proof a token carries: it must fit before an @.
const bounceProof = 10

// bounceText spells tokens so that mail servers may change upper and lower case.
func bounceText() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// bounceToken names a letter in the address that it comes back to. Nobody who
// did not get the letter can make it, so nobody reports other people's letters.
func (s *Service) bounceToken(id vpp.DeliveryID) string {
	raw, err := uuid.Parse(string(id))
	if err != nil {
		return "" // ids are made by us; a broken one gets no token
	}
	return bounceText().EncodeToString(append(raw[:], s.bounceProof(raw)...))
}

func (s *Service) bounceProof(id uuid.UUID) []byte {
	mac := hmac.New(sha256.New, s.config.LinkKey)
	mac.Write([]byte("bounce\x00"))
	mac.Write(id[:])
	return mac.Sum(nil)[:bounceProof]
}

// bouncedLetter returns the letter that a token names, "" when we did not make it.
func (s *Service) bouncedLetter(token string) vpp.DeliveryID {
	raw, err := bounceText().DecodeString(strings.ToLower(token))
	if err != nil || len(raw) != idSize+bounceProof {
		return ""
	}
	id := uuid.UUID(raw[:idSize])
	if !hmac.Equal(raw[idSize:], s.bounceProof(id)) {
		return ""
	}
	return vpp.DeliveryID(id.String())
}

// returnPath is where a letter comes back to when it cannot be delivered.
func (s *Service) returnPath(settings MailSettings, id vpp.DeliveryID) string {
	if settings.BounceTo == "" || s.bounces == nil {
		return ""
	}
	return s.bounces.ReturnPath(settings.BounceTo, s.bounceToken(id))
}

// BounceSaid is what a message that came back meant to us.
type BounceSaid struct {
	Outcome  vpp.DeliveryOutcome // bounced, complained, accepted for one that is only late; "" for nothing
	News     bool                // something was written
	Sentence string
}

// Bounce takes a message that came back (F-37): a letter that could not be
// delivered, one that is late, or a reader's complaint.
func (s *Service) Bounce(ctx context.Context, raw []byte) (BounceSaid, error) {
	settings, err := s.MailSettings(ctx)
	if err != nil {
		return BounceSaid{}, err
	}
	if settings.BounceTo == "" || s.bounces == nil {
		return BounceSaid{}, vpp.Errorf(vpp.Conflict, "There is no address for bounces, so no letter can be told: set one in the mail settings first.")
	}
	found := s.bounces.ReadBounce(raw, settings.BounceTo)
	said := BounceSaid{Outcome: found.Outcome}
	if found.Outcome == "" {
		said.Sentence = "This message says nothing about a letter that did not arrive."
		return said, nil
	}
	for _, token := range found.Tokens {
		id := s.bouncedLetter(token)
		if id == "" {
			continue
		}
		said.Sentence = sentenceOf(found)
		said.News, err = s.store.RecordBounce(ctx, vpp.Bounce{
			Delivery: id, Outcome: found.Outcome, At: s.now(), Answer: found.Answer, Sentence: said.Sentence, BadAddress: found.BadAddress,
		})
		return said, err
	}
	return BounceSaid{}, vpp.Errorf(vpp.NotFound, "This message is about no letter of this server: it holds no address of ours that a letter came back to.")
}

func sentenceOf(r Returned) string {
	words := ""
	if r.Answer != "" {
		words = fmt.Sprintf(" The other mail server said: %s", r.Answer)
	}
	switch r.Outcome { //nolint:exhaustive // nothing else comes back
	case vpp.DeliveryComplained:
		return "The person reported the letter as junk: nothing more is mailed to this address." + words
	case vpp.DeliveryAccepted:
		return "The letter is late: a mail server on the way is still trying." + words
	}
	if r.BadAddress {
		return "The letter came back: this address takes no mail." + words
	}
	return "The letter came back: it was refused on the way, not because of the address." + words
}
