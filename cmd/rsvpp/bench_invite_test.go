package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// benchInviteCalls invites people while Apple keeps to its documented limits:
// 100 people per call, 15 calls per second.
func benchInviteCalls(t *testing.T, e *benchEngine, r *benchReport) {
	n := r.people(100_000)
	took, calls := e.measureInvite(t, n, openWorld(t, worldOptions{}))
	batches, pages := (n+99)/100, (n+999)/1000
	least := 2*batches + pages
	floor := time.Duration(least) * time.Second / 15
	ratio := took.Seconds() / floor.Seconds()
	what := fmt.Sprintf("invite %s people by mail, Apple at 100 per call and 15 calls/s", million(n))
	of := "Inviting at Apple's limits: the least number of calls (creations, one look at each event, the pages of one read of the changes), at 15 per second."
	r.add(benchRow{engine: e.name, what: what, floorOf: of, floor: seconds(floor), ours: seconds(took), ratio: ratio, aim: "≤ 1.15 ×", met: ratio <= 1.15})
	ratio = float64(calls.Total) / float64(least)
	r.add(benchRow{
		engine: e.name, what: "the same, calls", floor: million(least),
		ours:  fmt.Sprintf("%s (%d creations, %d looks, %d pages)", million(calls.Total), calls.Creates, calls.Looks, calls.Reads),
		ratio: ratio, aim: "≤ 1.05 ×", met: ratio <= 1.05,
	})
}

// benchInviteMail is the same while Apple has no rate: how fast we are.
func benchInviteMail(t *testing.T, e *benchEngine, r *benchReport) {
	n := r.people(100_000)
	w := openWorld(t, worldOptions{Unlimited: true})
	floor := mailAlone(t, w, n)
	took, _ := e.measureInvite(t, n, w)
	ratio := took.Seconds() / floor.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("invite %s people by mail, Apple without a rate", million(n)),
		floorOf: fmt.Sprintf("Inviting without a rate: a bare loop over %d kept connections of the mail library (go-mail), writing the same letter to as many people into the same sink.", benchConnections),
		floor:   fmt.Sprintf("%s (%.0f letters/s)", seconds(floor), float64(n)/floor.Seconds()), ours: fmt.Sprintf("%s (%.0f people/s)", seconds(took), float64(n)/took.Seconds()),
		ratio: ratio, aim: "≤ 2.5 ×", met: ratio <= 2.5,
	})
}

// measureInvite invites everybody in a database of n new people.
func (e *benchEngine) measureInvite(t *testing.T, n int, w *benchWorld) (took time.Duration, calls worldCalls) {
	database, data := e.seeded(t, n, false)
	t.Run("ours", func(t *testing.T) {
		v := benchServer(t, database, w.Apple, data)
		v.useSink(t, w)
		v.addSchool(t, w)
		before := w.ask(t, "reset")
		began := time.Now()
		task, err := v.invite.Start(t.Context(), vpp.Server, invite.Request{Selection: vpp.Selection{All: true}, IdempotencyKey: "bench"})
		if err != nil {
			t.Fatal(err)
		}
		took = until(t, 30*time.Minute, began, func() bool {
			if task, err = v.tasks.Get(t.Context(), task.ID); err != nil {
				t.Fatal(err)
			}
			return task.State() == vpp.TaskDone
		})
		calls = w.ask(t, "calls")
		if sent := int(calls.Letters - before.Letters); task.Done != n || sent != n {
			t.Errorf("%d of %d are done, %d letters went out", task.Done, n, sent)
		}
		v.count(t, vpp.Invited, n)
	})
	if t.Failed() {
		t.FailNow() // nothing was measured
	}
	return took, calls
}

// mailAlone sends n letters by the mail library alone.
func mailAlone(t *testing.T, w *benchWorld, n int) time.Duration {
	t.Helper()
	compiled, err := mail.Compile(mail.DefaultTemplate())
	if err != nil {
		t.Fatal(err)
	}
	letter, err := compiled.Preview()
	if err != nil {
		t.Fatal(err)
	}
	spare := spareHeap() // as ours has
	defer runtime.KeepAlive(spare)
	var next atomic.Int64
	var crowd sync.WaitGroup
	began := time.Now()
	for range benchConnections {
		client, err := gomail.NewClient(w.MailHost, gomail.WithPort(w.MailPort), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithTimeout(10*time.Second), gomail.WithoutNoop())
		if err != nil {
			t.Fatal(err)
		}
		line, err := client.DialToSMTPClientWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		crowd.Go(func() {
			defer func() { _ = client.CloseWithSMTPClient(line) }()
			for k := int(next.Add(1)); k <= n; k = int(next.Add(1)) {
				m := gomail.NewMsg()
				if m.FromFormat("North School", "it@north.example") != nil || m.AddToFormat("Anna Example", benchEmail(k)) != nil {
					t.Error("an address is refused")
					return
				}
				m.Subject(letter.Subject)
				m.SetMessageIDWithValue(fmt.Sprintf("%d@north.example", k))
				m.SetDate()
				m.SetBodyString(gomail.TypeTextPlain, letter.Text)
				m.AddAlternativeString(gomail.TypeTextHTML, letter.HTML)
				if err := client.SendWithSMTPClient(line, m); err != nil && !strings.Contains(err.Error(), "250") {
					t.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	return time.Since(began)
}
