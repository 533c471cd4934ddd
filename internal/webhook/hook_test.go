package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

func changeOn(on bool) webhook.Change { return webhook.Change{On: &on} }

// The signature is that of a published example, so that receivers' libraries
// verify it.
func TestPublishedExample(t *testing.T) {
	got := webhook.Signature([]byte("\xa6\x52\x77\x9e\x6c\x82\x0c\x60\x4a\x22\x76\xaf\x74\xe2\xb5\xe6\x3b\x25"),
		"msg_loFOjxBNrRLzqYUf", "1731705121", `{"event_type":"ping","data":{"success":true}}`)
	if want := "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// For a day after it was rotated both secrets verify, and then the new one alone.
func TestRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		w, old := o.hook("main", r.URL)
		now, fresh, err := o.Rotate(t.Context(), anna, w.ID)
		if err != nil || fresh == old || now.BeforeUntil.Sub(o.now()) != 24*time.Hour {
			t.Fatal(now, err)
		}
		o.happen()
		o.work(w.ID)
		o.pass(25 * time.Hour)
		o.happen()
		o.work(w.ID)
		got := r.all()
		if len(got) != 2 || !got[0].verify(old) || !got[0].verify(fresh) || got[1].verify(old) || !got[1].verify(fresh) {
			t.Errorf("%+v", got)
		}
	})
}

// The secret is nowhere but in the answer that shows it: not in the store, not
// in the history. Neither is the receiver's own address in the history.
func TestSecretStaysIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		w, secret := o.hook("main", r.URL+"/t0ken")
		name := "other"
		_, err := o.Change(t.Context(), anna, w.ID, webhook.Change{Name: &name})
		must(t, err)
		_, fresh, err := o.Rotate(t.Context(), anna, w.ID)
		must(t, err)
		_, sealed, err := o.db.Webhook(t.Context(), w.ID)
		must(t, err)
		must(t, o.Remove(t.Context(), anna, w.ID))
		entries, err := o.db.Entries(t.Context(), "", "", "", time.Time{}, time.Time{}, vpp.Page{})
		must(t, err)
		text, err := json.Marshal([]any{sealed, entries})
		must(t, err)
		if len(entries.Items) != 4 {
			t.Errorf("%d entries", len(entries.Items))
		}
		for _, s := range []string{secret, fresh} {
			if key := strings.TrimPrefix(s, "whsec_"); len(key) != 44 || strings.Contains(string(text), key) {
				t.Errorf("%s stands in %s", key, text)
			}
		}
		if strings.Contains(string(text), "t0ken") || !strings.Contains(string(text), r.URL) {
			t.Errorf("the history: %s", text)
		}
	})
}

func TestInputs(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	o.hook("taken", "https://x.example")
	for field, in := range map[string]webhook.Input{
		"name":     {URL: "https://x.example"},
		"url":      {Name: "a", URL: "http://x.example/hook"},
		"events":   {Name: "a", URL: "https://x.example", Kinds: []vpp.EventKind{"user.moved"}},
		"location": {Name: "a", URL: "https://x.example", Location: "nowhere"},
	} {
		_, _, err := o.Add(t.Context(), anna, in)
		if e, ok := errors.AsType[*vpp.Error](err); !ok || e.Field != field || e.Kind != vpp.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := o.Add(t.Context(), anna, webhook.Input{Name: " taken ", URL: "https://y.example"}); vpp.KindOf(err) != vpp.Conflict {
		t.Error(err)
	}
	w, _ := o.hook("second", "https://x.example", vpp.EventOpened, vpp.EventInvited, vpp.EventOpened)
	if fmt.Sprint(w.Kinds) != "[user.invited user.opened]" {
		t.Error(w.Kinds)
	}
	name, url := "taken", "https://user:pass@x.example"
	if _, err := o.Change(t.Context(), anna, w.ID, webhook.Change{Name: &name}); vpp.KindOf(err) != vpp.Conflict {
		t.Error(err)
	}
	if _, err := o.Change(t.Context(), anna, w.ID, webhook.Change{URL: &url}); vpp.KindOf(err) != vpp.Invalid {
		t.Error(err)
	}
	if got := o.get(w.ID); got.Name != "second" || got.URL != "https://x.example" || fmt.Sprint(got.Kinds) != fmt.Sprint(w.Kinds) {
		t.Errorf("%+v", got)
	}
	if list, err := o.List(t.Context()); err != nil || len(list) != 2 || list[0].Name != "second" {
		t.Error(list, err)
	}
}

// A test event is posted at once, whatever is wanted, also while the webhook is
// off; a good answer ends its pause.
func TestTestEvent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		r.answers(http.StatusGone)
		w, secret := o.hook("main", r.URL, vpp.EventTokenRenewed)
		m, err := o.Test(t.Context(), anna, w.ID)
		if err != nil || m.Outcome != vpp.WebhookFailed || m.Status != 410 || m.Answer != "so it is" || !o.get(w.ID).OffAt.IsZero() {
			t.Fatalf("%+v %v", m, err)
		}
		r.answers(http.StatusInternalServerError)
		for range 3 {
			o.happen()
			o.work(w.ID)
			o.pass(20 * time.Second)
		}
		if o.get(w.ID).State() != vpp.WebhookFailing {
			t.Error(o.get(w.ID).State())
		}
		r.answers(http.StatusOK)
		m, err = o.Test(t.Context(), anna, w.ID)
		if got := o.get(w.ID); err != nil || m.Outcome != vpp.WebhookDelivered || got.State() != vpp.WebhookOn || !got.NextAt.IsZero() {
			t.Fatalf("%+v %+v %v", m, got, err)
		}
		got := r.all()[len(r.all())-1]
		if !got.verify(secret) || got.says(t).Type != vpp.EventTest || got.id != m.ID {
			t.Errorf("%s", got.body)
		}
		storetest.SaysAsDocumented(t, m.Kind, m.Body)
		o.work(w.ID) // what was put off is due now
		if got := o.get(w.ID); got.Waiting != 0 {
			t.Errorf("%d still wait", got.Waiting)
		}
		if list := o.messages(w.ID); list[0].ID != m.ID || list[0].Kind != vpp.EventTest {
			t.Errorf("%+v", list)
		}
	})
}

// What was given up, or delivered, is sent again under its id when somebody
// asks for it.
func TestAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		r := receive(t)
		w, _ := o.hook("main", r.URL)
		o.happen()
		o.work(w.ID)
		m := o.messages(w.ID)[0]
		if _, err := o.Again(t.Context(), anna, w.ID, "nothing"); vpp.KindOf(err) != vpp.NotFound {
			t.Error(err)
		}
		again, err := o.Again(t.Context(), anna, w.ID, m.ID)
		if err != nil || again.ID != m.ID || again.Outcome != vpp.WebhookWaiting {
			t.Fatal(again, err)
		}
		o.work(w.ID)
		if got := r.all(); len(got) != 2 || got[0].id != got[1].id || o.messages(w.ID)[0].Attempts != 2 {
			t.Errorf("%+v", got)
		}
		_, err = o.Change(t.Context(), anna, w.ID, changeOn(false))
		must(t, err)
		if _, err := o.Again(t.Context(), anna, w.ID, m.ID); vpp.KindOf(err) != vpp.Conflict {
			t.Error(err)
		}
	})
}
