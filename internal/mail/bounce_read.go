package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"
)

// BounceKind is what a message says that came back about a letter of ours.
type BounceKind string

// The kinds.
const (
	BounceNothing   BounceKind = ""          // an answer by a machine or a person, a success, or nothing we know
	BounceFailed    BounceKind = "failed"    // the letter will not arrive
	BounceDelayed   BounceKind = "delayed"   // a mail server on the way is still trying
	BounceComplaint BounceKind = "complaint" // the reader reported it as junk (RFC 5965)
)

// Bounce is a message that came back, read.
type Bounce struct {
	Kind    BounceKind
	Status  string   // RFC 3463, "5.1.1", if given
	Answer  string   // the other mail server's words, one clean line
	Address bool     // failed because of the address, not of the letter or of us
	Tokens  []string // what stood behind the + of the bounce address, in the message or its parts
}

// longestBounceName leaves room for the token within the 64 characters that a
// local part may have.
const longestBounceName = 20

const (
	mostBounceParts = 30
	mostBounceDepth = 6
	mostTokens      = 5
)

// ReturnPath is where a letter's bounces go: the bounce address with a token
// of the letter (VERP). "" when the address cannot take one.
func ReturnPath(address, token string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || token == "" {
		return ""
	}
	return local + "+" + token + "@" + domain
}

// TokenOf returns the token of an address that ReturnPath made, "" when it is
// none of the bounce address.
func TokenOf(recipient, address string) string {
	if found := tokensIn([]byte(recipient), address); len(found) == 1 && strings.EqualFold(ReturnPath(address, found[0]), recipient) {
		return found[0]
	}
	return ""
}

// tokensIn finds the tokens of the bounce address in a text. Mail servers on
// the way may write addresses in capitals.
func tokensIn(text []byte, address string) []string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return nil
	}
	form, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(local) + `\+([a-z0-9]{1,64})@` + regexp.QuoteMeta(domain) + `\b`)
	if err != nil {
		return nil
	}
	var found []string
	for _, m := range form.FindAllSubmatch(text, mostTokens) {
		if token := strings.ToLower(string(m[1])); !slices.Contains(found, token) {
			found = append(found, token)
		}
	}
	return found
}

// ReadBounce reads a message that came back. What cannot be read says nothing.
func ReadBounce(raw []byte, address string) Bounce {
	r := &bounceReader{address: address}
	entity, err := message.Read(bytes.NewReader(raw))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return Bounce{}
	}
	r.note([]byte(headerText(entity.Header)))
	if strings.TrimSpace(entity.Header.Get("X-Failed-Recipients")) != "" { // Exim, beside or in place of a report
		r.found(BounceFailed)
	}
	r.read(entity, 0)
	r.bounce.Address = r.bounce.Kind == BounceFailed && aboutAddress(r.bounce.Status)
	return r.bounce
}

type bounceReader struct {
	address string
	bounce  Bounce
	parts   int
}

// found keeps the gravest of what several parts say.
func (r *bounceReader) found(kind BounceKind) bool {
	grave := []BounceKind{BounceNothing, BounceDelayed, BounceFailed, BounceComplaint}
	if slices.Index(grave, kind) < slices.Index(grave, r.bounce.Kind) {
		return false
	}
	r.bounce.Kind = kind
	return true
}

func (r *bounceReader) note(text []byte) {
	for _, token := range tokensIn(text, r.address) {
		if len(r.bounce.Tokens) < mostTokens && !slices.Contains(r.bounce.Tokens, token) {
			r.bounce.Tokens = append(r.bounce.Tokens, token)
		}
	}
}

func (r *bounceReader) read(entity *message.Entity, depth int) {
	if r.parts++; r.parts > mostBounceParts || depth > mostBounceDepth {
		return
	}
	if parts := entity.MultipartReader(); parts != nil {
		for {
			part, err := parts.NextPart()
			if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return
			}
			r.read(part, depth+1)
		}
	}
	body, err := io.ReadAll(entity.Body)
	if err != nil && len(body) == 0 {
		return
	}
	r.note(body)
	kind, _, _ := entity.Header.ContentType() // an unreadable one is plain text
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		r.readStatus(body)
	case "message/feedback-report":
		r.readFeedback(body)
	case "text/plain", "":
		r.readText(string(body))
	}
}

// readStatus reads a report of RFC 3464: one group of fields about the
// message, then one for each recipient.
func (r *bounceReader) readStatus(body []byte) {
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...))))
	for range mostBounceParts {
		fields, err := lines.ReadMIMEHeader()
		if err != nil && (!errors.Is(err, io.EOF) || len(fields) == 0) {
			return
		}
		status := strings.TrimSpace(fields.Get("Status"))
		status, _, _ = strings.Cut(status, " ") // some write words behind it
		known := false
		switch strings.ToLower(strings.TrimSpace(fields.Get("Action"))) {
		case "failed":
			known = r.found(BounceFailed)
		case "delayed":
			known = r.found(BounceDelayed)
		}
		if known {
			r.bounce.Status = oneLine(status, 20)
			_, words, typed := strings.Cut(fields.Get("Diagnostic-Code"), ";")
			if !typed {
				words = fields.Get("Diagnostic-Code")
			}
			r.bounce.Answer = oneLine(strings.TrimSpace(words), longestAnswer)
		}
	}
}

// readFeedback reads a report of RFC 5965.
func (r *bounceReader) readFeedback(body []byte) {
	fields, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...)))).ReadMIMEHeader() // what there is of it
	switch kind := strings.ToLower(strings.TrimSpace(fields.Get("Feedback-Type"))); kind {
	case "abuse", "fraud", "opt-out", "opt-out-list":
		r.found(BounceComplaint)
		r.bounce.Answer = oneLine("Feedback-Type: "+kind, longestAnswer)
	}
}

// readText reads the bounces of qmail, which have no report.
func (r *bounceReader) readText(text string) {
	if !strings.Contains(text, "qmail-send program") || r.bounce.Kind != BounceNothing {
		return
	}
	_, after, ok := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n<")
	if !ok {
		return
	}
	r.found(BounceFailed)
	_, reason, _ := strings.Cut(after, ">:\n")
	reason, _, _ = strings.Cut(reason, "\n\n")
	r.bounce.Answer = oneLine(strings.Join(strings.Fields(reason), " "), longestAnswer)
	r.bounce.Status = enhancedForm.FindString(reason)
}

var enhancedForm = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)

// aboutAddress says whether a letter failed because of its address. The
// subjects of RFC 3463 that are not: 3 the system, 6 the content, 7 policy.
func aboutAddress(status string) bool {
	parts := strings.Split(status, ".")
	return len(parts) != 3 || parts[1] != "3" && parts[1] != "6" && parts[1] != "7"
}

func headerText(h message.Header) string {
	var text strings.Builder
	for fields := h.Fields(); fields.Next(); {
		text.WriteString(fields.Key() + ": " + fields.Value() + "\n")
	}
	return text.String()
}
