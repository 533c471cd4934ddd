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
	case vpp.TokenExpiring, vpp.TokenMissing:
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
	}
	return "Token valid"
}

// tokenNotice says what is wrong with the token and leads to where it is mended.
func (d *Door) tokenNotice(l vpp.Location) view.Notice {
	n := view.Notice{Tone: d.tokenTone(l), Action: view.Link{Text: "Renew token", Href: "/locations/" + string(l.ID) + "#renew"}}
	switch l.TokenState(d.now()) {
	case vpp.TokenMissing:
		n.Text = l.Name + " has no content token: nothing can be done at Apple yet."
		n.Action = view.Link{Text: "Add content token", Href: "/locations/add"}
	case vpp.TokenExpiring:
		n.Text = "The content token of " + l.Name + " expires " + d.when(l.Token.ExpiresAt).Text + ", on " + day(l.Token.ExpiresAt) + "."
	case vpp.TokenExpired:
		n.Text = "The content token of " + l.Name + " has expired. Nothing reaches Apple until it is renewed."
	default:
		n.Text = "The content token of " + l.Name + " cannot be used. " + vpp.ExplainApple(l.TokenProblem).Advice()
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
