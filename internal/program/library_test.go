package program_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var (
	app  = applesim.App("361309726", 300)
	book = applesim.Asset{
		AssetKey: applesim.AssetKey{AdamID: "1435797751", PricingParam: applesim.PricingStandard}, ProductType: applesim.ProductBook, Total: 40,
		SupportedPlatforms: []string{"iOS", "macOS"},
	}
)

// withLibrary is a world with 120 people, an app and a book.
func withLibrary(t *testing.T, url string, o applesim.Options) *world {
	t.Helper()
	w := newWorld(t, url, o)
	for _, a := range []applesim.Asset{app, book} {
		if err := w.apple.AddAsset(w.uid, a); err != nil {
			t.Fatal(err)
		}
	}
	storetest.AddPeople(t, w.db, school, 120, vpp.WriteCreate)
	w.settle(t)
	return w
}

func (w *world) give(t *testing.T, a applesim.Asset, people ...int) {
	t.Helper()
	for _, n := range people {
		if err := w.apple.AssignByHand(w.uid, a.AssetKey, fmt.Sprintf("client-%04d", n), ""); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) take(t *testing.T, a applesim.Asset, n int) {
	t.Helper()
	if err := w.apple.UnassignByHand(w.uid, a.AssetKey, fmt.Sprintf("client-%04d", n), ""); err != nil {
		t.Fatal(err)
	}
}

// wantLibrary reads licenses, with full all of them.
func (w *world) wantLibrary(t *testing.T, full bool) {
	t.Helper()
	if full {
		storetest.Exec(t, w.db, "UPDATE tenders SET library_full_wanted_at = 1")
	}
	if err := w.db.WantLibraryRead(t.Context(), school); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
}

// sameLibrary compares our assets and licenses with Apple's, one by one.
func (w *world) sameLibrary(t *testing.T) {
	t.Helper()
	var want, got []string
	for _, a := range w.apple.Assets(w.uid) {
		want = append(want, fmt.Sprintf("%s %s %d assigned, %d retired of %d", a.ProductType, a.AdamID, a.Assigned, a.Retired, a.Total))
	}
	for a := range w.apple.Assignments(w.uid) {
		want = append(want, a.AdamID+" "+a.PricingParam+" "+a.ClientUserID+a.SerialNumber)
	}
	assets, err := w.Assets(t.Context(), school)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assets {
		got = append(got, fmt.Sprintf("%s %s %d assigned, %d retired of %d", a.ProductType, a.AdamID, a.Assigned, a.Retired, a.Total))
	}
	for _, a := range w.held(t) {
		got = append(got, a.AdamID+" "+a.PricingParam+" "+string(a.ClientUserID)+a.SerialNumber)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("licenses (-Apple +ours):\n%s", diff)
	}
}

// held reads every license that is known.
func (w *world) held(t *testing.T) (list []vpp.Assignment) {
	t.Helper()
	rows, err := w.db.Query(t.Context(), "SELECT adam_id, pricing_param, client_user_id, serial_number FROM assignments")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a vpp.Assignment
		if err := rows.Scan(&a.AdamID, &a.PricingParam, &a.ClientUserID, &a.SerialNumber); err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

// F-52: apps, books and who has them are read in full at first, by deltas from
// then on, and in full again where Apple forgot the version.
func TestLibrary(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.give(t, app, slices.Collect(numbers(0, 110))...)
		w.give(t, book, 3, 4)
		if err := w.apple.AssignByHand(w.uid, app.AssetKey, "", "C02SERIAL001"); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, true)
		w.sameLibrary(t)
		licenses, err := w.Licenses(t.Context(), "user-0003")
		if err != nil || len(licenses) != 2 || licenses[0].ProductType != "Book" || licenses[0].Revocable || licenses[1].ProductType != "App" {
			t.Errorf("the person holds %+v: %v", licenses, err)
		}
		w.apple.ResetCalls()
		w.give(t, app, 115)
		w.wantLibrary(t, false)
		w.sameLibrary(t)
		if n := w.apple.Calls().Of(applesim.AssignmentsRead); n != 1 {
			t.Errorf("one new license took %d reads of assignments", n)
		}
		w.take(t, app, 7) // a delta says nothing of it
		if err := w.apple.ForgetVersions(w.uid); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, false)
		w.sameLibrary(t)
	})
}

// What is gone shows in a full read, and with an imprint as without.
func TestLibraryFullReadsNoticeWhatIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.give(t, app, slices.Collect(numbers(0, 100))...)
		w.wantLibrary(t, true)
		for _, n := range []int{9, 55} { // the second time an imprint is there, and stale in one row
			w.take(t, app, n)
			w.give(t, app, 100+n/9)
			w.wantLibrary(t, false)
			w.wantLibrary(t, true)
			w.sameLibrary(t)
		}
	})
}

// A delta may name what is gone like what came: then its holder is asked for.
func TestLibraryDeltaThatNamesWhatIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{Quirks: applesim.Quirks{DeltaListsRemoved: true}})
		w.give(t, app, 1, 2, 3)
		w.wantLibrary(t, true)
		w.take(t, app, 2)
		w.give(t, app, 5, 6)
		w.take(t, app, 6)
		w.wantLibrary(t, false)
		w.sameLibrary(t)
	})
}

// F-69, S1-17: after a removal the licenses are read: apps come back, books
// stay with the retired record.
func TestLibraryAfterARemoval(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.give(t, app, 1, 2)
		w.give(t, book, 1)
		w.wantLibrary(t, true)
		task, err := w.StartDelete(t.Context(), vpp.Server, vpp.Selection{IDs: []vpp.UserID{"user-0001"}}, true, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Expand(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.sameLibrary(t)
		assets, err := w.Assets(t.Context(), school)
		if err != nil || assets[1].ProductType != "Book" || assets[1].Retired != 1 || !assets[1].Kept() {
			t.Errorf("the book: %+v %v", assets, err)
		}
	})
}

// F-48: a notification about licenses has them read, once however often it is
// told; whoever lost some is asked for by name.
func TestLibraryNotified(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.give(t, app, 1, 2, 3)
		w.wantLibrary(t, true)
		w.take(t, app, 2)
		w.announced(t)
		body := fmt.Sprintf(`{"notificationId":"n1","notificationType":"ASSET_MANAGEMENT","uId":%q,"notification":{"eventId":"e","type":"DISASSOCIATE",
			"result":"SUCCESS","assignments":[{"adamId":%q,"pricingParam":"STDQ","clientUserId":"client-0002"}]}}`, w.uid, app.AdamID)
		for range 3 {
			if err := w.Notified(t.Context(), school, "secret", []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		w.settle(t)
		w.sameLibrary(t)
	})
}

// announced gives the location the notification secret "secret".
func (w *world) announced(t *testing.T) {
	t.Helper()
	sealed, err := w.box.Seal([]byte("secret"), "notify:"+string(school))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.KeepNotify(t.Context(), school, sealed, false, ""); err != nil {
		t.Fatal(err)
	}
}

// A node that dies in the middle of a read of licenses leaves it to any other.
func TestLibraryReadGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{Latency: applesim.Range{Min: 5 * time.Millisecond, Max: 10 * time.Millisecond}})
		w.give(t, app, slices.Collect(numbers(0, 120))...)
		w.give(t, book, slices.Collect(numbers(0, 30))...)
		storetest.Exec(t, w.db, "UPDATE tenders SET library_full_wanted_at = 1")
		for span := 15 * time.Millisecond; span < 60*time.Millisecond; span += 8 * time.Millisecond {
			ctx, die := context.WithTimeout(t.Context(), span)
			_ = w.Tend(ctx, vpp.TendLocation{LocationID: school})
			die()
			storetest.Exec(t, w.db, "UPDATE tenders SET holder = '', tend_at = 0")
			storetest.Exec(t, w.db, "UPDATE locations SET wait_until = 0")
		}
		w.settle(t)
		w.sameLibrary(t)
		w.equal(t)
	})
}

func numbers(from, to int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for n := from; n < to && yield(n); n++ {
		}
	}
}
