package invite_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// S0-11, S0-17, S0-18, trap 1: a person counts as Invited when both facts
// hold, and not before.
func TestInviteByMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(3)
		h.person(4, "", "")
		task := h.run(invite.Request{Selection: all()})
		if got := h.task(task.ID); got.Total != 4 || got.Skipped != 1 || got.State() != vpp.TaskRunning || got.Title != "Invite 3 people" {
			t.Fatalf("after expanding: %+v", got)
		}
		h.send()
		if n := h.server.Count(); n != 0 {
			t.Fatalf("%d letters went out before Apple confirmed", n)
		}
		h.appleConfirms()
		if s := h.story(ids[0]); s.Status != vpp.NotInvited || s.Step != vpp.StepCreated {
			t.Errorf("created, not mailed: %s, %s", s.Status, s.Step)
		}
		h.send()
		if got := h.task(task.ID); got.State() != vpp.TaskDone || got.Done != 3 {
			t.Errorf("in the end: %+v", got)
		}
		for i, id := range ids {
			s := h.story(id)
			if s.Status != vpp.Invited || s.State != vpp.InvitationSent || s.Deliveries[0].Outcome != vpp.DeliveryAccepted || s.Deliveries[0].Answer == "" {
				t.Errorf("%s: %s, %s, %+v", id, s.Status, s.State, s.Deliveries)
			}
			letter, ok := h.server.Find(fmt.Sprintf("p%d@school.test", i+1))
			if !ok || !strings.Contains(letter.Text, "https://rsvpp.test/i/") {
				t.Errorf("letter %d: %v %q", i, ok, letter.Text)
			}
		}
	})
}

// F-11, F-24: a resend reaches those who have not accepted, with the same
// record and the same invitation, and nobody else.
func TestResend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(3)
		h.run(invite.Request{Selection: vpp.Selection{IDs: ids[:2]}})
		h.appleConfirms()
		h.send()
		before := h.story(ids[0])
		h.exec("UPDATE program_users SET apple_status = 'Associated', associated_at = 5 WHERE user_id = $1", ids[1])
		h.pass(time.Hour)

		d, err := h.Examine(t.Context(), invite.Request{Selection: all(), Resend: true})
		must(t, err)
		if d.People != 3 || d.Reachable != 1 {
			t.Errorf("the doctor: %+v", d)
		}
		task := h.run(invite.Request{Selection: all(), Resend: true})
		h.send()
		if got := h.task(task.ID); got.State() != vpp.TaskDone || got.Done != 1 || got.Skipped != 2 {
			t.Errorf("resend: %+v", got)
		}
		if n := h.server.Count(); n != 3 {
			t.Errorf("%d letters in all, want 3", n)
		}
		after := h.story(ids[0])
		if after.Place.ClientUserID != before.Place.ClientUserID || after.Place.Generation != 1 || len(after.Invitations) != 1 {
			t.Errorf("a second record: %+v", after.Place)
		}
		if !after.Invitation.ExpiresAt.After(before.Invitation.ExpiresAt) || after.Invitation.Revision != before.Invitation.Revision {
			t.Errorf("the invitation: %+v, before %+v", after.Invitation, before.Invitation)
		}
		if n := h.count("SELECT count(*) FROM program_users WHERE pending <> ''"); n != 0 {
			t.Errorf("%d writes queued by a resend", n)
		}
	})
}

// Removed people come back with the same name at Apple and a new generation.
func TestInviteRemovedAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		id := h.people(1)[0]
		h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.send()
		was := h.story(id)
		h.exec("UPDATE program_users SET apple_status = 'Retired', retired_at = 7")
		h.run(invite.Request{Selection: all()})
		now := h.story(id)
		if now.Place.Generation != 2 || now.Place.ClientUserID != was.Place.ClientUserID || !now.Place.HandedOverAt.IsZero() || now.Place.Pending != vpp.WriteCreate {
			t.Errorf("registered anew: %+v", now.Place)
		}
		if len(now.Invitations) != 2 || now.Invitations[1].State(now.Place, h.now()) != vpp.InvitationWithdrawn {
			t.Errorf("invitations: %+v", now.Invitations)
		}
	})
}

// F-38, pain 40: nothing pretends.
func TestNoMailConfigured(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	id := h.people(1)[0]
	d, err := h.Examine(t.Context(), invite.Request{Selection: all()})
	must(t, err)
	if d.Reachable != 0 || d.Acting != 1 || d.Verdicts[0].Code != invite.MailNotConfigured {
		t.Errorf("the doctor: %+v", d)
	}
	h.run(invite.Request{Selection: all()})
	if n := h.count("SELECT count(*) FROM deliveries"); n != 0 {
		t.Errorf("%d letters were queued", n)
	}
	h.appleConfirms()
	h.send()
	task := h.run(invite.Request{Selection: all()})
	if got := h.task(task.ID); got.Done != 1 {
		t.Errorf("%+v", got)
	}
	if s := h.story(id); s.Status != vpp.NotInvited || s.Next.Action != invite.ActCopyLink || s.Why != "Created at Apple. Nothing was mailed." {
		t.Errorf("%s: %s %+v", s.Status, s.Why, s.Next)
	}
}

// A run under one idempotency key happens once.
func TestStartTwice(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail()
	h.people(2)
	r := invite.Request{Selection: all(), IdempotencyKey: "k"}
	if a, b := h.run(r), h.run(r); a.ID != b.ID {
		t.Errorf("two tasks: %s, %s", a.ID, b.ID)
	}
	if n := h.count("SELECT count(*) FROM deliveries"); n != 2 {
		t.Errorf("%d letters, want 2", n)
	}
}

func TestStartRefuses(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail()
	h.people(1)
	noLink := &vpp.Letter{Subject: "s", Text: "no link here"}
	for name, r := range map[string]invite.Request{
		"nobody":           {},
		"nobody matches":   {Selection: vpp.Selection{All: true, Filter: vpp.Filter{Search: "zzzz"}}},
		"unknown channel":  {Selection: all(), Channel: "pigeon"},
		"unknown audience": {Selection: all(), Audience: "all"},
		"letter sans link": {Selection: all(), Letter: noLink},
		"endless":          {Selection: all(), ExpiresIn: 400 * 24 * time.Hour},
		"unknown location": {Selection: all(), Location: "nowhere"},
	} {
		if _, err := h.Start(t.Context(), anna, r); vpp.KindOf(err) != vpp.Invalid && vpp.KindOf(err) != vpp.NotFound {
			// Compile joins several faults, each of them invalid.
			var e *vpp.Error
			if !errors.As(err, &e) || e.Kind != vpp.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if n := h.count("SELECT count(*) FROM tasks"); n != 0 {
		t.Errorf("%d tasks were written", n)
	}
}

// Repeating an expansion, as after a crash, repeats nobody; the counts of the
// doctor are those of the run.
func TestExpandPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(1100)
		for name, s := range map[string]vpp.Selection{"chosen": {IDs: ids}, "all but ten": {All: true, IDs: ids[:10]}} {
			d, err := h.Examine(t.Context(), invite.Request{Selection: s, Audience: vpp.AudienceNotRegistered})
			must(t, err)
			task, err := h.Start(t.Context(), anna, invite.Request{Selection: s, Audience: vpp.AudienceNotRegistered})
			must(t, err)
			var jobs sync.WaitGroup
			for range 3 { // the queue may run a job twice, at once
				jobs.Go(func() {
					if err := h.Expand(t.Context(), vpp.ExpandTask{TaskID: task.ID}); err != nil {
						t.Error(err)
					}
				})
			}
			jobs.Wait()
			got := h.task(task.ID)
			if got.Total != d.People || got.Total-got.Skipped != d.Reachable || got.ExpandedAt.IsZero() {
				t.Errorf("%s: %+v, the doctor said %+v", name, got, d)
			}
		}
		if n := h.count("SELECT count(DISTINCT client_user_id) FROM program_users WHERE pending = 'create' AND generation = 1"); n != 1100 {
			t.Errorf("%d records were asked for", n)
		}
		if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'queued'"); n != 1100 {
			t.Errorf("%d open letters, want one each", n)
		}
	})
}

// Somebody chosen at a location where they have no place yet gets one.
func TestInviteAtSecondLocation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(2)
		h.exec("INSERT INTO locations (id, name, is_default, created_at, token_added_at, token_expires_at, consent_at) VALUES ('l2', 'Annex', $1, 1, 1, $2, 1)",
			false, h.now().AddDate(1, 0, 0).UnixMilli())
		r := invite.Request{Selection: vpp.Selection{IDs: ids}, Location: "l2"}
		d, err := h.Examine(t.Context(), r)
		must(t, err)
		lines, err := h.Lines(t.Context(), r, is(invite.WillInvite), vpp.Page{})
		must(t, err)
		if d.Reachable != 2 || len(lines.Items) != 2 {
			t.Errorf("the doctor: %+v, lines %d", d, len(lines.Items))
		}
		h.run(r)
		if n := h.count("SELECT count(*) FROM program_users WHERE location_id = 'l2' AND pending = 'create'"); n != 2 {
			t.Errorf("%d places at the second location", n)
		}
		if n := h.count("SELECT count(*) FROM program_users WHERE location_id = 'l1' AND pending <> ''"); n != 0 {
			t.Errorf("%d writes at the first location", n)
		}
	})
}

// S0-16: the wizard's table shows exactly those whom a count is about.
func TestLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(5)
		bare := []vpp.UserID{h.person(6, "", ""), h.person(7, "", ""), h.person(8, "", "")}
		for name, s := range map[string]vpp.Selection{
			"all":         {All: true},
			"chosen":      {IDs: append(append([]vpp.UserID(nil), ids...), bare...)},
			"all but two": {All: true, IDs: ids[:2]},
		} {
			r := invite.Request{Selection: s}
			var got []vpp.UserID
			page := vpp.Page{Limit: 2}
			for {
				lines, err := h.Lines(t.Context(), r, is(invite.NoAddress), page)
				must(t, err)
				for _, l := range lines.Items {
					got = append(got, l.Person.ID)
				}
				if lines.Next == "" {
					break
				}
				page.After = lines.Next
			}
			if fmt.Sprint(got) != fmt.Sprint(bare) {
				t.Errorf("%s: %v, want %v", name, got, bare)
			}
		}
	})
}

// F-37: what mail servers answer is kept, and nobody is forgotten.
func TestLettersFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(3)
		h.server.SetFaults(mailtest.Faults{Greylist: 1, Unknown: []string{"p2@school.test"}})
		task := h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.send()
		deferred, refused := h.story(ids[0]), h.story(ids[1])
		if deferred.Step != vpp.StepMailDeferred || deferred.Status != vpp.NotInvited || deferred.Next.Action != invite.ActCopyLink {
			t.Errorf("deferred: %s %s %+v", deferred.Status, deferred.Step, deferred.Next)
		}
		if refused.Step != vpp.StepMailRefused || refused.Next.Action != invite.ActAddress || refused.Deliveries[0].Answer == "" {
			t.Errorf("refused: %s %s %+v", refused.Status, refused.Step, refused.Next)
		}
		h.pass(2 * time.Minute)
		must(t, h.Sweep(t.Context()))
		h.send()
		if s := h.story(ids[0]); s.Status != vpp.Invited || s.Place.MailProblem != "" || s.Deliveries[0].Attempts != 2 {
			t.Errorf("after waiting: %s %+v", s.Status, s.Deliveries)
		}
		if got := h.task(task.ID); got.State() != vpp.TaskFailed || got.Done != 2 || got.Failed != 1 {
			t.Errorf("in the end: %+v", got)
		}
		h.exec("UPDATE users SET email = 'right@school.test', email_key = 'right@school.test' WHERE id = $1", ids[1])
		h.run(invite.Request{Selection: vpp.Selection{IDs: ids[1:2]}, Resend: true})
		if s := h.story(ids[1]); s.Step != vpp.StepCreated || s.Place.MailProblem != "" {
			t.Errorf("corrected and resent: %s", s.Step)
		}
		h.server.SetFaults(mailtest.None())
		h.send()
		if s := h.story(ids[1]); s.Status != vpp.Invited || s.Deliveries[0].Address != "right@school.test" {
			t.Errorf("corrected and resent: %s %+v", s.Status, s.Deliveries[0])
		}
	})
}

// F-21, pain 39: an address that a mail server refused for good is not counted
// as one that can be reached, until it is corrected or tried again.
func TestRefusedAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(3)
		h.server.SetFaults(mailtest.Faults{Unknown: []string{"p2@school.test", "p3@school.test"}})
		h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.send()
		everybody := invite.Request{Selection: all(), Audience: vpp.AudienceNotRegistered}
		reachable := func(r invite.Request, want int, code invite.Code, people int) {
			t.Helper()
			d, err := h.Examine(t.Context(), r)
			must(t, err)
			found := 0
			for _, v := range d.Verdicts {
				if v.Code == code {
					found = v.People
				}
			}
			if d.Reachable != want || found != people {
				t.Errorf("%d reachable, want %d; %d %s, want %d: %+v", d.Reachable, want, found, code, people, d.Verdicts)
			}
		}
		reachable(everybody, 1, invite.AddressRefused, 2)
		if task := h.run(everybody); h.count("SELECT count(*) FROM deliveries WHERE task_id = $1", task.ID) != 1 {
			t.Error("a letter goes to a refused address")
		}
		h.send()

		h.server.SetFaults(mailtest.None())
		h.exec("UPDATE users SET email = 'right@school.test', email_key = 'right@school.test' WHERE id = $1", ids[1])
		reachable(everybody, 2, invite.AddressRefused, 1)
		again := everybody
		again.TryAgain = true
		reachable(again, 3, invite.AddressRefused, 0)
		h.run(again)
		h.send()
		if s := h.story(ids[2]); s.Status != vpp.Invited {
			t.Errorf("tried again: %s %+v", s.Status, s.Deliveries)
		}
		reachable(everybody, 3, invite.AddressRefused, 0) // it was taken this time
	})
}

// A letter whose sender died is sent again under the same Message-ID; one whose
// result was written is not.
func TestSenderDies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{ClaimFor: time.Minute}).withMail()
		h.people(3)
		h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		due, taken, err := h.db.ClaimLetters(t.Context(), "of the dead", h.now().Add(time.Minute), 2, true)
		must(t, err)
		if taken != 2 || len(due) != 2 {
			t.Fatalf("%d claimed", taken)
		}
		h.send() // the living take only what is free
		if n := h.server.Count(); n != 1 {
			t.Errorf("%d letters, want 1", n)
		}
		h.pass(61 * time.Second)
		h.send()
		if n := h.server.Count(); n != 3 {
			t.Errorf("%d letters, want 3", n)
		}
		// The dead one's result comes too late to be written.
		must(t, h.db.RecordLetters(t.Context(), "of the dead", []vpp.SentLetter{{Due: due[0], Outcome: vpp.DeliveryRefused, At: h.now()}}))
		if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'accepted'"); n != 3 {
			t.Errorf("%d accepted, want 3", n)
		}
		letter, _ := h.server.Find(due[0].Address)
		if want := string(due[0].Delivery) + "@school.test"; !strings.Contains(letter.MessageID, want) {
			t.Errorf("Message-ID %q, want %q", letter.MessageID, want)
		}
	})
}

// The facts are asked again at the last moment.
func TestStaleLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(4)
		task := h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.exec("UPDATE program_users SET apple_status = 'Associated' WHERE user_id = $1", ids[0])
		h.exec("UPDATE program_users SET pending = 'retire' WHERE user_id = $1", ids[1])
		must(t, h.Withdraw(t.Context(), anna, ids[2], ""))
		if err := h.Withdraw(t.Context(), anna, ids[2], ""); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("withdrawn twice: %v", err)
		}
		h.send()
		if n := h.server.Count(); n != 1 {
			t.Errorf("%d letters went out, want only the last person's", n)
		}
		if got := h.task(task.ID); got.State() != vpp.TaskDone || got.Done != 2 || got.Skipped != 2 {
			t.Errorf("%+v", got)
		}
		if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'withdrawn' AND sentence <> '' AND claim = ''"); n != 3 {
			t.Errorf("%d letters are withdrawn, want 3", n)
		}
	})
}

// With the mail server gone, a job tries a few letters and gives the rest back.
func TestMailServerGone(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{Senders: 4}).withMail()
	h.people(100)
	h.run(invite.Request{Selection: all()})
	h.appleConfirms()
	gone := h.relay()
	gone.Port = 1
	must(t, h.SaveMailSettings(t.Context(), anna, gone))
	h.send()
	if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'queued' AND claim = ''"); n < 80 {
		t.Errorf("only %d letters were spared", n)
	}
	if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'deferred'"); n == 0 {
		t.Error("nobody was told")
	}
	h.withMail()
	h.pass(time.Hour)
	h.send()
	if n := h.server.Count(); n != 100 {
		t.Errorf("%d letters in the end", n)
	}
}

// A stopped job writes down what it handed over and gives the rest back.
func TestSendStopped(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{SendFor: time.Nanosecond}).withMail()
	h.people(5)
	h.run(invite.Request{Selection: all()})
	h.appleConfirms()
	var later *vpp.Later
	if err := h.Send(t.Context(), vpp.SendMail{}); !errors.As(err, &later) {
		t.Errorf("with more to do: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Send(ctx, vpp.SendMail{}); err == nil {
		t.Error("a cancelled job reports no error")
	}
	if n := h.count("SELECT count(*) FROM deliveries WHERE claim <> ''"); n != 0 {
		t.Errorf("%d letters are held by nobody", n)
	}
}

// A letter that cannot be written any more fails its own people, and no others.
func TestBrokenLetter(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail()
	ids := h.people(2)
	own := vpp.Letter{Subject: "s", Text: "{{.Link}}"}
	first := h.run(invite.Request{Selection: vpp.Selection{IDs: ids[:1]}, Letter: &own})
	h.exec("UPDATE task_letters SET body = 'no link any more'")
	second := h.run(invite.Request{Selection: vpp.Selection{IDs: ids[1:]}})
	h.appleConfirms()
	h.send()
	if a, b := h.task(first.ID), h.task(second.ID); a.Failed != 1 || b.Done != 1 {
		t.Errorf("%+v, %+v", a, b)
	}
	if s := h.story(ids[0]); !strings.Contains(s.Why, "could not be written") {
		t.Errorf("%q", s.Why)
	}
}

// A run's own letter goes out in place of the saved one (F-33).
func TestOwnLetter(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail()
	h.people(1)
	own := vpp.Letter{Subject: "For {{.FullName}}", Text: "Here: {{.Link}} until {{.ExpiresOn}}"}
	h.run(invite.Request{Selection: all(), Letter: &own, ExpiresIn: 48 * time.Hour})
	h.appleConfirms()
	h.send()
	letter, _ := h.server.Find("p1@school.test")
	if letter.Subject != "For Person 1" || !strings.Contains(letter.Text, h.now().Add(48*time.Hour).UTC().Format("2 January 2006")) {
		t.Errorf("%q: %q", letter.Subject, letter.Text)
	}
}

// is picks one code.
func is(code invite.Code) func(invite.Verdict) bool {
	return func(v invite.Verdict) bool { return v.Code == code }
}
