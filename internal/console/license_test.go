package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-57, F-60, F-63 on the pages: from the list of users to an app, with what it
// does said before; the line; the order; and back from the person's page. Forms
// alone do it, without scripts.
func TestAssignPages(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Cia Dahl", "Dan Ek")
	s.must(s.apple.AddAsset(s.uid, applesim.App("361309726", 1)))
	s.accept(ids[1])
	s.accept(ids[0])
	s.must(s.db.WantLibraryRead(t.Context(), s.here.ID))
	s.tend(s.here.ID)
	anna.get("/users").has(t, "Assign an app or book…")
	anna.get("/locations/"+string(s.here.ID)+"/assets").has(t, "/licenses/361309726.STDQ")
	chosen := []string{"user", string(ids[0]), "user", string(ids[1]), "user", string(ids[2])}
	anna.post("/licenses/ask", chosen...).has(t, "App 361309726", "Show what it does", "Keep it for people who are not registered")
	anna.post("/licenses/ask", append(chosen, "asset", "361309726.STDQ")...).has(t, "1 person can get a license now", "1 person waits in line", "before the person has accepted")
	held := append(chosen, "asset", "361309726.STDQ", "hold", "1")
	anna.post("/licenses/ask", held...).has(t, "1 license is held until")
	page := anna.post("/licenses/assign", append(held, "key", "k1")...)
	if !strings.HasPrefix(page.at, "/tasks/") {
		t.Fatalf("assigning leads to %s", page.at)
	}
	service := license.New(s.db, time.Now, storetest.NewID)
	run := func(at string) {
		t.Helper()
		task, err := s.db.Task(t.Context(), vpp.TaskID(strings.TrimPrefix(at, "/tasks/")))
		s.must(err)
		s.must(service.Expand(t.Context(), task))
		s.tend(s.here.ID)
	}
	run(page.at)
	anna.get(page.at).has(t, "Not assigned now", "In line").lacks(t, "Left out")
	anna.get("/licenses/361309726.STDQ").has(t, "Bo Berg", "In line", "Dan Ek", "Held", "Nordschule").lacks(t, "Cia Dahl")
	anna.get("/users/"+string(ids[1])).has(t, "Licenses asked for here", "Assigned", "Take back…")
	anna.get("/users/"+string(ids[0])).has(t, "Place 1 in line")
	anna.post("/licenses/361309726.STDQ/order", "position-"+string(s.here.ID), "1").has(t, "The order of locations is saved.")
	person := "/users/" + string(ids[1])
	anna.get(person).has(t, "App 361309726", `formaction="/licenses/ask"`, "Assign an app or book…")
	anna.post("/licenses/ask", "user", string(ids[1]), "asset", "361309726.STDQ").has(t, "Nobody of them can be assigned it", "Take back from 1 person").lacks(t, "Assign to 0")
	anna.post("/licenses/ask", "user", string(ids[1]), "asset", "361309726.STDQ", "take", "1", "return", person).
		has(t, "Take back a license", "1 license is taken back", "Take back from 1 person", `href="`+person+`"`).lacks(t, "Nobody of them")
	anna.post("/licenses/ask", "user", string(ids[0]), "asset", "361309726.STDQ", "take", "1").has(t, "1 wish ends")
	run(anna.post("/licenses/take-back", "user", string(ids[1]), "asset", "361309726.STDQ", "key", "k2").at)
	s.must(s.db.WantLibraryRead(t.Context(), s.here.ID))
	s.tend(s.here.ID)
	anna.get("/users/"+string(ids[1])).has(t, "Taken back")
	anna.get("/users/"+string(ids[0])).has(t, "Licenses asked for here").lacks(t, "Place 1 in line")

	reader := s.somebody("reader", operator.ScopeRead)
	reader.get("/licenses/361309726.STDQ").has(t, "Dan Ek").lacks(t, "Save the order")
	reader.get("/users").lacks(t, "Assign an app or book")
}
