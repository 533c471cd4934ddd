package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// postman hands letters to the people of a rehearsal as they arrive, and lets
// those sign in who do.
type postman struct {
	box       *mailtest.Box
	cast      *cast
	publicURL string
	person    invitee
	together  chan struct{} // slots for people signing in at once

	mu      sync.Mutex
	seen    int64
	busy    int
	astray  []string // letters that reached nobody, or were not readable
	running sync.WaitGroup
	cancel  context.CancelFunc
}

const signInsTogether = 16

func newPostman(ctx context.Context, box *mailtest.Box, c *cast, publicURL string) *postman {
	ctx, cancel := context.WithCancel(ctx)
	m := &postman{
		box: box, cast: c, publicURL: publicURL, person: newInvitee(signInsTogether),
		together: make(chan struct{}, signInsTogether), cancel: cancel,
	}
	m.running.Go(func() { m.rounds(ctx) })
	return m
}

// rounds looks for new letters again and again.
func (m *postman) rounds(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			m.round(ctx)
		}
	}
}

func (m *postman) round(ctx context.Context) {
	last := m.box.Last()
	for id := m.at() + 1; id <= last; id++ {
		letter, kept := m.box.Get(id)
		if !kept {
			m.lost("a letter came and was forgotten before it was read: there were too many at once")
		} else {
			m.deliver(ctx, letter)
		}
		m.mu.Lock()
		m.seen = id
		m.mu.Unlock()
	}
}

func (m *postman) at() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen
}

func (m *postman) lost(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.astray = append(m.astray, what)
}

func (m *postman) deliver(ctx context.Context, letter mailtest.Letter) {
	for _, address := range letter.To {
		one, known := m.cast.at(address)
		link := linkIn(letter.Links, m.publicURL)
		switch {
		case !known:
			m.lost("a letter to " + address + ", who is nobody")
		case letter.MessageID == "" || link == "":
			m.lost("a letter to " + address + " without a Message-ID or a link")
		case one.receives(letter.MessageID):
			m.mu.Lock()
			m.busy++
			m.mu.Unlock()
			m.running.Go(func() { m.signIn(ctx, one, link, m.person.accept) })
		}
	}
}

// prompt hands a device's prompt to the person who sees it.
func (m *postman) prompt(ctx context.Context, one *part, p mdmtest.Prompt) {
	if !one.prompted(p.ID) {
		return
	}
	m.mu.Lock()
	m.busy++
	m.mu.Unlock()
	m.running.Go(func() { m.signIn(ctx, one, p.Link, m.person.signIn) })
}

// signIn lets one person follow the link, with the patience of people.
func (m *postman) signIn(ctx context.Context, one *part, link string, follow func(context.Context, string, string) error) {
	m.together <- struct{}{}
	defer func() {
		<-m.together
		m.mu.Lock()
		m.busy--
		m.mu.Unlock()
	}()
	var err error
	for range 60 {
		if err = follow(ctx, link, one.account()); err == nil {
			return
		}
		if errors.Is(err, errGone) && len(one.gadgets) > 0 { // a prompt can be older than the removal
			one.forgets()
			return
		}
		if !errors.Is(err, errTryLater) {
			break
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(250 * time.Millisecond):
		}
	}
	one.failed(err)
}

// idle says whether every letter was read and nobody is signing in.
func (m *postman) idle() bool {
	last := m.box.Last()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.busy == 0 && m.seen == last
}

func (m *postman) stop() {
	m.cancel()
	m.running.Wait()
	m.person.close()
}
