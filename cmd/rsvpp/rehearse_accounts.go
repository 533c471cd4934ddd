package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// accountEvery is how often each of so many devices is asked who is signed in
// while a rehearsal runs: at most fifty are asked in a second.
func accountEvery(devices int) string {
	return strconv.Itoa(max(10, devices/50)) + "s"
}

// shop decides for each device which account it has in the App Store, and lets
// devices be signed in when their people accept.
func (r *rehearsal) shop() (end func()) {
	rng := rand.New(rand.NewPCG(r.o.seed, 0xacc0))
	for _, g := range r.fleet.all {
		switch draw := rng.IntN(100); {
		case draw < 12:
			g.shops(withAnother)
		case draw < 20:
			g.shops(withNone)
		}
	}
	byAccount := map[string]*part{}
	for _, one := range r.cast.all {
		byAccount[one.account()] = one
		if one.usable() {
			byAccount[one.managed] = one
		}
	}
	return r.s.apple.OnAssociated(func(n applesim.News) {
		if one := byAccount[n.User.Account]; one != nil {
			for _, g := range one.gadgets {
				g.accepts(g.seatOf(one.managed), n.User.IDHash)
			}
		}
	})
}

// askAccounts asks every second device who is signed in, and waits until all
// that are there have told; the others are asked by the schedule.
func (r *rehearsal) askAccounts(ctx context.Context) error {
	type told struct {
		g      *gadget
		seat   *mdmtest.Person
		before int
	}
	devices, err := r.serversDevices(ctx)
	if err != nil {
		return err
	}
	var open []told
	for i, g := range r.fleet.all {
		if !g.tells() || g.leaves || g.vanishes {
			continue
		}
		for _, seat := range g.seats() {
			open = append(open, told{g, seat, g.Told(seat)})
		}
		if i%2 == 0 && len(g.seats()) > 0 {
			if _, err := r.c.AskDevice(ctx, devices[g.UDID].ID); err != nil && !mayPass(err) {
				return fmt.Errorf("asking %s: %w", g.Name, err)
			}
		}
	}
	return r.until(ctx, "devices to tell who is signed in", func() (bool, any, error) {
		for len(open) > 0 {
			last := open[len(open)-1]
			if last.g.Told(last.seat) == last.before {
				return false, fmt.Sprintf("%d, as %s %s", len(open), last.g.Name, seatName(last.seat)), nil
			}
			open = open[:len(open)-1]
		}
		return true, nil, nil
	})
}

// serversDevices are the devices that our server knows, by UDID; people's own
// phones, which do not tell theirs, by name.
func (r *rehearsal) serversDevices(ctx context.Context) (map[string]client.Device, error) {
	all := map[string]client.Device{}
	for page := (client.Page{}); ; {
		list, err := r.c.ListDevices(ctx, client.DeviceFilter{}, page)
		if err != nil {
			return nil, err
		}
		for _, d := range list.Items {
			if d.Enrollment == "user" {
				d.UDID = d.Name
			}
			all[d.UDID] = d
		}
		if page.After = list.Next; page.After == "" {
			return all, nil
		}
	}
}

// checkAccounts holds what our server says of each device's account against
// what is signed in there, and the conflicts against those that are wrong.
func (r *rehearsal) checkAccounts(ctx context.Context, use *deviceUse) error {
	devices, err := r.serversDevices(ctx)
	if err != nil {
		return err
	}
	accepted, err := r.acceptedHashes(ctx)
	if err != nil {
		return err
	}
	wrong := map[string]string{} // the names of devices
	for _, g := range r.fleet.all {
		d, known := devices[g.UDID]
		if g.Kind == mdmtest.UserEnrolled { // its UDID is nobody's to know
			d, known = devices[g.Name]
		}
		switch {
		case !known:
			r.differ(g.Name, "is enrolled, and our server does not know it")
			continue
		case g.leaves || g.vanishes: // what they said last may be old
			continue
		case g.Kind == mdmtest.SharedIPad: // many people's: no one word is of it
		default:
			r.checkAccount(g, d, accepted[g.owner], use)
		}
		for _, one := range r.sitting(g) {
			seat := g.seatOf(one.managed)
			use.Told += g.Told(seat)
			if accountWord(g.SignedIn(seat), accepted[one.userID]) == "other" {
				wrong[d.ID+" "+seatName(seat)] = g.Name
			}
		}
	}
	return r.checkWrongDevices(ctx, devices, wrong)
}

// sitting are those who can be signed in on a device.
func (r *rehearsal) sitting(g *gadget) []*part {
	var all []*part
	for _, one := range r.cast.all {
		for _, mine := range one.gadgets {
			if mine == g {
				all = append(all, one)
			}
		}
	}
	return all
}

// checkAccount holds our word on one device against what it has.
func (r *rehearsal) checkAccount(g *gadget, d client.Device, accepted string, use *deviceUse) {
	want := "unknown"
	if g.tells() {
		want = accountWord(g.SignedIn(g.seatOf("")), accepted)
	}
	if d.Account != want {
		r.differ(g.Name, "has the account %q, by our server; it must be %q", d.Account, want)
	}
	use.Right += count1(want == "right")
	use.Other += count1(want == "other")
	use.Nobody += count1(want == "signed_out")
}

// accountWord is the rule, written anew so that one mistake cannot hide another.
func accountWord(onDevice, accepted string) string {
	switch {
	case onDevice == "":
		return "signed_out"
	case accepted == "":
		return "signed_in"
	case onDevice == accepted:
		return "right"
	}
	return "other"
}

func seatName(seat *mdmtest.Person) string {
	if seat == nil {
		return ""
	}
	return seat.LongName
}

// acceptedHashes are the accounts with which people are registered at the
// pretend Apple now, by our id.
func (r *rehearsal) acceptedHashes(ctx context.Context) (map[string]string, error) {
	t, all := r.truth(), map[string]string{}
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return nil, err
		}
		if u := t.newest[q.ClientUserID]; u.Status == applesim.Associated {
			all[q.ID] = u.IDHash
		}
	}
	return all, nil
}

// checkWrongDevices holds the conflicts page against the devices on which
// another account is signed in than their person accepted with.
func (r *rehearsal) checkWrongDevices(ctx context.Context, devices map[string]client.Device, wrong map[string]string) error {
	unsure := map[string]bool{} // vanished, with what they said last
	for _, g := range r.fleet.all {
		unsure[devices[g.UDID].ID] = g.vanishes
	}
	for c, err := range r.c.Conflicts(ctx, client.AccountOnDevice, "") {
		if err != nil {
			return err
		}
		key := c.Device.ID + " " + c.Device.User
		if wrong[key] == "" && !unsure[c.Device.ID] {
			r.differ(c.Device.Name, "stands among the conflicts, and the right account is signed in, or it is gone")
		}
		delete(wrong, key)
	}
	for _, name := range wrong {
		r.differ(name, "has another account signed in than its person accepted with, and does not stand among the conflicts")
	}
	return nil
}
