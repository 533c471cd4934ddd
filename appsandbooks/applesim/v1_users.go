package applesim

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
	s := a.sight(l, now)
	log := v1Log{kind: v1UserLog, horizon: s.log, newest: s.records, forgot: l.forgot}
	p, refused := a.v1Begin(c, log, v1Filter{Retired: v1RetiredOf(c.v1)})
	if refused != nil {
		return refused.reply()
	}
	items, batches, refused := a.v1Batch(c, log, p, a.v1UserWalk(c, s, p))
	if refused != nil {
		return refused.reply()
	}
	return a.v1Reply(c, now, 0, struct {
		Users []any `json:"users"`
		v1Batches
	}{items, batches})
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
func (a *Apple) v1UserWalk(c *call, s sight, p v1Place) v1Walk {
	match := func(_ int, _ int32, r *record) bool { return p.Filter.Retired.shows(r.state) }
	v := numbered(p.Newest, s.record, match)
	if p.Since >= 0 {
		s.log, s.records = p.Horizon, p.Newest // as they stood at the first batch
		v = a.delta(c.location, usersQuery{since: true, sincePosition: p.Since, sight: s}, match)
	}
	return v1Walk{
		n: v.n,
		keep: func(place int) bool {
			_, _, ok := v.seen(place)
			return ok
		},
		item: func(place int) any {
			i := v.at(place)
			return a.v1UserAs(c, i, s.record(i))
		},
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
