package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/api"
)

func idIn(body string) string {
	var b struct{ ID string }
	_ = json.Unmarshal([]byte(body), &b) // "" is nobody's id
	return b.ID
}

// Requests that make no sense get a problem of 4xx with a sentence, never a
// 500, a stack or what was sent; and the server goes on.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(2)
	person := h.people()[0].ID
	all := everybody{"all": true}
	for _, c := range []struct {
		name, method, path string
		body               any
		status             int
		header             []string
	}{
		{"no JSON", "POST", "/users", "{", 400, []string{"Content-Type", "application/json"}},
		{"wrong kind of JSON", "POST", "/users", "[]", 422, []string{"Content-Type", "application/json"}},
		{"wrong type", "POST", "/users", everybody{"email": 7}, 422, nil},
		{"unknown field", "POST", "/users", everybody{"email": "a@north.example", "shoe_size": 44}, 422, nil},
		{"unknown field inside", "POST", "/invitations", everybody{"selection": everybody{"all": true, "everyone": true}}, 422, nil},
		{"unknown parameter", "GET", "/users?shoe_size=44", nil, 422, nil},
		{"bad value", "GET", "/users?status=happy", nil, 422, nil},
		{"bad cursor", "GET", "/users?after=nonsense", nil, 422, nil},
		{"bad limit", "GET", "/users?limit=1000000", nil, 422, nil},
		{"wrong content type", "POST", "/users", "<user/>", 415, []string{"Content-Type", "application/xml"}},
		{"form", "POST", "/users", "email=a@north.example", 415, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"nobody in it", "POST", "/users", everybody{}, 422, nil},
		{"enormous", "POST", "/users", everybody{"notes": strings.Repeat("x", 9<<20)}, 413, nil},
		{"endless, in pieces", "POST", "/users", io.LimitReader(repeating(" "), 64<<20), 413, []string{"Content-Type", "application/json"}},
		{"form without a file", "POST", "/imports", "--x--", 422, []string{"Content-Type", "multipart/form-data; boundary=x"}},
		{"form without a boundary", "POST", "/imports", "abc", 422, []string{"Content-Type", "multipart/form-data"}},
		{"unknown path", "GET", "/shoes", nil, 404, nil},
		{"unknown person", "GET", "/users/nobody", nil, 404, nil},
		{"id with odd bytes", "GET", "/users/%00%ff", nil, 400, nil},
		{"id with a quote", "GET", "/users/'%20OR%201=1--", nil, 404, nil},
		{"unknown person's story", "GET", "/users/nobody/story", nil, 404, nil},
		{"unknown person changed", "PATCH", "/users/nobody", everybody{"email": "a@north.example"}, 404, nil},
		{"unknown person withdrawn", "POST", "/users/nobody/withdraw", nil, 404, nil},
		{"unknown person's link", "POST", "/users/nobody/link", nil, 404, nil},
		{"link without a record", "POST", "/users/" + person + "/link", nil, 409, nil},
		{"unknown task", "GET", "/tasks/nothing", nil, 404, nil},
		{"unknown task canceled", "POST", "/tasks/nothing/cancel", nil, 404, nil},
		{"unknown task's items", "GET", "/tasks/nothing/items", nil, 404, nil},
		{"unknown task's file", "GET", "/tasks/nothing/items/export", nil, 404, nil},
		{"unknown import", "POST", "/imports/nothing/run", nil, 404, nil},
		{"unknown location", "GET", "/users?location=nowhere", nil, 404, nil},
		{"unknown location invited", "POST", "/invitations", everybody{"selection": all, "location": "nowhere"}, 404, nil},
		{"unknown person invited by name", "POST", "/invitations", everybody{"selection": everybody{"user": "nobody@north.example"}}, 404, nil},
		{"unknown person invited by id", "POST", "/invitations", everybody{"selection": everybody{"users": []string{"nobody"}}}, 422, nil},
		{"nobody invited", "POST", "/invitations", everybody{"selection": everybody{}}, 422, nil},
		{"all and some", "POST", "/invitations", everybody{"selection": everybody{"all": true, "users": []string{person}}}, 422, nil},
		{"unknown channel", "POST", "/invitations", everybody{"selection": all, "channel": "pigeon"}, 422, nil},
		{"search of odd bytes", "GET", "/users?search=%00", nil, 400, nil},
		{"search of broken UTF-8", "GET", "/users?search=%ff%fe", nil, 400, nil},
		{"broken escapes", "GET", "/users?search=%zz", nil, 400, nil},
		{"NUL in a note", "POST", "/users", everybody{"email": "a@north.example", "notes": "a\x00b"}, 400, nil},
		{"NUL in a key", "POST", "/invitations", everybody{"selection": everybody{"users": []string{"\x00"}}}, 400, nil},
		{"the same address twice", "POST", "/users", everybody{"external_id": "p0", "email": "new@north.example"}, 409, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.within(t)
			a := h.send(c.method, c.path, c.body, c.header...)
			p := h.refused(a, c.status)
			if strings.Contains(string(a.body), "goroutine") || strings.Contains(string(a.body), "SQL") || strings.Contains(p.Detail, "xxxxxxxx") {
				t.Errorf("the answer tells too much: %.500s", a.body)
			}
		})
	}
	a := h.send("GET", "/users", nil, "Authorization", "Bearer rsvpp_wrong")
	h.refused(a, 401)
	h.refused(h.send("GET", "/users", nil, "Authorization", ""), 401)
	h.refused(h.send("GET", "/users", nil, "Authorization", "Basic "+h.key), 401)
	if n := len(h.people()); n != 2 {
		t.Errorf("%d people are there", n)
	}
	if strings.Contains(h.log.String(), "panic") {
		t.Error("something panicked")
	}
}

// Notifications that are not Apple's change nothing and cost next to nothing,
// ten thousand of them quickly; Apple's own come through meanwhile.
func TestForgedNotifications(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(3)
	h.finished(h.inviting())
	where := "http://" + h.address + "/hooks/apple/" + h.place().ID
	note := []byte(`{"notificationId":"x","notificationType":"USER_ASSOCIATED","uId":"` + h.uid + `","notification":{"users":[]}}`)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	forge := func(secret string, body []byte, to string) int {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0
		}
		if secret != "" {
			q.Header.Set("Authorization", "Bearer "+secret)
		}
		a, err := client.Do(q)
		if err != nil {
			t.Error(err)
			return 0
		}
		_, _ = io.Copy(io.Discard, a.Body)
		_ = a.Body.Close()
		return a.StatusCode
	}
	for _, c := range []struct {
		secret, to string
		body       []byte
	}{
		{"", where, note},
		{"wrong", where, note},
		{h.key, where, note},
		{"wrong", where + "x", note},
		{"wrong", where, bytes.Repeat([]byte("x"), 900<<10)},
		{strings.Repeat("x", 8<<10), where, note},
		{"wrong", where, nil},
	} {
		if status := forge(c.secret, c.body, c.to); status != 401 {
			t.Errorf("a forged notification was answered %d", status)
		}
	}
	reads, began := h.apple.Calls().Of("GET users"), time.Now()
	var wait sync.WaitGroup
	for w := range 8 {
		wait.Go(func() {
			for i := range 1250 {
				if status := forge(fmt.Sprint("wrong", w, "-", i), note, where); status != 401 {
					t.Errorf("a forged notification was answered %d", status)
					return
				}
			}
		})
	}
	wait.Wait()
	t.Logf("10,000 forged notifications in %s", time.Since(began))
	if more := h.apple.Calls().Of("GET users") - reads; more > 2 {
		t.Errorf("they made us ask Apple %d times", more)
	}
	// Other tests share the cores and may hold one of two sign-ins up.
	var took []time.Duration
	for i, name := range []string{"pupil1", "pupil2"} {
		letter, _ := h.post.Find(name + "@north.example")
		acceptByMail(t, h.testServer, letter, name+"@home.example")
		began = time.Now()
		h.until("the sign-in shows", func() bool { return h.statuses()["registered"] == i+1 })
		took = append(took, time.Since(began))
	}
	if slices.Min(took) > 2*time.Second {
		t.Errorf("the sign-ins showed after %s", took)
	}
	var all api.List[api.Location]
	if h.must("GET", "/locations", nil, &all); all.Items[0].NotifiedAt == nil {
		t.Error("Apple's own notification did not come through")
	}
}
