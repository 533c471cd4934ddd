package roster_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

type entry struct{ Before, After string }

// entries reads the history of an action.
func (h *house) entries(t testing.TB, action string) (list []entry) {
	t.Helper()
	rows, err := h.db.Query(t.Context(), "SELECT before, after FROM entries WHERE action = $1 ORDER BY id", action)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.Before, &e.After); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// F-02: preview, verdict per row, idempotent, the failed rows back.
func TestImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		h.location(t, "second", "Second School")
		if _, err := h.Create(t.Context(), anna, "", vpp.UserInput{UserName: "carl", FullName: "Carl Old", Email: "carl@example.org", Notes: "kept"}); err != nil {
			t.Fatal(err)
		}
		file := "external_id;user_name;first_name;last_name;email;groups;location\n" +
			"1;anna;Anna;Meyer;anna@example.org;3a;\n" +
			"2;ben;Ben;Roth;ben@;3a;\n" + // bad address
			"1;dora;Dora;Falk;dora@example.org;;\n" + // double id
			"3;carl;Carl;New;;;\n" + // known by the user name, takes on the id
			"4;emil;Emil;Kern;emil@example.org;;second school\n" +
			"5;fritz;Fritz;Lang;fritz@example.org;;Third\n" // no such location
		i := h.upload(t, file)
		if i.Rows != 6 || !i.Usable || i.Delimiter != ";" || i.Encoding != "utf-8" {
			t.Errorf("%+v", i)
		}
		p, err := h.Preview(t.Context(), i.ID, "", 4)
		if err != nil {
			t.Fatal(err)
		}
		if p.Total != 6 || p.New != 2 || p.Changed != 1 || p.Fail != 3 || len(p.Rows) != 4 || len(p.Problems) != 3 {
			t.Errorf("%+v", p)
		}
		if diff := cmp.Diff([]string{"external_id", "full_name", "last_name"}, p.Rows[3].Changes); diff != "" {
			t.Error(diff)
		}
		var none bytes.Buffer
		wantKind(t, h.Failures(t.Context(), i.ID, &none), vpp.Conflict)

		task, err := h.Run(t.Context(), anna, i.ID, "")
		if err != nil || task.Total != 6 || task.State() != vpp.TaskRunning {
			t.Fatal(task, err)
		}
		_, err = h.Run(t.Context(), anna, i.ID, "")
		wantKind(t, err, vpp.Conflict, "already")
		if diff := cmp.Diff([]vpp.Job{vpp.ImportPeople{TaskID: task.ID}}, h.jobs[len(h.jobs)-1:]); diff != "" {
			t.Error(diff)
		}
		for range 2 { // a job may run twice
			if err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); err != nil {
				t.Fatal(err)
			}
		}
		task, err = h.db.Task(t.Context(), task.ID)
		if err != nil || task.State() != vpp.TaskFailed || task.Done != 3 || task.Failed != 3 || task.Skipped != 0 {
			t.Errorf("%+v %v", task, err)
		}
		if diff := cmp.Diff(map[string]int{"created": 2, "changed": 1, "unchanged": 0, "failed": 3}, task.Result); diff != "" {
			t.Error(diff)
		}
		here := h.everybody(t, "")
		carl := here[1].User
		if carl.ExternalID != "3" || carl.FullName != "Carl New" || carl.Email != "carl@example.org" || carl.Notes != "kept" {
			t.Errorf("an empty cell forgot something: %+v", carl)
		}
		if second := h.everybody(t, "second"); len(second) != 1 || second[0].UserName != "emil" || len(here) != 2 {
			t.Errorf("at the second %+v, at the default location %+v", second, here)
		}
		if n := len(h.entries(t, "user.update")); n != 1 || len(h.entries(t, "import.start")) != 1 {
			t.Errorf("%d entries of changed people", n)
		}

		var failed bytes.Buffer
		if err := h.Failures(t.Context(), i.ID, &failed); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(failed.String()), "\n")
		if len(lines) != 4 || !strings.HasPrefix(lines[1], "2;ben;") || !strings.Contains(lines[3], "Third") {
			t.Errorf("%q", lines)
		}

		_, again := h.load(t, file, "") // nothing is written twice
		if again.Skipped != 3 || again.Done != 0 || again.Failed != 3 {
			t.Errorf("%+v", again)
		}
		if n := len(h.entries(t, "user.update")); n != 1 {
			t.Errorf("%d entries of changed people after an import of the same file", n)
		}
		mended := strings.NewReplacer("ben@;", "ben@example.org;", "1;dora", "6;dora", "Third", "Second School").Replace(failed.String())
		if _, task := h.load(t, mended, ""); task.Done != 3 || task.State() != vpp.TaskDone {
			t.Errorf("%+v", task)
		}
	})
}

// A file in which rows follow from each other: whoever is written by one row
// is found by the next.
func TestImportFollowing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		if _, err := h.Create(t.Context(), anna, "", vpp.UserInput{ExternalID: "9", UserName: "nina", FullName: "Nina"}); err != nil {
			t.Fatal(err)
		}
		_, task := h.load(t, "external_id,user_name,full_name,email,notes\n"+
			"1,a,Anna,a@example.org,\n"+
			",,,A@example.org,by address\n"+ // Anna again
			"9,,,,by id\n"+
			",nina,Nina Falk,,\n"+ // Nina again
			"2,b,Ben,family@example.org,\n"+
			"3,c,Carl,family@example.org,\n"+
			",,,family@example.org,who\n", "") // two of them
		if task.Result["created"] != 3 || task.Result["changed"] != 3 || task.Failed != 1 {
			t.Errorf("%+v", task)
		}
		people := h.everybody(t, "")
		if people[0].Notes != "by address" || people[3].Notes != "by id" || people[3].FullName != "Nina Falk" {
			t.Errorf("%+v", people)
		}
	})
}

// An import is cut into slices, goes on where it stopped, and a canceled one stops.
func TestImportSlices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		file := string(crowd(2500, "a.example"))
		i := h.upload(t, file)
		task, err := h.Run(t.Context(), anna, i.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		clock := h.now
		slow := &slowStore{DB: h.db, tick: func() { h.now = h.now.Add(11 * time.Second) }}
		service := rosterOn(h, slow)
		var later *vpp.Later
		jobs := 0
		for err = service.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); errors.As(err, &later); jobs++ {
			err = service.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID})
		}
		if err != nil || jobs < 2 {
			t.Fatalf("%d slices, %v", jobs, err)
		}
		if task, err = h.db.Task(t.Context(), task.ID); err != nil || task.Done != 2500 || task.State() != vpp.TaskDone {
			t.Errorf("%+v %v", task, err)
		}
		h.now = clock

		i = h.upload(t, string(crowd(2500, "b.example")))
		if task, err = h.Run(t.Context(), anna, i.ID, ""); err != nil {
			t.Fatal(err)
		}
		if err := service.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); !errors.As(err, &later) {
			t.Fatal(err)
		}
		if err := h.db.CancelTask(t.Context(), anna, task.ID); err != nil {
			t.Fatal(err)
		}
		if err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); err != nil {
			t.Fatal(err)
		}
		if task, err = h.db.Task(t.Context(), task.ID); err != nil || task.State() != vpp.TaskCanceled || task.Done == 0 || task.Done == 2500 {
			t.Errorf("%+v %v", task, err)
		}
	})
}

// A crash after a stretch was written, before its job knew: nothing is doubled.
func TestImportCrash(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		i := h.upload(t, string(crowd(2500, "a.example")))
		task, err := h.Run(t.Context(), anna, i.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		crashed := errors.New("the machine is gone")
		service := rosterOn(h, &slowStore{DB: h.db, fail: func() error { return crashed }})
		for range 2 {
			if err := service.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); !errors.Is(err, crashed) {
				t.Fatal(err)
			}
		}
		if err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); err != nil {
			t.Fatal(err)
		}
		if task, err = h.db.Task(t.Context(), task.ID); err != nil || task.Done != 2500 || task.Result["created"] != 2500 {
			t.Errorf("%+v %v", task, err)
		}
		if counts, err := h.Counts(t.Context(), ""); err != nil || counts.Total != 2500 {
			t.Error(counts, err)
		}
	})
}

func TestMapping(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		file := "Foo,Bar\nanna,a@example.org\n"
		i := h.upload(t, file)
		if i.Usable {
			t.Errorf("%+v", i.Mapping)
		}
		_, err := h.Run(t.Context(), anna, i.ID, "")
		wantKind(t, err, vpp.Invalid, "choose the column")
		_, err = h.Remap(t.Context(), i.ID, sheet.Mapping{sheet.Email: 7})
		wantKind(t, err, vpp.Invalid, "column")
		i, err = h.Remap(t.Context(), i.ID, sheet.Mapping{sheet.UserName: 0, sheet.Email: 1})
		if err != nil || !i.Usable || !i.Remembered {
			t.Fatal(i, err)
		}
		if again := h.upload(t, file); !again.Usable || !again.Remembered {
			t.Errorf("the mapping was forgotten: %+v", again)
		}
		if _, err := h.Run(t.Context(), anna, i.ID, ""); err != nil {
			t.Fatal(err)
		}
		_, err = h.Remap(t.Context(), i.ID, sheet.Mapping{sheet.UserName: 0})
		wantKind(t, err, vpp.Conflict)
	})
}

// A job that was thought dead and wakes up writes nothing a second time.
func TestImportStale(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		i := h.upload(t, "user_name\nanna\nben\n")
		task, err := h.Run(t.Context(), anna, i.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		home := h.mustLocation(t)
		step := func(from, to int, name string) error {
			u := vpp.User{ID: vpp.UserID(storetest.NewID()), UserName: name, FullName: name, CreatedAt: h.now, UpdatedAt: h.now}
			return h.db.WriteImport(t.Context(), vpp.ImportStep{
				Import: i.ID, Task: task.ID, From: from, To: to,
				Create: []vpp.UserChange{{Now: u, Locations: []vpp.LocationID{home}}},
			})
		}
		if err := step(0, 2, "anna"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, step(0, 2, "anne"), vpp.Conflict, "elsewhere")
		if people := h.everybody(t, ""); len(people) != 1 {
			t.Error(people)
		}
		if err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); err != nil {
			t.Fatal(err)
		}
		if task, err = h.db.Task(t.Context(), task.ID); err != nil || task.Done != 2 || task.State() != vpp.TaskDone {
			t.Errorf("%+v %v", task, err)
		}
	})
}

// What comes as a file and cannot be one is told at the upload, and not kept.
func TestUploadRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		for _, c := range []struct {
			name string
			r    io.Reader
			part string
		}{
			{"empty", strings.NewReader(""), ""},
			{"a ZIP archive", strings.NewReader("PK\x03\x04xlsx"), ""},
			{"a header alone", strings.NewReader("email\n"), "nobody"},
			{"too large", io.MultiReader(strings.NewReader("email\n"), io.LimitReader(zeros{}, 257<<20)), "larger than 256 MB"},
			{"broken off", io.MultiReader(strings.NewReader("email\na@example.org"), failing{}), "broke off"},
		} {
			t.Run(c.name, func(t *testing.T) {
				if c.name == "too large" && testing.Short() {
					t.Skip("256 MB")
				}
				_, err := h.Upload(t.Context(), anna, "x.csv", c.r)
				if err == nil || vpp.KindOf(err) == vpp.Internal || !strings.Contains(vpp.MessageOf(err), c.part) {
					t.Error(err)
				}
			})
		}
		for _, table := range []string{"imports", "import_chunks"} {
			rows, err := h.db.Query(t.Context(), "SELECT 1 FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			if rows.Next() {
				t.Errorf("%s are kept", table)
			}
			rows.Close()
		}
	})
}

func TestForget(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	i := h.upload(t, "email\na@example.org\n")
	h.now = h.now.Add(31 * 24 * time.Hour)
	if err := h.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := h.Import(t.Context(), i.ID)
	wantKind(t, err, vpp.NotFound, "Upload it again")
}

// 1 bad address among many: one row fails, wherever the stretches end.
func TestImportOneBad(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	file := bytes.Replace(crowd(3001, "a.example"), []byte("given.family1999@a.example"), []byte("given family@a.example"), 1)
	i, task := h.load(t, string(file), "")
	if task.Done != 3000 || task.Failed != 1 {
		t.Errorf("%+v", task)
	}
	var out bytes.Buffer
	if err := h.Failures(t.Context(), i.ID, &out); err != nil || !strings.Contains(out.String(), fmt.Sprintf("\n%07d,", 1999)) {
		t.Errorf("%s %v", out.String(), err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
