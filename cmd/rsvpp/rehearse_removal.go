package main

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// undoRemoval deletes some people from VPP and takes it back in time: Apple
// must hear nothing of it.
func (r *rehearsal) undoRemoval(ctx context.Context) error {
	chosen, err := r.choose(ctx, max(3, r.o.users/50), func(q client.Person, _ *part) bool { return lives(q) })
	if err != nil || len(chosen) == 0 {
		return err
	}
	before := r.s.apple.Calls().Of(applesim.UsersRetire)
	task, err := r.c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{Users: idsOf(chosen)}})
	if err != nil {
		return err
	}
	if task, err = r.c.UndoTask(ctx, task.ID); err != nil {
		return err
	}
	if !task.ReleasedAt.IsZero() || !task.Finished {
		r.differ("", "an undone removal is %s, sent at %s", task.State, task.ReleasedAt)
	}
	if err := pass(ctx, time.Until(task.HoldUntil)+time.Second); err != nil {
		return err
	}
	if n := r.s.apple.Calls().Of(applesim.UsersRetire) - before; n > 0 {
		r.differ("", "%d calls retired people although it was undone", n)
	}
	r.custody.Undone += len(chosen)
	return nil
}

// removeHolders deletes people with licenses from VPP. What comes back and what
// stays is said before, and kept.
func (r *rehearsal) removeHolders(ctx context.Context) error {
	held := r.held()
	chosen, err := r.choose(ctx, max(3, r.o.users/50), func(q client.Person, one *part) bool {
		return lives(q) && one.managed == "" && r.reachable(one) && len(held[q.ClientUserID]) > 0
	})
	if err != nil || len(chosen) == 0 {
		return err
	}
	apps, books := 0, 0
	for _, one := range chosen {
		a, b, err := r.tally(ctx, one, held)
		if err != nil {
			return err
		}
		apps, books = apps+a, books+b
	}
	request := client.DeleteRequest{Selection: client.Selection{Users: idsOf(chosen)}}
	preview, err := r.c.PreviewDelete(ctx, request)
	if err != nil {
		return err
	}
	if l := preview.Licenses; preview.Retired != len(chosen) || l == nil || l.ComeBack != apps || l.Stay != books {
		r.differ("", "removing %d with %d apps and %d books is announced as %+v, %+v", len(chosen), apps, books, preview, l)
	}
	r.least.retires(len(chosen))
	task, err := r.c.DeleteFromVPP(ctx, request)
	if err != nil {
		return err
	}
	if err := r.insist(ctx, task); err != nil {
		return err
	}
	r.removed = chosen
	return r.checkHeld(ctx, held)
}

// tally counts what a person holds at Apple, and remembers who that is.
func (r *rehearsal) tally(ctx context.Context, one *part, held map[string][]string) (apps, books int, err error) {
	profile, err := r.c.User(ctx, one.userID)
	if err != nil {
		return 0, 0, err
	}
	one.before = profile.Places[0]
	for _, id := range held[one.before.ClientUserID] {
		if id == r.shelf()[2].AdamID {
			books++
		} else {
			apps++
		}
	}
	return apps, books, nil
}

// checkHeld holds what is kept about removed people against what they held.
func (r *rehearsal) checkHeld(ctx context.Context, held map[string][]string) error {
	for _, one := range r.removed {
		story, err := r.c.Story(ctx, one.userID, "")
		if err != nil {
			return err
		}
		if h := story.HeldBefore; h == nil || h.Apps+h.Books != len(held[one.before.ClientUserID]) {
			r.differ(one.externalID, "held %v before the removal; it is told as %+v", held[one.before.ClientUserID], h)
		}
	}
	return nil
}

// registerAgain brings the removed back: the same people, a new generation.
func (r *rehearsal) registerAgain(ctx context.Context) error {
	who, err := r.choose(ctx, r.o.users, func(q client.Person, one *part) bool {
		return q.VPPStatus == client.Removed && slices.Contains(r.removed, one)
	})
	if err != nil || len(who) == 0 {
		return err
	}
	for _, one := range who {
		one.begins()
	}
	r.least.creates(len(who))
	request := client.InvitationRequest{Selection: client.Selection{Users: idsOf(who)}, Audience: "removed"}
	if err := r.mailing(ctx, request, who); err != nil {
		return err
	}
	for _, one := range who {
		if err := r.sameAgain(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// sameAgain holds a person who was registered again against who that was.
func (r *rehearsal) sameAgain(ctx context.Context, one *part) error {
	profile, err := r.c.User(ctx, one.userID)
	if err != nil {
		return err
	}
	now := profile.Places[0]
	if now.ClientUserID != one.before.ClientUserID || now.Generation != one.before.Generation+1 {
		r.differ(one.externalID, "was %s, generation %d, and is registered again as %s, generation %d",
			one.before.ClientUserID, one.before.Generation, now.ClientUserID, now.Generation)
		return nil
	}
	r.custody.Again++
	return nil
}

// nobodyElse holds who was retired at Apple against who was asked for.
func (r *rehearsal) nobodyElse(ctx context.Context) error {
	asked := map[string]int{}
	for task, err := range r.c.Tasks(ctx, client.TaskFilter{Kind: "delete"}) {
		if err != nil {
			return err
		}
		if task.ReleasedAt.IsZero() { // undone
			continue
		}
		for i, err := range r.c.TaskItems(ctx, task.ID, "") {
			if err != nil {
				return err
			}
			asked[i.UserID]++
		}
	}
	names := map[string]string{}
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return err
		}
		names[q.ClientUserID] = q.ID
	}
	for u := range r.s.apple.Users(r.s.location.UID) {
		if u.Status == applesim.Registered || u.Status == applesim.Associated {
			continue
		}
		if asked[names[u.ClientUserID]]--; asked[names[u.ClientUserID]] < 0 {
			r.differ(u.Email, "is %s at Apple, and nobody asked for that", u.Status)
		}
	}
	return nil
}
