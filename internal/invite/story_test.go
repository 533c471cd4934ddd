package invite

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Every state of a case has an answer and at most one next best action.
func TestAnswer(t *testing.T) {
	now := time.Date(2031, 5, 20, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	usable := vpp.Location{Token: vpp.ContentToken{AddedAt: day(-9), ExpiresAt: day(300)}, Consent: vpp.Consent{At: day(-9)}}
	mail := vpp.User{Email: "a@b.test"}
	registered := vpp.ProgramUser{AppleStatus: vpp.AppleRegistered, Generation: 1}
	handed := registered
	handed.HandedOverAt = day(-1)
	old := registered
	old.HandedOverAt = day(-9)
	inv := func(change func(*vpp.Invitation)) []vpp.Invitation {
		i := vpp.Invitation{Generation: 1, CreatedAt: day(-9), ExpiresAt: day(20)}
		if change != nil {
			change(&i)
		}
		return []vpp.Invitation{i}
	}
	letter := func(o vpp.DeliveryOutcome) []vpp.Delivery {
		return []vpp.Delivery{{ID: "d", Outcome: o, Sentence: "because", Attempts: 2}}
	}
	with := func(p vpp.ProgramUser, change func(*vpp.ProgramUser)) vpp.ProgramUser { change(&p); return p }
	for _, c := range []struct {
		name   string
		h      vpp.CaseHistory
		noMail bool
		why    string // part of the answer
		act    Action
	}{
		{"registered", vpp.CaseHistory{Place: vpp.ProgramUser{AppleStatus: vpp.AppleAssociated}}, false, "an Apple Account is linked", ActNone},
		{"paused (F-13)", vpp.CaseHistory{User: vpp.User{Email: "a@b.test", PausedAt: day(-4)}, Place: handed, Invitations: inv(nil), Deliveries: letter(vpp.DeliveryQueued)}, false, "Paused since 16 May 2031", ActResume},
		{"paused, registered", vpp.CaseHistory{User: vpp.User{PausedAt: day(-4)}, Place: vpp.ProgramUser{AppleStatus: vpp.AppleAssociated}}, false, "Paused since", ActResume},
		{"removal waits", vpp.CaseHistory{Place: with(handed, func(p *vpp.ProgramUser) { p.Pending = vpp.WriteRetire })}, false, "removal waits", ActWait},
		{"queued", vpp.CaseHistory{Location: usable, Place: vpp.ProgramUser{Pending: vpp.WriteCreate}}, false, "waits for its turn", ActWait},
		{"queued, token gone", vpp.CaseHistory{Place: vpp.ProgramUser{Pending: vpp.WriteCreate}}, false, "usable content token", ActRenewToken},
		{"at Apple (trap 2)", vpp.CaseHistory{Location: usable, Place: vpp.ProgramUser{Pending: vpp.WriteCreate, BatchID: "b"}}, false, "not confirmed", ActWait},
		{"no token", vpp.CaseHistory{User: mail}, false, "no content token", ActAddToken},
		{"token expired", vpp.CaseHistory{User: mail, Location: vpp.Location{Token: vpp.ContentToken{AddedAt: day(-400), ExpiresAt: day(-1)}}}, false, "no longer be used", ActRenewToken},
		{"no address (F-36)", vpp.CaseHistory{Location: usable}, false, "no e-mail address", ActAddress},
		{"no mail", vpp.CaseHistory{Location: usable, User: mail}, true, "No mail is set up", ActMail},
		{"not invited", vpp.CaseHistory{Location: usable, User: mail}, false, "Not invited yet", ActInvite},
		{"removed", vpp.CaseHistory{Location: usable, User: mail, Place: vpp.ProgramUser{AppleStatus: vpp.AppleRetired}}, false, "Removed", ActInviteAgain},
		{"bad address", vpp.CaseHistory{Location: usable, User: mail, Place: vpp.ProgramUser{AppleError: vpp.AppleBadEmail}}, false, "error 9717", ActAddress},
		{"account taken", vpp.CaseHistory{Location: usable, Place: vpp.ProgramUser{AppleError: vpp.AppleAccountTaken}}, false, "error 9641", ActAccount},
		{"token refused", vpp.CaseHistory{Location: usable, Place: vpp.ProgramUser{AppleError: vpp.AppleTokenRevoked}}, false, "error 9625", ActRenewToken},
		{"refused otherwise", vpp.CaseHistory{Location: usable, Place: vpp.ProgramUser{AppleError: vpp.AppleNeverConfirmed}}, false, "never showed a result", ActInvite},
		{"found at Apple", vpp.CaseHistory{Location: usable, User: mail, Place: registered}, false, "no invitation was handed over", ActInvite},
		{"withdrawn (F-27)", vpp.CaseHistory{User: mail, Place: handed, Invitations: inv(func(i *vpp.Invitation) { i.WithdrawnAt = now })}, false, "withdrawn", ActInvite},
		{"not me", vpp.CaseHistory{User: mail, Place: handed, Invitations: inv(func(i *vpp.Invitation) { i.NotMeAt = now })}, false, "somebody else", ActAddress},
		{"mail refused", vpp.CaseHistory{User: mail, Place: with(registered, func(p *vpp.ProgramUser) { p.MailProblem = vpp.DeliveryRefused }), Invitations: inv(nil), Deliveries: letter(vpp.DeliveryRefused)}, false, "refused the letter: because", ActAddress},
		{"mail deferred", vpp.CaseHistory{User: mail, Place: with(registered, func(p *vpp.ProgramUser) { p.MailProblem = vpp.DeliveryDeferred }), Invitations: inv(nil), Deliveries: letter(vpp.DeliveryDeferred)}, false, "try later: because", ActCopyLink},
		{"mail queued", vpp.CaseHistory{User: mail, Place: registered, Invitations: inv(nil), Deliveries: letter(vpp.DeliveryQueued)}, false, "waits to be sent", ActWait},
		{"mail queued, mail gone", vpp.CaseHistory{User: mail, Place: registered, Invitations: inv(nil), Deliveries: letter(vpp.DeliveryQueued)}, true, "no mail is set up any more", ActMail},
		{"nothing mailed (F-38)", vpp.CaseHistory{User: mail, Place: registered, Invitations: inv(nil)}, true, "Nothing was mailed", ActCopyLink},
		{"expired (F-26)", vpp.CaseHistory{Place: old, Invitations: inv(func(i *vpp.Invitation) { i.ExpiresAt = day(-1) }), Deliveries: letter(vpp.DeliveryAccepted)}, false, "expired", ActResend},
		{"just invited", vpp.CaseHistory{Place: handed, Invitations: inv(nil), Deliveries: letter(vpp.DeliveryAccepted)}, false, "Invited yesterday", ActWait},
		{"never opened", vpp.CaseHistory{Place: old, Invitations: inv(nil), Deliveries: letter(vpp.DeliveryAccepted)}, false, "never opened", ActResend},
		{"opened", vpp.CaseHistory{Place: old, Invitations: inv(func(i *vpp.Invitation) { i.OpenedAt, i.OpenedOn = day(-2), "windows" }), Deliveries: letter(vpp.DeliveryAccepted)}, false, "2 days ago on a Windows PC", ActResend},
		{"continued", vpp.CaseHistory{Place: old, Invitations: inv(func(i *vpp.Invitation) { i.OpenedAt, i.ContinuedAt = day(-2), day(0) }), Deliveries: letter(vpp.DeliveryAccepted)}, false, "went on to Apple today", ActResend},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(c.h, !c.noMail, now)
			if !strings.Contains(s.Why, c.why) || s.Next.Action != c.act {
				t.Errorf("%q, %+v; want %q, %s", s.Why, s.Next, c.why, c.act)
			}
			if (s.Next.Label == "") != (c.act == ActNone || c.act == ActWait) {
				t.Errorf("the button says %q", s.Next.Label)
			}
		})
	}
}

// The timeline tells facts in order, newest first.
func TestTimeline(t *testing.T) {
	at := func(n int64) time.Time { return time.Unix(n, 0) }
	h := vpp.CaseHistory{
		User:        vpp.User{CreatedAt: at(1), Source: "csv"},
		Place:       vpp.ProgramUser{Generation: 1, AppleStatus: vpp.AppleAssociated, CreatedAt: at(3), AssociatedAt: at(9)},
		Invitations: []vpp.Invitation{{Generation: 1, CreatedAt: at(2), InvitedBy: "anna"}},
		Deliveries: []vpp.Delivery{
			{Address: "b@x.test", QueuedAt: at(5), OutcomeAt: at(6), Outcome: vpp.DeliveryAccepted, Answer: "250 ok"},
			{Address: "a@x.test", QueuedAt: at(2), OutcomeAt: at(4), Outcome: vpp.DeliveryRefused, Sentence: "unknown", Answer: "550 no"},
		},
		Visits:  []vpp.VisitMade{{At: at(8), What: vpp.VisitContinued, Device: "iphone"}, {At: at(7), What: vpp.VisitOpened, Device: "iphone"}},
		Entries: []vpp.Entry{{At: at(5), Action: "user.update", Summary: "Changed the address", Actor: "anna"}},
	}
	var got []string
	for _, e := range tell(h, true, at(100)).Events {
		got = append(got, e.Kind)
	}
	want := []string{
		"apple.registered", "link.continued", "link.opened", "mail.accepted", "mail.queued", "user.update",
		"mail.refused", "apple.created", "mail.queued", "invite.made", "person.added",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
