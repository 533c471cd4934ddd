package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// How many names stand under a verdict, and how many addresses can be typed
// on one page.
const (
	sampledNames = 4
	askedEmails  = 20
)

// typo is an address that somebody typed and that cannot be used.
type typo struct{ value, wrong string }

// inviteWho shows the doctor's verdict on everybody chosen.
func (d *Door) inviteWho(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	m, err := d.who(r, f, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.InviteWhoPage(m))
}

func (d *Door) who(r *http.Request, f draft, typos map[vpp.UserID]typo) (view.InviteWho, error) {
	ctx := r.Context()
	found, err := d.Inviter.Examine(ctx, f.request())
	if err != nil {
		return view.InviteWho{}, err
	}
	m := view.InviteWho{
		Page: d.wizardPage(r, f, "who"), ID: f.ID, Reachable: found.Reachable, Chosen: found.People,
		Selection: view.Selection{Summary: summaryOf(f.Selection, found.People, found.Location.Name)},
	}
	m.Shared, m.TryAgain = found.Shared.Sentence, f.TryAgain
	if m.Audiences, err = d.audiences(ctx, f); err != nil {
		return m, err
	}
	for _, v := range found.Verdicts {
		// Who is not reached this way may be another, or can be handed a link.
		m.ByLink = m.ByLink || slices.Contains([]invite.Code{invite.NoAddress, invite.AddressRefused, invite.AddressBounced, invite.AddressSuppressed, invite.MailNotConfigured, invite.NoDevice, invite.DeviceForbidden}, v.Code)
		m.MayTry = m.MayTry || v.Code == invite.AddressRefused || v.Code == invite.AddressBounced
		people, err := d.Inviter.Lines(ctx, f.request(), v.Alike, vpp.Page{Limit: sampledNames})
		if err != nil {
			return m, err
		}
		m.Verdicts = append(m.Verdicts, verdictOf(v, people.Items, found.Location))
	}
	if f.Audience == vpp.AudienceRemoved {
		before, err := d.Program.HeldBefore(ctx, f.Selection)
		if err != nil {
			return m, err
		}
		m.Before = heldWords(before)
	}
	return m, d.missing(ctx, &m, f, found, caller(r).Scopes, typos)
}

// audiences are those that a run may be for (S4-12, S4-13). One for which there
// is nobody is not offered, and where all mean the same people there is nothing
// to choose (S4-24).
func (d *Door) audiences(ctx context.Context, f draft) ([]view.Choice, error) {
	if f.Resend {
		return nil, nil
	}
	var list []view.Choice
	counts := map[int]bool{}
	for _, c := range audiencesOf(f) {
		r := f.request()
		r.Audience = vpp.Audience(c.Value)
		found, err := d.Inviter.Examine(ctx, r)
		if err != nil {
			return nil, err
		}
		if found.Acting > 0 || c.Current {
			list, counts[found.Acting] = append(list, c), true
		}
	}
	if len(counts) < 2 {
		return nil, nil
	}
	return list, nil
}

func audiencesOf(f draft) []view.Choice {
	return []view.Choice{
		{Value: string(vpp.AudienceNotInvited), Text: "Who is not invited yet", Hint: "Nobody gets a second message.", Current: f.Audience == vpp.AudienceNotInvited || f.Audience == ""},
		{Value: string(vpp.AudienceNotRegistered), Text: "Everybody who is not registered", Hint: "Who was invited before gets the same invitation again.", Current: f.Audience == vpp.AudienceNotRegistered},
		{Value: string(vpp.AudienceRemoved), Text: "Who was removed", Hint: "Register again: the same person gets a new record at Apple.", Current: f.Audience == vpp.AudienceRemoved},
	}
}

func verdictOf(v invite.Finding, people []invite.Line, l vpp.Location) view.Verdict {
	out := view.Verdict{Tone: verdictTone(v.Verdict), Title: verdictTitle(v.Verdict), Why: v.Sentence, Count: v.People, Reach: v.Reachable, Fix: fixOf(v.Verdict, l)}
	for _, p := range people {
		out.Sample = append(out.Sample, p.Person.FullName)
	}
	return out
}

// fixOf leads to where a verdict can be mended; who is not reached because of
// what the wizard itself asks is not led away.
func fixOf(v invite.Verdict, l vpp.Location) view.Link {
	switch v.Fix {
	case invite.FixDevice:
		if v.Code == invite.NoDevice {
			return view.Link{Text: "Assign devices", Href: "/devices"}
		}
		return view.Link{Text: "See devices", Href: "/devices?needs=closed"}
	case invite.FixMail:
		return view.Link{Text: "Set up mail", Href: "/settings/mail"}
	case invite.FixToken:
		return view.Link{Text: "See locations", Href: "/locations"}
	case invite.FixConsent:
		return view.Link{Text: "Read and confirm", Href: locationPath(l) + "#consent"}
	case invite.FixResume:
		return view.Link{Text: "See who is paused", Href: "/users?attention=" + string(vpp.AttentionPaused)}
	case invite.FixNone, invite.FixAddress, invite.FixAccount, invite.FixAudience, invite.FixWait:
	}
	return view.Link{}
}

func verdictTone(v invite.Verdict) view.Tone {
	switch {
	case v.Reachable:
		return view.Good
	case v.Code == invite.AlreadyRegistered, v.Code == invite.NotInAudience:
		return view.Neutral
	case v.Fix == invite.FixToken, v.Fix == invite.FixAccount, v.Fix == invite.FixConsent:
		return view.Bad
	}
	return view.Warn
}

// wayWords tell the ways apart where devices are among them.
func wayWords(c vpp.Channel) string {
	switch c {
	case vpp.ChannelDevice:
		return " on their devices"
	case vpp.ChannelBoth:
		return " on their devices and by e-mail"
	case vpp.ChannelMail, vpp.ChannelLink:
	}
	return ""
}

func verdictTitle(v invite.Verdict) string {
	switch v.Code {
	case invite.WillInvite:
		return "Will be invited" + wayWords(v.Channel)
	case invite.WillResend:
		return "Will get the invitation again" + wayWords(v.Channel)
	case invite.NoDevice:
		return "Have no device here"
	case invite.DeviceForbidden:
		return "Have no device that takes the invitation"
	case invite.ManagedLink:
		return "Will be linked by Apple"
	case invite.RemovedAnew:
		return "Will be registered anew"
	case invite.RefusedBefore:
		return "Will be tried again"
	case invite.Waiting:
		return "Wait for Apple"
	case invite.MailNotConfigured:
		return "No mail can go out"
	case invite.NoAddress:
		return "Have no address"
	case invite.AddressBounced:
		return "Have an address from which letters come back"
	case invite.AddressSuppressed:
		return "Reported a letter as junk"
	case invite.AddressRefused:
		return "Have an address that was refused"
	case invite.BadAddress:
		return "Have an address that Apple refuses"
	case invite.CannotLink:
		return "Have an account that cannot be linked"
	case invite.Removing:
		return "Are being removed"
	case invite.Paused:
		return "Are paused"
	case invite.NoToken, invite.TokenExpired, invite.TokenRefused:
		return "Need a content token"
	case invite.TokenReadOnly:
		return "Need a content token that may write"
	case invite.ManagedElsewhere:
		return "Are managed by another server"
	case invite.NoConsent:
		return "Wait until somebody confirms what Apple gets"
	case invite.AlreadyRegistered:
		return "Are registered already"
	case invite.NotInAudience:
		return "Are left out"
	}
	return string(v.Code)
}

// missing asks for the addresses of people who have none (F-36), where the
// operator may change people.
func (d *Door) missing(ctx context.Context, m *view.InviteWho, f draft, found invite.Diagnosis, scopes operator.Scopes, typos map[vpp.UserID]typo) error {
	if !scopes.Allow(operator.ScopeRoster) {
		return nil
	}
	without := 0
	for _, v := range found.Verdicts {
		if v.Code == invite.NoAddress {
			without = v.People
		}
	}
	if without == 0 {
		return nil
	}
	bare := func(v invite.Verdict) bool { return v.Code == invite.NoAddress }
	people, err := d.Inviter.Lines(ctx, f.request(), bare, vpp.Page{Limit: askedEmails})
	for _, p := range people.Items {
		t := typos[p.Person.ID]
		m.Missing = append(m.Missing, view.MissingAddress{UserID: string(p.Person.ID), Name: p.Person.FullName, Value: t.value, Error: t.wrong})
	}
	m.MoreMiss = without - len(m.Missing)
	return err
}

// chooseWho keeps the audience, saves the addresses that were typed, and goes
// on or examines again.
func (d *Door) chooseWho(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	values, err := form(r)
	if err != nil {
		return err
	}
	if a := vpp.Audience(values.Get("audience")); !f.Resend && slices.Contains([]vpp.Audience{vpp.AudienceNotInvited, vpp.AudienceNotRegistered, vpp.AudienceRemoved}, a) {
		f.Audience = a
	}
	f.TryAgain = values.Get("try_again") != ""
	typos, err := d.saveEmails(r, values)
	if err != nil {
		return err
	}
	if err := d.keepDraft(r, f); err != nil {
		return err
	}
	m, err := d.who(r, f, typos)
	if err != nil {
		return err
	}
	switch going := values.Get("go") == "how"; {
	case len(typos) > 0:
		return d.refuse(w, r, view.InviteWhoPage(m))
	case going && m.Reachable == 0 && !m.ByLink:
		m.Error = "Nobody can be reached this way: mend what stands below, or choose other people."
		return d.refuse(w, r, view.InviteWhoPage(m))
	case going:
		return d.seeOther(w, r, f.path("how"))
	}
	return d.render(w, r, view.InviteWhoPage(m))
}

// saveEmails gives people without an address the typed one. Somebody who has
// one by now keeps it.
func (d *Door) saveEmails(r *http.Request, values url.Values) (map[vpp.UserID]typo, error) {
	typos := map[vpp.UserID]typo{}
	for name, v := range values {
		id, ours := strings.CutPrefix(name, "email-")
		email := strings.TrimSpace(v[0])
		if !ours || email == "" {
			continue
		}
		if !caller(r).Scopes.Allow(operator.ScopeRoster) {
			return nil, vpp.Errorf(vpp.Denied, "You may invite people, but not change their addresses.")
		}
		p, err := d.People.Profile(r.Context(), vpp.UserID(id))
		if err != nil {
			return nil, err
		}
		if p.User.Email != "" {
			continue
		}
		_, err = d.People.Update(r.Context(), actor(r), p.User.ID, roster.Patch{Email: &email})
		switch wrong := faults(err); {
		case err != nil && wrong == nil:
			return nil, err
		case err != nil:
			typos[p.User.ID] = typo{email, vpp.MessageOf(err)}
		}
	}
	return typos, nil
}

// heldWords say what removed people held before, "" when nothing is known.
func heldWords(h vpp.HeldByAll) string {
	if h.People == 0 {
		return ""
	}
	held := "They"
	if h.People > 1 {
		held = thousands(h.People) + " of them"
	}
	return held + " held " + invite.HeldCount(h.Apps, h.Books) + " before. Apps have to be assigned anew; books come back with the same Apple Account."
}
