package mail

import (
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Template is a letter as an administrator writes it, with variables such as
// {{.FirstName}} and choices such as {{if .ExpiresOn}}…{{end}}.
type Template struct {
	Subject string // one line
	Text    string // must hold {{.Link}}
	HTML    string // must hold {{.Link}}; empty: made from the text
}

// TemplateData is what the variables stand for: exactly these, nothing else.
type TemplateData struct {
	FullName     string
	FirstName    string
	Organization string
	Location     string
	Link         string // the person's own link; https
	SenderName   string
	ReplyTo      string
	ExpiresOn    string // as it is to be read, "24 March 2026"; may be empty
	HelpContact  string // may be empty
}

// Variables are the names a template may use, in the order of TemplateData.
func Variables() []string {
	return []string{"FullName", "FirstName", "Organization", "Location", "Link", "SenderName", "ReplyTo", "ExpiresOn", "HelpContact"}
}

// SampleData are invented values, for previews.
func SampleData() TemplateData {
	return TemplateData{
		FullName: "Anna Example", FirstName: "Anna", Organization: "Example School", Location: "Main Campus",
		Link: "https://rsvpp.example.com/i/sample", SenderName: "Sam Sender", ReplyTo: "it@example.com",
		ExpiresOn: "24 March 2027", HelpContact: "it@example.com",
	}
}

// Compiled is a template that was checked and made ready: compile once, render
// per person. Safe for many callers at once.
type Compiled struct {
	subject *texttemplate.Template
	text    *texttemplate.Template
	html    *htmltemplate.Template // nil: made from the text
}

// Rendered is a letter filled in for one person.
type Rendered struct {
	Subject string
	Text    string
	HTML    string
}

const (
	longestSubject = 200
	longestValue   = 300
	longestLink    = 2000
)

// Render fills the template in. Line breaks in values become spaces, and HTML
// in values is shown as it was typed, never obeyed.
func (c *Compiled) Render(data TemplateData) (Rendered, error) {
	data = data.clean()
	var subject, text, html strings.Builder
	text.Grow(1 << 10)
	if err := c.subject.Execute(&subject, data); err != nil {
		return Rendered{}, renderFault(err)
	}
	if err := c.text.Execute(&text, data); err != nil {
		return Rendered{}, renderFault(err)
	}
	out := Rendered{Subject: oneLine(subject.String(), longestSubject), Text: text.String()}
	if c.html == nil {
		out.HTML = htmlFromText(out.Text, data.Link)
		return out, nil
	}
	html.Grow(4 << 10)
	if err := c.html.Execute(&html, data); err != nil {
		return Rendered{}, renderFault(err)
	}
	out.HTML = html.String()
	return out, nil
}

// Preview renders the template with invented values.
func (c *Compiled) Preview() (Rendered, error) { return c.Render(SampleData()) }

func (d TemplateData) clean() TemplateData {
	for _, value := range []*string{
		&d.FullName, &d.FirstName, &d.Organization, &d.Location,
		&d.SenderName, &d.ReplyTo, &d.ExpiresOn, &d.HelpContact,
	} {
		*value = oneLine(*value, longestValue)
	}
	d.Link = oneLine(d.Link, longestLink)
	return d
}

func renderFault(err error) error {
	return vpp.Wrap(vpp.Internal, err, "the template could not be filled in")
}
