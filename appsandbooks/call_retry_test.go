package appsandbooks_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

const (
	okUsers = `{"uId":"2222222222222222","users":[],"currentPageIndex":0,"totalPages":1,"size":0,"versionId":"v1"}`
	okEvent = `{"uId":"2222222222222222","eventId":"event-1"}`
)

func status(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		reply(w, code, body)
	}
}

func times(n int, h http.HandlerFunc, then ...http.HandlerFunc) []http.HandlerFunc {
	return append(slices.Repeat([]http.HandlerFunc{h}, n), then...)
}

// cut ends the connection without an answer; half ends it within one.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func half(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"uId":"22`))
	panic(http.ErrAbortHandler)
}

const (
	e9603 = `{"errorNumber":9603,"errorMessage":"Internal error"}`
	e9646 = `{"errorNumber":9646,"errorMessage":"Too many requests"}`
	e9729 = `{"errorNumber":9729,"errorMessage":"Temporarily unavailable"}`
)

func seconds(n ...int) []time.Duration {
	var ds []time.Duration
	for _, s := range n {
		ds = append(ds, time.Duration(s)*time.Second)
	}
	return ds
}

func rounded(ds []time.Duration) []time.Duration {
	for i := range ds {
		ds[i] = ds[i].Round(time.Second)
	}
	return ds
}

// Section 1.14 for reads: what is tried again, how often, after how long.
func TestReadsAreTriedAgain(t *testing.T) {
	ok := status(200, okUsers)
	for _, tc := range []struct {
		name   string
		apple  []http.HandlerFunc
		calls  int
		pauses []time.Duration
		number appsandbooks.ErrorNumber
		wait   bool // gives up with WaitError
		fails  bool
	}{
		{name: "500 with Retry-After in seconds", apple: []http.HandlerFunc{status(500, "", "Retry-After", "17"), ok}, calls: 2, pauses: seconds(17)},
		{name: "502 with Retry-After", apple: []http.HandlerFunc{status(502, "<html>", "Retry-After", "9"), ok}, calls: 2, pauses: seconds(9)},
		{name: "a redirect with Retry-After", apple: []http.HandlerFunc{status(307, "", "Retry-After", "11", "Location", "/elsewhere"), ok}, calls: 2, pauses: seconds(11)},
		{name: "a redirect without", apple: times(1, status(307, "", "Location", "/elsewhere")), calls: 1, fails: true},
		{name: "503 with Retry-After as a date", apple: []http.HandlerFunc{status(503, e9729, "Retry-After", "Mon, 03 Feb 2031 04:05:36 GMT"), ok}, calls: 2, pauses: seconds(30)},
		{name: "the same by a clock that is not ours", apple: []http.HandlerFunc{status(503, e9729, "Retry-After", "Mon, 03 Feb 2031 03:55:36 GMT", "Date", "Mon, 03 Feb 2031 03:55:06 GMT"), ok}, calls: 2, pauses: seconds(30)},
		{name: "Retry-After 0 cannot make us spin", apple: times(3, status(503, "", "Retry-After", "0"), ok), calls: 4, pauses: seconds(1, 2, 4)},
		{name: "429 grows up to the cap", apple: times(8, status(429, e9646), ok), calls: 9, pauses: seconds(1, 2, 4, 8, 16, 32, 60, 60)},
		{name: "429 with Retry-After", apple: []http.HandlerFunc{status(429, e9646, "Retry-After", "40"), ok}, calls: 2, pauses: seconds(40)},
		{name: "9646 within 200", apple: []http.HandlerFunc{status(200, e9646), ok}, calls: 2, pauses: seconds(1)},
		{name: "9603 five times, then well", apple: times(5, status(500, e9603), ok), calls: 6, pauses: seconds(1, 2, 4, 8, 16)},
		{name: "9603 for ever", apple: times(1, status(500, e9603)), calls: 6, pauses: seconds(1, 2, 4, 8, 16), number: 9603, wait: true, fails: true},
		{name: "500 without a word, for ever", apple: times(1, status(500, "")), calls: 6, pauses: seconds(1, 2, 4, 8, 16), fails: true},
		{name: "Retry-After beyond what we wait", apple: times(1, status(503, "", "Retry-After", "7200")), calls: 1, wait: true, fails: true},
		{name: "Retry-After for ever", apple: times(1, status(503, "", "Retry-After", "99999999999999999999")), calls: 1, wait: true, fails: true},
		{name: "cut connection", apple: []http.HandlerFunc{cut, half, ok}, calls: 3, pauses: seconds(1, 2)},
		{name: "408", apple: []http.HandlerFunc{status(408, ""), ok}, calls: 2, pauses: seconds(1)},
		{name: "400 is final", apple: times(1, status(400, `{"errorNumber":9602}`)), calls: 1, number: 9602, fails: true},
		{name: "401 is final", apple: times(1, status(401, "")), calls: 1, fails: true},
		{name: "410 is final", apple: times(1, status(410, `{"errorNumber":9634}`)), calls: 1, number: 9634, fails: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newApple(t)
			a.answers("/users", tc.apple...)
			c, ck := newClient(t, a)
			_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
			if (err != nil) != tc.fails {
				t.Fatalf("error %v, want one: %v", err, tc.fails)
			}
			if n := len(a.calls()); n != tc.calls {
				t.Errorf("%d calls, want %d", n, tc.calls)
			}
			if diff := cmp.Diff(tc.pauses, rounded(ck.sleeps())); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			if tc.number != 0 && !appsandbooks.IsNumber(err, tc.number) {
				t.Errorf("error %v, want number %d", err, tc.number)
			}
			if _, ok := errors.AsType[*appsandbooks.WaitError](err); ok != tc.wait {
				t.Errorf("error %v, want a WaitError: %v", err, tc.wait)
			}
			if errors.Is(err, appsandbooks.ErrOutcomeUnknown) {
				t.Errorf("a read has no unknown outcome: %v", err)
			}
		})
	}
}

// A POST is sent again only when it was surely not carried out, or Apple asks for it (9716 rule).
func TestWritesAreSentAgainOnlyWhenSafe(t *testing.T) {
	ok := status(200, okEvent)
	for _, tc := range []struct {
		name    string
		apple   []http.HandlerFunc
		calls   int
		unknown bool
		fails   bool
	}{
		{name: "429", apple: times(2, status(429, ""), ok), calls: 3},
		{name: "9646 within 200", apple: times(1, status(200, e9646), ok), calls: 2},
		{name: "503 with Apple's error", apple: times(1, status(503, e9729), ok), calls: 2},
		{name: "503 with Retry-After", apple: times(1, status(503, "", "Retry-After", "3"), ok), calls: 2},
		{name: "a redirect with Retry-After", apple: times(1, status(302, "", "Retry-After", "3", "Location", "/elsewhere"), ok), calls: 2},
		{name: "9603, Apple says send it again", apple: times(2, status(500, e9603), ok), calls: 3},
		{name: "9603 for ever", apple: times(1, status(500, e9603)), calls: 6, unknown: true, fails: true},
		{name: "503 without a word", apple: times(1, status(503, "<html>")), calls: 1, unknown: true, fails: true},
		{name: "500", apple: times(1, status(500, "")), calls: 1, unknown: true, fails: true},
		{name: "500 with Retry-After", apple: times(1, status(500, "", "Retry-After", "3")), calls: 1, unknown: true, fails: true},
		{name: "504", apple: times(1, status(504, "")), calls: 1, unknown: true, fails: true},
		{name: "408", apple: times(1, status(408, "")), calls: 1, unknown: true, fails: true},
		{name: "cut connection", apple: times(1, cut), calls: 1, unknown: true, fails: true},
		{name: "cut answer", apple: times(1, half), calls: 1, unknown: true, fails: true},
		{name: "200 with HTML", apple: times(1, status(200, "<html>")), calls: 1, unknown: true, fails: true},
		{name: "200 without eventId", apple: times(1, status(200, `{"uId":"2"}`)), calls: 1, unknown: true, fails: true},
		{name: "400", apple: times(1, status(400, `{"errorNumber":9717}`)), calls: 1, fails: true},
		{name: "403 with HTML", apple: times(1, status(403, "<html>")), calls: 1, fails: true},
		{name: "9622 within 200", apple: times(1, status(200, `{"errorNumber":9622}`)), calls: 1, fails: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newApple(t)
			a.answers("/users/create", tc.apple...)
			c, _ := newClient(t, a)
			_, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: "u1"}})
			if (err != nil) != tc.fails {
				t.Fatalf("error %v, want one: %v", err, tc.fails)
			}
			if n := len(a.calls()); n != tc.calls {
				t.Errorf("%d calls, want %d", n, tc.calls)
			}
			if got := errors.Is(err, appsandbooks.ErrOutcomeUnknown); got != tc.unknown {
				t.Errorf("outcome unknown is %v, want %v: %v", got, tc.unknown, err)
			}
		})
	}
}

func TestTimedOutWriteIsOfUnknownOutcome(t *testing.T) {
	a := newApple(t)
	release := make(chan struct{})
	defer close(release)
	a.handle("/users/create", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.RequestTimeout = 50 * time.Millisecond })
	_, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: "u1"}})
	if !errors.Is(err, appsandbooks.ErrOutcomeUnknown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestCancelledWriteIsOfUnknownOutcome(t *testing.T) {
	a := newApple(t)
	ctx, cancel := context.WithCancel(t.Context())
	a.handle("/users/create", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	c, _ := newClient(t, a)
	_, err := c.CreateUsers(ctx, []appsandbooks.RequestUser{{ClientUserID: "u1"}})
	if !errors.Is(err, appsandbooks.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestWriteIsSentAgainWhenNoConnectionWasMade(t *testing.T) {
	a := newApple(t)
	a.answer("/users/create", 200, okEvent)
	var refuse atomic.Int32
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if refuse.Add(-1) >= 0 {
			addr = "127.0.0.1:1" // nobody listens there
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
	if _, err := c.ServiceConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	refuse.Store(3)
	if _, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: "u1"}}); err != nil {
		t.Fatal(err)
	}
	if n := len(a.calls()); n != 1 {
		t.Fatalf("%d calls arrived", n)
	}
}

// One goroutine's Retry-After holds all calls of the client, and is shared.
func TestRetryAfterHoldsTheWholeClient(t *testing.T) {
	a := newApple(t)
	a.answers("/users", status(503, "", "Retry-After", "7200"), status(200, okUsers))
	a.answer("/status", 200, `{"uId":"2","eventStatus":"COMPLETE"}`)
	var told []time.Time
	c, ck := newClient(t, a, func(cfg *appsandbooks.Config) {
		cfg.Hooks.OnWait = func(until time.Time) { told = append(told, until) }
	})
	want := ck.Now().Add(2 * time.Hour)
	_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
	wait, ok := errors.AsType[*appsandbooks.WaitError](err)
	if !ok || !wait.Until.Equal(want) {
		t.Fatalf("got %v, want WaitError until %v", err, want)
	}
	if len(told) != 1 || !told[0].Equal(want) || !c.HeldUntil().Equal(want) {
		t.Fatalf("told %v, held until %v", told, c.HeldUntil())
	}
	if _, err = c.EventStatus(t.Context(), "e"); err == nil || a.count("GET /status") != 0 {
		t.Fatalf("another call went out during the hold: %v", err)
	}
	ck.forward(90 * time.Minute) // now it lies within what we wait
	if _, err = c.EventStatus(t.Context(), "e"); err != nil {
		t.Fatal(err)
	}
	if ck.Now().Before(want) {
		t.Fatal("the call went out during the hold")
	}
}

func TestHoldFromAnotherProcess(t *testing.T) {
	a := newApple(t)
	c, ck := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.MaxWait = -1 })
	c.Hold(ck.Now().Add(time.Second))
	c.Hold(ck.Now().Add(-time.Second)) // never earlier
	_, err := c.ClientConfig(t.Context())
	if wait, ok := errors.AsType[*appsandbooks.WaitError](err); !ok || wait.Err != nil {
		t.Fatalf("got %v", err)
	}
}

func TestDeadlineTooNearToWait(t *testing.T) {
	a := newApple(t)
	a.answers("/users", status(503, "", "Retry-After", "600"))
	c, ck := newClient(t, a)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := c.Users(ctx, appsandbooks.UsersQuery{})
	if _, ok := errors.AsType[*appsandbooks.WaitError](err); !ok {
		t.Fatalf("got %v", err)
	}
	if _, ok := errors.AsType[*appsandbooks.UnexpectedAnswerError](err); !ok {
		t.Fatalf("the cause is lost: %v", err)
	}
	if len(ck.sleeps()) != 0 {
		t.Fatalf("slept %v into the deadline", ck.sleeps())
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	a := newApple(t)
	a.answers("/users", status(429, e9646))
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) {
		cfg.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	})
	if _, err := c.Users(ctx, appsandbooks.UsersQuery{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if n := len(a.calls()); n != 1 {
		t.Fatalf("%d calls", n)
	}
}

func TestHooksSeeEveryAttempt(t *testing.T) {
	a := newApple(t)
	a.answers("/client/config", status(500, e9603), status(200, `{"uId":"77","mdmInfo":{"id":"other","name":"n","metadata":"m"},"tokenExpirationDate":"2031-02-03T04:05:06+0000"}`))
	var calls []appsandbooks.CallInfo
	var envelopes []appsandbooks.Envelope
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) {
		cfg.Hooks.OnCall = func(i appsandbooks.CallInfo) { calls = append(calls, i) }
		cfg.Hooks.OnEnvelope = func(e appsandbooks.Envelope) { envelopes = append(envelopes, e) }
	})
	if _, err := c.ClientConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []appsandbooks.CallInfo{
		{Method: "GET", Endpoint: "serviceConfig", Status: 200, Attempt: 1},
		{Method: "GET", Endpoint: "clientConfig", Status: 500, ErrorNumber: 9603, Attempt: 1},
		{Method: "GET", Endpoint: "clientConfig", Status: 200, Attempt: 2},
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if len(envelopes) != 1 || envelopes[0].UID != "77" || envelopes[0].MDMInfo.ID != "other" || envelopes[0].TokenExpirationDate.Time.Year() != 2031 {
		t.Errorf("envelopes: %+v", envelopes)
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	noon := time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		err  error
		want []string
	}{
		{&appsandbooks.Error{Number: 9609, Message: "not found", HTTPStatus: 400}, []string{"9609", "not found", "400"}},
		{&appsandbooks.Error{}, []string{"refused"}},
		{&appsandbooks.WaitError{Until: noon, Err: errors.New("why")}, []string{"2031-02-03T12:00:00Z", "why"}},
		{&appsandbooks.WaitError{Until: noon}, []string{"2031-02-03T12:00:00Z"}},
		{&appsandbooks.PageError{Index: 3, Problem: "leads back to page 1"}, []string{"page 3", "leads back"}},
		{&appsandbooks.NotificationError{Problem: "it is HTML"}, []string{"HTML"}},
		{&appsandbooks.TokenError{Message: "cut off"}, []string{"cut off"}},
	} {
		for _, want := range tc.want {
			if !strings.Contains(tc.err.Error(), want) {
				t.Errorf("%q lacks %q", tc.err, want)
			}
		}
	}
}
