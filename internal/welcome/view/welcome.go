package view

import "github.com/a-h/templ"

// Page is what every page for an invited person has.
type Page struct {
	Lang         string // "en" if empty
	Dir          string // "ltr" if empty, or "rtl"
	Styles       string // address of the style sheet
	Organization string // who invites
	Contact      string // a mail address for questions, or ""
	Again        string // what the page loads by itself after a moment, or ""
}

func (p Page) lang() string { return or(p.Lang, "en") }
func (p Page) dir() string  { return or(p.Dir, "ltr") }

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Welcome is the page behind a living link.
type Welcome struct {
	Page     Page
	Code     string          // of our link; forms post below it
	Name     string          // the person
	By       string          // the administrator who invites, or ""
	Managed  string          // the kind of account that is expected, or ""
	Device   string          // "iPhone", "iPad", "Mac"; "" on a device where it cannot be finished
	Other    string          // what this device is then: "this Windows PC"
	Continue string          // where Continue posts to
	Steps    []string        // what this device will ask next, in order
	QR       templ.Component // the link as a picture, for the wrong device
	Expires  string          // "until 6 December 2026"

	Continued bool // the person went on to Apple before
	NotYet    bool // Apple was asked, and has not told of the person yet
}

// End is a page on which nothing is left to accept.
type End struct {
	Page Page
	Kind EndKind
	Code string // for "send me a new link"; "" where that makes no sense
	Said string // what became of asking for a new link
}

// EndKind says why nothing is left to accept.
type EndKind string

// The ends.
const (
	Expired    EndKind = "expired"
	Withdrawn  EndKind = "withdrawn"
	Registered EndKind = "registered" // Apple confirmed it
	Waiting    EndKind = "waiting"    // the person went on to Apple; Apple has not confirmed yet
	Asking     EndKind = "asking"     // Apple is being asked
	NotMe      EndKind = "not-me"     // the person said so
	Sent       EndKind = "sent"       // a new link is on its way
	Unknown    EndKind = "unknown"
)

func (k EndKind) title() string {
	switch k {
	case Expired:
		return "This link has expired"
	case Withdrawn:
		return "This invitation was withdrawn"
	case Registered:
		return "You are registered"
	case Waiting:
		return "Almost there"
	case Asking:
		return "Asking Apple"
	case NotMe:
		return "Thank you for telling us"
	case Sent:
		return "A new link is on its way"
	default:
		return "This link leads nowhere"
	}
}

func (k EndKind) sentence() string {
	switch k {
	case Expired:
		return "Links work for a limited time, so that an old mail cannot be misused. You can have a new one."
	case Withdrawn:
		return "Whoever invited you took the invitation back. There is nothing to do."
	case Registered:
		return "Your Apple Account is linked. Apps and books will show up on your devices by themselves."
	case Waiting:
		return "As soon as Apple confirms your sign-in, this page says so. You may close it."
	case Asking:
		return "It takes a few seconds. This page goes on by itself."
	case NotMe:
		return "This link is dead now, and the administrator knows that it reached the wrong person."
	case Sent:
		return "It goes to the address that the administrator has for you. Look into the junk folder too."
	default:
		return "Perhaps it was copied only in part. Open it from the mail again, or ask the administrator for a new one."
	}
}

func (k EndKind) good() bool { return k == Registered || k == Sent || k == Waiting || k == Asking }

func (k EndKind) again() bool { return k == Expired }
