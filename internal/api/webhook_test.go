package api_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/courier"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// webhooks wires what tells other programs, as cmd does.
func webhooks(db *store.DB, box *seal.Box) *webhook.Service {
	return webhook.New(db, box, courier.New(courier.Config{Timeout: 5 * time.Second, Now: time.Now, Agent: "rsvpp/test"}), webhook.Config{
		ClaimFor: time.Minute, SendFor: time.Second, Clock: time.Now, IDs: storetest.NewID, Random: func(b []byte) { _, _ = rand.Read(b) },
		Jitter: func() float64 { return 0.5 },
	})
}

// F-81: webhooks over the API. The secret is shown when it is made, and never
// again; whoever may only read does not learn of addresses.
func TestWebhooks(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	status := http.StatusNoContent
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(receiver.Close)
	if _, _, err := c.AddWebhook(ctx, client.NewWebhook{Name: "helpdesk", URL: "http://helpdesk.example"}); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("in the clear: %v", err)
	}
	w, secret, err := c.AddWebhook(ctx, client.NewWebhook{Name: "helpdesk", URL: receiver.URL, Events: []string{"token.renewed"}})
	if err != nil || !strings.HasPrefix(secret, "whsec_") || w.State != "on" || len(w.Events) != 1 {
		t.Fatalf("%+v %v", w, err)
	}
	m, err := c.TestWebhook(ctx, w.ID)
	if err != nil || m.Outcome != "delivered" || m.Status != 204 || m.Event != "webhook.test" {
		t.Errorf("%+v %v", m, err)
	}
	status = http.StatusBadGateway
	if m, err = c.TestWebhook(ctx, w.ID); err != nil || m.Outcome != "failed" || m.Status != 502 || !strings.Contains(m.Problem, "502") {
		t.Errorf("%+v %v", m, err)
	}
	again, err := c.RepeatWebhookMessage(ctx, w.ID, m.ID)
	if err != nil || again.ID != m.ID || again.Outcome != "waiting" {
		t.Errorf("%+v %v", again, err)
	}
	list, err := c.ListWebhookMessages(ctx, w.ID, client.Page{Limit: 1})
	if err != nil || len(list.Items) != 1 || list.Next == "" || list.Items[0].ID != m.ID {
		t.Errorf("%+v %v", list, err)
	}
	for m, err := range c.WebhookMessages(ctx, w.ID) {
		if err != nil || m.Event != "webhook.test" {
			t.Errorf("%+v %v", m, err)
		}
	}
	name, events, off := "desk", []string{}, false
	if w, err = c.ChangeWebhook(ctx, w.ID, client.WebhookPatch{Name: &name, Events: &events, On: &off}); err != nil || w.Name != "desk" || len(w.Events) != 0 || w.State != "off" {
		t.Errorf("%+v %v", w, err)
	}
	if _, fresh, err := c.RotateWebhook(ctx, w.ID); err != nil || fresh == secret || !strings.HasPrefix(fresh, "whsec_") {
		t.Error(err)
	}
	if w, err = c.Webhook(ctx, w.ID); err != nil || w.OldSecretUntil.Before(time.Now().Add(23*time.Hour)) || w.Waiting != 1 {
		t.Errorf("%+v %v", w, err)
	}
	key := h.key(operator.ScopeOwner)
	for _, path := range []string{"/webhooks", "/webhooks/" + w.ID, "/webhooks/" + w.ID + "/messages", "/history"} {
		if r := h.ask(http.MethodGet, "/api/v1"+path, key, "", ""); r.status != 200 || strings.Contains(string(r.body), "whsec_") || strings.Contains(string(r.body), strings.TrimPrefix(secret, "whsec_")) {
			t.Errorf("%s: %d, or the secret stands there", path, r.status)
		}
	}
	for _, scope := range []operator.Scope{operator.ScopeRead, operator.ScopeInvite, operator.ScopeProgram, operator.ScopeRoster} {
		if r := h.ask(http.MethodGet, "/api/v1/webhooks", h.key(scope), "", ""); r.status != http.StatusForbidden {
			t.Errorf("%s: %d", scope, r.status)
		}
	}
	if err := c.RemoveWebhook(ctx, w.ID); err != nil {
		t.Error(err)
	}
	if _, err := c.Webhook(ctx, w.ID); err == nil {
		t.Error("it is still there")
	}
}
