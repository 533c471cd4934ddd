package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

// listener is another program, which keeps what it is told.
type listener struct {
	*httptest.Server
	mu   sync.Mutex
	told []string
	news chan bool
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{news: make(chan bool, 1000)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var said struct {
			Type string
			Data struct {
				User struct {
					UserName string `json:"user_name"`
				}
			}
		}
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &said) != nil || r.Header.Get("Webhook-Signature") == "" {
			said.Type = "nonsense"
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.told = append(l.told, strings.TrimSpace(said.Type+" "+said.Data.User.UserName))
		l.news <- true
	}))
	t.Cleanup(l.Close)
	return l
}

// await waits until the listener was told something.
func (l *listener) await(t *testing.T, what string) {
	t.Helper()
	for late := time.After(30 * time.Second); ; {
		l.mu.Lock()
		told := slices.Clone(l.told)
		l.mu.Unlock()
		if slices.Contains(told, what) {
			return
		}
		select {
		case <-l.news:
		case <-late:
			t.Fatalf("told %q, and not %s", told, what)
		}
	}
}

// F-81, F-87: webhooks by command; and a running server tells of a person's
// whole way.
func TestWebhookCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	l := newListener(t)
	w := s.sayings(t, nil, []saying{
		{"webhooks list", exitOK, "NAME"},
		{"webhooks add desk --url http://desk.example", exitFailed, "https://"},
		{"webhooks add desk --url " + l.URL + "/path --events user.moved", exitFailed, "There is no event"},
		{"webhooks add desk --url " + l.URL + "/path --events token.renewed", exitOK, "whsec_"},
		{"webhooks add desk --url " + l.URL, exitFailed, "already"},
		{"webhooks show desk", exitOK, "token.renewed"},
		{"webhooks show ghost", exitUsage, "there is no webhook"},
		{"webhooks set desk", exitUsage, "nothing to change"},
		{"webhooks set desk --off --json", exitOK, `"state": "off"`},
		{"webhooks set desk --on --events all --name help_desk", exitOK, "help desk"},
		{"webhooks list --json", exitOK, `"events": []`},
		{"webhooks test help_desk", exitOK, "took it, and answered 200"},
		{"webhooks test help_desk --json", exitOK, `"outcome": "delivered"`},
		{"webhooks rotate help_desk", exitUsage, "nobody is here to confirm"},
		{"webhooks rotate help_desk --yes --json", exitOK, `"secret": "whsec_`},
		{"webhooks messages help_desk", exitOK, "webhook.test"},
		{"webhooks again help_desk nothing", exitFailed, "no such message"},
	})
	ben := s.enrol(t, "ben")
	for u := range s.apple.Users(s.school.UID) {
		if _, err := s.apple.Accept(u.InviteCode, "ben@icloud.example"); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range []string{"webhook.test", "user.invited ben", "user.delivered ben", "user.registered ben"} {
		l.await(t, what)
	}
	_, out, _ := w.run(t, "webhooks", "deliveries", "help desk", "--json")
	var list struct{ Items []client.WebhookMessage }
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Items) < 5 || !strings.Contains(out, string(ben)) {
		t.Fatal(out, err)
	}
	w.say(t, []saying{
		{"webhooks again help_desk " + list.Items[0].ID, exitOK, "sent again"},
		{"webhooks set help_desk --url http://127.0.0.1:1/s3cret", exitOK, "127.0.0.1:1"},
		{"webhooks test help_desk", exitFailed, "did not take it. The receiver cannot be reached"},
		{"webhooks remove help_desk", exitUsage, "nobody is here to confirm"},
		{"webhooks remove help_desk --yes", exitOK, "Removed help desk."},
		{"history --action webhook.add", exitOK, "The webhook desk was added"},
	})
	status, text := readMetrics(t, s.server, "")
	if status != http.StatusOK || !strings.Contains(text, `rsvpp_webhook_posts_total{outcome="delivered"}`) {
		t.Errorf("%d, or the numbers lack the posts", status)
	}
	for _, secret := range []string{"whsec_", "s3cret", l.URL} {
		if strings.Contains(s.log.text(), secret) {
			t.Errorf("%s stands in the log", secret)
		}
	}
}
