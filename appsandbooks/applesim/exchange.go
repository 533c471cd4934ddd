package applesim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Exchange is one call of the API as it went over the wire.
type Exchange struct {
	Endpoint Endpoint
	Token    string    // what the client showed
	Came     time.Time // the request was read
	Went     time.Time // the answer was written, or the connection cut
	Status   int       // 0: no answer left
	Owner    Owner     // whose the location is as the answer says; zero if it does not, or can not be read
}

// OnExchange calls tell with every call that ends, from the request's own goroutine: several at a time. tell must not
// wait for another call. The returned function ends the subscription.
func (a *Apple) OnExchange(tell func(Exchange)) (end func()) {
	a.lock()
	defer a.unlock()
	id := 0
	for a.witnesses[id] != nil {
		id++
	}
	a.witnesses[id] = tell
	return func() {
		a.lock()
		defer a.unlock()
		delete(a.witnesses, id)
	}
}

// witness runs a call and tells who wants to know. Without anybody it costs nothing.
func (a *Apple) witness(w http.ResponseWriter, c *call, serve func(http.ResponseWriter, *call)) {
	a.mu.Lock()
	tell := slices.Collect(maps.Values(a.witnesses))
	a.mu.Unlock()
	if len(tell) == 0 {
		serve(w, c)
		return
	}
	seen := &witnessed{ResponseWriter: w}
	token, _ := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	x := Exchange{Endpoint: c.endpoint, Token: token, Came: a.options.Now()}
	defer func() { // also when the connection was cut
		x.Went, x.Status = a.options.Now(), seen.status
		x.Owner = seen.owner()
		for _, t := range tell {
			t(x)
		}
	}()
	serve(seen, c)
}

// witnessed keeps what is answered.
type witnessed struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (w *witnessed) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *witnessed) Write(text []byte) (int, error) {
	w.body = append(w.body, text...)
	return w.ResponseWriter.Write(text)
}

// Unwrap lets the connection be cut; see http.ResponseController.
func (w *witnessed) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *witnessed) owner() Owner {
	var said struct {
		MDMInfo Owner `json:"mdmInfo"`
	}
	if json.Unmarshal(w.body, &said) != nil {
		return Owner{}
	}
	return said.MDMInfo
}
