package mdmtest

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
)

// Trouble is what goes wrong between a server, Apple's push service and
// devices: each number is the share of the pushes, or of the messages, that it
// happens to. The zero value is none.
type Trouble struct {
	Dead    float64 // 410: the device gets another token
	TooMany float64 // 429, with a second to wait
	Broken  float64 // 500
	GoAway  float64
	Silent  float64 // no answer at all

	Cut   float64 // a message never arrives
	Lost  float64 // it arrives, and its answer does not
	Twice float64 // it arrives twice
}

// SomeTrouble is a bad day.
func SomeTrouble() Trouble {
	return Trouble{Dead: 0.01, TooMany: 0.02, Broken: 0.02, GoAway: 0.005, Cut: 0.02, Lost: 0.02, Twice: 0.02}
}

// MuchTrouble is a very bad day.
func MuchTrouble() Trouble {
	return Trouble{Dead: 0.03, TooMany: 0.05, Broken: 0.05, GoAway: 0.02, Silent: 0.002, Cut: 0.05, Lost: 0.05, Twice: 0.05}
}

// dice are thrown by many at once.
type dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newDice(seed uint64) *dice { return &dice{rng: rand.New(rand.NewPCG(seed, 0xd1ce))} }

// throw says which of the shares it falls on, len(shares) for none.
func (d *dice) throw(shares ...float64) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.rng.Float64()
	for i, s := range shares {
		if x -= s; x < 0 {
			return i
		}
	}
	return len(shares)
}

// Push makes a pretend push service's answers: see Apns.Refuse.
func (t Trouble) Push(seed uint64) func(token string) *Refusal {
	d := newDice(seed)
	return func(string) *Refusal {
		switch d.throw(t.Dead, t.TooMany, t.Broken, t.GoAway, t.Silent) {
		case 0:
			return &Refusal{Status: http.StatusGone, Reason: "Unregistered"}
		case 1:
			return &Refusal{Status: http.StatusTooManyRequests, Reason: "TooManyRequests", RetryAfter: "1"}
		case 2:
			return &Refusal{Status: http.StatusInternalServerError, Reason: "InternalServerError"}
		case 3:
			return &Refusal{GoAway: true}
		case 4:
			return &Refusal{}
		}
		return nil
	}
}

// Wire troubles what goes through it: devices' messages.
func (t Trouble) Wire(seed uint64, through http.RoundTripper) http.RoundTripper {
	return wire{t, newDice(seed + 1), through}
}

type wire struct {
	Trouble
	dice    *dice
	through http.RoundTripper
}

var errCut = errors.New("mdmtest: the connection was cut on purpose")

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	switch w.dice.throw(w.Cut, w.Lost, w.Twice) {
	case 0:
		return nil, errCut
	case 1:
		if err := w.first(r); err != nil {
			return nil, err
		}
		return nil, errCut
	case 2:
		if err := w.first(r); err != nil {
			return nil, err
		}
		if r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			r = r.Clone(r.Context())
			r.Body = body
		}
	}
	return w.through.RoundTrip(r)
}

// first sends a message whose answer nobody hears.
func (w wire) first(r *http.Request) error {
	answer, err := w.through.RoundTrip(r)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // nobody hears it
	return answer.Body.Close()
}
