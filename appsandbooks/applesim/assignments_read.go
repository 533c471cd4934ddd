package applesim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"time"
)

// assignmentsQuery is what GET assignments understands.
// https://developer.apple.com/documentation/devicemanagement/get-assignments-9wv1e
type assignmentsQuery struct {
	adamID, pricingParam, clientUserID, serialNumber string
	excludeInactive, userState, since                bool
	pageIndex, sincePosition                         int
	sight                                            sight
}

// readAssignments answers GET assignments.
func (a *Apple) readAssignments(c *call) reply {
	now := a.lock()
	defer a.unlock()
	q, refused := a.parseAssignmentsQuery(c.location, c.URL.Query(), now)
	if refused != nil {
		return refused.reply()
	}
	v := a.assignmentsView(c.location, q)
	p, refused := turnTo(a, c, q.pageIndex, v)
	if refused != nil {
		return refused.reply()
	}
	return a.assignmentsPage(c, q, v, p, now)
}

func (a *Apple) parseAssignmentsQuery(l *location, values url.Values, now time.Time) (q assignmentsQuery, refused *wireError) {
	in := query{Values: values}
	q.adamID, q.clientUserID, q.serialNumber = in.Get("adamId"), in.Get("clientUserId"), in.Get("serialNumber")
	q.pricingParam = in.word("pricingParam", PricingStandard, PricingPlus)
	q.excludeInactive, _ = in.boolean("excludeInactiveUsers")
	q.userState, _ = in.boolean("includeUserState")
	q.pageIndex, _ = in.number("pageIndex")
	if in.bad {
		return q, fail(9602)
	}
	q.sight = a.sight(l, now)
	if text := in.Get("sinceVersionId"); text != "" {
		q.since = true
		q.sincePosition, refused = a.position(forAssignments, l, text, len(l.moves), max(l.movesForgot, a.oldest(l, now).moves))
	}
	return q, refused
}

// assignmentsView chooses the shortest list that holds everything asked for.
func (a *Apple) assignmentsView(l *location, q assignmentsQuery) view[assignment] {
	match := a.assignmentsMatch(l, q)
	switch {
	case q.clientUserID != "" && q.serialNumber != "":
		return listed(nil, q.sight.assignment, match) // nobody is both
	case q.clientUserID != "":
		return listed(q.seen(l.everythingOf(q.clientUserID)), q.sight.assignment, match)
	case q.serialNumber != "":
		return listed(q.seen(l.everythingOn(q.serialNumber)), q.sight.assignment, match)
	case q.since:
		return a.assignmentsDelta(l, q, match)
	case q.adamID != "":
		return listed(l.titles[q.adamID], q.sight.assignment, match)
	default:
		return numbered(q.sight.held, q.sight.assignment, match)
	}
}

// seen leaves out what lies beyond the horizon, or before the version asked about.
func (q assignmentsQuery) seen(chain []int32) []int32 {
	out := chain[:0]
	for _, k := range chain {
		if int(k) < q.sight.held && (!q.since || int(q.sight.assignment(k).changed) >= q.sincePosition) {
			out = append(out, k)
		}
	}
	return out
}

func (a *Apple) assignmentsMatch(l *location, q assignmentsQuery) func(int, int32, *assignment) bool {
	free := q.since && a.quirks.DeltaIgnoresFilters
	gone := q.since && a.quirks.DeltaListsRemoved
	return func(_ int, k int32, g *assignment) bool {
		if !g.held && !gone || int(k) >= q.sight.held {
			return false
		}
		if free {
			return true
		}
		key := l.assets[g.asset].AssetKey
		if q.adamID != "" && key.AdamID != q.adamID || q.pricingParam != "" && key.PricingParam != q.pricingParam {
			return false
		}
		return !q.excludeInactive || g.device || q.sight.record(g.holder).living()
	}
}

// assignmentsDelta lists the changes after a position. A superseded change is passed over: the later one stands further down.
func (a *Apple) assignmentsDelta(l *location, q assignmentsQuery, match func(int, int32, *assignment) bool) view[assignment] {
	from := min(q.sincePosition, q.sight.moves)
	repeats := a.quirks.DeltaRepeats
	return view[assignment]{
		n:   q.sight.moves - from,
		at:  func(i int) int32 { return l.moves[from+i] },
		get: q.sight.assignment,
		keep: func(place int, k int32, g *assignment) bool {
			return (repeats || int(g.changed) == from+place) && match(place, k, g)
		},
	}
}

// assignmentsPage writes one page.
// https://developer.apple.com/documentation/devicemanagement/getassignmentsresponse
func (a *Apple) assignmentsPage(c *call, q assignmentsQuery, v view[assignment], p page, now time.Time) reply {
	l := c.location
	b := make([]byte, 0, 512+(p.last-p.first)*130)
	b = a.appendPageHead(b, c, p, a.mint.uuid(forAssignments, l.index, uint64(q.sight.moves)), now)
	b, n := a.appendList(b, "assignments", func(b []byte) ([]byte, int) {
		return appendView(b, v, p, func(b []byte, _ int32, g *assignment) []byte {
			return q.sight.appendAssignment(b, g, q.userState)
		})
	})
	b = append(appendInt(b, "size", n), '}')
	return reply{status: http.StatusOK, body: b}
}

// appendAssignment writes Apple's Assignment.
// https://developer.apple.com/documentation/devicemanagement/assignment
func (s sight) appendAssignment(b []byte, g *assignment, userState bool) []byte {
	l := s.l
	key := l.assets[g.asset].AssetKey
	b = appendString(append(b, `{"adamId":`...), key.AdamID)
	if g.device {
		b = appendString(append(b, `,"pricingParam":`...), key.PricingParam)
		b = appendString(append(b, `,"serialNumber":`...), l.devices.at(g.holder).serial)
		return append(b, '}')
	}
	r := s.record(g.holder)
	b = appendString(append(b, `,"clientUserId":`...), r.clientUserID)
	if userState && r.account != "" {
		b = append(b, `,"idHash":"`...)
		b = append(base64.StdEncoding.AppendEncode(b, r.hash[:]), '"')
	}
	b = appendString(append(b, `,"pricingParam":`...), key.PricingParam)
	if userState {
		b = appendString(append(b, `,"userStatus":`...), string(r.state.status()))
	}
	return append(b, '}')
}
