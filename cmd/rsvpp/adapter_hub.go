package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/api"
)

// hub tells open screens what changed. It never waits for a slow one: several
// changes of a topic become one.
type hub struct {
	mu      sync.Mutex
	closed  bool
	readers map[*reader]struct{}
}

type reader struct {
	topics  []string
	pending []string
	wake    chan struct{}
}

func newHub() *hub { return &hub{readers: map[*reader]struct{}{}} }

// tell notes changed topics for whoever asked for them. "task:ID" and
// "user:ID" are told of any change of tasks and users.
func (h *hub) tell(topics []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		for _, wanted := range r.topics {
			kind, _, _ := strings.Cut(wanted, ":")
			if slices.ContainsFunc(topics, func(t string) bool { return strings.TrimSuffix(t, "s") == strings.TrimSuffix(kind, "s") }) &&
				!slices.Contains(r.pending, wanted) {
				r.pending = append(r.pending, wanted)
			}
		}
		if len(r.pending) > 0 {
			select {
			case r.wake <- struct{}{}:
			default:
			}
		}
	}
}

// close ends every stream: the server stops.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for r := range h.readers {
		close(r.wake)
		delete(h.readers, r)
	}
}

// Subscribe sends the topics that change, until ctx ends or the server stops.
func (h *hub) Subscribe(ctx context.Context, topics []string) <-chan string {
	r := &reader{topics: topics, wake: make(chan struct{}, 1)}
	out := make(chan string)
	h.mu.Lock()
	if h.closed {
		close(r.wake)
	} else {
		h.readers[r] = struct{}{}
	}
	h.mu.Unlock()
	go h.feed(ctx, r, out)
	return out
}

// pause is how long a reader is left alone after it was told.
const pause = 250 * time.Millisecond

func (h *hub) feed(ctx context.Context, r *reader, out chan<- string) {
	defer close(out)
	defer h.leave(r)
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-r.wake:
			if !open {
				return
			}
		}
		h.mu.Lock()
		topics := r.pending
		r.pending = nil
		h.mu.Unlock()
		for _, t := range topics {
			select {
			case out <- t:
			case <-ctx.Done():
				return
			}
		}
		if sleep(ctx, pause) != nil {
			return
		}
	}
}

func (h *hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, r)
}

// Changes implements api.Changes.
func (h *hub) Changes(ctx context.Context, topics []string) <-chan api.Change {
	out := make(chan api.Change)
	go func() {
		defer close(out)
		for t := range h.Subscribe(ctx, topics) {
			select {
			case out <- api.Change{Topic: t, At: time.Now()}:
			case <-ctx.Done():
			}
		}
	}()
	return out
}
