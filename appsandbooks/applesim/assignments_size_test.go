package applesim_test

import (
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// loaded is a pretend Apple with that many users and that many assignments in one location, and a token for it.
func loaded(tb testing.TB, users, assignments int) (*applesim.Apple, string) {
	tb.Helper()
	a, err := applesim.New(applesim.Options{Seed: 1, Limits: applesim.UnlimitedRate(), Locations: []applesim.Location{{UID: uid}}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { a.Close() })
	for n := range 10 {
		if err := a.AddAsset(uid, applesim.App(strconv.Itoa(361309720+n), 0)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := a.Seed(uid, users, applesim.SeedOptions{AssociatedEvery: 1}); err != nil {
		tb.Fatal(err)
	}
	asset := a.Assets(uid)[0].AssetKey
	err = a.SeedAssignments(uid, assignments, applesim.SeedAssignmentsOptions{Assets: []applesim.AssetKey{asset}})
	if err != nil {
		tb.Fatal(err)
	}
	token, err := a.MintToken(uid, applesim.TokenOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return a, token.Content
}

// change makes a thousand new assignments and returns the version before.
func change(tb testing.TB, a *applesim.Apple, token string) (version string) {
	tb.Helper()
	out := decode(tb, record(a, "GET", "/mdm/v2/assignments", token, "").Body.Bytes())
	asset := a.Assets(uid)[1].AssetKey
	if err := a.SeedAssignments(uid, 1000, applesim.SeedAssignmentsOptions{Assets: []applesim.AssetKey{asset}}); err != nil {
		tb.Fatal(err)
	}
	return out.str("versionId")
}

// A million users and a million assignments: they fit, pages cost what they hold, and a delta of a thousand costs as much
// as among ten thousand.
func TestFullSizeAssignments(t *testing.T) {
	if testing.Short() {
		t.Skip("many assignments; not with -short")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begin := time.Now()
	big, token := loaded(t, manyUsers, manyUsers)
	t.Log("seeded in", time.Since(begin))
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := float64(after.HeapAlloc-before.HeapAlloc) / manyUsers
	t.Logf("%.0f bytes for each user with an assignment", each)
	if each > 600 {
		t.Error("that is too much")
	}
	page := decode(t, record(big, "GET", fmt.Sprintf("/mdm/v2/assignments?pageIndex=%d", manyUsers/1000-1), token, "").Body.Bytes())
	if page.num("size") != 1000 || page.num("totalPages") != manyUsers/1000 || page.Body["nextPageIndex"] != nil {
		t.Fatalf("%.300s", page.Raw)
	}
	if held, retired := big.CountAssignments(uid); held != manyUsers || retired != 0 {
		t.Error(held, retired)
	}
	small, other := loaded(t, 10_000, 10_000)
	slow, quick := deltaTime(t, big, token), deltaTime(t, small, other)
	t.Log("a delta of 1,000 among", manyUsers, "in", slow, "and among 10,000 in", quick)
	if slow > 3*quick+5*time.Millisecond {
		t.Error("it grows with what did not change")
	}
}

// deltaTime is the best of several tries: others use this machine too.
func deltaTime(t *testing.T, a *applesim.Apple, token string) time.Duration {
	t.Helper()
	path := "/mdm/v2/assignments?" + url.Values{"sinceVersionId": {change(t, a, token)}}.Encode()
	var took []time.Duration
	for range 20 {
		begin := time.Now()
		out := record(a, "GET", path, token, "")
		took = append(took, time.Since(begin))
		if delta := decode(t, out.Body.Bytes()); delta.num("size") != 1000 || delta.num("totalPages") != 1 {
			t.Fatalf("%.300s", delta.Raw)
		}
	}
	return slices.Min(took)
}

// BenchmarkAssignments is a page of a thousand, and a delta of a thousand, among few and many, through the handler.
func BenchmarkAssignments(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		a, token := loaded(b, n, n)
		path := "/mdm/v2/assignments?sinceVersionId=" + change(b, a, token)
		b.Run(fmt.Sprint("page of 1000 among ", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				record(a, "GET", fmt.Sprintf("/mdm/v2/assignments?pageIndex=%d", i%(n/1000)), token, "")
			}
		})
		b.Run(fmt.Sprint("delta of 1000 among ", n), func(b *testing.B) {
			for b.Loop() {
				record(a, "GET", path, token, "")
			}
		})
	}
}

// BenchmarkSeed is a million users with a million assignments, and what they weigh.
func BenchmarkSeed(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		a, _ := loaded(b, 1_000_000, 1_000_000)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		a.Close()
	}
}
