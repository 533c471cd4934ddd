package applesim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// usersQuery is what GET users understands.
// https://developer.apple.com/documentation/devicemanagement/get-users-4mwln
type usersQuery struct {
	activeOnly, retiredOnly, byID  bool
	clientUserID, managedAppleID   string
	pageIndex                      int
	since                          bool
	sincePosition, horizon, newest int // newest: records visible; horizon: log positions visible
}

// view is a numbered list of candidates; keep decides which of them are on the page. Places never shift while a client
// walks: records keep theirs, and a change adds one at the end, so that a page may hold fewer than PageSize users.
type view struct {
	n    int
	at   func(i int) int32 // -1: nobody
	keep func(place int, i int32, r *record) bool
}

// readUsers answers GET users.
func (a *Apple) readUsers(c *call) reply {
	now := a.lock()
	defer a.unlock()
	q, refused := a.parseUsersQuery(c.location, c.URL.Query(), now)
	if refused != nil {
		return refused.reply()
	}
	v := a.view(c.location, q)
	if q.byID && v.n == 0 && a.quirks.UnknownUserRead9609 {
		return fail(9609).reply()
	}
	total := max(1, (v.n+a.options.PageSize-1)/a.options.PageSize)
	if q.pageIndex < 0 || q.pageIndex >= total {
		return fail(9650).reply()
	}
	return a.usersPage(c, q, v, total, now)
}

func (a *Apple) parseUsersQuery(l *location, in url.Values, now time.Time) (q usersQuery, refused *wireError) {
	var bad [3]error
	q.activeOnly, bad[0] = queryBool(in, "activeOnly")
	q.retiredOnly, bad[1] = queryBool(in, "retiredOnly")
	if text := in.Get("pageIndex"); text != "" {
		var n int64
		n, bad[2] = strconv.ParseInt(text, 10, 32)
		q.pageIndex = int(n)
	}
	if bad != [3]error{} {
		return q, fail(9602)
	}
	if q.activeOnly && q.retiredOnly && !a.quirks.BothFlagsEmpty {
		return q, fail(9602)
	}
	q.byID, q.clientUserID = in.Get("clientUserId") != "", in.Get("clientUserId")
	if a.quirks.ManagedAppleIDFilter {
		q.managedAppleID = in.Get("managedAppleId")
	}
	q.horizon, q.newest = len(l.log), l.n
	if a.quirks.ReadLag > 0 {
		m := l.asOf(now.Add(-a.quirks.ReadLag))
		q.horizon, q.newest = m.log, m.records
	}
	if text := in.Get("sinceVersionId"); text != "" {
		q.since = true
		return q, a.parseVersion(l, text, now, &q)
	}
	return q, nil
}

func queryBool(in url.Values, key string) (bool, error) {
	if in.Get(key) == "" {
		return false, nil
	}
	return strconv.ParseBool(in.Get(key))
}

// parseVersion finds the position that a versionId stands for; one that was never given out here is unknown (9721).
func (a *Apple) parseVersion(l *location, text string, now time.Time, q *usersQuery) *wireError {
	where, position, ok := a.mint.openUUID(forVersion, text)
	oldest := l.forgot
	if a.quirks.VersionTTL > 0 {
		oldest = max(oldest, l.asOf(now.Add(-a.quirks.VersionTTL)).log)
	}
	if !ok || where != l.index || position > uint64(len(l.log)) || int(position) < oldest {
		return fail(9721)
	}
	q.sincePosition = int(position)
	return nil
}

// view chooses the shortest list that holds everything asked for.
func (a *Apple) view(l *location, q usersQuery) view {
	match := func(_ int, _ int32, r *record) bool {
		filtered := !q.since || !a.quirks.DeltaIgnoresFilters
		if filtered && (q.activeOnly && !r.living() || q.retiredOnly && r.living()) {
			return false
		}
		return q.managedAppleID == "" || strings.EqualFold(r.account, q.managedAppleID)
	}
	switch {
	case q.byID:
		return l.viewOf(q, match)
	case q.since:
		return a.delta(l, q, match)
	case q.retiredOnly:
		return view{len(l.retired), func(i int) int32 { return l.retired[i] }, match}
	default:
		return view{q.newest, func(i int) int32 { return int32(i) }, match}
	}
}

// viewOf lists all records of one clientUserId, oldest first.
func (l *location) viewOf(q usersQuery, match func(int, int32, *record) bool) view {
	var found []int32
	for i, r := range l.records(q.clientUserID) {
		if int(i) < q.newest && (!q.since || int(r.changed) >= q.sincePosition) {
			found = append(found, i)
		}
	}
	slices.Reverse(found)
	return view{len(found), func(i int) int32 { return found[i] }, match}
}

// delta lists the changes after a position. A superseded change is passed over: the later one stands further down.
func (a *Apple) delta(l *location, q usersQuery, match func(int, int32, *record) bool) view {
	from := min(q.sincePosition, q.horizon)
	repeats := a.quirks.DeltaRepeats
	return view{
		n:  q.horizon - from,
		at: func(i int) int32 { return l.log[from+i] },
		keep: func(place int, i int32, r *record) bool {
			return (repeats || int(r.changed) == from+place) && match(place, i, r)
		},
	}
}

// usersPage writes one page.
// https://developer.apple.com/documentation/devicemanagement/getusersresponse
func (a *Apple) usersPage(c *call, q usersQuery, v view, total int, now time.Time) reply {
	first := q.pageIndex * a.options.PageSize
	last := min(v.n, first+a.options.PageSize)
	b := make([]byte, 0, 512+max(0, last-first)*190)
	b = append(b, `{"currentPageIndex":`...)
	b = strconv.AppendInt(b, int64(q.pageIndex), 10)
	if q.pageIndex+1 < total {
		b = appendInt(b, "nextPageIndex", q.pageIndex+1)
	}
	b = a.appendEnvelope(b, c, now)
	b = appendInt(b, "totalPages", total)
	b = append(b, `,"versionId":"`...)
	b = append(b, a.mint.uuid(forVersion, c.location.index, uint64(q.horizon))...)
	b = append(b, '"')
	mark := len(b)
	b = append(b, `,"users":[`...)
	n := 0
	for place := first; place < last; place++ {
		i := v.at(place)
		if i < 0 {
			continue
		}
		if r := c.location.at(i); v.keep(place, i, r) {
			b = append(a.appendUser(b, c.location, i, r, look{codeOnAssociated: a.quirks.InviteCodeOnAssociated}), ',')
			n++
		}
	}
	if n > 0 {
		b = append(b[:len(b)-1], ']')
	} else if b = append(b, ']'); a.quirks.EmptyListAbsent {
		b = b[:mark]
	}
	b = append(appendInt(b, "size", n), '}')
	return reply{status: http.StatusOK, body: b}
}

// ForgetVersions makes every versionId given out so far unknown (9721).
func (a *Apple) ForgetVersions(uID string) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	l.log = append(l.log, -1) // the version moves, so that the next one given out is known again
	l.forgot = len(l.log)
	l.moves = append(l.moves, -1)
	l.movesForgot = len(l.moves)
	return nil
}
