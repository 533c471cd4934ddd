package applesim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Announcement is what the service config says instead of the truth, which it is no part of: a client must not follow it
// to a stranger, and must not believe every number. The zero value tells the truth.
type Announcement struct {
	Origin string                     `json:"origin,omitempty"` // "https://elsewhere.example", in every address
	URLs   map[string]string          `json:"urls,omitempty"`   // by Apple's key; empty: the key is left out
	Limits map[string]json.RawMessage `json:"limits,omitempty"` // by Apple's key, any JSON; null: the key is left out
}

// SetAnnouncement changes what the service config says, of both versions, and nothing else.
func (a *Apple) SetAnnouncement(n Announcement) {
	a.lock()
	defer a.unlock()
	a.announced = n
}

// announcement is what is said to the one who asks, and from which origin.
func (a *Apple) announcement(r *http.Request) (n Announcement, origin string) {
	a.lock()
	defer a.unlock()
	if a.announced.Origin != "" {
		return a.announced, strings.TrimSuffix(a.announced.Origin, "/")
	}
	return a.announced, a.origin(r)
}

// urls puts the announced addresses over the true ones.
func (n Announcement) urls(truth map[string]string) map[string]string {
	for key, address := range n.URLs {
		if truth[key] = address; address == "" {
			delete(truth, key)
		}
	}
	return truth
}

// limits puts the announced limits over the true ones.
func (n Announcement) limits(truth Limits) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	text, _ := json.Marshal(truth) // numbers: cannot fail
	_ = json.Unmarshal(text, &out) // our own
	for key, number := range n.Limits {
		if out[key] = number; string(number) == "null" || len(number) == 0 {
			delete(out, key)
		}
	}
	return out
}
