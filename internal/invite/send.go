package invite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SendStore is what sending reads and writes.
type SendStore interface {
	// ClaimLetters takes up to limit due letters until a time; taken counts
	// those that were found unfit to go, too. A claim that ends without a
	// result is taken again by anybody.
	ClaimLetters(ctx context.Context, claim string, until time.Time, limit int, mail bool) (due []vpp.DueLetter, taken int, err error)
	// ReleaseLetters gives letters of a claim back, unsent.
	ReleaseLetters(ctx context.Context, claim string, due []vpp.DueLetter) error
	// RecordLetters writes what became of letters that the claim still holds,
	// the facts on the person, the items of tasks, all in one transaction.
	RecordLetters(ctx context.Context, claim string, sent []vpp.SentLetter) error
	// RunLetter returns the letter of a run that has its own.
	RunLetter(ctx context.Context, task vpp.TaskID) (letter vpp.Letter, own bool, err error)
	// WakeLetters promises SendMail when a letter is due.
	WakeLetters(ctx context.Context) error
	commands
}

const (
	claimSize = 400
	groupSize = 256
	groupWait = 25 * time.Millisecond
)

// Sweep wakes whatever is due: deferred letters, letters of the dead, those
// whose devices were enrolled.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(s.store.WakeLetters(ctx), s.sweepCommands(ctx), s.sweepEnrolled(ctx))
}

// Send hands over due letters (S0-17). Several jobs on several nodes may run
// at once; a crash repeats at most the letters whose result was not yet
// written, under the same Message-ID.
func (s *Service) Send(ctx context.Context, _ vpp.SendMail) error {
	settings, ready, err := s.useMail(ctx)
	if err != nil {
		return err
	}
	used := s.usedSince()
	// Without mail, letters wait until it is set up again; commands go.
	b := &batch{service: s, settings: settings, mail: ready, claim: s.ids(), began: s.now(), texts: map[vpp.TaskID]Compiled{}}
	more, err := b.run(ctx)
	if ready && b.deferred.Load() {
		err = errors.Join(err, s.hurryIfChanged(context.WithoutCancel(ctx), used))
	}
	if err == nil && more {
		return &vpp.Later{At: s.now()}
	}
	return err
}

// hurryIfChanged makes letters due that were put off under settings which were
// changed while they were tried: under the new ones they may go.
func (s *Service) hurryIfChanged(ctx context.Context, used time.Time) error {
	_, saved, err := s.savedMail(ctx)
	if err != nil || saved.Equal(used) {
		return err
	}
	return s.store.HurryLetters(ctx)
}

// batch is one job's sending: one claims, many send, one writes results, all
// at the same time.
type batch struct {
	service  *Service
	settings MailSettings
	mail     bool // a way for mail is set up
	claim    string
	began    time.Time
	halted   atomic.Bool // every letter would meet the same failure
	deferred atomic.Bool // some were put off

	mu     sync.Mutex
	texts  map[vpp.TaskID]Compiled
	failed error // of the store: the job is run again
}

// fail ends the job; what was sent is still written down.
func (b *batch) fail(err error) {
	b.halted.Store(true)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil {
		b.failed = err
	}
}

// attempt is a claimed letter under way.
type attempt struct {
	due   vpp.DueLetter
	until time.Time
}

// outcome is an attempt's result; without one the letter is given back.
type outcome struct {
	sent     vpp.SentLetter
	released bool
}

func (b *batch) run(ctx context.Context) (more bool, err error) {
	// Nobody sends on while many results wait to be written: what a crash
	// makes us send again stays little.
	attempts, outcomes := make(chan attempt, claimSize), make(chan outcome) // the next are claimed while these are sent
	var senders, recorder sync.WaitGroup
	for range b.service.config.Senders {
		senders.Go(func() {
			for a := range attempts {
				outcomes <- b.send(ctx, a)
			}
		})
	}
	recorder.Go(func() {
		// What was handed over is written down, even when the job is stopped.
		b.record(context.WithoutCancel(ctx), outcomes)
	})
	more, err = b.take(ctx, attempts)
	close(attempts)
	senders.Wait()
	close(outcomes)
	recorder.Wait()
	return more && !b.halted.Load(), errors.Join(err, b.failed)
}

// take claims group after group while there is time; more says that it ended
// for want of time.
func (b *batch) take(ctx context.Context, attempts chan<- attempt) (more bool, err error) {
	for !b.over() {
		until := b.service.now().Add(b.service.config.ClaimFor)
		due, taken, err := b.service.store.ClaimLetters(ctx, b.claim, until, claimSize, b.mail)
		if err != nil || taken == 0 {
			return false, err
		}
		for _, d := range due {
			attempts <- attempt{d, until}
		}
	}
	return true, nil
}

// over says whether this job should take no more letters on.
func (b *batch) over() bool {
	return b.halted.Load() || b.service.now().Sub(b.began) > b.service.config.SendFor
}

// send makes one attempt. Nothing is sent that could outlive its claim: by
// then somebody else may be sending it.
func (b *batch) send(ctx context.Context, a attempt) outcome {
	left := a.until.Sub(b.service.now())
	if b.over() || ctx.Err() != nil || left < b.service.config.ClaimFor/4 {
		return outcome{sent: vpp.SentLetter{Due: a.due}, released: true}
	}
	if a.due.Channel == vpp.ChannelDevice {
		return b.command(ctx, a)
	}
	text, err := b.text(ctx, a.due.Task)
	if err != nil {
		b.fail(err)
		return outcome{sent: vpp.SentLetter{Due: a.due}, released: true}
	}
	message, err := b.write(text, a.due)
	if err != nil {
		return outcome{sent: b.result(a.due, Handover{Outcome: vpp.DeliveryRefused, Sentence: "The letter could not be written: " + vpp.MessageOf(err)})}
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	h := b.service.carrier.Send(ctx, message)
	if h.Halt {
		b.halted.Store(true)
	}
	return outcome{sent: b.result(a.due, h)}
}

// result adds when to try again, and when to stop trying.
func (b *batch) result(d vpp.DueLetter, h Handover) vpp.SentLetter {
	now, config := b.service.now(), b.service.config
	sent := vpp.SentLetter{Due: d, Outcome: h.Outcome, At: now, Answer: h.Answer, Sentence: h.Sentence, BadAddress: h.BadAddress}
	if h.Outcome != vpp.DeliveryDeferred {
		return sent
	}
	b.deferred.Store(true)
	sent.Next = now.Add(config.BackOff[min(d.Attempts, len(config.BackOff)-1)])
	if sent.Next.Sub(d.QueuedAt) > config.GiveUp {
		sent.Outcome, sent.Next = vpp.DeliveryRefused, time.Time{}
		sent.Sentence = "The mail server kept asking to try later, so this letter was given up. " + h.Sentence
	}
	return sent
}

// record writes results in groups: a full one at once, a smaller one when its
// first result has waited a moment. While one is written the next comes
// together. What a crash forgets is no more than these two.
func (b *batch) record(ctx context.Context, outcomes <-chan outcome) {
	var waiting []outcome
	written := make(chan struct{}, 1)
	moment := time.NewTimer(groupWait)
	moment.Stop()
	for writing, ripe := false, false; outcomes != nil || writing || len(waiting) > 0; {
		full := len(waiting) >= groupSize
		if !writing && len(waiting) > 0 && (full || ripe || outcomes == nil) {
			group := waiting
			waiting, writing, full, ripe = nil, true, false, false
			moment.Stop()
			go func() { b.recordGroup(ctx, group); written <- struct{}{} }()
		}
		more := outcomes
		if full {
			more = nil // the senders wait
		}
		select {
		case o, open := <-more:
			if !open {
				outcomes = nil
				continue
			}
			if waiting = append(waiting, o); len(waiting) == 1 {
				moment.Reset(groupWait)
			}
		case <-moment.C:
			ripe = true
		case <-written:
			writing = false
		}
	}
}

func (b *batch) recordGroup(ctx context.Context, group []outcome) {
	var sent []vpp.SentLetter
	var released []vpp.DueLetter
	for _, o := range group {
		if o.released {
			released = append(released, o.sent.Due)
		} else {
			sent = append(sent, o.sent)
		}
	}
	if len(sent) > 0 {
		if err := b.service.store.RecordLetters(ctx, b.claim, sent); err != nil {
			b.fail(err) // without results written, nothing more may go out
		}
	}
	if err := b.service.store.ReleaseLetters(ctx, b.claim, released); err != nil {
		b.fail(err)
	}
}
