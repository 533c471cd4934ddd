package applesim

import "time"

// v1Retired says whether retired users are listed.
type v1Retired int

const (
	v1Without v1Retired = iota
	v1With
	v1Only
)

const v1UserLog = "users"

// v1Users answers getVPPUsersSrv: in batches, the last of which brings the sinceModifiedToken for the next time.
// https://developer.apple.com/documentation/devicemanagement/get-users-5boi1
func (a *Apple) v1Users(c *call) reply {
	now := a.lock()
	defer a.unlock()
	l := c.location
	log := v1Log{kind: v1UserLog, horizon: len(l.log), newest: l.n, forgot: l.forgot}
	if m, lags := a.lagging(l, now); lags {
		log.horizon, log.newest = m.log, m.records
	}
	p, refused := a.v1Begin(c, log, v1Filter{Retired: v1RetiredOf(c.v1)})
	if refused != nil {
		return refused.reply()
	}
	items, batches, refused := a.v1Batch(c, log, p, a.v1UserWalk(c, p))
	if refused != nil {
		return refused.reply()
	}
	return a.v1Reply(c, now, 0, struct {
		Users []any `json:"users"`
		v1Batches
	}{items, batches})
}

// lagging is where a location stood as long ago as readers lag behind.
func (a *Apple) lagging(l *location, now time.Time) (mark, bool) {
	if a.quirks.ReadLag == 0 {
		return mark{}, false
	}
	return l.asOf(now.Add(-a.quirks.ReadLag)), true
}

// v1RetiredOf reads the two parameters: includeRetiredOnly wins.
func v1RetiredOf(args v1Args) v1Retired {
	if only := args.flag("includeRetiredOnly"); only {
		return v1Only
	}
	if with := args.flag("includeRetired"); with {
		return v1With
	}
	return v1Without
}

// v1UserWalk lists the candidates as version 2 does.
func (a *Apple) v1UserWalk(c *call, p v1Place) v1Walk {
	l := c.location
	match := func(_ int, _ int32, r *record) bool { return p.Filter.Retired.shows(r.state) }
	v := view[record]{p.Newest, func(i int) int32 { return int32(i) }, match}
	if p.Since >= 0 {
		v = a.delta(l, usersQuery{since: true, sincePosition: p.Since, horizon: p.Horizon, newest: p.Newest}, match)
	}
	return v1Walk{
		n: v.n,
		keep: func(place int) bool {
			i := v.at(place)
			return i >= 0 && v.keep(place, i, l.at(i))
		},
		item: func(place int) any { return a.v1UserOf(c, v.at(place)) },
	}
}

// shows never lists the deleted: they are only found by their userId.
func (r v1Retired) shows(s state) bool {
	switch r {
	case v1With:
		return s != stateDeleted
	case v1Only:
		return s == stateRetired
	}
	return s <= stateAssociated
}
