package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const evilName = `Eve <script>alert("x")</script> O’Neill`

// S0-05…S0-09, S1-07, S2-02, F-01: the list, under Users, its chips with counts, and columns that are
// remembered for each operator.
func TestListOfPeople(t *testing.T) {
	s := openSchool(t)
	anna, ben := s.anna(), s.somebody("ben", operator.ScopeRead)
	anna.get("/users").has(t, "No people yet", `<a href="/users" aria-current="page"`)
	s.add(evilName, "eve@school.test", "Class 7b")
	s.add("Bo Berg", "")
	list := anna.get("/users").has(t, "Bo Berg", "eve@school.test", "Not invited", "No address", "Class 7b", "2 users")
	list.lacks(t, "<script>alert", "eveonealert", ">External id</th>")

	anna.get("/users?q=berg").has(t, "Bo Berg", "1 user", "found people are not sorted").lacks(t, "eve@school.test")
	anna.get("/users").has(t, `href="/users?group=Class+7b"`)
	anna.get("/users?group=Class+7b").has(t, "eve@school.test", "In the group", `href="/users" data-swap="user-list">All groups`).lacks(t, "Bo Berg")
	anna.get("/users?attention=no_address").has(t, "Bo Berg").lacks(t, "eve@school.test")
	anna.get("/users?status=registered").has(t, "Nobody matches")
	if p := anna.get("/users?status=odd"); p.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown status gives %d", p.status)
	}

	back := anna.post("/users/columns", "return", "/users?q=berg", "column", "user_name", "column", "status", "column", "zzz")
	if back.at != "/users?q=berg" {
		t.Errorf("choosing columns leads to %s", back.at)
	}
	back.has(t, "boberg", `<td data-label="VPP status">`).lacks(t, ">Groups</th>", "Step or reason</th>")
	anna.post("/users/columns", "column", "user_name").has(t, "boberg").lacks(t, `data-label="VPP status"`) // S0-07
	anna.post("/users/columns", "column", "user_name", "column", "status").has(t, "boberg", `<td data-label="VPP status">`)
	s.signIn("anna").get("/users").has(t, "boberg") // another browser, the same choice
	ben.get("/users").has(t, "Class 7b").lacks(t, "boberg")
	if p := anna.post("/users/columns", "return", "https://evil.example/"); p.at != "/users" {
		t.Errorf("a form leads away to %s", p.at)
	}
}

// Sorting and paging by key, both ways.
// able finds how many of all that match the page says an act can be done with.
func (p page) able(act string) string {
	_, rest, _ := strings.Cut(p.body, `data-needs="`+act+`" data-able="`)
	n, _, _ := strings.Cut(rest, `"`)
	return n
}

// S1-08, S2-05: of all that match, the list says how many are eligible for each
// act, so that none is offered for nobody.
func TestEligibleOfAll(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	anna := s.anna()
	s.invited(anna, "Bo Berg", "Zoë Alm")
	s.add("Cy Cole", "cy@school.test")
	ben := s.somebody("ben", operator.ScopeRead)
	for _, c := range []struct {
		at   string
		by   *browser
		want [5]string // invite, register, resend, sync, delete
	}{
		{"/users", anna, [5]string{"1", "0", "2", "2", "2"}},
		{"/users?status=not_invited", anna, [5]string{"1", "0", "0", "0", "0"}},
		{"/users?status=invited", anna, [5]string{"0", "0", "2", "2", "2"}},
		{"/users?status=registered", anna, [5]string{"0", "0", "0", "0", "0"}},
		{"/users?q=cole", anna, [5]string{"1", "0", "0", "0", "0"}},
		{"/users", ben, [5]string{"0", "0", "0", "0", "0"}}, // he may only look
	} {
		list := c.by.get(c.at)
		for i, act := range []string{"invite", "register", "resend", "sync", "delete"} {
			if got := list.able(act); got != c.want[i] {
				t.Errorf("%s: %s of %q, want %s", c.at, act, got, c.want[i])
			}
		}
	}
}

func TestPagesOfPeople(t *testing.T) {
	s := openSchool(t)
	for i := range 130 {
		s.add(fmt.Sprintf("Person %03d", i), fmt.Sprintf("p%d@school.test", i))
	}
	anna := s.anna()
	first := anna.get("/users").has(t, "Person 000", "Person 099", "100 of 130 users").lacks(t, "Person 100<")
	second := anna.get(link(t, first, `rel="next"`)).has(t, "Person 100", "Person 129").lacks(t, "Person 099")
	anna.get(link(t, second, `rel="prev"`)).has(t, "Person 000", "Person 099")
	anna.get("/users?sort=-name").has(t, "Person 129", `aria-sort="descending"`).lacks(t, "Person 000")
}

// link finds the address of the link with a mark.
func link(t *testing.T, p page, mark string) string {
	t.Helper()
	_, rest, found := strings.Cut(p.body, mark)
	_, rest, ok := strings.Cut(rest, `href="`)
	address, _, _ := strings.Cut(rest, `"`)
	if !found || !ok {
		t.Fatalf("%s has no link with %s", p.at, mark)
	}
	return strings.ReplaceAll(address, "&amp;", "&")
}

// A region is answered alone.
func TestRegionOfPeople(t *testing.T) {
	s := openSchool(t)
	s.add("Bo Berg", "bo@school.test")
	anna := s.anna()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+"/users", nil)
	s.must(err)
	r.Header.Set("X-Fragment", "user-list")
	anna.do(r).has(t, `id="user-list"`, "Bo Berg").lacks(t, "<html")
}

// Adding, editing and removing a person by plain forms.
func TestPerson(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	anna.get("/users/new").has(t, "Add user")
	wrong := anna.post("/users", "first_name", "Zoë", "last_name", evilName, "email", "zoe@@school")
	if wrong.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong address gives %d", wrong.status)
	}
	wrong.has(t, "zoe@@school", `aria-invalid="true"`).lacks(t, "<script>alert")
	made := anna.post("/users", "first_name", "Zoë", "last_name", "Alm", "email", "zoe@school.test", "groups", "Class 7b\r\nChess, and more", "user_name", "zoe")
	made.has(t, "Zoë Alm was added.", "zoe@school.test", "Chess, and more", "Not invited yet", "Set up mail")
	anna.get(made.at).lacks(t, `class="notices"`) // said once

	id := strings.TrimPrefix(made.at, "/users/")
	anna.get(made.at+"/edit").has(t, "Class 7b\nChess, and more", "Zoë Alm")
	saved := anna.post(made.at, "first_name", "Zoë", "last_name", "Alm-Berg", "full_name", "Zoë Alm", "email", "zoe@school.test", "groups", "Class 7b\r\nChess, and more", "user_name", "zoe")
	saved.has(t, "Zoë Alm-Berg") // the full name follows the last name
	p, err := s.roster.Profile(t.Context(), vpp.UserID(id))
	s.must(err)
	if len(p.User.Groups) != 2 || p.User.Source != "console" {
		t.Errorf("saved as %+v", p.User)
	}
	taken := anna.post("/users", "first_name", "Other", "user_name", "zoe", "email", "o@school.test")
	taken.has(t, "belongs to Zoë Alm-Berg already")
	gone := anna.post(made.at+"/remove", "sure", "1")
	if gone.at != "/users" {
		t.Errorf("removing leads to %s", gone.at)
	}
	if p := anna.get(made.at); p.status != http.StatusNotFound {
		t.Errorf("a removed person's page is %d", p.status)
	}
}

// The export is what the filter shows, in a file that an import reads back.
func TestExport(t *testing.T) {
	s := openSchool(t)
	s.add("Bo Berg", "bo@school.test")
	s.add("Ann Li", "ann@school.test")
	file := s.anna().get("/users/export.csv?q=berg")
	file.has(t, "bo@school.test", "Nordschule").lacks(t, "ann@school.test")
	if kind := file.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the export is sent as %v", file.header)
	}
}

// Nobody gets in without the scope, and nothing is done.
func TestScopesOfPeople(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	id := string(s.add("Bo Berg", "bo@school.test"))
	reader := s.somebody("reader", operator.ScopeRead)
	reader.get("/users").has(t, "Bo Berg").lacks(t, `data-can="invite`)
	reader.get("/users/"+id).has(t, "Not invited yet")
	for _, path := range []string{
		"/users", "/users/" + id, "/users/" + id + "/remove", "/users/" + id + "/link", "/users/import", "/users/import/x/run",
		"/invite", "/invite/withdraw", "/invite/x/who", "/invite/x/how", "/invite/x/text", "/invite/x/send",
		"/vpp/delete", "/vpp/delete/confirm", "/vpp/sync", "/vpp/sync/confirm",
	} {
		if p := reader.post(path, "user", id, "email", "x@y.test"); p.status != http.StatusForbidden {
			t.Errorf("POST %s by a reader is %d", path, p.status)
		}
	}
	stranger := &browser{s, &http.Client{}}
	for _, path := range []string{"/users", "/users/" + id, "/users/export.csv", "/users/import", "/vpp/sync"} {
		if p := stranger.get(path); !strings.HasPrefix(p.at, "/signin") {
			t.Errorf("a stranger gets %s", p.at)
		}
	}
	inviter := s.somebody("inviter", operator.ScopeRead, operator.ScopeInvite)
	inviter.get("/users").has(t, `data-can="invite"`)
	bo := s.add("No Address", "")
	p := inviter.post("/invite", "user", string(bo)).has(t, "Have no address").lacks(t, `name="email-`)
	if p := inviter.post(p.at, "email-"+string(bo), "x@y.test"); p.status != http.StatusForbidden {
		t.Errorf("an inviter may change addresses: %d", p.status)
	}
}
