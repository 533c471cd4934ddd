package invite_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-37, S0-11: a letter that comes back takes "handed over" back with it, is
// explained, and its address is left out until it is corrected.
func TestBounce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		h := openBounces(t, url)
		ids := h.people(5)
		task := h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.send()
		letter := func(n int) mailtest.Letter { return h.server.Letters()[n] }
		returns := func(n int, kind mailtest.Return) invite.BounceSaid {
			t.Helper()
			said, err := h.Bounce(t.Context(), mailtest.ReturnOf(letter(n), kind))
			must(t, err)
			return said
		}
		who := func(n int) vpp.UserID {
			for i, id := range ids {
				if letter(n).To[0] == "p"+string(rune('1'+i))+"@school.test" {
					return id
				}
			}
			return ""
		}
		if said := returns(0, mailtest.Failed); said.Outcome != vpp.DeliveryBounced || !said.News {
			t.Errorf("%+v", said)
		}
		s := h.story(who(0))
		if s.Status != vpp.NotInvited || s.Step != vpp.StepMailBounced || s.Next.Action != invite.ActAddress || !strings.Contains(s.Why, "came back") || s.State != vpp.InvitationFailed {
			t.Errorf("bounced: %s %s %s %+v", s.Status, s.Step, s.Why, s.Next)
		}
		var kinds []string
		for _, e := range s.Events {
			if strings.HasPrefix(e.Kind, "mail.") {
				kinds = append(kinds, e.Kind)
			}
		}
		if strings.Join(kinds, " ") != "mail.bounced mail.accepted mail.queued" {
			t.Errorf("the timeline: %v", kinds)
		}
		if got := h.task(task.ID); got.Done != 5 || h.count("SELECT count(*) FROM task_items WHERE state = 'done' AND detail LIKE '%came back%'") != 1 {
			t.Errorf("the task's part: %+v", got)
		}
		if said := returns(0, mailtest.Failed); said.News {
			t.Error("the same message says something new twice")
		}

		// Copied before: another way handed it over.
		_, err := h.CopyLink(t.Context(), anna, who(1), "")
		must(t, err)
		returns(1, mailtest.Failed)
		if s := h.story(who(1)); s.Status != vpp.Invited || s.Place.MailProblem != vpp.DeliveryBounced {
			t.Errorf("bounced and copied: %s %s", s.Status, s.Place.MailProblem)
		}
		returns(2, mailtest.Late)
		if s := h.story(who(2)); s.Status != vpp.Invited || s.Place.MailProblem != "" || !strings.Contains(s.Deliveries[0].Sentence, "late") {
			t.Errorf("late: %s %+v", s.Status, s.Deliveries[0])
		}
		returns(3, mailtest.Complaint)
		if s := h.story(who(3)); s.Status != vpp.Invited || s.Next.Action != invite.ActCopyLink || s.Deliveries[0].Outcome != vpp.DeliveryComplained {
			t.Errorf("complained: %s %+v", s.Status, s.Next)
		}
		if said := returns(4, mailtest.AutoReply); said.Outcome != "" || said.News {
			t.Errorf("an answer by a machine: %+v", said)
		}

		found := map[invite.Code]int{}
		for _, again := range []bool{false, true} {
			clear(found)
			d, err := h.Examine(t.Context(), invite.Request{Selection: all(), Audience: vpp.AudienceNotRegistered, TryAgain: again})
			must(t, err)
			for _, v := range d.Verdicts {
				found[v.Code] += v.People
			}
			if again && (found[invite.AddressBounced] != 0 || d.Reachable != 4) || !again && (found[invite.AddressBounced] != 2 || d.Reachable != 2) || found[invite.AddressSuppressed] != 1 {
				t.Errorf("again %v: %d reachable, %v", again, d.Reachable, found)
			}
		}

		// Corrected: a new letter is handed over, and the old one coming back late changes nothing.
		h.exec("UPDATE users SET email = 'right@school.test', email_key = 'right@school.test' WHERE id = $1", who(0))
		h.run(invite.Request{Selection: vpp.Selection{IDs: []vpp.UserID{who(0)}}, Audience: vpp.AudienceNotRegistered})
		h.send()
		if s := h.story(who(0)); s.Status != vpp.Invited || s.Place.MailProblem != "" {
			t.Errorf("corrected: %s %s", s.Status, s.Place.MailProblem)
		}
		must(t, func() error {
			_, err := h.Bounce(t.Context(), mailtest.ReturnOf(letter(0), mailtest.Complaint))
			return err
		}())
		if s := h.story(who(0)); s.Status != vpp.Invited || s.Place.MailProblem != "" {
			t.Errorf("an old letter's complaint: %s %s", s.Status, s.Place.MailProblem)
		}
	})
}

func openBounces(t *testing.T, url string) *house {
	t.Helper()
	h := open(t, url, invite.Config{})
	s := h.relay()
	s.BounceTo = "bounces@school.test"
	must(t, h.SaveMailSettings(t.Context(), anna, s))
	return h
}

// Nobody reports letters of others, or letters that never were.
func TestBounceForged(t *testing.T) {
	h := openBounces(t, storetest.SQLite(t))
	h.people(2)
	h.run(invite.Request{Selection: all()})
	h.appleConfirms()
	h.send()
	letter := h.server.Letters()[0]
	own, other := letter.From, h.server.Letters()[1].From
	if own == other || len(own) > 64+len("@school.test") {
		t.Fatalf("%s and %s", own, other)
	}
	raw := string(mailtest.ReturnOf(letter, mailtest.Failed))
	for name, forged := range map[string]string{
		"mixed": other[:len("bounces+")+26] + own[len("bounces+")+26:],
		"short": "bounces+abc@school.test",
		"none":  "bounces@school.test",
	} {
		if said, err := h.Bounce(t.Context(), []byte(strings.ReplaceAll(raw, own, forged))); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("%s: %+v, %v", name, said, err)
		}
	}
	if n := h.count("SELECT count(*) FROM deliveries WHERE outcome <> 'accepted'"); n != 0 {
		t.Errorf("%d letters changed", n)
	}
	if said, err := h.Bounce(t.Context(), []byte(strings.ToUpper(raw[:strings.Index(raw, "\r\n")])+raw[strings.Index(raw, "\r\n"):])); err != nil || !said.News {
		t.Errorf("in capitals: %+v, %v", said, err)
	}
}
