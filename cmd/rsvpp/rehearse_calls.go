package main

import "github.com/rsvpp/rsvpp/appsandbooks/applesim"

// The most of one thing in one call, as the pretend Apple says.
const (
	perWrite = 100
	perRead  = 1000
)

// leastCalls counts the calls that no client could do without: a write per
// hundred people, a look at each receipt, the pages of each read.
type leastCalls struct{ create, update, retire, look, read int }

func (l *leastCalls) creates(people int) { l.create += l.write(people) }
func (l *leastCalls) updates(people int) { l.update += l.write(people) }
func (l *leastCalls) retires(people int) { l.retire += l.write(people) }
func (l *leastCalls) reads(people int)   { l.read += pages(people, perRead) }

// write is one look at each event, and one read of what came of it.
func (l *leastCalls) write(people int) int {
	calls := pages(people, perWrite)
	l.look += calls
	l.reads(people)
	return calls
}

func pages(n, each int) int { return (n + each - 1) / each }

// callUse is how often an endpoint was called against the least possible.
type callUse struct {
	Endpoint string `json:"endpoint"`
	Used     int    `json:"used"`
	Least    int    `json:"least"`
}

func (l leastCalls) against(c applesim.Calls) []callUse {
	use := func(e applesim.Endpoint, least int) callUse { return callUse{string(e), c.Of(e), least} }
	return []callUse{
		use(applesim.ServiceConfig, 1), use(applesim.ClientConfigRead, 1), use(applesim.ClientConfigWrite, 1),
		use(applesim.UsersCreate, l.create), use(applesim.UsersUpdate, l.update), use(applesim.UsersRetire, l.retire),
		use(applesim.EventStatus, l.look), use(applesim.UsersRead, l.read),
	}
}
