package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// shelf is what the school has bought.
func (r *rehearsal) shelf() []applesim.Asset {
	return []applesim.Asset{applesim.App("361309726", r.o.users), applesim.App("409183694", r.o.users/10+5), applesim.Book("1099887766", r.o.users/10+5)}
}

// giveLicenses buys apps and a book, and lets somebody give them to people in
// Apple's portal. All of it is read.
func (r *rehearsal) giveLicenses(ctx context.Context) error {
	for _, a := range r.shelf() {
		if err := r.s.apple.AddAsset(r.s.location.UID, a); err != nil {
			return sayf(err, "The pretend Apple takes no asset.")
		}
	}
	if err := r.handOut(ctx, 0); err != nil {
		return err
	}
	if err := r.syncAll(ctx); err != nil {
		return err
	}
	return r.licensesMatch(ctx)
}

// moreLicenses changes a little, which is read as a difference.
func (r *rehearsal) moreLicenses(ctx context.Context) error {
	if err := r.s.apple.Buy(r.s.location.UID, r.shelf()[1].AssetKey, 7); err != nil {
		return sayf(err, "The pretend Apple sells nothing.")
	}
	if err := r.handOut(ctx, 1); err != nil {
		return err
	}
	task, err := r.c.Sync(ctx, client.SyncRequest{Selection: client.Selection{All: true}})
	if err == nil {
		_, err = r.await(ctx, task)
	}
	if err != nil {
		return err
	}
	return r.licensesMatch(ctx)
}

// handOut gives each chosen person an app, and every third the book.
func (r *rehearsal) handOut(ctx context.Context, from int) error {
	n := 0
	_, err := r.choose(ctx, r.o.users, func(q client.Person, _ *part) bool {
		if !lives(q) {
			return false
		}
		if n++; n%6 != from {
			return false
		}
		r.hand(q, r.shelf()[n/6%2])
		if n/6%3 == 0 {
			r.hand(q, r.shelf()[2])
		}
		return true
	})
	return err
}

func (r *rehearsal) hand(q client.Person, a applesim.Asset) {
	// Nothing is left, or they have it: others will do.
	_ = r.s.apple.AssignByHand(r.s.location.UID, a.AssetKey, q.ClientUserID, "")
}

// takeLicenses takes some back in the portal: only a full read shows that.
func (r *rehearsal) takeLicenses(ctx context.Context) error {
	n := 0
	for g := range r.s.apple.Assignments(r.s.location.UID) {
		if n++; n%5 == 0 && g.AdamID != r.shelf()[2].AdamID {
			if err := r.s.apple.UnassignByHand(r.s.location.UID, g.AssetKey, g.ClientUserID, g.SerialNumber); err != nil && g.UserStatus != applesim.Retired {
				return sayf(err, "The pretend Apple takes no license back.")
			}
		}
	}
	if err := r.syncAll(ctx); err != nil {
		return err
	}
	return r.licensesMatch(ctx)
}

// licensesMatch waits until licenses here are those at Apple. They are read
// after people, so a task may end before.
func (r *rehearsal) licensesMatch(ctx context.Context) error {
	return r.until(ctx, "licenses to be as at Apple", func() (bool, any, error) {
		wrong, err := r.wrongLicenses(ctx)
		return len(wrong) == 0, wrong, err
	})
}

// wrongLicenses says where licenses here are not those at Apple.
func (r *rehearsal) wrongLicenses(ctx context.Context) (wrong []string, err error) {
	l, err := r.place(ctx)
	if err != nil {
		return nil, err
	}
	assets, err := r.c.Assets(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	here := map[string][4]int{}
	for _, a := range assets {
		here[a.AdamID+a.PricingParam] = [4]int{a.Total, a.Assigned, a.Available, a.Retired}
	}
	for _, a := range r.s.apple.Assets(r.s.location.UID) {
		if want, got := [4]int{a.Total, a.Assigned, a.Available(), a.Retired}, here[a.AdamID+a.PricingParam]; got != want {
			wrong = append(wrong, fmt.Sprintf("%s is counted %v and is %v", a.AdamID, got, want))
		}
	}
	held := r.held()
	r.custody.Licenses = 0
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return nil, err
		}
		if _, before := r.holders[q.ID]; !before && len(held[q.ClientUserID]) == 0 {
			continue
		}
		if got, err := r.holds(ctx, q.ID); err != nil {
			return nil, err
		} else if want := held[q.ClientUserID]; !slices.Equal(got, want) {
			wrong = append(wrong, fmt.Sprintf("%s holds %v, at Apple %v", q.ExternalID, got, want))
		}
		r.holders[q.ID] = true
		r.custody.Licenses += len(held[q.ClientUserID])
	}
	return wrong, nil
}

// held is what everybody holds at Apple, by Apple's name for them.
func (r *rehearsal) held() map[string][]string {
	held := map[string][]string{}
	for g := range r.s.apple.Assignments(r.s.location.UID) {
		held[g.ClientUserID] = append(held[g.ClientUserID], g.AdamID)
	}
	for _, all := range held {
		slices.Sort(all)
	}
	return held
}

// holds is what a person holds here.
func (r *rehearsal) holds(ctx context.Context, user string) ([]string, error) {
	all, err := r.c.Licenses(ctx, user)
	var ids []string
	for _, l := range all {
		ids = append(ids, l.AdamID)
	}
	slices.Sort(ids)
	return ids, err
}
