package console

import (
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// inviteText shows what the mail says; it can be changed for this run alone.
func (d *Door) inviteText(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	letter, err := d.letterOf(r, f)
	if err != nil {
		return err
	}
	m, err := d.text(r, f, letter, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.InviteTextPage(m))
}

func (d *Door) letterOf(r *http.Request, f draft) (vpp.Letter, error) {
	if f.Letter != nil {
		return *f.Letter, nil
	}
	return d.Letters.Letter(r.Context())
}

func (d *Door) text(r *http.Request, f draft, letter vpp.Letter, wrong map[string]string) (view.InviteText, error) {
	m := view.InviteText{Page: d.wizardPage(r, f, "text"), ID: f.ID}
	m.Letter = view.Letter{
		Subject:   view.Field{Name: "subject", Label: "Subject", Value: letter.Subject, Required: true, Error: wrong["subject"]},
		Text:      view.Field{Name: "text", Label: "Text", Value: letter.Text, Required: true, Error: wrong["text"]},
		HTML:      view.Field{Name: "html", Label: "HTML", Value: letter.HTML, Hint: "Empty: made from the text.", Error: wrong["html"]},
		Variables: letterVariables(), Preview: f.path("preview"),
	}
	for field, sentence := range wrong {
		if field != "subject" && field != "text" && field != "html" {
			m.Letter.Text.Error = join(m.Letter.Text.Error, sentence)
		}
	}
	user, name, err := d.firstReader(r, f)
	if err != nil {
		return m, err
	}
	if m.Letter.PreviewAs = name; name == "" {
		m.Letter.PreviewAs = "somebody"
	}
	shown, err := d.Letters.PreviewLetter(r.Context(), letter, user, f.Selection.Filter.Location)
	if vpp.KindOf(err) == vpp.Invalid && err != nil {
		return m, nil // said at the fields
	}
	m.Letter.Shown = shown.Subject
	return m, err
}

// firstReader is a person who will get the letter, to be shown with it.
func (d *Door) firstReader(r *http.Request, f draft) (vpp.UserID, string, error) {
	for _, code := range [...]invite.Code{invite.WillInvite, invite.WillResend} {
		people, err := d.Inviter.Lines(r.Context(), f.request(), code, vpp.Page{Limit: 1})
		if err != nil {
			return "", "", err
		}
		if len(people.Items) > 0 {
			p := people.Items[0].Person
			return p.User.ID, p.FullName, nil
		}
	}
	return "", "", nil
}

// letterVariables explains what can stand in a letter.
func letterVariables() []view.Fact {
	return []view.Fact{
		{Term: "{{.FullName}}", Text: "the person’s whole name"}, {Term: "{{.FirstName}}", Text: "the first name"},
		{Term: "{{.Organization}}", Text: "your organization"}, {Term: "{{.Location}}", Text: "the location’s name"},
		{Term: "{{.Link}}", Text: "the person’s own link; it must be there"}, {Term: "{{.ExpiresOn}}", Text: "the day on which the link ends"},
		{Term: "{{.SenderName}}", Text: "who the mail comes from"}, {Term: "{{.ReplyTo}}", Text: "where answers go"},
		{Term: "{{.HelpContact}}", Text: "whom to ask for help"},
	}
}

// writeText keeps the letter if it can be filled in, and goes on.
func (d *Door) writeText(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	values, err := form(r)
	if err != nil {
		return err
	}
	letter := vpp.Letter{Subject: strings.TrimSpace(values.Get("subject")), Text: plainLines(values.Get("text")), HTML: plainLines(values.Get("html"))}
	_, err = d.Letters.PreviewLetter(r.Context(), letter, "", "")
	if wrong := faults(err); err != nil && wrong != nil {
		m, err := d.text(r, f, letter, wrong)
		if err != nil {
			return err
		}
		return d.refuse(w, r, view.InviteTextPage(m))
	}
	if err != nil {
		return err
	}
	saved, err := d.Letters.Letter(r.Context())
	if err != nil {
		return err
	}
	if f.Letter = nil; !sameLetter(letter, saved) {
		f.Letter = &letter
	}
	if err := d.keepDraft(r, f); err != nil {
		return err
	}
	if values.Get("go") == "preview" {
		return d.seeOther(w, r, f.path("text"))
	}
	return d.seeOther(w, r, f.path("review"))
}

// plainLines undoes what a browser does to the lines of a text.
func plainLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func sameLetter(a, b vpp.Letter) bool {
	same := func(x, y string) bool { return strings.TrimSpace(plainLines(x)) == strings.TrimSpace(plainLines(y)) }
	return same(a.Subject, b.Subject) && same(a.Text, b.Text) && same(a.HTML, b.HTML)
}

// previewText answers with the letter as the first reader sees it, as a
// document without any power.
func (d *Door) previewText(w http.ResponseWriter, r *http.Request) error {
	f, err := d.draft(r)
	if err != nil {
		return err
	}
	letter, err := d.letterOf(r, f)
	if err != nil {
		return err
	}
	user, _, err := d.firstReader(r, f)
	if err != nil {
		return err
	}
	shown, err := d.Letters.PreviewLetter(r.Context(), letter, user, f.Selection.Filter.Location)
	if err != nil {
		return err
	}
	gate.AllowPreview(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(shown.HTML))
	return err
}
