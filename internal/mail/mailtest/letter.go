package mailtest

import (
	"bytes"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"time"

	"github.com/emersion/go-message/mail"
)

// Letter is a captured letter, read.
type Letter struct {
	ID        int64 // counts up from 1
	At        time.Time
	From      string   // envelope
	To        []string // envelope
	UTF8      bool     // came with SMTPUTF8
	Encrypted bool     // came over TLS
	Raw       []byte   // as it came

	Header    mail.Header
	FromName  string
	ToName    string
	Subject   string
	MessageID string // without angle brackets
	Text      string
	HTML      string
	Links     []string // web addresses in text and HTML, each once, in order
	Fault     string   // why it could not be read in full; empty if it could
}

// readLetter reads what it can; a letter that cannot be read is kept raw.
func readLetter(raw []byte) Letter {
	letter := Letter{Raw: raw}
	reader, err := mail.CreateReader(bytes.NewReader(raw))
	if reader == nil {
		letter.Fault = err.Error()
		return letter
	}
	defer func() { _ = reader.Close() }() // it only holds memory
	letter.readHeader(reader.Header)
	if err := letter.readParts(reader); err != nil {
		letter.Fault = err.Error()
	}
	letter.Links = linksIn(letter.Text, letter.HTML)
	return letter
}

func (l *Letter) readHeader(header mail.Header) {
	l.Header = header
	l.Subject, _ = header.Subject() // a broken subject comes back as it is
	l.MessageID, _ = header.MessageID()
	l.FromName = firstName(header, "From")
	l.ToName = firstName(header, "To")
}

func firstName(header mail.Header, field string) string {
	list, err := header.AddressList(field)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0].Name
}

func (l *Letter) readParts(reader *mail.Reader) error {
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return err
		}
		inline, ok := part.Header.(*mail.InlineHeader)
		if !ok {
			continue
		}
		switch kind, _, _ := inline.ContentType(); kind {
		case "text/html":
			l.HTML = string(body)
		case "text/plain", "":
			l.Text = string(body)
		}
	}
}

var (
	webAddress = regexp.MustCompile(`https?://[^\s<>"']+`)
	webHref    = regexp.MustCompile(`href\s*=\s*["'](https?://[^"']+)["']`)
)

func linksIn(text, page string) []string {
	links := webAddress.FindAllString(text, -1)
	for _, found := range webHref.FindAllStringSubmatch(page, -1) {
		links = append(links, html.UnescapeString(found[1]))
	}
	var once []string
	for _, link := range links {
		if !slices.Contains(once, link) {
			once = append(once, link)
		}
	}
	return once
}
