package console

import (
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
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
	return d.showText(w, r, f, letter, view.Notice{})
}

// showText shows the letter, and what became of a test of it.
func (d *Door) showText(w http.ResponseWriter, r *http.Request, f draft, letter vpp.Letter, said view.Notice) error {
	m, err := d.text(r, f, letter, nil)
	if err != nil {
		return err
	}
	m.TestSaid = said
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
	var err error
	if m.Letter, err = d.letterEditor(r, letter, wrong); err != nil {
		return m, err
	}
	m.Letter.Preview, m.Letter.Text.Error = f.path("preview"), join(wrong["text"], wrong[""])
	user, name, err := d.firstReader(r, f)
	if err != nil {
		return m, err
	}
	if m.Letter.PreviewAs = name; name == "" {
		m.Letter.PreviewAs = "somebody"
	}
	shown, err := d.Letters.PreviewLetter(r.Context(), letter, user, f.Selection.Filter.Location)
	if err != nil && vpp.KindOf(err) != vpp.Invalid { // what is invalid is said at the fields
		return m, err
	}
	m.Letter.Shown = shown.Subject
	if ready, err := d.mailWorks(r.Context()); err != nil || !ready {
		return m, err
	}
	m.TestTo = d.testTo(r, nil)
	m.TestTo.Required = false // going on needs no test
	return m, nil
}

// firstReader is a person who will get the letter, to be shown with it.
func (d *Door) firstReader(r *http.Request, f draft) (vpp.UserID, string, error) {
	for _, code := range [...]invite.Code{invite.WillInvite, invite.WillResend, invite.RemovedAnew, invite.RefusedBefore, invite.Waiting} {
		byMail := func(v invite.Verdict) bool { return v.Code == code && v.Channel != vpp.ChannelDevice }
		people, err := d.Inviter.Lines(r.Context(), f.request(), byMail, vpp.Page{Limit: 1})
		if err != nil {
			return "", "", err
		}
		if len(people.Items) > 0 {
			p := people.Items[0].Person
			return p.ID, p.FullName, nil
		}
	}
	return "", "", nil
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
	letter := letterTyped(r)
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
	switch values.Get("go") {
	case "preview":
		return d.seeOther(w, r, f.path("text"))
	case "test":
		return d.testText(w, r, f, letter)
	}
	return d.seeOther(w, r, f.path("review"))
}

// testText sends the letter, as its first reader would get it, to the
// administrator. 200: what became of it is the answer, also a bad one.
func (d *Door) testText(w http.ResponseWriter, r *http.Request, f draft, letter vpp.Letter) error {
	to := typed(r, "to")
	if to == "" {
		return d.showText(w, r, f, letter, view.Notice{Tone: view.Bad, Text: "Type the address that the test goes to."})
	}
	user, _, err := d.firstReader(r, f)
	if err != nil {
		return err
	}
	h, err := d.Letters.TestLetter(r.Context(), actor(r), letter, to, user, f.Selection.Filter.Location)
	switch {
	case err != nil && faults(err) == nil:
		return err
	case err != nil:
		return d.showText(w, r, f, letter, view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
	case h.Outcome != vpp.DeliveryAccepted:
		return d.showText(w, r, f, letter, view.Notice{Tone: view.Bad, Text: "The test did not leave. " + h.Sentence})
	}
	return d.showText(w, r, f, letter, view.Notice{Tone: view.Good, Text: "The mail server took the test to " + to + ": " + h.Answer + ". Its link leads nowhere."})
}

func sameLetter(a, b vpp.Letter) bool {
	same := func(x, y string) bool { return strings.TrimSpace(unixLines(x)) == strings.TrimSpace(unixLines(y)) }
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
	return writePreview(w, shown)
}
