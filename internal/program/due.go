package program

import (
	"context"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// callsDue looks at events and sends writes, several at once, until none is
// due or it is time to see whether results can be read, and says whether there
// were any. People may be queued faster than Apple takes them: whoever came
// first must not wait for the last.
func (t *tender) callsDue(ctx context.Context, most limits) (called bool, err error) {
	d := &due{tender: t, most: most, inHand: map[vpp.BatchID]bool{}, until: t.config.Now().Add(t.config.Cadence.Settle)}
	if t.end.Before(d.until) {
		d.until = t.end
	}
	var workers sync.WaitGroup
	for range t.config.Parallel {
		workers.Go(func() {
			for d.one(ctx) {
			}
		})
	}
	workers.Wait()
	return d.called, d.err
}

// limits are how many one call may name, as Apple says.
type limits struct {
	users   int // created, updated or retired
	holders int // of licenses
}

// due hands out calls, each to one worker. Nobody waits for a round to end, so
// that Apple's rate is used to the full.
type due struct {
	*tender
	most  limits
	until time.Time

	mu     sync.Mutex
	looks  []vpp.Batch
	sends  []vpp.Batch
	inHand map[vpp.BatchID]bool
	called bool
	err    error // the first; it ends the handing out
}

// one makes one call, and says whether there may be another.
func (d *due) one(ctx context.Context) bool {
	b, looking, found := d.next(ctx)
	if !found {
		return false
	}
	call := d.send
	if looking {
		call = d.look
	}
	err := call(ctx, b)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.inHand, b.ID)
	if err != nil && d.err == nil {
		d.err = err
	}
	return d.err == nil
}

// next takes the next batch: a look before a sending, a sending that is owed
// before a new one.
func (d *due) next(ctx context.Context) (b vpp.Batch, looking, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil || d.config.Now().After(d.until) {
		return b, false, false
	}
	if d.looks, d.err = d.refill(ctx, d.looks, d.store.DueLooks); d.err != nil {
		return b, false, false
	}
	if len(d.looks) > 0 {
		b, d.looks, looking = d.looks[0], d.looks[1:], true
	} else if b, d.err = d.nextSend(ctx); d.err != nil || b.ID == "" {
		return b, false, false
	}
	d.inHand[b.ID], d.called = true, true
	return b, looking, true
}

// nextSend takes a batch that is owed, or fills a new one; without anybody
// waiting, or while the location is not ours to change, its ID is empty.
func (d *due) nextSend(ctx context.Context) (b vpp.Batch, err error) {
	if may, err := d.maySend(ctx, d.l.ID); err != nil || !may {
		return b, err
	}
	if d.sends, err = d.refill(ctx, d.sends, d.store.UnsentBatches); err != nil {
		return b, err
	}
	if len(d.sends) > 0 {
		b, d.sends = d.sends[0], d.sends[1:]
		return b, nil
	}
	b, err = d.store.ClaimBatch(ctx, d.l.ID, vpp.BatchID(d.config.IDs()), d.most.users)
	if vpp.KindOf(err) == vpp.NotFound {
		b, err = d.store.ClaimLicenses(ctx, d.l.ID, vpp.BatchID(d.config.IDs()), d.most.holders)
	}
	if vpp.KindOf(err) == vpp.NotFound {
		return vpp.Batch{}, nil
	}
	return b, err
}

// refill reads what is due when nothing is left, without what is in hand.
func (d *due) refill(ctx context.Context, left []vpp.Batch, read func(context.Context, vpp.LocationID, int) ([]vpp.Batch, error)) ([]vpp.Batch, error) {
	if len(left) > 0 {
		return left, nil
	}
	all, err := read(ctx, d.l.ID, 4*d.config.Parallel)
	for _, b := range all {
		if !d.inHand[b.ID] {
			left = append(left, b)
		}
	}
	return left, err
}
