package console_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/courier"
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

// F-81: a webhook is added, tried, changed, switched off and removed in the
// settings. Its secret is shown in the answer that makes it, and on no other page.
func TestWebhooks(t *testing.T) {
	h := open(t)
	anna := h.anna()
	status := http.StatusOK
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<b>so it is</b>"))
	}))
	t.Cleanup(receiver.Close)
	const list = "/settings/webhooks"
	anna.get(list).says(200, "Nobody is told yet", "user.registered", "Apple says that an Apple Account is linked")
	anna.post(list, "name", "Help desk", "url", "http://helpdesk.example").says(422, "must begin with https://", "Help desk")
	anna.post(list, "name", "Help desk", "url", "https://helpdesk.example", "location", "gone").says(422, "There is no such location", `value="gone" selected`)
	added := anna.post(list, "name", "Help desk", "url", receiver.URL+"/hook", "event", "user.opened", "event", "token.ended").says(200, "whsec_", "it will not be shown again")
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(added.body)
	one := regexp.MustCompile(`/settings/webhooks/[0-9a-f-]{36}`).FindString(added.body)
	anna.get(list).says(200, "Help desk", "127.0.0.1", "2 kinds")
	page := anna.get(one).says(200, "token.ended, user.opened", "Nothing was posted", receiver.URL+"/hook")
	if secret == "" || strings.Contains(page.body, "whsec_") {
		t.Errorf("the secret %q is shown again", secret)
	}
	anna.post(one+"/test").says(200, "The receiver took it, and answered 200", "&lt;b&gt;so it is", "webhook.test")
	status = http.StatusInternalServerError
	anna.post(one+"/test").says(200, "The receiver did not take it", "500")
	message := regexp.MustCompile(one + `/messages/[0-9a-f-]{36}/again`).FindString(anna.get(one).says(200, "failed").body)
	anna.post(message).leads(one)
	anna.get(one).says(200, "waiting", "sent again")
	anna.post(one, "name", "", "url", receiver.URL).says(422, "Give the webhook a name")
	anna.post(one, "name", "Desk", "url", receiver.URL).leads(one)
	anna.get(one).says(200, "Desk is changed", "all")
	anna.post(one + "/switch").leads(one)
	anna.get(one).says(200, "Desk is off", "Switch on", "It is told nothing")
	anna.post(one+"/switch", "on", "1").leads(one)
	anna.get(one).says(200, "Switch off")
	anna.post(one+"/secret").says(200, "Make another secret?")
	fresh := anna.post(one+"/secret", "sure", "1").says(200, "whsec_", "Old secret signs until")
	if strings.Contains(fresh.body, secret) {
		t.Error("the old secret is shown")
	}
	anna.get("/history").says(200, "The webhook Help desk was added", `href="`+one)
	anna.post(one+"/remove").says(200, "Remove this webhook?")
	anna.post(one+"/remove", "sure", "1").leads(list)
	anna.get(one).says(404)
}
