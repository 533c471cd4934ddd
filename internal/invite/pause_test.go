package invite_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (h *house) pause(ids ...vpp.UserID) {
	h.t.Helper()
	if n, err := h.db.PausePeople(h.t.Context(), anna, vpp.Selection{IDs: ids}, true); err != nil || n != len(ids) {
		h.t.Fatal(n, err)
	}
}

func (h *house) resume(ids ...vpp.UserID) {
	h.t.Helper()
	if n, err := h.db.PausePeople(h.t.Context(), anna, vpp.Selection{IDs: ids}, false); err != nil || n != len(ids) {
		h.t.Fatal(n, err)
	}
}

// F-13: a letter that waits for a paused person goes out when they are resumed,
// however long that took, and nothing new is begun meanwhile.
func TestPausedLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(2)
		task := h.run(invite.Request{Selection: all()})
		h.appleConfirms()
		h.pause(ids[0])
		h.send()
		h.pass(2 * time.Hour)
		must(t, h.Sweep(t.Context()))
		h.send()
		if _, came := h.server.Find("p1@school.test"); came {
			t.Error("a paused person got a letter")
		}
		if s := h.story(ids[1]); s.Status != vpp.Invited {
			t.Errorf("who is not paused: %s", s.Status)
		}
		s := h.story(ids[0])
		if s.Next.Action != invite.ActResume || s.Deliveries[0].Outcome != vpp.DeliveryQueued || !strings.HasPrefix(s.Deliveries[0].Sentence, vpp.PausedPrefix) {
			t.Errorf("%+v, %+v", s.Next, s.Deliveries)
		}
		if n := h.count("SELECT count(*) FROM task_items WHERE state = 'waiting' AND detail LIKE 'Paused: %'"); n != 1 {
			t.Errorf("%d parts of the task say that they wait", n)
		}
		d, err := h.Examine(t.Context(), invite.Request{Selection: all(), Audience: vpp.AudienceNotRegistered})
		if err != nil || d.Reachable != 1 || d.Verdicts[1].Code != invite.Paused {
			t.Errorf("%+v, %v", d, err)
		}
		if _, err := h.CopyLink(t.Context(), anna, ids[0], ""); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("the link of a paused person: %v", err)
		}

		h.pass(6 * 24 * time.Hour) // longer than a letter is tried
		h.resume(ids[0])
		h.server.SetFaults(mailtest.Faults{Greylist: 1})
		h.send()
		h.pass(time.Hour)
		h.send()
		if s := h.story(ids[0]); s.Status != vpp.Invited {
			t.Errorf("resumed: %s, %+v", s.Status, s.Deliveries)
		}
		if got := h.task(task.ID); got.State() != vpp.TaskDone {
			t.Errorf("%+v", got)
		}
	})
}

// F-13, F-28: a paused person is shown nothing on a device, also not one that
// is enrolled anew, and their record says why.
func TestPausedDevices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(2)
		pad := h.enroll(mdmtest.IPad, ids[0])
		_, err := h.SaveEnrollRule(t.Context(), anna, vpp.EnrollRule{On: true})
		must(t, err)
		h.run(invite.Request{Selection: vpp.Selection{IDs: ids[:1]}, Channel: vpp.ChannelDevice})
		h.appleConfirms()
		h.pause(ids...)
		h.send()
		must(t, pad.Answer(t.Context(), nil))
		other := h.enroll(mdmtest.IPad, ids[1])
		h.pass(time.Minute)
		must(t, h.Sweep(t.Context()))
		must(t, other.Answer(t.Context(), nil))
		if len(pad.Shown())+len(other.Shown()) > 0 {
			t.Error("an invitation was shown to a paused person")
		}
		if n := h.count("SELECT count(*) FROM entries WHERE action = 'invite.enrolled' AND object = 'user:u00002' AND summary LIKE '%Paused: %'"); n != 1 {
			t.Errorf("%d entries say why nobody was invited on the new device", n)
		}
		h.resume(ids...)
		h.send()
		must(t, pad.Answer(t.Context(), nil))
		if len(pad.Shown()) != 1 {
			t.Errorf("resumed it was shown %d times", len(pad.Shown()))
		}
	})
}

// F-13: a paused person's link still works, and no new one is sent.
func TestPausedNewLink(t *testing.T) {
	r := newReader(t)
	r.pause(r.id)
	wants(t, r.do(http.MethodGet, "/i/"+r.token, iPhone).body, "Continue to Apple")
	r.pass(25 * time.Hour)
	if page := r.do(http.MethodGet, "/i/"+r.token, iPhone); strings.Contains(page.body, "/new-link") {
		t.Error("the page of a paused person offers a new link")
	}
	page := r.do(http.MethodPost, "/i/"+r.token+"/new-link", iPhone)
	wants(t, page.body, "paused just now")
	if n := r.count("SELECT count(*) FROM deliveries"); n != 1 {
		t.Errorf("%d letters", n)
	}
	r.resume(r.id)
	if page := r.do(http.MethodGet, "/i/"+r.token, iPhone); !strings.Contains(page.body, "/new-link") {
		t.Error("a resumed person cannot ask for a new link")
	}
}
