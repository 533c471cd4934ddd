package console_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// synced is a house with a location, two people and a sync of both that has
// been begun.
func synced(t *testing.T) (*house, *visitor, vpp.Task) {
	t.Helper()
	h := open(t)
	b := h.anna()
	by := vpp.Actor{Name: "anna"}
	l, err := h.places.Add(t.Context(), by, []byte(h.token("School", applesim.TokenOptions{}).Content), true)
	must(t, err)
	for _, name := range []string{"Zoë <b>", "=1+1"} {
		_, err := h.roster.Create(t.Context(), by, l.ID, vpp.UserInput{FullName: name, Email: strings.ToLower(name[:1]) + "o@school.test", UserName: name})
		if err != nil {
			_, err = h.roster.Create(t.Context(), by, l.ID, vpp.UserInput{FullName: name, UserName: "user" + name[:1]})
		}
		must(t, err)
	}
	s, err := h.program.StartSync(t.Context(), by, vpp.Selection{Filter: vpp.Filter{Location: l.ID}, All: true}, false, "k")
	must(t, err)
	must(t, h.program.Expand(t.Context(), s))
	return h, b, s
}

func TestTasks(t *testing.T) {
	h, b, s := synced(t)
	path := "/tasks/" + string(s.ID)
	b.get("/").says(http.StatusOK, "Running now", s.Title)
	b.get("/tasks").says(http.StatusOK, s.Title, "Active", "anna")
	b.get("/tasks?open=1").says(http.StatusOK, s.Title)
	b.get("/tasks?kind=delete").says(http.StatusOK, "No tasks here")
	b.get(path).says(http.StatusOK, "Zoë &lt;b&gt;", "Cancel task")
	b.get(path+"?state=failed").says(http.StatusOK, "Nobody here")
	b.get(path+"?state=bogus").says(http.StatusUnprocessableEntity, "There is no state")
	part := b.get(path, "X-Fragment", "task").says(http.StatusOK, "Zoë")
	if strings.Contains(part.body, "<html") {
		t.Error("a region is a whole page")
	}
	b.post(path+"/retry").says(http.StatusConflict, "still under way")
	b.post(path + "/cancel").leads(path)
	b.get(path).says(http.StatusOK, "The task is cancelled.", "Cancelled", "Left out")
	b.post(path+"/retry").says(http.StatusConflict, "Nobody failed")

	file := b.get(path+"/result.csv").says(http.StatusOK, "state", "Nothing to send.", "'=1+1")
	if got := file.header.Get("Content-Disposition"); !strings.Contains(got, "attachment") {
		t.Errorf("not a file: %q", got)
	}
	b.get("/tasks/none/result.csv").says(http.StatusNotFound)

	// Somebody who may only invite neither cancels nor repeats a sync.
	owner, err := h.ops.List(t.Context())
	must(t, err)
	_, err = h.ops.Create(t.Context(), operator.Caller{Operator: owner[0], Scopes: owner[0].Scopes}, "ben", password, operator.Scopes{operator.ScopeRead, operator.ScopeInvite})
	must(t, err)
	ben := h.visitor()
	ben.post("/signin", "name", "ben", "password", password).leads("/")
	ben.post(path+"/cancel").says(http.StatusForbidden, "You may not begin tasks of this kind")
	ben.get("/settings/mail").says(http.StatusForbidden, "settings")
	if page := ben.get(path).says(http.StatusOK); strings.Contains(page.body, "Cancel task") || strings.Contains(page.body, "Retry failed") {
		t.Error("offers what is refused")
	}
}

func TestHistory(t *testing.T) {
	_, b, s := synced(t)
	b.get("/history").says(http.StatusOK, s.Title, "/tasks/"+string(s.ID), "anna", "School")
	b.get("/history?what=token.add").says(http.StatusOK, "A content token for School was added.")
	b.get("/history?who=server&from=2020-01-01&to=2020-01-02").says(http.StatusOK, "No entries")
	b.get("/history?what=odd.act&who=key:x").says(http.StatusOK, "odd.act", "API key “x”")
	b.get("/history.csv?what=token.add").says(http.StatusOK, "at,who,from,action", "token.add")
}

// TestEvents: a page hears what changes, and hears when the server stops.
func TestEvents(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.get("/events?topics=").says(http.StatusUnprocessableEntity)
	b.get("/events?topics=" + strings.Repeat("a+", 51)).says(http.StatusUnprocessableEntity)
	b.get("/events?topics=A%0Ab").says(http.StatusUnprocessableEntity)
	h.visitor().get("/events?topics=users").leads("/signin")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/events?topics=users+task:1", nil)
	must(t, err)
	response, err := b.client.Do(r)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("got %q", got)
	}
	lines := bufio.NewScanner(response.Body)
	go func() {
		h.news.said <- "users"
		close(h.news.said)
	}()
	var heard []string
	for lines.Scan() {
		heard = append(heard, lines.Text())
	}
	if got := strings.Join(heard, "|"); !strings.Contains(got, "event: changed|data: users|") {
		t.Errorf("heard %q", got)
	}
}
