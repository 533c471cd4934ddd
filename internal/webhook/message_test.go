package webhook_test

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// F-81, F-54: what happens is posted to whoever wants it, signed, and to nobody
// else.
func TestPosted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		o.happen()
		if o.promised.Load() != 0 {
			t.Error("work is promised while nobody listens")
		}
		all, some, other := receive(t), receive(t), receive(t)
		a, secret := o.hook("all", all.URL+"/hook?x=1")
		b, _ := o.hook("ownership", some.URL, vpp.EventOwnershipLost, vpp.EventOwnershipRegained)
		c, _ := o.hook("elsewhere", other.URL)
		storetest.Exec(t, o.db, "UPDATE webhooks SET location_id = 'south' WHERE id = $1", c.ID)
		o.happen()
		if o.promised.Load() == 0 {
			t.Error("no work is promised")
		}
		for _, w := range []vpp.Webhook{a, b, c} {
			o.work(w.ID)
		}
		if len(some.all())+len(other.all()) != 0 || len(all.all()) != 1 {
			t.Fatalf("all got %d, ownership %d, elsewhere %d", len(all.all()), len(some.all()), len(other.all()))
		}
		got := all.all()[0]
		said := got.says(t)
		if !got.verify(secret) || got.verify("whsec_"+strings.Repeat("A", 44)) {
			t.Errorf("the signature does not verify: %+v", got)
		}
		if got.stamp != strconv.FormatInt(o.now().Unix(), 10) || got.header.Get("Content-Type") != "application/json" || got.header.Get("User-Agent") != "rsvpp/test" {
			t.Errorf("%+v", got.header)
		}
		if said.Type != vpp.EventTokenRenewed || !said.Timestamp.Equal(o.now()) || said.Data.Location.ID != "north" || said.Data.Location.Name != "Test School" {
			t.Errorf("%s", got.body)
		}
		m := o.messages(a.ID)
		if len(m) != 1 || m[0].ID != got.id || m[0].Outcome != vpp.WebhookDelivered || m[0].Status != 204 || m[0].Attempts != 1 {
			t.Errorf("%+v", m)
		}
		if w := o.get(a.ID); w.State() != vpp.WebhookOn || !w.DeliveredAt.Equal(o.now()) || w.Waiting != 0 {
			t.Errorf("%+v", w)
		}
	})
}

// A message that is not taken comes again under the same id, with the same
// words and a new signature; the pauses grow, and one message knocks for all.
func TestTriedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		r.answers(http.StatusInternalServerError)
		w, secret := o.hook("main", r.URL)
		o.happen()
		o.work(w.ID)
		o.work(w.ID) // not due yet
		m := o.messages(w.ID)[0]
		if len(r.all()) != 1 || m.Outcome != vpp.WebhookWaiting || !strings.Contains(m.Problem, "500") || m.Answer != "so it is" || m.NextAt.Sub(o.now()) != 15*time.Second {
			t.Fatalf("%d came, %+v", len(r.all()), m)
		}
		if o.get(w.ID).State() != vpp.WebhookFailing {
			t.Error(o.get(w.ID).State())
		}
		o.pass(15 * time.Second)
		o.work(w.ID)
		o.happen() // while it is paused
		o.work(w.ID)
		if got := o.get(w.ID); len(r.all()) != 2 || got.Failures != 2 || !got.NextAt.After(o.now()) || got.Waiting != 2 {
			t.Fatalf("%d came, %+v", len(r.all()), got)
		}
		r.answers(http.StatusOK)
		o.pass(time.Minute)
		before := o.promised.Load()
		must(t, o.Sweep(t.Context()))
		if o.promised.Load() != before+1 {
			t.Error("nobody was woken")
		}
		o.work(w.ID)
		got := r.all()
		if len(got) != 4 || got[0].id != got[1].id || string(got[0].body) != string(got[1].body) || got[0].signature == got[1].signature {
			t.Fatalf("%+v", got)
		}
		if ids := []string{got[2].id, got[3].id}; !slices.Contains(ids, got[0].id) || ids[0] == ids[1] {
			t.Errorf("after the pause came %v", ids)
		}
		for i, a := range got {
			if !a.verify(secret) {
				t.Errorf("attempt %d is not signed", i)
			}
		}
		if s := o.get(w.ID); s.State() != vpp.WebhookOn || s.Failures != 0 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		if want := []vpp.WebhookOutcome{"waiting", "waiting", "delivered", "delivered"}; !slices.Equal(o.outcomes, want) {
			t.Error(o.outcomes)
		}
	})
}

// A receiver may ask us to wait, up to an hour.
func TestAskedToWait(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	r := receive(t)
	w, _ := o.hook("main", r.URL)
	for asked, want := range map[string]time.Duration{"120": 2 * time.Minute, "999999": time.Hour} {
		o.happen()
		r.answers(http.StatusTooManyRequests, "Retry-After", asked)
		o.work(w.ID)
		if got := o.get(w.ID).NextAt.Sub(o.now()); got != want {
			t.Errorf("Retry-After %s: paused for %s, want %s", asked, got, want)
		}
		r.answers(http.StatusOK)
		o.pass(want)
		o.work(w.ID)
		if got := o.get(w.ID); got.State() != vpp.WebhookOn || got.Waiting != 0 {
			t.Errorf("%+v", got)
		}
	}
}

// Whoever says “gone” is asked no more: the history says so, and a letter to
// the administrators.
func TestGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		r.answers(http.StatusGone)
		w, _ := o.hook("main", r.URL+"/s3cret-path")
		o.happen()
		o.happen()
		o.work(w.ID)
		if got := o.get(w.ID); len(r.all()) != 1 || got.State() != vpp.WebhookGivenUp || !strings.Contains(got.OffWhy, "410") {
			t.Fatalf("%d came, %+v", len(r.all()), got)
		}
		o.happen() // nobody listens any more
		if got := o.get(w.ID); got.Waiting != 2 {
			t.Errorf("%d wait", got.Waiting)
		}
		o.toldOff(w)
	})
}

// toldOff looks for what is said of a webhook that was given up.
func (o *office) toldOff(w vpp.Webhook) {
	o.t.Helper()
	entries, err := o.db.Entries(o.t.Context(), "webhook:"+string(w.ID), "webhook.given_up", "", time.Time{}, time.Time{}, vpp.Page{})
	if err != nil || len(entries.Items) != 1 || !strings.Contains(entries.Items[0].Summary, w.Name) {
		o.t.Errorf("the history: %+v %v", entries, err)
	}
	notices, err := o.db.Notices(o.t.Context(), 5)
	if err != nil || len(notices) != 1 || !strings.Contains(notices[0].Subject, w.Name) || strings.Contains(notices[0].Text, "s3cret-path") {
		o.t.Errorf("the notices: %+v %v", notices, err)
	}
}

// A message is given up after three days, a webhook that takes nothing after
// five.
func TestGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		r.answers(http.StatusNotFound)
		w, _ := o.hook("main", r.URL)
		o.happen()
		for o.get(w.ID).OffAt.IsZero() && o.now().Before(epoch.Add(10*24*time.Hour)) {
			must(t, o.Sweep(t.Context()))
			o.work(w.ID)
			if o.pass(time.Hour); o.now().Equal(epoch.Add(4 * 24 * time.Hour)) {
				o.happen()
			}
		}
		got := o.get(w.ID)
		if after := got.OffAt.Sub(epoch); got.State() != vpp.WebhookGivenUp || after < 5*24*time.Hour || after > 5*24*time.Hour+7*time.Hour || !strings.Contains(got.OffWhy, "404") {
			t.Errorf("%+v", got)
		}
		m := o.messages(w.ID)
		first := m[len(m)-1]
		if after := first.OutcomeAt.Sub(epoch); first.Outcome != vpp.WebhookFailed || after > 3*24*time.Hour || after < 2*24*time.Hour || first.Attempts < 10 || first.Attempts > 30 {
			t.Errorf("%+v", first)
		}
		o.toldOff(w)

		on := true
		if got, err := o.Change(t.Context(), anna, w.ID, changeOn(on)); err != nil || got.State() != vpp.WebhookOn || got.Failures != 0 {
			t.Errorf("switched on: %+v %v", got, err)
		}
		r.answers(http.StatusOK)
		o.work(w.ID)
		if got := o.get(w.ID); got.State() != vpp.WebhookOn || got.Waiting != 0 || got.DeliveredAt.IsZero() {
			t.Errorf("%+v", got)
		}
		o.pass(8 * 24 * time.Hour)
		must(t, o.Sweep(t.Context()))
		if m := o.messages(w.ID); len(m) != 0 {
			t.Errorf("%d messages are kept for ever", len(m))
		}
	})
}

// What waits for a webhook that is off is given up after three days, too.
func TestWaitsWhileOff(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	r := receive(t)
	w, _ := o.hook("main", r.URL)
	o.happen()
	if got, err := o.Change(t.Context(), anna, w.ID, changeOn(false)); err != nil || got.State() != vpp.WebhookOff {
		t.Fatal(got, err)
	}
	o.work(w.ID)
	o.pass(2 * 24 * time.Hour)
	must(t, o.Sweep(t.Context()))
	if m := o.messages(w.ID); m[0].Outcome != vpp.WebhookWaiting || len(r.all()) != 0 {
		t.Errorf("%+v", m)
	}
	o.pass(2 * 24 * time.Hour)
	must(t, o.Sweep(t.Context()))
	if m := o.messages(w.ID); m[0].Outcome != vpp.WebhookFailed || !strings.Contains(m[0].Problem, "off") {
		t.Errorf("%+v", m)
	}
}

// A node that dies between the receiver's yes and its note of it: the message
// comes again, under the same id.
func TestSenderDies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		w, _ := o.hook("main", r.URL)
		o.happen()
		o.lost.err = errors.New("killed")
		if err := o.Post(t.Context(), vpp.PostWebhook{WebhookID: w.ID}); !errors.Is(err, o.lost.err) {
			t.Fatal(err)
		}
		o.lost.err = nil
		o.work(w.ID)
		if got := r.all(); len(got) != 2 || got[0].id != got[1].id || o.messages(w.ID)[0].Outcome != vpp.WebhookDelivered {
			t.Errorf("%+v", got)
		}
	})
}

// A claim keeps others away, and ends by itself when its holder is dead.
func TestClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		w, _ := o.hook("main", r.URL)
		_, _, err := o.db.ClaimWebhook(t.Context(), w.ID, "dead", o.now().Add(time.Minute))
		must(t, err)
		before := o.promised.Load()
		o.happen()
		if o.promised.Load() != before {
			t.Error("who posts just now is woken once more")
		}
		o.work(w.ID)
		if len(r.all()) != 0 {
			t.Error("two post to one webhook at once")
		}
		o.pass(2 * time.Minute)
		must(t, o.Sweep(t.Context()))
		if o.promised.Load() != before+1 {
			t.Error("nobody was woken")
		}
		m := o.messages(w.ID)[0]
		if o.work(w.ID); len(r.all()) != 1 {
			t.Error("the dead one's work is left")
		}
		// It was only slow, and says that it failed.
		m.Problem, m.NextAt = "No answer.", o.now()
		if held, err := o.db.RecordWebhook(t.Context(), "dead", vpp.WebhookTried{Message: m, Webhook: w}, vpp.Notice{}); held || err != nil {
			t.Error(held, err)
		}
		if m := o.messages(w.ID)[0]; m.Outcome != vpp.WebhookDelivered || m.Problem != "" {
			t.Errorf("what was delivered waits again: %+v", m)
		}
	})
}

// Who posts while an administrator changes the webhook stops: nothing more goes
// to the old address, and what it did there is not held against the new one.
func TestChangedWhilePosting(t *testing.T) {
	for _, status := range []int{http.StatusGone, http.StatusInternalServerError} {
		storetest.Each(t, func(t *testing.T, url string) {
			o := open(t, url)
			old, fresh := receive(t), receive(t)
			reached, release := make(chan bool, 9), make(chan bool)
			old.answer = func(w http.ResponseWriter, _ *http.Request) {
				reached <- true
				<-release
				w.WriteHeader(status)
			}
			w, _ := o.hook("main", old.URL)
			o.happen()
			o.happen()
			done := make(chan error)
			go func() { done <- o.Post(t.Context(), vpp.PostWebhook{WebhookID: w.ID}) }()
			<-reached
			_, err := o.Change(t.Context(), anna, w.ID, webhook.Change{URL: &fresh.URL})
			must(t, err)
			close(release)
			if err := <-done; err != nil && !errors.As(err, new(*vpp.Later)) {
				t.Error(err)
			}
			o.work(w.ID)
			if got := o.get(w.ID); len(old.all()) != 1 || len(fresh.all()) != 2 || got.State() != vpp.WebhookOn || got.Waiting != 0 {
				t.Errorf("%d: the old address got %d, the new one %d: %+v", status, len(old.all()), len(fresh.all()), got)
			}
		})
	}
}

// A receiver that does not answer holds up no other.
func TestSlowReceiver(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	slow, fast := receive(t), receive(t)
	reached, release := make(chan bool), make(chan bool)
	slow.answer = func(w http.ResponseWriter, _ *http.Request) {
		reached <- true
		<-release
		w.WriteHeader(http.StatusOK)
	}
	s, _ := o.hook("slow", slow.URL)
	f, _ := o.hook("fast", fast.URL)
	o.happen()
	done := make(chan error)
	go func() { done <- o.Post(t.Context(), vpp.PostWebhook{WebhookID: s.ID}) }()
	<-reached
	o.work(f.ID)
	if len(fast.all()) != 1 || o.messages(f.ID)[0].Outcome != vpp.WebhookDelivered || o.messages(s.ID)[0].Outcome != vpp.WebhookWaiting {
		t.Error("the fast one waits for the slow one")
	}
	close(release)
	must(t, <-done)
	if o.messages(s.ID)[0].Outcome != vpp.WebhookDelivered {
		t.Errorf("%+v", o.messages(s.ID))
	}
}

// One that never answers is left alone when its time is up, and paused.
func TestSilentReceiver(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	silent := receive(t)
	silent.answer = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	w, _ := o.hook("silent", silent.URL)
	o.happen()
	o.work(w.ID)
	if m := o.messages(w.ID)[0]; m.Status != 0 || !strings.Contains(m.Problem, "did not answer within 2s") {
		t.Errorf("%+v", m)
	}
}

// One job posts so long and no longer; what is left it asks to be run for.
func TestLongQueue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		r.answer = func(w http.ResponseWriter, _ *http.Request) {
			o.pass(time.Second)
			w.WriteHeader(http.StatusOK)
		}
		w, _ := o.hook("main", r.URL)
		for range 15 {
			o.happen()
		}
		err := o.Post(t.Context(), vpp.PostWebhook{WebhookID: w.ID})
		if later := new(vpp.Later); !errors.As(err, &later) || len(r.all()) != 10 {
			t.Errorf("%d came, %v", len(r.all()), err)
		}
		o.work(w.ID)
		got := r.all()
		if len(got) != 15 || !slices.IsSortedFunc(got, func(a, b arrived) int { return strings.Compare(a.id, b.id) }) {
			t.Errorf("%d came, or out of order", len(got))
		}
	})
}
