package applesim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const uid = "1000000000000001"

// world is one pretend Apple with one location and one token, asked over the wire with plain net/http.
type world struct {
	*applesim.Server
	t     *testing.T
	token applesim.Token
	web   *http.Client
}

func newWorld(t *testing.T, o applesim.Options) *world {
	t.Helper()
	if o.Limits == (applesim.Limits{}) {
		o.Limits = applesim.UnlimitedRate()
	}
	o.Seed, o.PlainHooks = 7, true
	o.Locations = append(o.Locations, applesim.Location{UID: uid, Name: "Library", Country: "DE", ManagedDomains: []string{"school.example"}})
	s, err := applesim.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Server: s, t: t, web: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10}, Timeout: 20 * time.Second}}
	t.Cleanup(func() {
		w.web.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	w.token, err = s.MintToken(uid, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// answer is what came back, decoded loosely.
type answer struct {
	Status int
	Header http.Header
	Raw    string
	Body   map[string]any
}

func (a answer) num(key string) int    { n, _ := a.Body[key].(float64); return int(n) }
func (a answer) str(key string) string { s, _ := a.Body[key].(string); return s }
func (a answer) users() []map[string]any {
	var out []map[string]any
	list, _ := a.Body["users"].([]any)
	for _, u := range list {
		out = append(out, u.(map[string]any))
	}
	return out
}

func (w *world) do(method, path, token, contentType string, body any) (answer, error) {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = bytes.NewReader([]byte(b))
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.BaseURL()+path, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) (answer, error) {
	res, err := w.web.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	out := answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &out.Body)
	return out, err
}

func (w *world) get(path string) answer {
	w.t.Helper()
	out, err := w.do("GET", path, w.token.Content, "", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) post(path string, body any) answer {
	w.t.Helper()
	out, err := w.do("POST", path, w.token.Content, "application/json", body)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// want fails unless the answer has that status and error number (0: none).
func (w *world) want(a answer, status, number int) answer {
	w.t.Helper()
	if a.Status != status || a.num("errorNumber") != number {
		w.t.Fatalf("got HTTP %d, error %d, want %d, %d: %.300s", a.Status, a.num("errorNumber"), status, number, a.Raw)
	}
	return a
}

type person map[string]string

func people(users ...person) map[string]any { return map[string]any{"users": users} }

// crowd is n people with ids prefix0, prefix1, ...
func crowd(prefix string, n int) map[string]any {
	var out []person
	for i := range n {
		out = append(out, person{"clientUserId": fmt.Sprint(prefix, i)})
	}
	return people(out...)
}

// run sends a users request and returns the final status of its event.
func (w *world) run(verb string, body any) answer {
	w.t.Helper()
	e := w.want(w.post("/users/"+verb, body), 200, 0)
	return w.want(w.get("/status?eventId="+e.str("eventId")), 200, 0)
}

func (w *world) wantStatus(a answer, status string, completed int) answer {
	w.t.Helper()
	if a.str("eventStatus") != status || a.num("numCompleted") != completed {
		w.t.Fatalf("want %s with %d done, got %s", status, completed, a.Raw)
	}
	return a
}

// failure is the error number and ids of the only failure of an event.
func (w *world) failure(a answer) (int, []any) {
	w.t.Helper()
	list, _ := a.Body["failures"].([]any)
	if len(list) != 1 {
		w.t.Fatalf("want one failure: %s", a.Raw)
	}
	f := list[0].(map[string]any)
	info, _ := f["errorInfo"].(map[string]any)
	ids, _ := info["clientUserIds"].([]any)
	return int(f["errorNumber"].(float64)), ids
}

// only is the one user with that id that GET users shows.
func (w *world) only(query string) map[string]any {
	w.t.Helper()
	users := w.want(w.get("/users?"+query), 200, 0).users()
	if len(users) != 1 {
		w.t.Fatalf("%s: want one user, got %v", query, users)
	}
	return users[0]
}

// note is a notification as it arrived.
type note struct {
	ID, Type, UID, Auth string
	Body                map[string]any
}

// hook receives notifications; answer decides the HTTP status of each.
func newHook(t *testing.T, answer func(n note) int) (url string, notes chan note) {
	t.Helper()
	notes = make(chan note, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			NotificationID, NotificationType, UID string
			Notification                          map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error("notification:", err)
		}
		n := note{in.NotificationID, in.NotificationType, in.UID, r.Header.Get("Authorization"), in.Notification}
		status := 200
		if answer != nil {
			status = answer(n)
		}
		notes <- n
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/hook", notes
}

func (w *world) subscribe(url string, types ...string) {
	w.t.Helper()
	w.want(w.post("/client/config", map[string]any{"notificationUrl": url, "notificationAuthToken": "hush", "notificationTypes": types}), 200, 0)
}

func (w *world) next(notes chan note, kind string) note {
	w.t.Helper()
	select {
	case n := <-notes:
		if n.Type != kind {
			w.t.Fatalf("want %s, got %+v", kind, n)
		}
		return n
	case <-time.After(10 * time.Second):
		w.t.Fatalf("no %s came", kind)
	}
	return note{}
}

// decode reads an answer that came without a network.
func decode(tb testing.TB, raw []byte) answer {
	tb.Helper()
	out := answer{Raw: string(raw)}
	if err := json.Unmarshal(raw, &out.Body); err != nil {
		tb.Fatal(err)
	}
	return out
}
