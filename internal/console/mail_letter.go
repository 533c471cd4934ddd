package console

import (
	"io"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// letterEditor fills the editor in with a letter that need not be saved, and
// says what is wrong with which part. The preview is of the saved one.
func (d *Door) letterEditor(r *http.Request, l vpp.Letter, wrong map[string]string) (view.Letter, error) {
	saved, err := d.sampleLetter(r)
	return view.Letter{
		Subject:   view.Field{Name: "subject", Label: "Subject", Value: l.Subject, Error: wrong["subject"], Required: true},
		Text:      view.Field{Name: "text", Label: "Text", Value: l.Text, Error: wrong["text"], Required: true, Hint: "Must hold {{.Link}}."},
		HTML:      view.Field{Name: "html", Label: "HTML", Value: l.HTML, Error: wrong["html"], Hint: "Empty: it is made from the text."},
		Variables: letterVariables(), Preview: "/settings/mail/letter/preview", PreviewAs: "Anna Example", Shown: saved.Subject,
	}, err
}

// letterTyped reads a letter from a form. Browsers send line ends as CR LF.
func letterTyped(r *http.Request) vpp.Letter {
	return vpp.Letter{Subject: typed(r, "subject"), Text: unixLines(r.PostFormValue("text")), HTML: unixLines(r.PostFormValue("html"))}
}

func letterVariables() []view.Fact {
	return []view.Fact{
		{Term: "{{.FullName}}", Text: "the person’s whole name"},
		{Term: "{{.FirstName}}", Text: "the person’s first name"},
		{Term: "{{.Link}}", Text: "the person’s own link; it must stand in the letter"},
		{Term: "{{.Organization}}", Text: "your organization"},
		{Term: "{{.Location}}", Text: "the location at Apple"},
		{Term: "{{.SenderName}}", Text: "the sender’s name"},
		{Term: "{{.ReplyTo}}", Text: "where answers go"},
		{Term: "{{.ExpiresOn}}", Text: "the day on which the link ends"},
		{Term: "{{.HelpContact}}", Text: "whom to ask"},
	}
}

func (d *Door) saveLetter(w http.ResponseWriter, r *http.Request) error {
	letter := letterTyped(r)
	err := d.Letters.SaveLetter(r.Context(), actor(r), letter)
	if err == nil {
		return d.done(w, r, "/settings/mail", view.Notice{Tone: view.Good, Text: "The text is saved. Invitations sent from now on say this."})
	}
	wrong := faults(err)
	if wrong == nil {
		return err
	}
	settings, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	m, err := d.mail(r, settings, nil)
	if err != nil {
		return err
	}
	m.Error = join("The text was not saved.", allOf(wrong))
	if m.Letter, err = d.letterEditor(r, letter, wrong); err != nil {
		return err
	}
	return d.refuse(w, r, view.MailPage(m))
}

// sampleLetter is the saved letter as an invented person gets it.
func (d *Door) sampleLetter(r *http.Request) (vpp.Letter, error) {
	letter, err := d.Letters.Letter(r.Context())
	if err != nil {
		return letter, err
	}
	return d.Letters.PreviewLetter(r.Context(), letter, "", "")
}

func (d *Door) previewLetter(w http.ResponseWriter, r *http.Request) error {
	letter, err := d.sampleLetter(r)
	if err != nil {
		return err
	}
	return writePreview(w, letter)
}

// writePreview answers with a letter's HTML, which may stand in a frame of
// ours and do nothing.
func writePreview(w http.ResponseWriter, letter vpp.Letter) error {
	gate.AllowPreview(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := io.WriteString(w, letter.HTML)
	return err
}
