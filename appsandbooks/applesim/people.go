package applesim

import (
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Why an invitation can not be accepted.
var (
	ErrUnknownInvite = errors.New("applesim: no such invitation")
	ErrUsedInvite    = errors.New("applesim: this invitation was accepted already")
	ErrRetiredInvite = errors.New("applesim: the person behind this invitation was removed")
	ErrExpiredInvite = errors.New("applesim: this invitation has expired")
	ErrNoAccount     = errors.New("applesim: an Apple Account is an e-mail address or a telephone number")
)

// News tells that a person's record became Associated: what administrators call registered.
type News struct {
	UID  string
	User User
}

// OnAssociated calls tell, one call at a time and in order, whenever a record becomes Associated, by sign-in or by
// managedAppleId. tell may use Apple's methods but Close. The returned function ends the subscription.
func (a *Apple) OnAssociated(tell func(News)) (end func()) {
	a.lock()
	defer a.unlock()
	id := 0
	for a.listeners[id] != nil {
		id++
	}
	a.listeners[id] = tell
	return func() {
		a.lock()
		defer a.unlock()
		delete(a.listeners, id)
	}
}

func (a *Apple) listening() []func(News) {
	var out []func(News)
	for _, id := range slices.Sorted(maps.Keys(a.listeners)) {
		out = append(out, a.listeners[id])
	}
	return out
}

// Accept does what a person does on the sign-in page: any account may accept any open invitation.
func (a *Apple) Accept(inviteCode, account string) (User, error) {
	account = strings.TrimSpace(account)
	now := a.lock()
	defer a.unlock()
	l, i, err := a.invitation(inviteCode, now)
	if err != nil {
		return User{}, err
	}
	if account == "" || len(account) > 254 || strings.ContainsAny(account, "\r\n\x00") {
		return User{}, ErrNoAccount
	}
	i = a.accepted(l, i, account, now)
	return a.public(l, i), a.flush()
}

// accepted makes a person accept, and tells whoever wants to know.
func (a *Apple) accepted(l *location, i int32, account string, now time.Time) int32 {
	i = a.signIn(l, i, account, now)
	a.calls.Accepted++
	a.notifyAssociated(l, i)
	return i
}

// invitation finds the record behind an open invitation.
func (a *Apple) invitation(code string, now time.Time) (*location, int32, error) {
	where, i, rotation, ok := a.mint.openCode(code)
	if !ok || int(where) >= len(a.ordered) || i < 0 || int(i) >= a.ordered[where].n {
		return nil, 0, ErrUnknownInvite
	}
	l := a.ordered[where]
	r := l.at(i)
	switch {
	case r.rotation != rotation:
		return nil, 0, ErrUnknownInvite
	case r.state == stateAssociated:
		return nil, 0, ErrUsedInvite
	case r.state != stateRegistered:
		return nil, 0, ErrRetiredInvite
	case a.tooLate(r, now):
		return nil, 0, ErrExpiredInvite
	}
	return l, i, nil
}

// tooLate says whether an invitation has expired.
func (a *Apple) tooLate(r *record, now time.Time) bool {
	return a.quirks.InviteTTL > 0 && !now.Before(moment(r.invited).Add(a.quirks.InviteTTL))
}

// signIn associates the record, or the older one of the same person where the quirk says so, and returns the survivor.
func (a *Apple) signIn(l *location, i int32, account string, now time.Time) int32 {
	hash := a.mint.hash(l.Country, account)
	older, found := l.olderOf(i, hash)
	switch {
	case found && a.quirks.SameAccount == OldSurvives:
		a.associate(l, older, now)
		a.inherit(l, i, older, now)
		a.end(l, i, now)
		a.touch(l, older, now)
		return older
	case found: // what cannot be taken back follows the person
		a.inherit(l, older, i, now)
	}
	if found && a.quirks.SameAccount == OldDeleted {
		a.edit(l, older, now).state = stateDeleted
		a.touch(l, older, now)
	}
	a.edit(l, i, now)
	l.bind(i, hash, account)
	a.associate(l, i, now)
	a.touch(l, i, now)
	return i
}

// olderOf finds the retired record of the same clientUserId that was bound to the same account.
func (l *location) olderOf(i int32, hash [20]byte) (int32, bool) {
	for j, r := range l.records(l.at(i).clientUserID) {
		if j != i && r.state == stateRetired && r.account != "" && r.hash == hash {
			return j, true
		}
	}
	return -1, false
}

// RetireByHand is an administrator retiring a user in Apple's portal, behind every client's back.
func (a *Apple) RetireByHand(uID, clientUserID string) error {
	now := a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	i, _, lives := l.live(clientUserID)
	if !lives {
		return ErrNoUser
	}
	e := &event{Type: eventRetire}
	for _, k := range a.end(l, i, now) {
		e.freed = append(e.freed, l.taskOf(k))
	}
	if a.quirks.NotifyPortal {
		a.notifyFinished(l, e, []int32{i})
	}
	return a.flush()
}

// ErrNoUser means that no living record has that clientUserId.
var ErrNoUser = errors.New("applesim: no living user with this clientUserId")

func (a *Apple) public(l *location, i int32) User {
	r := l.at(i)
	u := User{
		ClientUserID: r.clientUserID, Email: r.email, Status: r.state.status(), IDHash: r.idHash(), Account: r.account,
		Managed: r.managed, CreatedAt: moment(r.created), AssociatedAt: moment(r.associated), RetiredAt: moment(r.ended),
	}
	if !r.managed {
		code := a.mint.code(l.index, i, r.rotation)
		u.InviteCode = hex.EncodeToString(code[:])
	}
	return u
}
