package applesim

import "time"

// applyUser does an event's work on one user. It returns the record, or the number of the error that this user got.
func (a *Apple) applyUser(l *location, e *event, u requestUser, now time.Time) (int32, int) {
	if number := e.Fate.event(); number != 0 {
		return -1, number
	}
	if number := a.faults.drawItem(); number != 0 {
		return -1, number
	}
	switch e.Type {
	case eventCreate:
		return a.applyCreate(l, u, now)
	case eventUpdate:
		return a.applyUpdate(l, u, now)
	default:
		return a.applyRetire(l, e, u, now)
	}
}

// applyCreate makes a record. Only one may live per clientUserId; retired ones do not count.
func (a *Apple) applyCreate(l *location, u requestUser, now time.Time) (int32, int) {
	if _, _, lives := l.live(u.ClientUserID); lives {
		return -1, 9716
	}
	if number := a.checkManaged(l, u.ManagedAppleID, -1); number != 0 {
		return -1, number
	}
	i, reused := a.reusable(l, u.ClientUserID)
	return a.makeUser(l, u, i, reused, now), 0
}

// makeUser makes a record, or brings an old one back to life. Version 1 and 2 meet here.
func (a *Apple) makeUser(l *location, u requestUser, i int32, reused bool, now time.Time) int32 {
	if !reused {
		a.beforeChange(l, now)
		i = l.add(record{clientUserID: u.ClientUserID, created: now.UnixMilli()})
	}
	r := l.at(i)
	if reused {
		r = a.edit(l, i, now)
	}
	l.revive(i)
	r.email, r.state, r.ended, r.invited = u.Email, stateRegistered, 0, now.UnixMilli()
	a.bindManaged(l, i, u.ManagedAppleID, now)
	a.touch(l, i, now)
	return i
}

// reusable is the never associated retired record that v1 would bring back.
func (a *Apple) reusable(l *location, clientUserID string) (int32, bool) {
	i, ok := l.newest[clientUserID]
	if !ok || !a.quirks.ReuseRetired {
		return -1, false
	}
	r := l.at(i)
	return i, r.state == stateRetired && r.account == ""
}

// applyUpdate changes the address or binds a managed account; what is not given stays.
func (a *Apple) applyUpdate(l *location, u requestUser, now time.Time) (int32, int) {
	i, _, lives := l.live(u.ClientUserID)
	if !lives {
		return -1, 9609
	}
	if number := a.checkManaged(l, u.ManagedAppleID, i); number != 0 {
		return -1, number
	}
	a.changeUser(l, i, u, now)
	return i, 0
}

// changeUser changes what is given of a living record.
func (a *Apple) changeUser(l *location, i int32, u requestUser, now time.Time) {
	r := a.edit(l, i, now)
	if u.Email != "" && u.Email != r.email {
		r.email = u.Email
		if a.quirks.RotateInviteOnEmail && r.state == stateRegistered {
			r.rotation++
			r.invited = now.UnixMilli()
		}
	}
	a.bindManaged(l, i, u.ManagedAppleID, now)
	a.touch(l, i, now)
}

// applyRetire ends a record and unbinds its account.
func (a *Apple) applyRetire(l *location, e *event, u requestUser, now time.Time) (int32, int) {
	if i, _, lives := l.live(u.ClientUserID); lives {
		for _, k := range a.end(l, i, now) {
			e.freed = append(e.freed, l.taskOf(k))
		}
		return i, 0
	}
	if i, known := l.newest[u.ClientUserID]; known && a.quirks.RetireTwiceSucceeds {
		return i, 0
	}
	return -1, 9609
}

// checkManaged says why a Managed Apple Account can not be bound to a record: 9635, 9641, or 0.
func (a *Apple) checkManaged(l *location, account string, to int32) int {
	if account == "" {
		return 0
	}
	if !l.usable(account) {
		return 9635
	}
	hash := a.mint.hash(l.Country, account)
	if l.boundTo(hash, to) {
		return 9641
	}
	if to >= 0 && l.at(to).account != "" && l.at(to).hash != hash {
		return 9635 // it has another account already
	}
	return 0
}

// bindManaged associates a record at once, without an invitation.
func (a *Apple) bindManaged(l *location, i int32, account string, now time.Time) {
	r := l.at(i)
	if account == "" || r.state == stateAssociated {
		return
	}
	l.bind(i, a.mint.hash(l.Country, account), account)
	r.managed = true
	a.associate(l, i, now)
	if a.quirks.NotifyManaged {
		a.notifyAssociated(l, i)
	}
}

// associate makes a bound record Associated and tells the listeners.
func (a *Apple) associate(l *location, i int32, now time.Time) {
	r := a.edit(l, i, now)
	l.revive(i)
	r.state, r.associated, r.ended = stateAssociated, now.UnixMilli(), 0
	if len(a.listeners) > 0 {
		a.news = append(a.news, News{UID: l.UID, User: a.public(l, i)})
		a.wakeClerk()
	}
}

// end retires a record. It returns the assignments that went back.
func (a *Apple) end(l *location, i int32, now time.Time) []int32 {
	back := a.release(l, i, now)
	r := a.edit(l, i, now)
	r.state, r.ended = stateRetired, now.UnixMilli()
	l.retired = append(l.retired, i)
	a.touch(l, i, now)
	return back
}

// beforeChange remembers where the location stood, for readers that lag behind.
func (a *Apple) beforeChange(l *location, now time.Time) { l.keepMarks(a.quirks, now) }

// touch puts a changed record at the end of the change log and notes its state: every write moves the version.
func (a *Apple) touch(l *location, i int32, now time.Time) {
	a.beforeChange(l, now)
	l.at(i).changed = uint32(len(l.log))
	l.log = append(l.log, i)
	if a.file != nil {
		u := l.userLine(i)
		a.note(line{Kind: lineUser, User: &u})
	}
}
