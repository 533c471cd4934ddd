package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// guard notes every call at the pretend Apple, with whose the location was by
// its answer.
type guard struct {
	thief applesim.Rival
	end   func()

	mu  sync.Mutex
	all []applesim.Exchange
}

func (r *rehearsal) watchCalls() *guard {
	g := &guard{}
	g.end = r.s.apple.OnExchange(func(x applesim.Exchange) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.all = append(g.all, x)
	})
	return g
}

// wrote says whether a write of people came by now.
func (g *guard) wrote() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range g.all {
		if isWrite(x.Endpoint) && x.Endpoint != applesim.ClientConfigWrite {
			return true
		}
	}
	return false
}

func isWrite(e applesim.Endpoint) bool { return strings.HasPrefix(string(e), "POST ") }

// onTheWire is how long a call may take from leaving the server to being read
// by the pretend Apple, on a busy machine.
const onTheWire = 400 * time.Millisecond

// writesAfter counts the server's writes that came after the first answer that
// showed it the thief, and before it was told to take the location back.
func (g *guard) writesAfter(until time.Time) (underWay, late int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var shown time.Time
	for _, x := range g.all {
		if x.Token != g.thief.Token.Content && x.Owner == g.thief.Owner && (shown.IsZero() || x.Went.Before(shown)) {
			shown = x.Went
		}
	}
	if shown.IsZero() {
		return 0, 0
	}
	for _, x := range g.all {
		switch {
		case x.Token == g.thief.Token.Content || !isWrite(x.Endpoint) || !x.Came.After(shown) || x.Came.After(until):
		case x.Came.Before(shown.Add(onTheWire)):
			underWay++
		default:
			late++
		}
	}
	return underWay, late
}

// theft lets another server claim the location by the front door while people
// are being invited. Writes must stop, and say why; taken back, all goes on.
func (r *rehearsal) theft(ctx context.Context) error {
	first, _ := r.waves()
	request, who := wave("first wave", first)
	r.least.creates(len(who))
	g := r.watchCalls()
	defer g.end()
	task, err := r.c.Invite(ctx, request)
	if err != nil {
		return err
	}
	if err := r.until(ctx, "the first write", func() (bool, any, error) { return g.wrote(), nil, nil }); err != nil {
		return err
	}
	if g.thief, err = r.s.apple.Rival(r.s.location.UID, applesim.Stranger()); err != nil {
		return sayf(err, "The pretend Apple has no token for a rival.")
	}
	if err := r.until(ctx, "the rival to claim the location", func() (bool, any, error) { err := g.thief.Claim(ctx); return err == nil, err, nil }); err != nil {
		return err
	}
	place, err := r.awaits(ctx, "the theft to be noticed", func(l client.Location) bool { return l.ClaimState == "taken" })
	if err != nil {
		return err
	}
	r.custody.Thefts++
	if err := r.frozen(ctx, place, task); err != nil {
		return err
	}
	back := time.Now()
	if err := r.takeBack(ctx); err != nil {
		return err
	}
	if err := r.mailing(ctx, request, who); err != nil {
		return err
	}
	underWay, late := g.writesAfter(back)
	r.custody.UnderWay, r.custody.LateWrites = underWay, late
	if late > 0 {
		r.differ("", "%d writes left after an answer had shown that the location was another's", late)
	}
	return nil
}

// frozen looks whether everything says who took the location, and rests.
func (r *rehearsal) frozen(ctx context.Context, l client.Location, task client.Task) error {
	thief := "“" + applesim.Stranger().Name + "”"
	if l.FrozenBy == nil || l.FrozenBy.Name != applesim.Stranger().Name || !strings.Contains(l.Elsewhere, thief) {
		r.differ("", "the location does not say who took it: %+v, %q", l.FrozenBy, l.Elsewhere)
	}
	err := r.until(ctx, "the task to say who took the location", func() (bool, any, error) {
		now, err := r.c.Task(ctx, task.ID)
		return strings.HasPrefix(now.Note, "Paused: "+thief+" took over"), now, err
	})
	if err != nil {
		return err
	}
	_, err = r.c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{All: true}, AtOnce: true})
	if r.refused("a removal at a location that is another's", err); err != nil && !isConflict(err) && !mayPass(err) {
		return err
	}
	_, err = r.c.TakeBack(ctx, l.ID, "somebody else")
	r.refused("a take-back from somebody who does not have the location", err)
	return pass(ctx, time.Second) // long enough for what would come to come
}

func (r *rehearsal) takeBack(ctx context.Context) error {
	ours := func(l client.Location) bool { return l.ClaimState == "ours" }
	return r.insists(ctx, "the location to be taken back", ours, func(l client.Location) error {
		_, err := r.c.TakeBack(ctx, l.ID, applesim.Stranger().ID)
		return err
	})
}
