package connector

import (
	"context"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// mostRemembered bounds what a memory holds: 10,000 devices with two channels,
// and as many commands.
const mostRemembered = 50_000

// memory remembers when something was last heard of, for a while. It makes
// things cheaper and safer, never right: after a restart it is empty.
type memory struct {
	mu sync.Mutex
	at map[string]time.Time
}

func newMemory() *memory { return &memory{at: map[string]time.Time{}} }

// note remembers the latest time.
func (m *memory) note(what string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.at) >= mostRemembered { // begins anew
		clear(m.at)
	}
	if at.After(m.at[what]) {
		m.at[what] = at
	}
}

// forget makes something as if never heard of.
func (m *memory) forget(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.at, what)
}

// since says whether something was heard of at that time or later.
func (m *memory) since(what string, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	last, known := m.at[what]
	return known && !last.Before(at)
}

// ever says whether something was heard of.
func (m *memory) ever(what string) bool { return m.since(what, time.Time{}) }

// turns lets one at a time speak of something. More things than there are turns
// share them.
type turns []chan struct{}

func newTurns() turns {
	t := make(turns, 64)
	for i := range t {
		t[i] = make(chan struct{}, 1)
	}
	return t
}

// take waits for the turn of what, and returns how it is given on.
func (t turns) take(ctx context.Context, what string) (done func(), err error) {
	turn := t[xxhash.Sum64String(what)%uint64(len(t))]
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
