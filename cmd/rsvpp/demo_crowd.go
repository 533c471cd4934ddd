package main

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// crowd are the busy people of a demo: some follow their letter's link after a
// while, others never do. Those whose address does not work are the mail
// server's doing.
type crowd struct {
	box       *mailtest.Box
	publicURL string
	seed      uint64
	person    invitee
	running   sync.WaitGroup
	cancel    context.CancelFunc
}

func newCrowd(ctx context.Context, box *mailtest.Box, publicURL string, seed uint64) *crowd {
	ctx, cancel := context.WithCancel(ctx)
	c := &crowd{box: box, publicURL: publicURL, seed: seed, person: newInvitee(8), cancel: cancel}
	c.running.Go(func() { c.watch(ctx) })
	return c
}

func (c *crowd) stop() {
	c.cancel()
	c.running.Wait()
	c.person.close()
}

func (c *crowd) watch(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for seen := int64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for last := c.box.Last(); seen < last; seen++ {
			if letter, kept := c.box.Get(seen + 1); kept && len(letter.To) > 0 {
				c.running.Go(func() { c.react(ctx, letter) })
			}
		}
	}
}

// react: two in three sign in, most within a minute; each letter is another chance.
func (c *crowd) react(ctx context.Context, letter mailtest.Letter) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(letter.MessageID)) // a hash never fails
	rng := rand.New(rand.NewPCG(c.seed, sum.Sum64()))
	link := linkIn(letter.Links, c.publicURL)
	if link == "" || rng.IntN(3) == 0 {
		return
	}
	wait := 3*time.Second + time.Duration(rng.ExpFloat64()*float64(25*time.Second))
	if sleep(ctx, wait) != nil {
		return
	}
	_ = c.person.accept(ctx, link, letter.To[0]) // who fails is one of those who never do it
}
