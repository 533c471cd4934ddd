package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// filedHouse has people who are invited as soon as there is a record of them.
func filedHouse(t *testing.T, url string, people int) *store.DB {
	t.Helper()
	db := inviteHouse(t, url, time.Now)
	inviteExec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		WITH RECURSIVE c (i) AS (SELECT CAST(10001 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < $1)
		SELECT 'u' || i, '', '', '', 'Anna', 'Berg', 'Anna Berg ' || i, '', '', '', '', '', '', 'csv', '', 1, 1 FROM c`, 10000+people)
	inviteExec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, handed_over_at)
		SELECT 'p' || id, id, 'l', 'berg' || id, $1, 1, 1 FROM users`, false)
	return db
}

// idsOf reads a list page by page, to its end and, all but the last page, back
// to its beginning, which must be the same.
func idsOf(t *testing.T, db *store.DB, f vpp.Filter, s vpp.Sort) string {
	t.Helper()
	f.Location = "l"
	read := func(page vpp.Page) vpp.List[vpp.Person] {
		t.Helper()
		page.Limit = 7
		list, err := db.ListPeople(t.Context(), f, s, page)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	var there, back []vpp.Person
	list := read(vpp.Page{})
	for there = list.Items; list.Next != ""; there = append(there, list.Items...) {
		list = read(vpp.Page{After: list.Next})
	}
	last := len(list.Items)
	for list.Prev != "" {
		list = read(vpp.Page{Before: list.Prev})
		back = append(slices.Clone(list.Items), back...)
	}
	if forth := joined(there[:len(there)-last]); forth != joined(back) {
		t.Errorf("%+v by %s:\n%s, and on the way back\n%s", f, s, forth, joined(back))
	}
	return joined(there)
}

func joined(people []vpp.Person) string {
	var list []string
	for _, p := range people {
		list = append(list, string(p.ID))
	}
	return strings.Join(list, " ")
}

// isListed compares lists by status with everybody's.
func isListed(t *testing.T, db *store.DB, when string) {
	t.Helper()
	list, err := db.ListPeople(t.Context(), vpp.Filter{Location: "l"}, vpp.SortName, vpp.Page{Limit: vpp.MaxPage})
	if err != nil || list.Next != "" {
		t.Fatal("not everybody on a page", err)
	}
	for _, status := range []vpp.VPPStatus{vpp.NotInvited, vpp.Invited, vpp.Registered, vpp.Removed} {
		due := slices.DeleteFunc(slices.Clone(list.Items), func(p vpp.Person) bool { return p.Program.VPPStatus() != status })
		if is := idsOf(t, db, vpp.Filter{Status: status}, vpp.SortName); is != joined(due) {
			t.Errorf("%s, those who are %s:\n%s, and not\n%s", when, status, is, joined(due))
		}
		slices.Reverse(due)
		if is := idsOf(t, db, vpp.Filter{Status: status}, vpp.SortNameRev); is != joined(due) {
			t.Errorf("%s, those who are %s, backwards:\n%s, and not\n%s", when, status, is, joined(due))
		}
	}
	slices.SortStableFunc(list.Items, func(a, b vpp.Person) int {
		return cmp.Compare(a.Program.VPPStatus(), b.Program.VPPStatus())
	})
	if is := idsOf(t, db, vpp.Filter{}, vpp.SortStatus); is != joined(list.Items) {
		t.Errorf("%s, all by status:\n%s, and not\n%s", when, is, joined(list.Items))
	}
}

// unfiled counts those whom SQLite's index lists under another status.
func unfiled(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.SQLite().QueryRowContext(t.Context(), "SELECT count(*) FROM program_users WHERE filed <> vpp_status").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A list by status is right and in order, whoever was filed since.
func TestFiled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		const people = 120
		db := filedHouse(t, url, people)
		isListed(t, db, "at first")
		left := 0
		for round, status := range []vpp.AppleStatus{vpp.AppleRegistered, vpp.AppleAssociated, vpp.AppleRetired, vpp.AppleAssociated} {
			var facts []vpp.Fact
			for i := range people {
				if i%(2+round) == 1 {
					at := time.UnixMilli(int64(10*round + 5))
					facts = append(facts, vpp.Fact{ID: vpp.ProgramUserID(fmt.Sprint("pu", 10001+i)), LocationID: "l", AppleStatus: status, CreatedAt: at, AssociatedAt: at, RetiredAt: at, ReadAt: at})
				}
			}
			if err := db.WriteFacts(t.Context(), facts); err != nil {
				t.Fatal(err)
			}
			if db.SQLite() != nil {
				left += unfiled(t, db)
			}
			isListed(t, db, fmt.Sprint("after round ", round))
			if round%2 == 0 || db.SQLite() == nil { // whose index is never behind
				continue
			}
			for began := time.Now(); unfiled(t, db) > 0; {
				if time.Since(began) > time.Minute {
					t.Fatal("nobody files them")
				}
			}
			isListed(t, db, fmt.Sprint("when all are filed after round ", round))
		}
		if db.SQLite() != nil && left == 0 {
			t.Error("nobody was ever left to be filed: this tests nothing")
		}
	})
}

// Those who change many statuses file them at once: of whoever changes
// thereafter, none is left.
func TestManyAreFiledAtOnce(t *testing.T) {
	const people = 10_500
	db := filedHouse(t, storetest.SQLite(t), people)
	for _, status := range []vpp.AppleStatus{vpp.AppleRegistered, vpp.AppleAssociated, vpp.AppleRetired, vpp.AppleDeleted, vpp.AppleNone} {
		var facts []vpp.Fact
		for i := range people {
			facts = append(facts, vpp.Fact{ID: vpp.ProgramUserID(fmt.Sprint("pu", 10001+i)), LocationID: "l", AppleStatus: status, ReadAt: time.UnixMilli(5)})
		}
		if err := db.WriteFacts(t.Context(), facts); err != nil {
			t.Fatal(err)
		}
		if n := unfiled(t, db); n > 0 {
			t.Errorf("%d are not filed as %q", n, status)
		}
	}
	counts, err := db.CountPeople(t.Context(), "l")
	if err != nil || counts.Status[vpp.NotInvited] != people {
		t.Errorf("%+v, %v", counts.Status, err)
	}
}
