package location

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Consents keeps what administrators are asked to confirm.
type Consents interface {
	// ConsentForm reads it; the organization's words, or vpp.ConsentText.
	ConsentForm(ctx context.Context) (vpp.ConsentForm, error)
	// SaveConsentText saves the organization's words, "" for rsvpp's. With anew
	// nothing is written at any location where other words were confirmed before
	// somebody confirms these; it returns how many there are.
	SaveConsentText(ctx context.Context, by vpp.Actor, text string, anew bool) (asked int, err error)
}

// Consent notes that somebody confirms, for a location, what is asked now: what
// has waited for it goes to Apple from now on (F-58). Seen is the version that
// was shown, "" for whichever it is.
func (s *Service) Consent(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	if l.UID == "" {
		return l, vpp.Errorf(vpp.Conflict, "%s has no content token yet: add one first, and confirm it then.", l.Name)
	}
	if seen != "" && seen != vpp.ConsentVersion(l.ConsentAsked()) {
		e := vpp.Errorf(vpp.Conflict, "Meanwhile somebody changed what there is to confirm: read it again.")
		e.Field = "consent"
		return l, e
	}
	l.Consent = s.consent(by, l)
	if err := s.store.GiveConsent(ctx, by, l); err != nil {
		return l, err
	}
	return s.store.Location(ctx, l.ID)
}

func (s *Service) consent(by vpp.Actor, l vpp.Location) vpp.Consent {
	return vpp.Consent{At: s.now(), By: by.Name, Text: l.ConsentAsked()}
}

// ConsentForm is what administrators are asked to confirm.
func (s *Service) ConsentForm(ctx context.Context) (vpp.ConsentForm, error) {
	return s.store.ConsentForm(ctx)
}

// SaveConsentText changes what administrators are asked to confirm: the
// organization's own words, or with "" rsvpp's. What was confirmed stays as it
// was, and in force, unless it is to be asked anew: then nothing is written at
// a location before somebody confirms the new words.
func (s *Service) SaveConsentText(ctx context.Context, by vpp.Actor, text string, anew bool) (form vpp.ConsentForm, asked int, err error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' || unicode.In(r, unicode.Bidi_Control) }
	switch {
	case len(text) > vpp.LongestConsent:
		err = wrongText("The text is longer than %d bytes: make it shorter.", vpp.LongestConsent)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, odd):
		err = wrongText("The text holds characters that cannot be seen: type it anew.")
	case text == vpp.ConsentText:
		text = ""
	}
	if err != nil {
		return form, 0, err
	}
	if asked, err = s.store.SaveConsentText(ctx, by, text, anew); err != nil {
		return form, 0, err
	}
	form, err = s.store.ConsentForm(ctx)
	return form, asked, err
}

func wrongText(format string, args ...any) error {
	e := vpp.Errorf(vpp.Invalid, format, args...)
	e.Field = "text"
	return e
}
