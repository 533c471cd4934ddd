package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// readMetrics reads the numbers with a bearer token, "" for none.
func readMetrics(t *testing.T, v *testServer, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// F-88: the numbers are there, and nothing of any person or secret is.
func TestMetrics(t *testing.T) {
	w := newScene(t, storetest.SQLite(t), nil)
	v := w.server
	if _, err := v.roster.Create(t.Context(), vpp.Server, "", vpp.UserInput{UserName: "annika", FirstName: "Annika", Email: "annika@north.example"}); err != nil {
		t.Fatal(err)
	}
	task, err := v.invite.Start(t.Context(), vpp.Server, invite.Request{Selection: vpp.Selection{All: true}, IdempotencyKey: "once"})
	if err != nil {
		t.Fatal(err)
	}
	v.await(t, func() bool { task, err = v.tasks.Get(t.Context(), task.ID); return task.State() == vpp.TaskDone })
	cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.pretend", time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.mdm.SetPushCert(t.Context(), vpp.Server, cert, key); err != nil {
		t.Fatal(err)
	}
	status, text := readMetrics(t, v, "")
	if status != http.StatusOK {
		t.Fatal(status, text)
	}
	for _, want := range []string{
		`rsvpp_up 1`, `rsvpp_people{location="North School",status="invited"} 1`, `rsvpp_letters_total{outcome="accepted"} 1`,
		`rsvpp_apple_calls_total{endpoint="createUsers",error="0",status="200"}`, `rsvpp_token_expires_timestamp_seconds{location="North School"}`,
		`rsvpp_token_state{location="North School",state="valid"} 1`, `rsvpp_location_last_read_timestamp_seconds{location="North School",what="users_full"}`,
		`rsvpp_notifications_total{result="taken"}`, `rsvpp_build_info{`, `process_open_fds`, `go_goroutines`, `rsvpp_notices_waiting 0`, `rsvpp_webhook_messages_waiting 0`,
		`rsvpp_notifications_registered{location="North School"} 1`, `rsvpp_location_frozen{location="North School"} 0`,
		`rsvpp_push_certificate_expires_timestamp_seconds 1`, `rsvpp_push_refused 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the numbers lack %s", want)
		}
	}
	for _, never := range []string{"annika", "north.example", string(w.place.ID), w.place.UID, string(task.ID)} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(never)) {
			t.Errorf("the numbers hold %q", never)
		}
	}
}

// Whoever comes without a secret sees nothing, unless the server is for this
// machine alone.
func TestMetricsAreGuarded(t *testing.T) {
	v := startServer(t, map[string]string{"metrics-token": "prometheus-secret"})
	owner, err := v.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	caller, err := v.operators.UseKey(t.Context(), owner, "")
	if err != nil {
		t.Fatal(err)
	}
	_, weak, err := v.operators.CreateKey(t.Context(), operator.Caller{Operator: caller.Operator, Scopes: caller.Scopes},
		operator.KeyInput{Name: "weak", Scopes: operator.Scopes{operator.ScopeInvite}})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{"": 401, "prometheus-secret": 200, "prometheus-secreT": 401, owner: 200, weak: 401} {
		if status, text := readMetrics(t, v, token); status != want {
			t.Errorf("with %.12q… it answers %d, want %d: %.80s", token, status, want, text)
		}
	}
	for address, local := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://[::1]:1": true, "http://localhost": true, "https://rsvpp.example": false, "https://127.0.0.1.example": false,
	} {
		if isLocal(address) != local {
			t.Errorf("%s is local: %v", address, !local)
		}
	}
}
