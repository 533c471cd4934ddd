package console

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// tokenTone colours what tokenWords say.
func (d *Door) tokenTone(l vpp.Location) view.Tone {
	switch l.TokenState(d.now()) {
	case vpp.TokenValid:
		return view.Good
	case vpp.TokenExpiring:
		if vpp.DaysLeft(l.Token.ExpiresAt, d.now()) <= 7 {
			return view.Bad
		}
		return view.Warn
	case vpp.TokenMissing:
		return view.Warn
	}
	return view.Bad
}

// tokenWords say in a few words how the location's token stands.
func (d *Door) tokenWords(l vpp.Location) string {
	switch l.TokenState(d.now()) {
	case vpp.TokenMissing:
		return "No content token yet"
	case vpp.TokenExpiring:
		return "Token expires " + d.when(l.Token.ExpiresAt).Text
	case vpp.TokenExpired:
		return "Token expired"
	case vpp.TokenRevoked:
		return "Token revoked at Apple"
	case vpp.TokenInvalid:
		return "Token refused by Apple"
	case vpp.TokenNotAllowed:
		return "Token may only read"
	case vpp.TokenElsewhere:
		return "Managed by another server"
	case vpp.TokenNoConsent:
		return "Waits for a confirmation"
	}
	return "Token valid"
}

// tokenStops says whether nothing, or nothing but reading, works.
func (d *Door) tokenStops(l vpp.Location) bool {
	switch l.TokenState(d.now()) {
	case vpp.TokenExpired, vpp.TokenRevoked, vpp.TokenInvalid, vpp.TokenNotAllowed, vpp.TokenElsewhere:
		return true
	}
	return false
}

// tokenNotice says what is wrong with the token and leads to where it is
// mended; without text when nothing is.
func (d *Door) tokenNotice(l vpp.Location) view.Notice {
	n := view.Notice{Tone: d.tokenTone(l), Text: join(l.TokenSentence(d.now()), l.TokenNext(d.now()))}
	n.Action = view.Link{Text: "Renew token", Href: "/locations/" + string(l.ID) + "#renew"}
	switch l.TokenState(d.now()) {
	case vpp.TokenMissing:
		n.Action = view.Link{Text: "Add content token", Href: "/locations/add"}
	case vpp.TokenElsewhere:
		n.Action = view.Link{Text: "Look", Href: "/locations/" + string(l.ID)}
	case vpp.TokenNoConsent:
		n.Action = view.Link{Text: "Read and confirm", Href: locationPath(l) + "#consent"}
	}
	return n
}

// waiting says until when Apple asked us to make no call, "" if it did not.
func (d *Door) waiting(l vpp.Location) string {
	if !l.WaitUntil.After(d.now()) {
		return ""
	}
	return "Apple asked us to wait until " + l.WaitUntil.Format("15:04 MST")
}

// took says a duration in a test report.
func took(t time.Duration) string {
	if t < time.Millisecond {
		return "<1ms"
	}
	if t < time.Second {
		return t.Round(time.Millisecond).String()
	}
	return t.Round(100 * time.Millisecond).String()
}
