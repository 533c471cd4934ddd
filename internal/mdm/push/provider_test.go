package push_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/micromdm/nanomdm/mdm"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
)

const topic = "com.apple.mgmt.External.pretend"

func open(t *testing.T, config push.Config) (*mdmtest.Apns, *push.Provider) {
	t.Helper()
	a, err := mdmtest.NewApns()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	cert, key, err := mdmtest.PushCert(topic, time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	config.URL, config.Roots = a.URL, a.Roots
	config.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return a, push.New(pair, config)
}

func to(token string) *mdm.Push {
	p := &mdm.Push{Topic: topic, PushMagic: "magic of " + token}
	if err := p.SetTokenString(token); err != nil {
		panic(err)
	}
	return p
}

func TestPush(t *testing.T) {
	a, p := open(t, push.Config{})
	awake := make(chan string, 1)
	a.Listen("0a0b", awake)
	got, err := p.Push(t.Context(), []*mdm.Push{to("0a0b")})
	if err != nil || got["0a0b"].Err != nil || got["0a0b"].Id == "" {
		t.Fatal(got, err)
	}
	if magic := <-awake; magic != "magic of 0a0b" {
		t.Error(magic)
	}
}

// A GOAWAY after every answer loses no push, and kills nothing.
func TestPushGoAway(t *testing.T) {
	a, p := open(t, push.Config{InFlight: 8})
	a.GoAway(1 << 20)
	var all []*mdm.Push
	for i := range 200 {
		all = append(all, to(fmt.Sprintf("%08x", i)))
	}
	got, err := p.Push(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	for token, r := range got {
		if r.Err != nil {
			t.Errorf("%s: %v", token, r.Err)
		}
	}
	if len(got) != 200 || a.AtOnce() > 8 {
		t.Errorf("%d answers, %d at once", len(got), a.AtOnce())
	}
}

func TestPushRefused(t *testing.T) {
	a, p := open(t, push.Config{})
	tries := map[string]*atomic.Int32{"01": {}, "02": {}, "03": {}, "04": {}, "05": {}}
	a.Refuse(func(token string) *mdmtest.Refusal {
		n := tries[token].Add(1)
		switch {
		case token == "01":
			return &mdmtest.Refusal{Status: 410, Reason: "Unregistered"}
		case token == "02" && n < 3:
			return &mdmtest.Refusal{Status: 429, Reason: "TooManyRequests", RetryAfter: "1"}
		case token == "03" && n < 3:
			return &mdmtest.Refusal{Status: 503, Reason: "Shutdown"}
		case token == "04":
			return &mdmtest.Refusal{Status: 403, Reason: "BadCertificate"}
		case token == "05":
			return &mdmtest.Refusal{Status: 500, Reason: "InternalServerError"}
		}
		return nil
	})
	got, err := p.Push(t.Context(), []*mdm.Push{to("01"), to("02"), to("03"), to("04"), to("05")})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]struct {
		tries      int32
		ok         bool
		dead, cert bool
	}{"01": {1, false, true, false}, "02": {3, true, false, false}, "03": {3, true, false, false}, "04": {1, false, false, true}, "05": {4, false, false, false}} {
		var said *push.Error
		errors.As(got[token].Err, &said)
		if n := tries[token].Load(); n != want.tries || (got[token].Err == nil) != want.ok {
			t.Errorf("%s: %d tries, %v", token, n, got[token].Err)
		}
		if !want.ok && (said == nil || said.Dead() != want.dead || said.Certificate() != want.cert || said.Sentence() == "") {
			t.Errorf("%s: %+v", token, said)
		}
	}
}

// A service that says nothing holds nobody up for longer than it may.
func TestPushSilence(t *testing.T) {
	a, p := open(t, push.Config{Timeout: 100 * time.Millisecond, Attempts: 2})
	a.Silence(true)
	got, err := p.Push(t.Context(), []*mdm.Push{to("01")})
	if err != nil || got["01"].Err == nil {
		t.Fatal(got, err)
	}
	a.Silence(false)
	if got, err = p.Push(t.Context(), []*mdm.Push{to("01")}); err != nil || got["01"].Err != nil {
		t.Error(got["01"], err)
	}
}

// A service that stays silent is left alone for a while, and then tried again.
func TestPushRests(t *testing.T) {
	var passed atomic.Int64 // on top of the clock
	a, p := open(t, push.Config{
		Timeout: 300 * time.Millisecond, Attempts: 1, InFlight: 4, Rest: time.Hour,
		Now: func() time.Time { return time.Now().Add(time.Duration(passed.Load())) },
	})
	a.Silence(true)
	var all []*mdm.Push
	for i := range 40 {
		all = append(all, to(fmt.Sprintf("%08x", i)))
	}
	got, err := p.Push(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	spared := 0
	for _, r := range got {
		if errors.Is(r.Err, push.ErrSilent) {
			spared++
		}
	}
	if spared < 20 {
		t.Errorf("only %d of 40 were not tried", spared)
	}
	a.Silence(false)
	if got, _ = p.Push(t.Context(), []*mdm.Push{to("01")}); !errors.Is(got["01"].Err, push.ErrSilent) {
		t.Errorf("it was tried at once: %v", got["01"].Err)
	}
	passed.Add(int64(time.Hour))
	if got, _ = p.Push(t.Context(), []*mdm.Push{to("01")}); got["01"].Err != nil {
		t.Errorf("after its rest: %v", got["01"].Err)
	}
}

// One broken connection fails many pushes at once, which is no silence.
func TestPushCutOff(t *testing.T) {
	a, p := open(t, push.Config{Attempts: 1, InFlight: 40})
	var all []*mdm.Push
	for i := range 40 {
		all = append(all, to(fmt.Sprintf("%08x", i)))
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := p.Push(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	for token, r := range got {
		if r.Err == nil || errors.Is(r.Err, push.ErrSilent) {
			t.Errorf("%s: %v", token, r.Err)
		}
	}
}
