package roster_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestCreate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		u, err := h.Create(t.Context(), anna, "", vpp.UserInput{FullName: "  Anna Maria Meyer ", Email: "anna@example.org", Groups: []string{"3a", "3a", "Chess"}, Locale: "de_de"})
		if err != nil {
			t.Fatal(err)
		}
		if u.FirstName != "Anna Maria" || u.LastName != "Meyer" || u.Locale != "de-DE" || len(u.Groups) != 2 || u.Source != "console" {
			t.Errorf("%+v", u)
		}
		ben, err := h.Create(t.Context(), anna, "", vpp.UserInput{ExternalID: "7", UserName: "Ben", FirstName: "Ben", LastName: "Roth"})
		if err != nil || ben.FullName != "Ben Roth" {
			t.Fatal(ben, err)
		}
		for _, c := range []struct {
			name string
			in   vpp.UserInput
			kind vpp.Kind
			part string
		}{
			{"nothing", vpp.UserInput{FullName: "Nobody"}, vpp.Invalid, "Nothing says who this is"},
			{"bad address", vpp.UserInput{UserName: "x", Email: "x@"}, vpp.Invalid, "e-mail address"},
			{"bad managed account", vpp.UserInput{UserName: "x", ManagedAppleID: "x y@example.org"}, vpp.Invalid, "Managed Apple Account"},
			{"header injection", vpp.UserInput{UserName: "x", FullName: "A\r\nBcc: b@example.org"}, vpp.Invalid, "line break"},
			{"same external id", vpp.UserInput{ExternalID: "7", Email: "c@example.org"}, vpp.Conflict, "Ben Roth"},
			{"same user name in other letters", vpp.UserInput{UserName: "bEN"}, vpp.Conflict, "Ben Roth"},
			{"same address and nothing else", vpp.UserInput{Email: "ANNA@example.org"}, vpp.Conflict, "Anna Maria Meyer"},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := h.Create(t.Context(), anna, "", c.in)
				wantKind(t, err, c.kind, c.part)
			})
		}
		if _, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "family", Email: "anna@example.org"}); err != nil {
			t.Error("a shared address of somebody with a user name:", err)
		}
		_, err = h.Create(t.Context(), anna, "nowhere", vpp.UserInput{UserName: "y"})
		wantKind(t, err, vpp.NotFound, "location")
		counts, err := h.Counts(t.Context(), "")
		if err != nil || counts.Total != 3 || counts.Attention[vpp.AttentionNoAddress] != 1 {
			t.Error(counts, err)
		}
		for a, n := range counts.Attention { // whatever is counted can be listed
			list, err := h.List(t.Context(), vpp.Filter{Attention: a}, "", vpp.Page{})
			if err != nil || len(list.Items) != n {
				t.Errorf("%s: counted %d, listed %d: %v", a, n, len(list.Items), err)
			}
		}
	})
}

func TestUpdate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		h.location(t, "second", "Second")
		u, err := h.Create(t.Context(), anna, "second", vpp.UserInput{UserName: "anna", FirstName: "Anna", LastName: "Zander"})
		if err != nil {
			t.Fatal(err)
		}
		l, err := h.db.Location(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := h.Place(t.Context(), anna, l.ID, vpp.Selection{IDs: []vpp.UserID{u.ID}}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if _, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "ben", FirstName: "Ben", LastName: "Meyer", Email: "ben@example.org"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.db.Exec(t.Context(), "UPDATE program_users SET managed_error = 9635"); err != nil {
			t.Fatal(err)
		}
		last, email, managed, groups := "Ahorn", "anna@example.org", "anna@appleid.example.org", []string{"4b"}
		now, err := h.Update(t.Context(), anna, u.ID, roster.Patch{LastName: &last, Email: &email, ManagedAppleID: &managed, Groups: &groups})
		if err != nil {
			t.Fatal(err)
		}
		if now.FullName != "Anna Ahorn" || !now.UpdatedAt.After(u.UpdatedAt) {
			t.Errorf("%+v", now)
		}
		for _, location := range []vpp.LocationID{"", "second"} { // the places follow
			people := h.everybody(t, location)
			if people[0].ID != u.ID || people[0].Program.ManagedError != 0 {
				t.Errorf("in %q: %+v", location, people[0])
			}
			counts, err := h.Counts(t.Context(), location)
			if err != nil || counts.Attention[vpp.AttentionNoAddress] != 0 {
				t.Error(counts, err)
			}
			for _, f := range []vpp.Filter{{Location: location, Search: "ahorn"}, {Location: location, Group: "4b"}} {
				list, err := h.List(t.Context(), f, "", vpp.Page{})
				if err != nil || len(list.Items) != 1 {
					t.Errorf("%+v: %d people, %v", f, len(list.Items), err)
				}
			}
		}
		want := entry{
			`{"email":"","full_name":"Anna Zander","groups":"","last_name":"Zander","managed_apple_id":""}`,
			`{"email":"anna@example.org","full_name":"Anna Ahorn","groups":"4b","last_name":"Ahorn","managed_apple_id":"anna@appleid.example.org"}`,
		}
		if diff := cmp.Diff([]entry{want}, h.entries(t, "user.update")); diff != "" {
			t.Error(diff)
		}
		if _, err := h.Update(t.Context(), anna, u.ID, roster.Patch{LastName: &last}); err != nil {
			t.Fatal(err)
		}
		if n := len(h.entries(t, "user.update")); n != 1 {
			t.Errorf("%d history entries, though nothing changed again", n)
		}
		taken, none := "BEN", ""
		_, err = h.Update(t.Context(), anna, u.ID, roster.Patch{UserName: &taken})
		wantKind(t, err, vpp.Conflict, "Ben Meyer")
		_, err = h.Update(t.Context(), anna, u.ID, roster.Patch{UserName: &none, Email: &none})
		wantKind(t, err, vpp.Invalid, "Nothing says who this is")
		_, err = h.Update(t.Context(), anna, "nobody", roster.Patch{})
		wantKind(t, err, vpp.NotFound)
		// Somebody else was faster.
		wantKind(t, h.db.UpdateUser(t.Context(), anna, u, now), vpp.Conflict, "Somebody else")
	})
}

// F-14: Delete from VPP comes before removing a person.
func TestRemove(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		u, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "anna", FullName: "Anna Meyer"})
		if err != nil {
			t.Fatal(err)
		}
		for _, facts := range []string{"apple_status = 'Registered'", "apple_status = 'Associated'", "apple_status = '', pending = 'create'"} {
			if _, err := h.db.Exec(t.Context(), "UPDATE program_users SET "+facts); err != nil {
				t.Fatal(err)
			}
			wantKind(t, h.Remove(t.Context(), anna, u.ID), vpp.Conflict, "Delete from VPP", "Anna Meyer")
		}
		if _, err := h.db.Exec(t.Context(), "UPDATE program_users SET apple_status = 'Retired', pending = ''"); err != nil {
			t.Fatal(err)
		}
		if err := h.Remove(t.Context(), anna, u.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, h.Remove(t.Context(), anna, u.ID), vpp.NotFound)
		if list := h.everybody(t, ""); len(list) != 0 {
			t.Error(list)
		}
		if list, err := h.List(t.Context(), vpp.Filter{Search: "meyer"}, "", vpp.Page{}); err != nil || len(list.Items) != 0 {
			t.Error(list, err)
		}
		counts, err := h.Counts(t.Context(), "")
		if err != nil || counts.Total != 0 {
			t.Error(counts, err)
		}
	})
}

func TestPlaceAndDefault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		h.location(t, "second", "Second")
		h.load(t, string(crowd(1203, "a.example")), "")
		for i, want := range []int{1203, 0} {
			n, err := h.Place(t.Context(), anna, "second", vpp.Selection{All: true})
			if err != nil || n != want {
				t.Errorf("round %d: %d placed, %v", i, n, err)
			}
		}
		counts, err := h.Counts(t.Context(), "second")
		if err != nil || counts.Total != 1203 || counts.Status[vpp.NotInvited] != 1203 {
			t.Error(counts, err)
		}
		h.takeBackPlaces(t)
		// A new default location means people from now on.
		if err := h.db.SetDefaultLocation(t.Context(), anna, "second"); err != nil {
			t.Fatal(err)
		}
		u, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "late"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.Profile(t.Context(), u.ID)
		if err != nil || len(p.Places) != 1 || p.Places[0].LocationID != "second" {
			t.Error(p, err)
		}
	})
}

// takeBackPlaces takes people out of the second location again: not those with
// a record or one being written, and not those who are nowhere else.
func (h *house) takeBackPlaces(t *testing.T) {
	t.Helper()
	second := h.everybody(t, "second")
	set := func(i int, what string) {
		if _, err := h.db.Exec(t.Context(), "UPDATE program_users SET "+what+" WHERE id = $1", second[i].Program.ID); err != nil {
			t.Fatal(err)
		}
	}
	set(0, "apple_status = 'Associated'")
	set(1, "pending = 'create'")
	set(2, "apple_status = 'Retired'")
	only, err := h.Create(t.Context(), anna, "second", vpp.UserInput{UserName: "nowhere else"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Profile(t.Context(), only.ID)
	if err != nil || len(p.Places) != 1 || p.Places[0].LocationID != "second" {
		t.Errorf("somebody added to the second location alone is in %+v, %v", p.Places, err)
	}
	all := vpp.Selection{Filter: vpp.Filter{Location: "second"}, All: true}
	for i, want := range []vpp.Unplaced{{Taken: 1201, Living: 2, Only: 1}, {Living: 2, Only: 1}} {
		if got, err := h.Unplace(t.Context(), anna, all); err != nil || got != want {
			t.Errorf("round %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
	for location, want := range map[vpp.LocationID]int{"second": 3, "": 1203} {
		if c, err := h.Counts(t.Context(), location); err != nil || c.Total != want {
			t.Errorf("%d are in %q, want %d: %v", c.Total, location, want, err)
		}
	}
	// Named people are placed wherever they are now.
	l, err := h.db.Location(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.Place(t.Context(), anna, l.ID, vpp.Selection{IDs: []vpp.UserID{only.ID}}); err != nil || n != 1 {
		t.Errorf("%d placed, %v", n, err)
	}
	one := vpp.Selection{Filter: vpp.Filter{Location: "second"}, IDs: []vpp.UserID{only.ID}}
	if got, err := h.Unplace(t.Context(), anna, one); err != nil || got != (vpp.Unplaced{Taken: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(h.entries(t, "user.unplace")); n != 2 {
		t.Errorf("%d entries of people taken out", n)
	}
}

// F-13: people are paused at every location, once, stay so where they get a
// place later, and are found, exported and resumed by their filter.
func TestPause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		h.location(t, "second", "Second")
		h.load(t, string(crowd(1203, "a.example")), "") // more than one stretch
		paused := vpp.Selection{All: true, Filter: vpp.Filter{Attention: vpp.AttentionPaused}}
		for i, want := range []int{1203, 0} {
			if n, err := h.Pause(t.Context(), anna, vpp.Selection{All: true}); n != want || err != nil {
				t.Errorf("round %d: %d paused, want %d: %v", i, n, want, err)
			}
		}
		if _, err := h.Place(t.Context(), anna, "second", paused); err != nil {
			t.Fatal(err)
		}
		for _, location := range []vpp.LocationID{"", "second"} {
			if c, err := h.Counts(t.Context(), location); err != nil || c.Attention[vpp.AttentionPaused] != 1203 {
				t.Errorf("%d are paused at %q: %v", c.Attention[vpp.AttentionPaused], location, err)
			}
		}
		var file strings.Builder
		if err := h.Export(t.Context(), paused.Filter, &file); err != nil || !strings.Contains(file.String(), ",not_invited,,2031-02-03T04:05:06Z") {
			t.Errorf("%v\n%s", err, file.String())
		}
		if n, err := h.Resume(t.Context(), anna, paused); n != 1203 || err != nil {
			t.Errorf("%d resumed: %v", n, err)
		}
		if c, err := h.Counts(t.Context(), "second"); err != nil || c.Attention[vpp.AttentionPaused] != 0 {
			t.Errorf("%d are paused still: %v", c.Attention[vpp.AttentionPaused], err)
		}
		if n, m := len(h.entries(t, "user.pause")), len(h.entries(t, "user.resume")); n == 0 || n != m {
			t.Errorf("%d entries of pausing, %d of resuming", n, m)
		}
		ben, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "ben"})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := h.Resume(t.Context(), anna, vpp.Selection{IDs: []vpp.UserID{ben.ID}}); n != 0 || err != nil {
			t.Errorf("%d resumed who never was paused: %v", n, err)
		}
		if _, err := h.Pause(t.Context(), anna, vpp.Selection{All: true, Filter: vpp.Filter{Attention: "x"}}); vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("an attention that is not: %v", err)
		}
	})
}

func TestListRefuses(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	_, err := h.List(t.Context(), vpp.Filter{}, "email", vpp.Page{})
	wantKind(t, err, vpp.Invalid, "email")
	_, err = h.List(t.Context(), vpp.Filter{Status: "Registred"}, "", vpp.Page{})
	wantKind(t, err, vpp.Invalid, "Registred")
	_, err = h.List(t.Context(), vpp.Filter{Attention: "x"}, "", vpp.Page{})
	wantKind(t, err, vpp.Invalid)
}

func TestFunnel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		h.load(t, "user_name,email\na,a@example.org\nb,b@example.org\nc,c@example.org\nd,\ne,e@example.org\n", "")
		people := h.everybody(t, "")
		for i, facts := range []string{"apple_status = 'Registered', handed_over_at = 5", "apple_status = 'Associated'", "apple_status = 'Retired'"} {
			if _, err := h.db.Exec(t.Context(), "UPDATE program_users SET "+facts+" WHERE id = $1", people[i].Program.ID); err != nil {
				t.Fatal(err)
			}
			_, err := h.db.Exec(t.Context(), `INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at, opened_at, withdrawn_at)
				VALUES ($1, $2, $3, $4, 1, 1, 1, $5, $6)`, storetest.NewID(), people[i].Program.ID, people[i].ID, people[i].Program.LocationID, i, i/2)
			if err != nil {
				t.Fatal(err)
			}
		}
		f, err := h.Funnel(t.Context(), "")
		if diff := cmp.Diff(vpp.Funnel{People: 5, Reachable: 4, Invited: 2, Opened: 1, Registered: 1, Removed: 1}, f); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}

// F-03's ground: what is exported is read back as it is, and nothing changes.
func TestExport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		for _, in := range []vpp.UserInput{
			{ExternalID: "0012", UserName: "anna", FirstName: "Anna", LastName: "Meyer", Email: "a@example.org", ManagedAppleID: "anna@appleid.example.org", Groups: []string{"3a; b", `c|d\`}, Locale: "pt-BR", Notes: "one\ntwo"},
			{UserName: "zoe", FullName: `=HYPERLINK("http://example.org")`},
			{Email: "only@example.org"},
		} {
			if _, err := h.Create(t.Context(), anna, "", in); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if err := h.Export(t.Context(), vpp.Filter{}, &out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), ",=HYPER") || strings.Contains(out.String(), `,"=HYPER`) {
			t.Error("a formula came through")
		}
		before := h.everybody(t, "")
		_, task := h.load(t, out.String(), "")
		if task.Skipped != 3 || task.Done+task.Failed != 0 {
			t.Errorf("%+v\n%s", task, out.String())
		}
		if diff := cmp.Diff(before, h.everybody(t, "")); diff != "" {
			t.Error(diff)
		}
	})
}
