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
// while, others never do; some letters come back although they were taken, and
// some readers complain. Whom the mail server refuses at once is its doing.
type crowd struct {
	stage   *stage
	seed    uint64
	shares  crowdShares
	person  invitee
	running sync.WaitGroup
	cancel  context.CancelFunc
}

// crowdShares say of how many letters in a hundred something else comes than
// an answer or none.
type crowdShares struct{ bounced, complained int }

func newCrowd(ctx context.Context, s *stage, seed uint64, shares crowdShares) *crowd {
	ctx, cancel := context.WithCancel(ctx)
	c := &crowd{stage: s, seed: seed, shares: shares, person: newInvitee(8), cancel: cancel}
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
		box := c.stage.mail.Box()
		for last := box.Last(); seen < last; seen++ {
			if letter, kept := box.Get(seen + 1); kept && len(letter.To) > 0 {
				c.running.Go(func() { c.react(ctx, letter) })
			}
		}
	}
}

// react: of those whom the letter reaches two in three sign in, most within a
// minute; each letter is another chance.
func (c *crowd) react(ctx context.Context, letter mailtest.Letter) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(letter.MessageID)) // a hash never fails
	rng := rand.New(rand.NewPCG(c.seed, sum.Sum64()))
	if back := c.comesBack(rng); back != "" {
		if sleep(ctx, 2*time.Second+time.Duration(rng.Int64N(int64(10*time.Second)))) == nil {
			_ = c.stage.giveBack(ctx, letter, back) // what the server does not take is lost, as mail is
		}
		return
	}
	link := linkIn(letter.Links, c.stage.house.url())
	if link == "" || rng.IntN(3) == 0 {
		return
	}
	wait := 3*time.Second + time.Duration(rng.ExpFloat64()*float64(25*time.Second))
	if sleep(ctx, wait) != nil {
		return
	}
	_ = c.person.accept(ctx, link, letter.To[0]) // who fails is one of those who never do it
}

// comesBack says what comes back about a letter, "" for nothing.
func (c *crowd) comesBack(rng *rand.Rand) mailtest.Return {
	switch draw := rng.IntN(100); {
	case draw < c.shares.bounced:
		return mailtest.Failed
	case draw < c.shares.bounced+c.shares.complained:
		return mailtest.Complaint
	}
	return ""
}
