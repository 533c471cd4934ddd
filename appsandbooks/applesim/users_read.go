package applesim

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// usersQuery is what GET users understands.
// https://developer.apple.com/documentation/devicemanagement/get-users-4mwln
type usersQuery struct {
	activeOnly, retiredOnly, byID bool
	clientUserID, managedAppleID  string
	pageIndex                     int
	since                         bool
	sincePosition                 int
	sight                         sight
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
	p, refused := turnTo(a, c, q.pageIndex, v)
	if refused != nil {
		return refused.reply()
	}
	return a.usersPage(c, q, v, p, now)
}

func (a *Apple) parseUsersQuery(l *location, values url.Values, now time.Time) (q usersQuery, refused *wireError) {
	in := query{Values: values}
	q.activeOnly, _ = in.boolean("activeOnly")
	q.retiredOnly, _ = in.boolean("retiredOnly")
	q.pageIndex, _ = in.number("pageIndex")
	if in.bad || q.activeOnly && q.retiredOnly && !a.quirks.BothFlagsEmpty {
		return q, fail(9602)
	}
	q.byID, q.clientUserID = in.Get("clientUserId") != "", in.Get("clientUserId")
	if !a.quirks.ManagedAppleIDIgnored {
		q.managedAppleID = in.Get("managedAppleId")
	}
	q.sight = a.sight(l, now)
	if text := in.Get("sinceVersionId"); text != "" {
		q.since = true
		return q, a.parseVersion(l, text, now, &q)
	}
	return q, nil
}

// parseVersion finds the position that a versionId of the users stands for.
func (a *Apple) parseVersion(l *location, text string, now time.Time, q *usersQuery) (refused *wireError) {
	q.sincePosition, refused = a.position(forVersion, l, text, len(l.log), max(l.forgot, a.oldest(l, now).log))
	return refused
}

// view chooses the shortest list that holds everything asked for.
func (a *Apple) view(l *location, q usersQuery) view[record] {
	filtered := !q.since || !a.quirks.DeltaIgnoresFilters
	match := func(_ int, _ int32, r *record) bool {
		if filtered && (q.activeOnly && !r.living() || q.retiredOnly && r.living()) {
			return false
		}
		return q.managedAppleID == "" || strings.EqualFold(r.account, q.managedAppleID)
	}
	switch {
	case q.byID:
		return listed(q.seen(l.records(q.clientUserID)), q.sight.record, match)
	case q.managedAppleID != "":
		return listed(q.seen(l.boundRecords(a.mint.hash(l.Country, q.managedAppleID))), q.sight.record, match)
	case q.since:
		return a.delta(l, q, match)
	case q.retiredOnly && !q.sight.lags:
		return listed(l.retired, q.sight.record, match)
	default:
		v := numbered(q.sight.records, q.sight.record, match)
		v.whole = !q.activeOnly && !q.retiredOnly
		return v
	}
}

// seen lists the records among them that are visible, oldest first.
func (q usersQuery) seen(records iter.Seq2[int32, *record]) []int32 {
	var found []int32
	for i := range records {
		if int(i) < q.sight.records && (!q.since || int(q.sight.record(i).changed) >= q.sincePosition) {
			found = append(found, i)
		}
	}
	slices.Reverse(found)
	return found
}

// delta lists the changes after a position. A superseded change is passed over: the later one stands further down.
func (a *Apple) delta(l *location, q usersQuery, match func(int, int32, *record) bool) view[record] {
	from := min(q.sincePosition, q.sight.log)
	repeats := a.quirks.DeltaRepeats
	return view[record]{
		n:   q.sight.log - from,
		at:  func(i int) int32 { return l.log[from+i] },
		get: q.sight.record,
		keep: func(place int, i int32, r *record) bool {
			return (repeats || int(r.changed) == from+place) && match(place, i, r)
		},
	}
}

// usersPage writes one page.
// https://developer.apple.com/documentation/devicemanagement/getusersresponse
func (a *Apple) usersPage(c *call, q usersQuery, v view[record], p page, now time.Time) reply {
	l := c.location
	k := look{codeOnAssociated: a.quirks.InviteCodeOnAssociated}
	b := make([]byte, 0, 512+(p.last-p.first)*190)
	b = a.appendPageHead(b, c, p, a.mint.uuid(forVersion, l.index, uint64(q.sight.log)), now)
	b, n := a.appendList(b, "users", func(b []byte) ([]byte, int) {
		return appendView(b, v, p, func(b []byte, i int32, r *record) []byte { return a.appendUser(b, l, i, r, k) })
	})
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
