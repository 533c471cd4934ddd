package mail

import (
	"bytes"
	netmail "net/mail"
	"sync"

	gomail "github.com/wneessen/go-mail"
)

// sender is what all letters of one pool have in common, prepared once.
type sender struct {
	address Address
	from    *netmail.Address
	replyTo *netmail.Address   // nil: none
	dkim    *gomail.DKIMSigner // nil: letters are not signed
}

func newSender(s Settings, ports Ports) (sender, error) {
	from, err := ParseAddress(s.FromAddress)
	if err != nil {
		return sender{}, err
	}
	prepared := sender{address: from, from: from.named(s.FromName)}
	if prepared.dkim, err = s.DKIM.signer(ports); err != nil {
		return sender{}, err
	}
	if s.ReplyTo == "" {
		return prepared, nil
	}
	reply, err := ParseAddress(s.ReplyTo)
	prepared.replyTo = reply.named("")
	return prepared, err
}

// envelope is a letter ready for the wire.
type envelope struct {
	from, to Address
	utf8     bool // only a server with SMTPUTF8 can carry it
	body     *bytes.Buffer
}

// papers lends buffers for letters: rendering one allocates little.
type papers struct{ pool sync.Pool }

func (p *papers) take() *bytes.Buffer {
	paper, ok := p.pool.Get().(*bytes.Buffer)
	if !ok {
		return new(bytes.Buffer)
	}
	paper.Reset()
	return paper
}

func (p *papers) give(paper *bytes.Buffer) { p.pool.Put(paper) }

// write turns a letter into its form on the wire: headers encoded, text and
// HTML as alternatives, both UTF-8 in quoted-printable.
func (s sender) write(l Letter, paper *bytes.Buffer) (*envelope, error) {
	to, err := l.check()
	if err != nil {
		return nil, err
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(s.from)
	message.ToMailAddress(to.named(l.ToName))
	if s.replyTo != nil {
		message.ReplyToMailAddress(s.replyTo)
	}
	message.Subject(oneLine(l.Subject, longestSubject))
	message.SetMessageIDWithValue(l.MessageID)
	message.SetDateWithValue(l.Date)
	for name, value := range l.Headers {
		message.SetGenHeader(gomail.Header(name), value)
	}
	message.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	if s.dkim != nil {
		one := *s.dkim // a signer keeps notes while it signs
		message.SetDKIM(&one)
	}
	if _, err := message.WriteTo(paper); err != nil {
		return nil, err
	}
	from := s.address
	if l.ReturnPath != "" {
		if from, err = ParseAddress(l.ReturnPath); err != nil {
			return nil, err
		}
	}
	return &envelope{from: from, to: to, utf8: to.NeedsUTF8() || s.address.NeedsUTF8() || from.NeedsUTF8(), body: paper}, nil
}
