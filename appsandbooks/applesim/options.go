package applesim

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// Options says how the pretend Apple behaves. The zero value is a memory-only service with Apple's documented limits
// whose events finish at once.
type Options struct {
	// BaseURL is the address clients reach the service at, without /mdm/v2, such as "https://apple.test:8443".
	// Empty: taken from each request's Host header.
	BaseURL string
	// File keeps the state across restarts and kill -9. Empty: memory only.
	File string
	// Seed makes identifiers and delays repeatable. Zero: random. A file remembers its own.
	Seed uint64
	// Locations are added at the start, unless File already knows their UID.
	Locations []Location
	// Limits are announced in the service config and enforced. Zero value: DocumentedLimits.
	Limits Limits
	// PageSize is the number of records on a page. Default 1000.
	PageSize int
	// EventDelay is how long an accepted request stays PENDING.
	EventDelay Range
	// Latency is added to every API answer.
	Latency Range
	// Quirks settles what Apple leaves unsaid.
	Quirks Quirks
	// Faults are what goes wrong. Zero value: nothing.
	Faults Faults
	// TimeLapse is what happens by itself as time passes. Zero value: nothing.
	TimeLapse TimeLapse
	// Control opens the page at / and the addresses under /internal/, to requests from this machine only: whoever can
	// use them can do everything.
	Control bool
	// PlainHooks also accepts notification addresses on http:// (Apple: https only, 9712).
	PlainHooks bool
	// NotifyRetry are the waits before the second and third attempt of a notification. Default one and four minutes.
	NotifyRetry []time.Duration
	// HookClient delivers notifications. Default: ten seconds' patience, no redirects.
	HookClient *http.Client
	// Now is the clock. Default time.Now. A test that moves its own clock calls Settle afterwards.
	Now func() time.Time
}

// Range is a span of time from which one length is drawn, evenly; Max below Min counts as Min.
type Range struct{ Min, Max time.Duration }

func (r Range) draw(rng *rand.Rand) time.Duration {
	if r.Max <= r.Min {
		return r.Min
	}
	return r.Min + time.Duration(rng.Int64N(int64(r.Max-r.Min)+1))
}

func (o Options) withDefaults() Options {
	if o.Limits == (Limits{}) {
		o.Limits = DocumentedLimits()
	}
	if o.PageSize <= 0 {
		o.PageSize = 1000
	}
	if o.NotifyRetry == nil {
		o.NotifyRetry = []time.Duration{time.Minute, 4 * time.Minute}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HookClient == nil {
		o.HookClient = &http.Client{
			Timeout:       10 * time.Second,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return o
}
