package applesim_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Section 1.9: pages of what matches are full but the last, however much is hidden between; by quirk they are cut before the filter.
func TestPagesAreFull(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 5})
	w.run("create", crowd("u", 40))
	_, v, _ := w.walk(url.Values{})
	w.run("retire", crowd("u", 18))
	w.run("update", people(person{"clientUserId": "u30", "email": "a@x.example"}))
	w.run("update", people(person{"clientUserId": "u30", "email": "b@x.example"}))
	for question, want := range map[string][2]int{ // records, pages
		"activeOnly=true": {22, 5}, "retiredOnly=true": {18, 4}, "": {40, 8}, "sinceVersionId=" + v: {19, 4}, "sinceVersionId=" + v + "&activeOnly=true": {1, 1},
	} {
		query, err := url.ParseQuery(question)
		w.must(err)
		if seen, _, pages := w.walk(query); len(seen) != want[0] || pages != want[1] {
			t.Errorf("%q: %d records on %d pages, want %v", question, len(seen), pages, want)
		}
		w.want(w.get(fmt.Sprintf("/users?%s&pageIndex=%d", question, want[1])), 400, 9650)
	}
	w.SetQuirks(applesim.Quirks{SparsePages: true})
	if out := w.want(w.get("/users?activeOnly=true"), 200, 0); out.num("size") != 0 || out.num("nextPageIndex") != 1 || out.num("totalPages") != 8 {
		t.Error(out.Raw)
	}
}

// Pages of assignments are full too, although some were taken back.
func TestAssignmentPagesAreFull(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 5})
	w.stock(applesim.App(app, 50))
	for i := range 30 {
		w.must(w.AssignByHand(uid, notes, "", fmt.Sprintf("C%02d", i)))
	}
	for i := range 12 {
		w.must(w.UnassignByHand(uid, notes, "", fmt.Sprintf("C%02d", i)))
	}
	if seen, _, pages := w.walkList("/assignments", "assignments", url.Values{}); len(seen) != 18 || pages != 4 {
		t.Error(len(seen), pages)
	}
}

// Nothing slips from page to page while a client walks and others change things (pitfall 7): the bounds stay as they were
// when it read the first page, and what is new comes at the end.
func TestNothingSlipsBetweenPages(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 5})
	w.run("create", crowd("u", 30))
	seen := map[string]int{}
	for page := 0; ; page++ {
		out := w.want(w.get(fmt.Sprintf("/users?activeOnly=true&pageIndex=%d", page)), 200, 0)
		for _, u := range out.users() {
			seen[u["clientUserId"].(string)]++
		}
		if page == 1 {
			w.run("retire", crowd("u", 8)) // all of them on pages read already
			w.run("create", crowd("new", 7))
		}
		if out.Body["nextPageIndex"] == nil {
			break
		}
	}
	if len(seen) != 37 {
		t.Errorf("%d of 37 came by", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}
