package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/courier"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

var (
	_    webhook.Store = (*store.DB)(nil)
	anna               = vpp.Actor{ID: "op", Name: "anna"}
)

// office is the house around the room: a store, the real way to receivers, a
// clock.
type office struct {
	*webhook.Service
	t        *testing.T
	db       *store.DB
	skew     atomic.Int64
	promised atomic.Int64
	outcomes []vpp.WebhookOutcome
	lost     *losing
}

func (o *office) InsertSQL(_ context.Context, _ *sql.Tx, jobs []vpp.Job) error { return o.keep(jobs) }

func (o *office) InsertPgx(_ context.Context, _ pgx.Tx, jobs []vpp.Job) error { return o.keep(jobs) }

func (o *office) keep(jobs []vpp.Job) error {
	for _, j := range jobs {
		if _, ours := j.(vpp.PostWebhook); ours {
			o.promised.Add(1)
		}
	}
	return nil
}

var epoch = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)

func (o *office) now() time.Time { return epoch.Add(time.Duration(o.skew.Load())) }

// pass moves the clock on.
func (o *office) pass(d time.Duration) { o.skew.Add(int64(d)) }

// losing is the store of a node that dies before it has written what came of
// an attempt.
type losing struct {
	*store.DB
	err error
}

func (l *losing) RecordWebhook(ctx context.Context, claim string, r vpp.WebhookTried, n vpp.Notice) (bool, error) {
	if l.err != nil {
		return false, l.err
	}
	return l.DB.RecordWebhook(ctx, claim, r, n)
}

func open(t *testing.T, url string) *office {
	t.Helper()
	o := &office{t: t}
	o.db = storetest.Open(t, url, o.now)
	o.db.Use(o)
	o.lost = &losing{DB: o.db}
	master, err := seal.NewMaster(rand.Reader)
	must(t, err)
	box, err := seal.New(master)
	must(t, err)
	post := courier.New(courier.Config{Timeout: 2 * time.Second, Now: o.now, Agent: "rsvpp/test"})
	var mu sync.Mutex
	o.Service = webhook.New(o.lost, box, post, webhook.Config{
		ClaimFor: time.Minute, SendFor: 10 * time.Second, Clock: o.now, IDs: storetest.NewID, Random: func(b []byte) { _, _ = rand.Read(b) },
		Jitter: func() float64 { return 0.5 },
		Observe: func(w vpp.WebhookOutcome) {
			mu.Lock()
			defer mu.Unlock()
			o.outcomes = append(o.outcomes, w)
		},
	})
	storetest.AddLocation(t, o.db, "north", "uid")
	storetest.Exec(t, o.db, "UPDATE locations SET claimed_at = 1 WHERE id = 'north'")
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hook adds a webhook.
func (o *office) hook(name, url string, kinds ...vpp.EventKind) (vpp.Webhook, string) {
	o.t.Helper()
	w, secret, err := o.Add(o.t.Context(), anna, webhook.Input{Name: name, URL: url, Kinds: kinds})
	must(o.t, err)
	return w, secret
}

// happen writes a fact that webhooks are told of.
func (o *office) happen() {
	o.t.Helper()
	l, err := o.db.Location(o.t.Context(), "north")
	must(o.t, err)
	must(o.t, o.db.RenewToken(o.t.Context(), anna, l, l, "sealed anew"))
}

// work does the promised work of one webhook.
func (o *office) work(id vpp.WebhookID) {
	o.t.Helper()
	must(o.t, o.Post(o.t.Context(), vpp.PostWebhook{WebhookID: id}))
}

func (o *office) get(id vpp.WebhookID) vpp.Webhook {
	o.t.Helper()
	w, err := o.Get(o.t.Context(), id)
	must(o.t, err)
	return w
}

// messages are the webhook's, the newest first.
func (o *office) messages(id vpp.WebhookID) []vpp.WebhookMessage {
	o.t.Helper()
	list, err := o.Messages(o.t.Context(), id, vpp.Page{})
	must(o.t, err)
	return list.Items
}

// receiver is another program's server. It answers what the test says, 204
// without.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []arrived
	answer func(w http.ResponseWriter, r *http.Request)
}

// arrived is one request as it came.
type arrived struct {
	id, stamp, signature string
	body                 []byte
	header               http.Header
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		h := q.Header
		r.mu.Lock()
		r.got = append(r.got, arrived{h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), h.Get("Webhook-Signature"), body, h})
		answer := r.answer
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(status int, header ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "so it is")
	}
}

func (r *receiver) all() []arrived {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

// verify is what a receiver does, written after the published scheme alone: one
// of the signatures must be of the secret.
func (a arrived) verify(secret string) bool {
	text, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 {
		return false
	}
	sum := hmac.New(sha256.New, key)
	for _, part := range [][]byte{[]byte(a.id), {'.'}, []byte(a.stamp), {'.'}, a.body} {
		sum.Write(part)
	}
	for one := range strings.SplitSeq(a.signature, " ") {
		version, value, _ := strings.Cut(one, ",")
		is, err := base64.StdEncoding.DecodeString(value)
		if version == "v1" && err == nil && hmac.Equal(is, sum.Sum(nil)) {
			return true
		}
	}
	return false
}

// payload is what a body says.
type payload struct {
	Type      vpp.EventKind
	Timestamp time.Time
	Data      struct {
		Location struct{ ID, Name string }
	}
}

func (a arrived) says(t *testing.T) (p payload) {
	t.Helper()
	must(t, json.Unmarshal(a.body, &p))
	return p
}
