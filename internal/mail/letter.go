package mail

import (
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Letter is one message to one person.
type Letter struct {
	ToName    string
	ToAddress string
	Subject   string
	Text      string
	HTML      string // optional

	// MessageID is given by the caller and the same each time this letter is
	// tried ("<delivery id>@<our domain>", without angle brackets), so that a
	// letter repeated after a crash can be recognized as the same one.
	MessageID string
	Date      time.Time

	// ReturnPath is the sender on the envelope, where bounces go; "" for the
	// sender's address.
	ReturnPath string

	// Headers are added as they are, such as Auto-Submitted. The ones this
	// room writes itself (From, To, Subject, …) are refused here.
	Headers map[string]string
}

// ownHeaders are written by this room, or would change who receives the letter.
var ownHeaders = []string{
	"from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id",
	"mime-version", "content-type", "content-transfer-encoding", "return-path", "received",
}

// check refuses what could not be sent, or would not be one letter to one person.
func (l Letter) check() (Address, error) {
	to, err := ParseAddress(l.ToAddress)
	if err != nil {
		return Address{}, err
	}
	if !isMessageID(l.MessageID) {
		return Address{}, vpp.Errorf(vpp.Invalid, "The letter's message id %q is not of the form id@domain.", oneLine(l.MessageID, 80))
	}
	if l.Text == "" {
		return Address{}, vpp.Errorf(vpp.Invalid, "The letter is empty. Write a text.")
	}
	for name, value := range l.Headers {
		if !isHeaderName(name) || hasControl(value) {
			return Address{}, vpp.Errorf(vpp.Invalid, "The letter's header %q cannot be used: a line break or another character in it does not belong there.", oneLine(name, 60))
		}
		if isOwnHeader(name) {
			return Address{}, vpp.Errorf(vpp.Invalid, "The letter's header %q is set by the mail settings and cannot be replaced.", oneLine(name, 60))
		}
	}
	return to, nil
}

func isOwnHeader(name string) bool {
	for _, own := range ownHeaders {
		if strings.EqualFold(own, name) {
			return true
		}
	}
	return false
}

func isHeaderName(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' || name[i] == ':' {
			return false
		}
	}
	return name != "" && len(name) <= 60
}

func isMessageID(id string) bool {
	left, right, found := strings.Cut(id, "@")
	return found && left != "" && right != "" && len(id) <= 200 && isASCII(id) &&
		!hasControl(id) && !strings.ContainsAny(id, " <>") && !strings.Contains(right, "@")
}
