package applesim

import (
	"strconv"
	"time"
)

// v1Retired says whether retired users are listed.
type v1Retired int

const (
	v1Without v1Retired = iota
	v1With
	v1Only
)

// v1Since is the promise behind a sinceModifiedToken.
type v1Since struct {
	Location uint32 `json:"l"`
	Position int    `json:"p"` // of the change log
}

// v1Place is the promise behind a batchToken: where a reader stands and what was asked for at the beginning.
type v1Place struct {
	Location uint32    `json:"l"`
	Since    int       `json:"s"` // position of the change log; -1: everything
	Horizon  int       `json:"h"` // the log as it stood at the first batch
	Newest   int       `json:"n"` // the records, likewise
	Retired  v1Retired `json:"r"`
	Batch    int       `json:"b"`
}

const (
	promiseSince = "since"
	promiseBatch = "batch"
)

// v1Users answers getVPPUsersSrv: in batches, the last of which brings the sinceModifiedToken for the next time.
// https://developer.apple.com/documentation/devicemanagement/retrieving-a-large-record-set
func (a *Apple) v1Users(c *call) reply {
	now := a.lock()
	defer a.unlock()
	p, first, refused := a.v1Begin(c, now)
	if refused != nil {
		return refused.reply()
	}
	v := a.v1View(c.location, p)
	last := max(0, (v.n-1)/a.options.PageSize) // the further batches after the first
	if index, given, refused := c.v1.number("overrideIndex"); refused != nil || given && !first && (index < 1 || index > int64(last)) {
		return fail(9602).reply()
	} else if given && !first {
		p.Batch = int(index)
	}
	if p.Batch > last {
		return fail(9633).reply()
	}
	return a.v1UsersBatch(c, p, v, last, first, now)
}

// v1Begin reads where to begin; first says that no batchToken was given.
func (a *Apple) v1Begin(c *call, now time.Time) (p v1Place, first bool, refused *wireError) {
	l := c.location
	if text, _ := c.v1.text("batchToken"); text != "" {
		switch known := a.mint.keep(promiseBatch, text, &p); {
		case !known || p.Horizon > len(l.log) && p.Location == l.index:
			return p, false, fail(9633)
		case p.Location != l.index:
			return p, false, fail(9629)
		}
		return p, false, nil
	}
	p = v1Place{Location: l.index, Since: -1, Horizon: len(l.log), Newest: l.n, Retired: v1RetiredOf(c.v1)}
	if a.quirks.ReadLag > 0 {
		p.Horizon, p.Newest = l.asOf(now.Add(-a.quirks.ReadLag))
	}
	text, _ := c.v1.text("sinceModifiedToken")
	if text == "" {
		return p, true, nil
	}
	var since v1Since
	switch known := a.mint.keep(promiseSince, text, &since); {
	case !known:
		return p, true, fail(9602)
	case since.Location != l.index:
		return p, true, fail(9629)
	case since.Position > len(l.log) || since.Position < l.forgot:
		return p, true, fail(9633)
	}
	p.Since = min(since.Position, p.Horizon)
	return p, true, nil
}

// v1RetiredOf reads the two parameters: includeRetiredOnly wins.
func v1RetiredOf(args v1Args) v1Retired {
	if only, _ := args.flag("includeRetiredOnly"); only {
		return v1Only
	}
	if with, _ := args.flag("includeRetired"); with {
		return v1With
	}
	return v1Without
}

// v1View is the numbered list of candidates, as in version 2. Deleted records are never listed.
func (a *Apple) v1View(l *location, p v1Place) view {
	match := func(_ int, _ int32, r *record) bool {
		switch p.Retired {
		case v1With:
			return r.state != stateDeleted
		case v1Only:
			return r.state == stateRetired
		default:
			return r.living()
		}
	}
	if p.Since >= 0 {
		return a.delta(l, usersQuery{since: true, sincePosition: p.Since, horizon: p.Horizon, newest: p.Newest}, match)
	}
	return view{p.Newest, func(i int) int32 { return int32(i) }, match}
}

// v1UsersBatch writes one batch. It may be empty: that is no end.
func (a *Apple) v1UsersBatch(c *call, p v1Place, v view, last int, first bool, now time.Time) reply {
	out := struct {
		Users   []v1VppUser `json:"users"`
		Count   int         `json:"batchCount"`
		Batch   string      `json:"batchToken,omitempty"`
		Since   string      `json:"sinceModifiedToken,omitempty"`
		Total   *int        `json:"totalCount,omitempty"` // an estimate, at the beginning only
		Batches string      `json:"totalBatchCount"`
	}{Users: []v1VppUser{}, Batches: strconv.Itoa(last)}
	begin := p.Batch * a.options.PageSize
	for place := begin; place < min(v.n, begin+a.options.PageSize); place++ {
		if i := v.at(place); i >= 0 && v.keep(place, i, c.location.at(i)) {
			out.Users = append(out.Users, a.v1UserOf(c, i))
		}
	}
	out.Count = len(out.Users)
	if first {
		total := v.count(c.location)
		out.Total = &total
	}
	if p.Batch < last {
		p.Batch++
		out.Batch = a.mint.promise(promiseBatch, p)
	} else {
		out.Since = a.mint.promise(promiseSince, v1Since{p.Location, p.Horizon})
	}
	return a.v1Reply(c, now, 0, out)
}

// count is how many of the candidates are kept.
func (v view) count(l *location) int {
	n := 0
	for place := range v.n {
		if i := v.at(place); i >= 0 && v.keep(place, i, l.at(i)) {
			n++
		}
	}
	return n
}
