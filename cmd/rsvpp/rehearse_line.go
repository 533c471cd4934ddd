package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// scarce is an app of which there are never enough.
const scarce = "500000001"

// waitInLine assigns an app to more people than there are licenses: who
// accepted first gets one, the others wait, and are served when one more is
// bought and when one comes back.
func (r *rehearsal) waitInLine(ctx context.Context) error {
	const stock = 3
	if err := r.s.apple.AddAsset(r.s.location.UID, applesim.App(scarce, stock)); err != nil {
		return sayf(err, "The pretend Apple takes no asset.")
	}
	if err := r.syncAll(ctx); err != nil {
		return err
	}
	chosen, err := r.choose(ctx, 2*stock, func(q client.Person, _ *part) bool { return q.VPPStatus == client.Registered })
	if err != nil || len(chosen) < stock+2 { // too few people for it
		return err
	}
	who := client.Selection{Users: idsOf(chosen)}
	if _, err := r.c.AssignLicenses(ctx, client.LicenseRequest{Selection: who, AdamID: scarce}); err != nil {
		return err
	}
	if err := r.served(ctx, stock, len(chosen)-stock); err != nil {
		return err
	}
	first, err := r.inOrder(ctx, chosen)
	if err != nil {
		return err
	}
	if err := r.s.apple.Buy(r.s.location.UID, applesim.App(scarce, 1).AssetKey, 1); err != nil {
		return sayf(err, "The pretend Apple sells nothing.")
	}
	if err := r.syncAll(ctx); err != nil {
		return err
	}
	if err := r.served(ctx, stock+1, len(chosen)-stock-1); err != nil {
		return err
	}
	if _, err := r.c.TakeBackLicenses(ctx, client.LicenseRequest{Selection: client.Selection{Users: []string{first}}, AdamID: scarce}); err != nil {
		return err
	}
	return r.served(ctx, stock+1, len(chosen)-stock-2)
}

// served waits until so many have the scarce app, here and at Apple, and so
// many wait for it.
func (r *rehearsal) served(ctx context.Context, have, wait int) error {
	return r.until(ctx, fmt.Sprintf("%d to have the app and %d to wait", have, wait), func() (bool, any, error) {
		found, err := r.c.LicenseStocks(ctx, scarce, "")
		if mayPass(err) {
			return false, err, nil
		}
		apple := 0
		for g := range r.s.apple.Assignments(r.s.location.UID) {
			if g.AdamID == scarce {
				apple++
			}
		}
		w := found.Wishes
		done := w["assigned"] == have && w["in_line"] == wait && w["taking_back"]+w["waiting"] == 0 && apple == have
		return done, []any{w, apple}, err
	})
}

// inOrder holds that nobody who waits accepted before somebody who was served,
// and returns who was served first.
func (r *rehearsal) inOrder(ctx context.Context, chosen []*part) (first string, err error) {
	var served, waits time.Time
	for _, one := range chosen {
		wishes, err := r.c.Wishes(ctx, one.userID)
		if err != nil {
			return "", err
		}
		for _, w := range wishes {
			switch {
			case w.AdamID != scarce || w.AcceptedAt == nil:
			case w.State == "assigned":
				if w.AcceptedAt.After(served) {
					served = *w.AcceptedAt
				}
				first = one.userID
			case w.State == "in_line" && (waits.IsZero() || w.AcceptedAt.Before(waits)):
				waits = *w.AcceptedAt
			}
		}
	}
	if served.After(waits) {
		r.differ("", "somebody who accepted at %s waits, and somebody who accepted at %s was served", waits, served)
	}
	return first, nil
}
