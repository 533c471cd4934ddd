package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// truth is what Apple really has: the newest record of each clientUserId, and
// how many of them live.
type truth struct {
	newest map[string]applesim.User
	living map[string]int
	count  map[applesim.Status]int
}

func (r *rehearsal) truth() truth {
	t := truth{newest: map[string]applesim.User{}, living: map[string]int{}, count: map[applesim.Status]int{}}
	for u := range r.s.apple.Users(r.s.location.UID) { // oldest first
		t.newest[u.ClientUserID] = u
		t.count[u.Status]++
		if u.Status == applesim.Registered || u.Status == applesim.Associated {
			t.living[u.ClientUserID]++
		}
	}
	return t
}

// check compares everything that must be equal at the end, person by person.
func (r *rehearsal) check(ctx context.Context, rep *report) error {
	t := r.truth()
	recount := map[string]int{}
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return err
		}
		recount[q.VPPStatus]++
		if one := r.cast.byUserID[q.ID]; one != nil {
			r.checkPerson(q, one, t)
			delete(t.newest, q.ClientUserID)
			delete(r.cast.byUserID, q.ID)
		}
	}
	for _, one := range r.cast.byUserID {
		r.differ(one.externalID, "was imported and is gone")
	}
	for id, u := range t.newest {
		r.differ(u.Email, "is %s at Apple as %s and belongs to nobody here", u.Status, id)
	}
	for id, n := range t.living {
		if n > 1 {
			r.differ(id, "has %d living records at Apple", n)
		}
	}
	r.checkAddresses()
	if r.fleet != nil {
		if err := r.checkDevices(ctx, rep); err != nil {
			return err
		}
	}
	r.checkLetters(rep)
	rep.Status, rep.AtApple = recount, t.count
	return r.checkCounts(ctx, recount)
}

// checkPerson holds our word on one person against Apple's.
func (r *rehearsal) checkPerson(q client.Person, one *part, t truth) {
	u, exists := t.newest[q.ClientUserID]
	apple := string(u.Status)
	if q.ClientUserID == "" {
		exists, apple = false, ""
	}
	letters, _ := one.got()
	one.mu.Lock()
	letters += len(one.prompts)
	one.mu.Unlock()
	switch {
	case q.AppleStatus != apple:
		r.differ(q.ExternalID, "is %q at Apple; we say %q", apple, q.AppleStatus)
	case q.VPPStatus != wordFor(apple, !q.HandedOverAt.IsZero()):
		r.differ(q.ExternalID, "is shown as %q, with %q at Apple", q.VPPStatus, apple)
	case q.VPPStatus == client.Invited && letters == 0:
		r.differ(q.ExternalID, "is shown as Invited, and the mail server has no letter, no device a prompt")
	case exists && t.living[q.ClientUserID] > 0 && !strings.EqualFold(u.Email, q.Email):
		r.differ(q.ExternalID, "has the address %q at Apple and %q here", u.Email, q.Email)
	case q.Pending != "":
		r.differ(q.ExternalID, "still waits for Apple (%s)", q.Pending)
	case !strings.EqualFold(q.Email, one.email):
		r.differ(q.ExternalID, "has the address %q here; it was set to %q", q.Email, one.email)
	}
	r.checkEnd(q, one)
}

// checkEnd holds what a person did against what is shown.
func (r *rehearsal) checkEnd(q client.Person, one *part) {
	one.mu.Lock()
	defer one.mu.Unlock()
	switch {
	case one.problem != "":
		r.differ(q.ExternalID, "could not sign in: %s", one.problem)
	case one.usable() && q.VPPStatus != client.Registered:
		r.differ(q.ExternalID, "has a good Managed Apple Account and is %q", q.VPPStatus)
	case one.accepted && q.VPPStatus != client.Registered && q.VPPStatus != client.Removed:
		r.differ(q.ExternalID, "has signed in and is %q", q.VPPStatus)
	}
}

// wordFor is the rule of trap 1, written anew so that one mistake cannot hide another.
func wordFor(apple string, handedOver bool) string {
	switch {
	case apple == "Associated":
		return client.Registered
	case apple == "Retired" || apple == "Deleted":
		return client.Removed
	case apple == "Registered" && handedOver:
		return client.Invited
	}
	return client.NotInvited
}

// checkAddresses looks for one person with two living records under two names.
func (r *rehearsal) checkAddresses() {
	seen := map[string]string{}
	for u := range r.s.apple.Users(r.s.location.UID) {
		if u.Email == "" || u.Status != applesim.Registered && u.Status != applesim.Associated {
			continue
		}
		address := strings.ToLower(u.Email)
		if other, twice := seen[address]; twice && other != u.ClientUserID {
			r.differ(u.Email, "has two living records at Apple")
		}
		seen[address] = u.ClientUserID
	}
}

// checkLetters holds what the mail server took against what the server says it
// sent. A letter whose answer was lost on the way may be there without the
// server knowing, if the person signed in before it asked again; and it may
// have come twice, under the same Message-ID.
func (r *rehearsal) checkLetters(rep *report) {
	troubled := r.o.faults != "none" || r.o.kills > 0
	for _, one := range r.cast.all {
		letters, repeats := one.got()
		rep.Mail.Due += one.due
		rep.Mail.Letters += letters
		rep.Mail.Repeats += repeats
		unheard := letters - one.due
		switch {
		case unheard < 0:
			r.differ(one.externalID, "was due %d letters and got %d", one.due, letters)
		case unheard > 0 && !troubled, unheard > 1:
			r.differ(one.externalID, "was due %d letters and got %d different ones", one.due, letters)
		case repeats > 0 && !troubled:
			r.differ(one.externalID, "got a letter %d times too often", repeats)
		}
		rep.Mail.Unheard += max(unheard, 0)
	}
	for _, what := range r.post.astray {
		r.differ("", "%s", what)
	}
}

// checkCounts holds the chips against a recount.
func (r *rehearsal) checkCounts(ctx context.Context, recount map[string]int) error {
	counts, err := r.c.CountUsers(ctx, "")
	if err != nil {
		return err
	}
	total := 0
	for _, n := range recount {
		total += n
	}
	if counts.Total != total {
		r.differ("", "%d people are counted and %d are there", counts.Total, total)
	}
	for _, status := range slices.Sorted(maps.Keys(counts.Status)) {
		if counts.Status[status] != recount[status] {
			r.differ("", "%d are counted as %s and %d are", counts.Status[status], status, recount[status])
		}
	}
	return nil
}
