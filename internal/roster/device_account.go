package roster

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Commands takes commands to devices; mdm.Carrier does. It answers for each:
// nil is "with its MDM server".
type Commands interface {
	Send(ctx context.Context, commands []vpp.Command) []error
}

// AccountStore is what asking needs to know and to keep.
type AccountStore interface {
	Device(ctx context.Context, id vpp.DeviceID) (vpp.DevicePage, error)
	// DevicesToAsk lists devices, and channels of others on them, last asked
	// before a time, or before another one where no answer came.
	DevicesToAsk(ctx context.Context, before, unanswered time.Time, limit int) ([]vpp.DeviceTarget, error)
	AccountAsked(ctx context.Context, questions []vpp.Command) error
	// AccountUnasked takes questions back that did not get to the device's
	// server, as if they had last been asked at a time.
	AccountUnasked(ctx context.Context, questions []vpp.Command, last time.Time) error
	TargetsOf(ctx context.Context, people []vpp.UserID) (map[vpp.UserID][]vpp.DeviceTarget, error)
}

// Accounts asks devices which account is signed in to their App Store (F-10).
// The answers come by AccountRead.
type Accounts struct {
	store    AccountStore
	commands Commands
	every    time.Duration
	now      vpp.Clock
	ids      vpp.IDs
}

// NewAccounts makes it; every device is asked so often.
func NewAccounts(store AccountStore, commands Commands, every time.Duration, now vpp.Clock, ids vpp.IDs) *Accounts {
	return &Accounts{store, commands, every, now, ids}
}

const (
	unanswered  = 7               // times every, until a question without an answer counts as lost
	askedAtOnce = 200             // by one sweep: their answers come all at once
	impatience  = time.Minute     // who asks twice within is not asking anew
	patience    = 8 * time.Second // of somebody who waits while Apple's push service is silent
)

// Ask asks one device now, on the channel of each of its people (Macs and
// Shared iPads answer for a user). It is an error when nothing may be asked
// there, with the rule.
func (a *Accounts) Ask(ctx context.Context, id vpp.DeviceID) error {
	d, err := a.store.Device(ctx, id)
	if err != nil {
		return err
	}
	targets, err := a.targets(ctx, d)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		sentence, _ := vpp.ExplainReach(d.Reach)
		return vpp.Errorf(vpp.Conflict, "This device cannot be asked who is signed in, for the reason that keeps invitations from it. %s", sentence)
	}
	if asked := d.Account.AskedAt; asked.After(d.Account.ReadAt) && a.now().Sub(asked) < impatience {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience) // the question is queued first, whatever comes of the push
	defer cancel()
	return a.ask(ctx, targets)
}

// targets are the channels of a device on which its people can be asked.
func (a *Accounts) targets(ctx context.Context, d vpp.DevicePage) ([]vpp.DeviceTarget, error) {
	people := d.People()
	found, err := a.store.TargetsOf(ctx, people)
	var open []vpp.DeviceTarget
	for _, person := range people {
		for _, t := range found[person] {
			if t.DeviceID == d.ID && t.Reach.Open() {
				open = append(open, t)
			}
		}
	}
	return open, err
}

// Sweep asks some of the devices whose time has come. One that is away keeps
// the question; it is asked again much later only, in case it was lost.
func (a *Accounts) Sweep(ctx context.Context) error {
	now := a.now()
	targets, err := a.store.DevicesToAsk(ctx, now.Add(-a.every), now.Add(-unanswered*a.every), askedAtOnce)
	if err != nil || len(targets) == 0 {
		return err
	}
	return a.ask(ctx, targets)
}

// ask notes first, so that no answer comes before its question, and one that is
// asked twice shows nobody anything. What did not get to its server is asked
// when the device's turn comes again: no sooner than the others.
func (a *Accounts) ask(ctx context.Context, targets []vpp.DeviceTarget) error {
	commands := make([]vpp.Command, len(targets))
	for i, t := range targets {
		commands[i] = vpp.Command{ID: a.ids(), Kind: vpp.CommandAccount, MDM: t.MDM, DeviceID: t.DeviceID, Enrollment: t.Enrollment}
	}
	if err := a.store.AccountAsked(ctx, commands); err != nil {
		return err
	}
	errs := a.commands.Send(ctx, commands)
	var lost []vpp.Command
	for i, err := range errs {
		if err != nil {
			lost = append(lost, commands[i])
		}
	}
	if len(lost) > 0 {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // they fail together when time is up
		defer cancel()
		errs = append(errs, a.store.AccountUnasked(ctx, lost, a.now().Add(-(unanswered-1)*a.every)))
	}
	return errors.Join(errs...)
}
