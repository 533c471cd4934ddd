package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// inviteReview is the last look: what will be sent, to how many, and who is
// left out.
func (d *Door) inviteReview(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	found, err := d.Inviter.Examine(r.Context(), f.request())
	if err != nil {
		return err
	}
	letter, err := d.letterOf(r, f)
	if err != nil {
		return err
	}
	m := view.InviteReview{Page: d.wizardPage(r, f, "review"), ID: f.ID, Token: f.ID, ByLink: f.Channel == vpp.ChannelLink, Text: f.mails(), Notice: found.Notice}
	if f.Channel == vpp.ChannelDevice || f.Channel == vpp.ChannelBoth {
		m.Ways = waysOf(found)
	}
	for _, v := range found.Verdicts {
		switch {
		case v.Code == invite.ManagedLink:
			m.Link += v.People
		case v.Reachable:
			m.Send += v.People
		case v.Acts():
			m.Create += v.People
		default:
			m.Skip += v.People
			m.Reasons = append(m.Reasons, view.Reason{Text: v.Sentence, Count: v.People, Fix: fixOf(v.Verdict, found.Location)})
		}
	}
	subject, err := d.subjectOf(r, f, letter)
	if err != nil {
		return err
	}
	m.Facts = d.reviewFacts(f, found, subject)
	return d.render(w, r, view.InviteReviewPage(m))
}

// waysOf says how many are reached which way.
func waysOf(found invite.Diagnosis) string {
	if found.OnDevice+found.ByMail == 0 {
		return ""
	}
	return thousands(found.OnDevice) + " on devices, " + thousands(found.ByMail) + " by e-mail"
}

// subjectOf is the letter's subject as its first reader will see it.
func (d *Door) subjectOf(r *http.Request, f draft, letter vpp.Letter) (string, error) {
	if !f.mails() {
		return "", nil
	}
	user, _, err := d.firstReader(r, f)
	if err != nil {
		return "", err
	}
	shown, err := d.Letters.PreviewLetter(r.Context(), letter, user, f.Selection.Filter.Location)
	return shown.Subject, err
}

func (d *Door) reviewFacts(f draft, found invite.Diagnosis, subject string) []view.Fact {
	facts := []view.Fact{
		{Term: "Who", Text: summaryOf(f.Selection, found.People, found.Location.Name)},
		{Term: "How", Text: channelWord(f.Channel)},
		{Term: "The link works for", Text: d.lifeWord(f.Days)},
	}
	if f.Channel == vpp.ChannelDevice && f.ElseMail {
		facts[1].Text += "; an e-mail where no device takes it"
	}
	if !f.mails() {
		return facts
	}
	text := "the organization’s letter"
	if f.Letter != nil {
		text = "written for this run"
	}
	return append(facts, view.Fact{Term: "Subject", Text: subject}, view.Fact{Term: "Text", Text: text})
}

// sendInvite begins the run. The draft's id is its idempotency key: sent
// twice, it is one task.
func (d *Door) sendInvite(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	task, err := d.Inviter.Start(r.Context(), actor(r), f.request())
	if kind := vpp.KindOf(err); err != nil && (kind == vpp.Invalid || kind == vpp.Conflict) {
		return d.done(w, r, f.path("review"), view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	f.Task = task.ID
	if err := d.rememberWay(r, f); err != nil {
		return err
	}
	if err := d.keepDraft(r, f); err != nil {
		return err
	}
	return d.seeOther(w, r, f.path("result"))
}

// inviteResult follows the run person by person.
func (d *Door) inviteResult(w http.ResponseWriter, r *http.Request) error {
	f, err := d.draft(r)
	if err != nil {
		return err
	}
	if f.Task == "" {
		return d.seeOther(w, r, f.path("review"))
	}
	task, err := d.taskWhole(r, f.Task, f.path("result"))
	if err != nil {
		return err
	}
	task.Page.Crumbs = []view.Link{{Text: "Users", Href: "/users"}}
	return d.render(w, r, view.InviteResultPage(view.InviteResult{Task: task, ID: f.ID}))
}
