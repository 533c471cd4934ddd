package roster_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/moving"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-13: who is paused stays so when a location goes to another server, since
// the same time and whether they have a record or not. A file from before
// pauses were told is read all the same, and no file resumes anybody.
func TestMovePaused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		key := moving.Key(make([]byte, 32))
		old := build(t, storetest.SQLite(t))
		storetest.Exec(t, old.db, "UPDATE locations SET uid = 'uid-1'")
		var paused vpp.Selection
		for _, name := range []string{"ada", "ben", "eve", "ida"} {
			u, err := old.Create(t.Context(), anna, "", vpp.UserInput{UserName: name, FullName: name, Email: name + "@x.test"})
			if err != nil {
				t.Fatal(err)
			}
			if name != "ida" {
				paused.IDs = append(paused.IDs, u.ID)
			}
		}
		storetest.Exec(t, old.db, "UPDATE program_users SET client_user_id = 'c-' || user_id, generation = 1, apple_status = 'Registered' WHERE user_id <> $1", paused.IDs[1])
		if n, err := old.Pause(t.Context(), anna, paused); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		var file bytes.Buffer
		if err := old.HandOver(t.Context(), "", key, "old", &file); err != nil {
			t.Fatal(err)
		}

		h := build(t, url)
		storetest.Exec(t, h.db, "UPDATE locations SET uid = 'uid-1'")
		for _, name := range []string{"eve", "ida"} { // here already, exactly so
			if _, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: name, FullName: name, Email: name + "@x.test"}); err != nil {
				t.Fatal(err)
			}
		}
		preview := h.moves(t, file.String())
		if preview.New != 2 || preview.Changed != 2 || preview.Fail != 0 {
			t.Errorf("the preview says %+v", preview)
		}
		since := old.everybody(t, "")[0].PausedAt
		for _, p := range h.everybody(t, "") {
			if want := p.UserName != "ida"; p.Paused() != want || want && !p.PausedAt.Equal(since) {
				t.Errorf("%s is paused since %s, want %v since %s", p.UserName, p.PausedAt, want, since)
			}
		}
		counts, err := h.Counts(t.Context(), "")
		if err != nil || counts.Attention[vpp.AttentionPaused] != 3 {
			t.Errorf("%+v %v", counts, err)
		}
		if said := h.entries(t, "user.pause"); len(said) != 3 {
			t.Errorf("%+v", said)
		}

		// Once more: nothing is left to do.
		if preview = h.moves(t, file.String()); preview.Unchanged != 4 {
			t.Errorf("again: %+v", preview)
		}
		// Paused later here: the file's time does not count.
		storetest.Exec(t, h.db, "UPDATE users SET paused_at = $1 WHERE user_name = 'ada'", since.Add(time.Hour).UnixMilli())
		h.moves(t, file.String())

		// A file of a server that did not tell.
		var before bytes.Buffer
		w, err := moving.NewWriter(&before, key, moving.Head{Location: moving.Location{UID: "uid-1"}})
		for _, name := range []string{"ada", "new"} {
			if err == nil {
				err = w.Write(moving.Person{UserName: name, FullName: name, Email: name + "@x.test", VPPStatus: "not_invited"})
			}
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil || strings.Contains(before.String(), "paused") {
			t.Fatal(before.String(), err)
		}
		h.moves(t, before.String())
		for _, p := range h.everybody(t, "") {
			if p.UserName == "ada" && !p.PausedAt.Equal(since.Add(time.Hour)) || p.UserName == "new" && p.Paused() {
				t.Errorf("%s is paused since %s", p.UserName, p.PausedAt)
			}
		}
	})
}

// moves moves people in, after a look at what that would do.
func (h *house) moves(t *testing.T, file string) roster.Preview {
	t.Helper()
	i, err := h.MoveIn(t.Context(), anna, "", "a.jsonl", "", strings.NewReader(file))
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
			return seen
		}
		if n > 5 {
			t.Fatal(err)
		}
	}
}
