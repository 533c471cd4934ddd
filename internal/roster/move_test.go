package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-07: people of another product move in with their records. Who is found is
// not made twice; what could mean two people is left out, with the reason.
func TestMoveInCSV(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		here, err := h.db.Location(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		storetest.Exec(t, h.db, "UPDATE locations SET uid = 'uid-1' WHERE id = $1", here.ID)
		for i, in := range []vpp.UserInput{
			{ExternalID: "1", Email: "one@x.test"}, {UserName: "two"}, {Email: "three@x.test", FullName: "Three"},
			{ExternalID: "4a", UserName: "4a", Email: "family@x.test"}, {ExternalID: "4b", UserName: "4b", Email: "family@x.test"},
			{UserName: "taken"}, {UserName: "other"},
		} {
			if _, err := h.Create(t.Context(), anna, "", in); err != nil {
				t.Fatal(i, err)
			}
		}
		storetest.Exec(t, h.db, "UPDATE program_users SET client_user_id = 'c-taken', generation = 1, apple_status = 'Registered' WHERE user_id = (SELECT id FROM users WHERE user_name = 'taken')")
		storetest.Exec(t, h.db, "INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, account_hash, read_at) VALUES ($1, 'c-1', 'Registered', '', '', 1)", here.ID)
		rows := []string{
			"external_id,user_name,email,clientUserId",
			"1,,one@x.test,c-1",          // by external id
			",TWO,,c-2",                  // by user name
			"3,three,three@x.test,c-3",   // by address: what is here says nothing else
			",,family@x.test,c-4",        // two people
			"5,five,five@x.test,c-5",     // new
			"6,six,,c-taken",             // somebody's here
			",taken,,c-other",            // has another
			"7,seven,seven@x.test,",      // no record: brought in all the same
			"8,eight,,c-5",               // twice in the file
			",taken,taken@x.test,",       // the same user name twice
			",other,,'=HYPERLINK(\"x\")", // whatever it is called at Apple
		}
		_, err = h.MoveIn(t.Context(), anna, "", "no.csv", "", strings.NewReader("email\na@x.test\n"))
		if vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("without names: %v", err)
		}
		i, err := h.MoveIn(t.Context(), anna, "", "people.csv", "", strings.NewReader(strings.Join(rows, "\n")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		seen, err := h.Preview(t.Context(), i.ID, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		task, err := h.Run(t.Context(), anna, i.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n++ {
			err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID})
			if err == nil {
				break
			}
			if n > 5 {
				t.Fatal(err)
			}
		}
		if task, err = h.db.Task(t.Context(), task.ID); err != nil || task.Failed != seen.Fail || task.Done != seen.New+seen.Changed {
			t.Errorf("%+v, the preview said %+v: %v", task, seen, err)
		}
		failures, err := h.db.ImportFailures(t.Context(), i.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var lines []int
		for _, f := range failures {
			lines = append(lines, f.Row)
			if f.Reason == "" {
				t.Errorf("row %d fails without a reason", f.Row)
			}
		}
		if want := []int{5, 7, 8, 10, 11}; !slices.Equal(lines, want) {
			t.Errorf("rows %v failed, want %v: %+v", lines, want, failures)
		}
		names := map[string]string{}
		for _, p := range h.everybody(t, here.ID) {
			names[fmt.Sprint(p.ExternalID, "/", p.UserName)] = string(p.Program.ClientUserID)
			if p.Program.ClientUserID != "" && p.Program.Generation != 1 || p.Program.Pending != "" {
				t.Errorf("%s: %+v", p.UserName, p.Program)
			}
		}
		for who, name := range map[string]string{"1/": "c-1", "/TWO": "c-2", "3/three": "c-3", "5/five": "c-5", "/taken": "c-taken", "7/seven": "", "/other": `=HYPERLINK("x")`} {
			if got, ok := names[who]; !ok || got != name {
				t.Errorf("%s has %q, want %q; there are %v", who, got, name, names)
			}
		}
		left, err := h.db.Query(t.Context(), "SELECT client_user_id FROM strangers")
		if err != nil || left.Next() {
			t.Error("a stranger is left", err)
		}
		left.Close()
		wanted, err := h.db.ReadWanted(t.Context(), here.ID)
		if err != nil || wanted.FullSince.IsZero() {
			t.Errorf("nothing is read: %+v %v", wanted, err)
		}
	})
}
