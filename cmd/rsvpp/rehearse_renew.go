package main

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// tokenExpires lets the token expire while the second wave is invited, and
// renews it: the task goes on.
func (r *rehearsal) tokenExpires(ctx context.Context) error {
	_, second := r.waves()
	request, who := wave("second wave", second)
	r.least.creates(len(who))
	g := r.watchCalls()
	defer g.end()
	task, err := r.c.Invite(ctx, request)
	if err != nil {
		return err
	}
	if err := r.until(ctx, "the first write", func() (bool, any, error) {
		now, err := r.c.Task(ctx, task.ID)
		return g.wrote() || now.Finished, nil, err
	}); err != nil {
		return err
	}
	if err := r.s.apple.ExpireToken(r.token()); err != nil {
		return sayf(err, "The pretend Apple cannot let the token expire.")
	}
	if err := r.wakeUp(ctx); err != nil {
		return err
	}
	if err := r.spent(ctx, "expired"); err != nil {
		return err
	}
	newer, err := r.s.apple.ReplaceToken(r.s.location.UID)
	if err != nil {
		return sayf(err, "The pretend Apple makes no token.")
	}
	if err := r.renew(ctx, newer); err != nil {
		return err
	}
	return r.mailing(ctx, request, who)
}

// tokenRevoked lets somebody download a newer token while addresses are being
// changed here. With that token everything is pushed, without a sync.
func (r *rehearsal) tokenRevoked(ctx context.Context) error {
	newer, err := r.s.apple.ReplaceToken(r.s.location.UID)
	if err != nil {
		return sayf(err, "The pretend Apple makes no token.")
	}
	chosen, err := r.choose(ctx, max(3, r.o.users/40), func(q client.Person, one *part) bool {
		return lives(q) && one.managed == "" && r.reachable(one)
	})
	if err != nil {
		return err
	}
	for _, one := range chosen {
		one.email = "moved." + one.email
		r.cast.reachAt(one, one.email)
		if _, err := r.c.UpdateUser(ctx, one.userID, client.UserPatch{Email: &one.email}); err != nil {
			return err
		}
	}
	r.least.updates(len(chosen))
	if err := r.wakeUp(ctx); err != nil {
		return err
	}
	if err := r.spent(ctx, "revoked"); err != nil {
		return err
	}
	if err := r.renew(ctx, newer); err != nil {
		return err
	}
	return r.pushed(ctx, chosen)
}

// pushed waits until nobody's change waits for Apple, and counts those that
// Apple has. What Apple refused for a passing reason is asked for once more.
func (r *rehearsal) pushed(ctx context.Context, chosen []*part) error {
	err := r.until(ctx, "changed addresses to be at Apple", func() (bool, any, error) {
		list, err := r.c.ListUsers(ctx, client.Filter{Attention: "waiting"}, "", client.Page{Limit: 1})
		return len(list.Items) == 0, list.Items, err
	})
	if err != nil {
		return err
	}
	var left []string
	for _, one := range chosen {
		profile, err := r.c.User(ctx, one.userID)
		switch {
		case err != nil:
			return err
		case profile.Places[0].Differs:
			left = append(left, one.userID)
		default:
			r.custody.Edits++
		}
	}
	if len(left) == 0 {
		return nil
	}
	if r.o.faults == "none" {
		r.differ("", "%d changed addresses are not at Apple, and wait for nothing", len(left))
	}
	task, err := r.c.Sync(ctx, client.SyncRequest{Selection: client.Selection{Users: left}})
	if err != nil {
		return err
	}
	return r.insist(ctx, task)
}

// wakeUp makes the server ask Apple something.
func (r *rehearsal) wakeUp(ctx context.Context) error {
	_, err := r.c.Sync(ctx, client.SyncRequest{Selection: client.Selection{All: true}})
	if mayPass(err) || isConflict(err) {
		return nil
	}
	return err
}

// spent waits until the token is known to be of no use any more.
func (r *rehearsal) spent(ctx context.Context, state string) error {
	l, err := r.awaits(ctx, "the token to be known as "+state, func(l client.Location) bool {
		// On a bad day a refusal may arrive twice without its reason.
		return l.TokenState == state || l.TokenState == "invalid" && r.o.faults != "none"
	})
	if err != nil {
		return err
	}
	if l.TokenSentence == "" {
		r.differ("", "a token that is %s says nothing", state)
	}
	return r.tryStrange(ctx, l)
}

// renew gives the server a newer token of the same location.
func (r *rehearsal) renew(ctx context.Context, newer applesim.Token) error {
	valid := func(l client.Location) bool { return l.TokenState == "valid" }
	err := r.insists(ctx, "the token to be renewed", valid, func(l client.Location) error {
		_, err := r.c.RenewToken(ctx, l.ID, tokenFileOf(newer), false)
		return err
	})
	if err != nil {
		return err
	}
	r.current = newer.Content
	r.custody.Renewals++
	return nil
}

// tryStrange renews with a token of another location.
func (r *rehearsal) tryStrange(ctx context.Context, place client.Location) error {
	other, err := r.s.apple.AddLocation(applesim.Location{Name: "Another School"})
	if err != nil {
		return sayf(err, "The pretend Apple has no room for another location.")
	}
	strange, err := r.s.apple.MintToken(other.UID, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(2, 0, 0)})
	if err != nil {
		return sayf(err, "The pretend Apple makes no token.")
	}
	_, err = r.c.RenewToken(ctx, place.ID, tokenFileOf(strange), false)
	r.refused("a token of another location", err)
	return nil
}

// token is the one that the server works with.
func (r *rehearsal) token() string {
	if r.current == "" {
		r.current = r.s.apple.Tokens(r.s.location.UID)[0].Content
	}
	return r.current
}

func tokenFileOf(t applesim.Token) client.File {
	return client.File{Name: "renewed.vpptoken", Reader: strings.NewReader(t.Content), Size: int64(len(t.Content))}
}
