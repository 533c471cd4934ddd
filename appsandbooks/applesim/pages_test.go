package applesim_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// walk reads all pages of users and returns how often each id came, the first page's versionId and the number of pages.
func (w *world) walk(query url.Values) (seen map[string]int, version string, pages int) {
	w.t.Helper()
	return w.walkList("/users", "users", query)
}

// walkList reads all pages of a list, as strictly as the strictest client does (section 5's invariants).
func (w *world) walkList(path, list string, query url.Values) (seen map[string]int, version string, pages int) {
	w.t.Helper()
	seen = map[string]int{}
	for index := 0; ; {
		query.Set("pageIndex", strconv.Itoa(index))
		out := w.want(w.get(path+"?"+query.Encode()), 200, 0)
		items, _ := out.Body[list].([]any)
		if out.num("currentPageIndex") != index || out.num("size") != len(items) || out.str("uId") != uid || out.str("versionId") == "" {
			w.t.Fatalf("page %d: %.200s", index, out.Raw)
		}
		for _, v := range items {
			seen[naming(v.(map[string]any))]++
		}
		if pages++; pages == 1 {
			version = out.str("versionId")
		}
		next, more := out.Body["nextPageIndex"]
		if !more {
			if index != out.num("totalPages")-1 {
				w.t.Fatalf("ends at page %d of %d", index, out.num("totalPages"))
			}
			return seen, version, pages
		}
		if index++; int(next.(float64)) != index {
			w.t.Fatal("next page", next)
		}
	}
}

// naming is what a record is known by.
func naming(item map[string]any) string {
	var words []string
	for _, key := range []string{"clientUserId", "serialNumber", "adamId"} {
		if s, ok := item[key].(string); ok {
			words = append(words, s)
		}
	}
	if item["pricingParam"] == "PLUS" {
		words = append(words, "PLUS")
	}
	return strings.Join(words, "/")
}

func ids(seen map[string]int) string { return strings.Join(slices.Sorted(maps.Keys(seen)), " ") }

// Section 1.9: pages, filters, and the end of a walk.
func TestPages(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 3})
	if seen, _, pages := w.walk(url.Values{}); len(seen) != 0 || pages != 1 {
		t.Fatal(seen, pages)
	}
	w.run("create", crowd("u", 8))
	w.run("retire", crowd("u", 2))
	if seen, _, pages := w.walk(url.Values{}); len(seen) != 8 || pages != 3 {
		t.Fatal(seen, pages)
	}
	if seen, _, _ := w.walk(url.Values{"activeOnly": {"true"}}); ids(seen) != "u2 u3 u4 u5 u6 u7" {
		t.Fatal(seen)
	}
	if seen, _, pages := w.walk(url.Values{"retiredOnly": {"true"}}); ids(seen) != "u0 u1" || pages != 1 {
		t.Fatal(seen)
	}
	for query, number := range map[string]int{
		"pageIndex=3": 9650, "pageIndex=-1": 9650, "pageIndex=x": 9602, "activeOnly=maybe": 9602, "activeOnly=true&retiredOnly=true": 9602,
		"sinceVersionId=00000000-0000-0000-0000-000000000000": 9721, "sinceVersionId=x": 9721,
	} {
		w.want(w.get("/users?"+query), 400, number)
	}
	if len(w.want(w.get("/users?clientUserId=nobody"), 200, 0).users()) != 0 {
		t.Error("unknown id: SIM says an empty list")
	}
	w.SetQuirks(applesim.Quirks{UnknownUserRead9609: true, BothFlagsEmpty: true, EmptyListAbsent: true})
	w.want(w.get("/users?clientUserId=nobody"), 400, 9609)
	if out := w.want(w.get("/users?activeOnly=true&retiredOnly=true"), 200, 0); strings.Contains(out.Raw, `"users"`) {
		t.Error(out.Raw)
	}
}

// Section 1.9: deltas from the first page's versionId; every write moves the version; an empty delta is no error.
func TestDeltas(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 3})
	w.run("create", crowd("u", 10))
	_, v1, _ := w.walk(url.Values{})
	if seen, same, _ := w.walk(url.Values{"sinceVersionId": {v1}}); len(seen) != 0 || same != v1 {
		t.Fatal(seen, same)
	}
	w.run("update", people(person{"clientUserId": "u7", "email": "a@x.example"}))
	w.run("retire", people(person{"clientUserId": "u2"}, person{"clientUserId": "u7"}))
	if _, err := w.Accept(w.User(uid, "u5")[0].InviteCode, "a@home.example"); err != nil {
		t.Fatal(err)
	}
	w.run("create", people(person{"clientUserId": "new"}))
	seen, v2, _ := w.walk(url.Values{"sinceVersionId": {v1}})
	if ids(seen) != "new u2 u5 u7" || seen["u7"] != 1 || v2 == v1 {
		t.Fatal(seen)
	}
	if seen, _, _ := w.walk(url.Values{"sinceVersionId": {v1}, "activeOnly": {"true"}}); ids(seen) != "new u5" {
		t.Fatal(seen)
	}
	if seen, _, _ := w.walk(url.Values{"sinceVersionId": {v2}}); len(seen) != 0 {
		t.Fatal(seen)
	}
	w.SetQuirks(applesim.Quirks{DeltaIgnoresFilters: true, DeltaRepeats: true})
	if seen, _, _ := w.walk(url.Values{"sinceVersionId": {v1}, "activeOnly": {"true"}}); ids(seen) != "new u2 u5 u7" || seen["u7"] != 2 {
		t.Fatal(seen)
	}
	if err := w.ForgetVersions(uid); err != nil {
		t.Fatal(err)
	}
	w.want(w.get("/users?sinceVersionId="+v2), 400, 9721)
	_, v3, _ := w.walk(url.Values{})
	w.walk(url.Values{"sinceVersionId": {v3}})
}

// Pitfall 7: the data may change while a client walks: nothing that a delta from the first page would not tell is missed.
func TestWalkWhileWriting(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 2})
	w.run("create", crowd("u", 6))
	_, v, _ := w.walk(url.Values{})
	w.run("update", crowd("u", 6))
	first := w.get("/users?sinceVersionId=" + v)
	w.run("update", crowd("u", 2)) // they leave the page just read
	seen := map[string]int{}
	for page := 1; page < 4; page++ {
		for _, u := range w.get(fmt.Sprintf("/users?sinceVersionId=%s&pageIndex=%d", v, page)).users() {
			seen[u["clientUserId"].(string)]++
		}
	}
	for _, u := range first.users() {
		seen[u["clientUserId"].(string)]++
	}
	if len(seen) != 6 {
		t.Fatal(seen)
	}
}

// Quirks ReadLag and VersionTTL (pitfall 6, section 1.9).
func TestLagAndVersionTTL(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{ReadLag: 10 * time.Second, VersionTTL: time.Hour}})
	v0 := w.get("/users").str("versionId")
	w.wantStatus(w.run("create", crowd("u", 1)), "COMPLETE", 1)
	if out := w.get("/users"); len(out.users()) != 0 || out.str("versionId") != v0 {
		t.Fatal("seen at once:", out.Raw)
	}
	if len(w.get("/users?clientUserId=u0").users()) != 0 {
		t.Fatal("found at once")
	}
	now.add(11 * time.Second)
	w.only("sinceVersionId=" + v0)
	w.only("clientUserId=u0")
	now.add(2 * time.Hour)
	w.run("create", crowd("v", 1))
	w.want(w.get("/users?sinceVersionId="+v0), 400, 9721)
}

// A million users: pages and deltas cost what they hold, not what the location holds.
func TestFullSize(t *testing.T) {
	if testing.Short() {
		t.Skip("many users; not with -short")
	}
	w := newWorld(t, applesim.Options{})
	begin := time.Now()
	if err := w.Seed(uid, manyUsers, applesim.SeedOptions{AssociatedEvery: 10}); err != nil {
		t.Fatal(err)
	}
	t.Log("seeded in", time.Since(begin))
	out := w.get(fmt.Sprintf("/users?pageIndex=%d", manyUsers/1000-1))
	if out.num("totalPages") != manyUsers/1000 || out.num("size") != 1000 || out.Body["nextPageIndex"] != nil {
		t.Fatalf("%.200s", out.Raw)
	}
	if w.only("clientUserId=5eeded00-0000-8000-8000-00000000000a")["status"] != "Associated" {
		t.Error("the tenth is not associated")
	}
	v := out.str("versionId")
	w.run("create", crowd("new", 100))
	begin = time.Now()
	if n := len(w.get("/users?sinceVersionId=" + v).users()); n != 100 {
		t.Fatal(n)
	}
	t.Log("delta of 100 in", time.Since(begin))
	n := 0
	for range w.Users(uid) {
		n++
	}
	if n != manyUsers+100 {
		t.Error(n)
	}
}

// BenchmarkPage is one page of a thousand out of a hundred thousand, through the handler.
func BenchmarkPage(b *testing.B) {
	a, err := applesim.New(applesim.Options{Seed: 1, Limits: applesim.UnlimitedRate(), Locations: []applesim.Location{{UID: uid}}})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	token, _ := a.MintToken(uid, applesim.TokenOptions{})
	if err := a.Seed(uid, 100_000, applesim.SeedOptions{AssociatedEvery: 3}); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if out := record(a, "GET", fmt.Sprintf("/mdm/v2/users?pageIndex=%d", i%100), token.Content, ""); out.Code != 200 {
			b.Fatal(out.Body)
		}
	}
}
