package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const forgers = 16

// benchForgeries measures how many forged notifications a second are turned
// away, and how long a real one takes among them.
func benchForgeries(t *testing.T, e *benchEngine, r *benchReport) {
	target := newForgeTarget(t, e)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="notifications"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(bare.Close)
	quiet := target.real(t, time.Second)
	const rounds = 4
	each := max(1000, r.people(25_000))
	var ours, floor time.Duration
	var amid []time.Duration
	flood := func() {
		ctx, stop := context.WithCancel(t.Context())
		told := make(chan []time.Duration, 1)
		go func() { told <- target.realUntil(ctx, t) }()
		ours += forge(t, target.address, target.secret, each)
		stop()
		amid = append(amid, <-told...)
	}
	for round := range rounds { // in turns, and in another order each time: the machine is shared
		if round%2 == 0 {
			flood()
			floor += forge(t, bare.URL, target.secret, each)
		} else {
			floor += forge(t, bare.URL, target.secret, each)
			flood()
		}
	}
	all := float64(each * rounds)
	rate, least := all/ours.Seconds(), all/floor.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("turn away %s forged notifications, %d at once", million(each*rounds), forgers),
		floorOf: "Forged notifications: a bare handler that answers 401 to everything, asked by the same forgers, in turns. They run in the same process, on the same cores.",
		floor:   fmt.Sprintf("%.0f/s", least), ours: fmt.Sprintf("%.0f/s", rate), ratio: rate / least, aim: "≥ 10,000/s", met: rate >= 10_000,
	})
	was, now := p95(quiet), p95(amid)
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("a real notification among them, one every %d ms, until it is noted, p95 of %s", realEvery/time.Millisecond, million(len(amid))),
		floorOf: "A real notification: the same with no forgers about.",
		floor:   millis(was), ours: fmt.Sprintf("%s (%s at worst)", millis(now), millis(slices.Max(amid))), ratio: now.Seconds() / was.Seconds(),
		aim: "≤ 100 ms", met: now <= 100*time.Millisecond,
	})
}

// forgeTarget is a server with a location about which Apple notifies.
type forgeTarget struct {
	address, secret, uid string
	next                 atomic.Int64
}

func newForgeTarget(t *testing.T, e *benchEngine) *forgeTarget {
	t.Helper()
	apple, err := applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate(), PlainHooks: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apple.Close() })
	school, err := apple.AddLocation(applesim.Location{Name: "North School"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v := startServer(t, map[string]string{"database": e.empty(), "apple-url": apple.BaseURL(), "sweep-every": "15s"})
	l, err := v.locations.Add(t.Context(), vpp.Server, []byte(token.Content), true)
	if err != nil {
		t.Fatal(err)
	}
	w := &scene{server: v, place: l}
	return &forgeTarget{address: l.NotifyURL, secret: w.notifySecret(t), uid: school.UID}
}

var forgeClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * forgers}}

// notify sends one notification and returns the answer's status.
func notify(ctx context.Context, address, secret, body string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	answer, err := forgeClient.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Body.Close()
}

// forge sends n notifications that look like real ones but for the secret,
// each with another one, and returns how long that took.
func forge(t *testing.T, address, secret string, n int) time.Duration {
	t.Helper()
	const note = `{"notificationId":"n","notificationType":"USER_ASSOCIATED","uId":"2049025000431439","notification":{"associatedUsers":[]}}`
	random, mark, _ := strings.Cut(secret, ".")
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range forgers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if status, err := notify(t.Context(), address, fmt.Sprintf("%s%08d.%s", random[:max(0, len(random)-8)], i, mark), note); err != nil || status != http.StatusUnauthorized {
					t.Errorf("a forgery got %d: %v", status, err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

const realEvery = 20 * time.Millisecond

// real tells of real notifications for a while and returns how long each took.
func (f *forgeTarget) real(t *testing.T, long time.Duration) []time.Duration {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), long)
	defer stop()
	return f.realUntil(ctx, t)
}

func (f *forgeTarget) realUntil(ctx context.Context, t *testing.T) (took []time.Duration) {
	t.Helper()
	tick := time.NewTicker(realEvery)
	defer tick.Stop()
	for {
		note := fmt.Sprintf(`{"notificationId":"real-%d","notificationType":"USER_ASSOCIATED","uId":%q,"notification":{"associatedUsers":[]}}`, f.next.Add(1), f.uid)
		began := time.Now()
		if status, err := notify(t.Context(), f.address, f.secret, note); err != nil || status != http.StatusNoContent {
			t.Errorf("a real one got %d: %v", status, err)
		}
		took = append(took, time.Since(began))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return took
		}
	}
}
