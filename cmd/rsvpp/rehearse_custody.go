package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

// custodyUse counts what befell the location, and what came of it.
type custodyUse struct {
	SignIns    int `json:"sign_ins_by_notification"` // seen here while nothing else was asked for
	Scheduled  int `json:"sign_ins_by_schedule"`     // their notifications were lost; the next scheduled read saw them
	NotesLost  int `json:"notifications_lost"`
	Licenses   int `json:"licenses"` // in people's hands at the end
	Adopted    int `json:"adopted"`
	Thefts     int `json:"thefts_noticed"`
	UnderWay   int `json:"writes_under_way"` // on the wire in the moment of a theft
	LateWrites int `json:"writes_after_theft"`
	Renewals   int `json:"renewals"`
	Edits      int `json:"edits_pushed"` // without anybody asking for a sync
	Undone     int `json:"removals_undone"`
	Again      int `json:"registered_again"`
	Returned   int `json:"letters_returned"` // taken, and then they came back
}

// words say the same in lines of the report.
func (u custodyUse) words() [][2]string {
	return [][2]string{
		{"Sign-ins seen", fmt.Sprintf("%s by notification, %s by the schedule; %s notifications lost", count(u.SignIns), count(u.Scheduled), count(u.NotesLost))},
		{"Location", fmt.Sprintf("%d theft noticed, %d writes under way, %d after it; token renewed %d times", u.Thefts, u.UnderWay, u.LateWrites, u.Renewals)},
		{"Records", fmt.Sprintf("%s adopted, %s edits pushed, %s removals undone, %s registered again", count(u.Adopted), count(u.Edits), count(u.Undone), count(u.Again))},
		{"Licenses", count(u.Licenses)},
	}
}

// place reads the one location.
func (r *rehearsal) place(ctx context.Context) (client.Location, error) {
	all, err := r.c.Locations(ctx)
	if err != nil {
		return client.Location{}, err
	}
	if len(all) != 1 {
		return client.Location{}, sayf(nil, "The server has %d locations; a rehearsal has one.", len(all))
	}
	return all[0], nil
}

// insists does something to the location until it is so. What may pass is done
// again, and so is what went well without our hearing of it.
func (r *rehearsal) insists(ctx context.Context, what string, so func(client.Location) bool, do func(client.Location) error) error {
	return r.until(ctx, what, func() (bool, any, error) {
		l, err := r.place(ctx)
		if err != nil || so(l) {
			return err == nil, nil, err
		}
		if err = do(l); err == nil || mayPass(err) || isConflict(err) {
			return false, err, nil
		}
		return false, nil, err
	})
}

// awaits waits until the location is so by itself.
func (r *rehearsal) awaits(ctx context.Context, what string, so func(client.Location) bool) (client.Location, error) {
	var last client.Location
	return last, r.until(ctx, what, func() (bool, any, error) {
		l, err := r.place(ctx)
		last = l
		return err == nil && so(l), []any{l.ClaimState, l.TokenState, l.ReadAt}, err
	})
}

// refused notes when something was done that must not be.
func (r *rehearsal) refused(what string, err error) {
	if err == nil {
		r.differ("", "%s was not refused", what)
	}
}

// reachable says whether a letter, or Apple itself, gets through to a person.
func (r *rehearsal) reachable(one *part) bool {
	return one.usable() || one.email != "" && !r.faulty(one.email)
}

// lives says whether somebody has a record at Apple now.
func lives(q client.Person) bool {
	return q.VPPStatus == client.Invited || q.VPPStatus == client.Registered
}

func idsOf(all []*part) []string {
	ids := make([]string, len(all))
	for i, one := range all {
		ids[i] = one.userID
	}
	return ids
}

// pass lets time go by.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
