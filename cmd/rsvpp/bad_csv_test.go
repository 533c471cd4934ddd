package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/api"
)

// Files that hold no people, or do not say where, are refused with what to do
// instead; nothing of them is kept.
func TestBadFile(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	for _, c := range []struct{ name, file, word string }{
		{"empty", "", "empty"},
		{"only a header", "email,first_name\n", "nobody"},
		{"no header", "anna@north.example,Anna\nben@north.example,Ben\n", "header"},
		{"a workbook", "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00xl/workbook.xml\x00\x00", "save it as CSV"},
		{"an old workbook", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00\x00", "save it as CSV"},
		{"a web page", "<!DOCTYPE html><html><body>Sign in</body></html>", "web page"},
		{"a PDF", "%PDF-1.7\n", "PDF"},
		{"zeros", strings.Repeat("\x00", 4096), "CSV"},
	} {
		h.refused(h.send("POST", "/imports?filename=people.xlsx", c.file), 422, c.word)
	}
	if n := len(h.people()); n != 0 {
		t.Errorf("%d people came out of it", n)
	}
}

// A column that says who people are is missing: the file is kept, a mapping by
// hand makes it usable, and until then everything says which column is missing.
func TestMissingColumn(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", "Farbe,Kontakt\nrot,anna@north.example\nblau,ben@north.example\n", &i)
	if i.Usable {
		t.Fatalf("the file counts as usable: %+v", i)
	}
	h.refused(h.send("POST", "/imports/"+i.ID+"/run", nil), 422, "column")
	h.refused(h.send("GET", "/imports/"+i.ID+"/preview", nil), 422, "column")
	h.refused(h.send("PUT", "/imports/"+i.ID+"/mapping", everybody{"mapping": everybody{"email": 7}}), 422, "column")
	h.refused(h.send("PUT", "/imports/"+i.ID+"/mapping", everybody{"mapping": everybody{"shoe_size": 0}}), 422, "shoe_size")
	h.must("PUT", "/imports/"+i.ID+"/mapping", everybody{"mapping": everybody{"email": 1}}, nil)
	if task := h.running(i); task.Done != 2 {
		t.Errorf("mapped by hand: %+v", task)
	}
	h.refused(h.send("POST", "/imports/"+i.ID+"/run", nil), 409)
}

// Among 10,000 rows one has a bad address and one repeats an external id: all
// others are imported, and the two come back as a file with the reasons, which
// can be mended and sent again.
func TestBadRows(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	file := &strings.Builder{}
	file.WriteString("external_id,user_name,first_name,last_name,email\n")
	for i := range 10_000 {
		id, email := fmt.Sprint("p", i), fmt.Sprintf("p%d@north.example", i)
		switch i {
		case 4321:
			email = "not an address"
		case 7000:
			id = "p6999" // a second one
		}
		fmt.Fprintf(file, "%s,user%d,Pupil,%d,%s\n", id, i, i, email)
	}
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", file.String(), &i)
	if i.Rows != 10_000 || !i.Usable {
		t.Fatalf("the upload is %+v", i)
	}
	var preview api.Preview
	h.must("GET", "/imports/"+i.ID+"/preview", nil, &preview)
	if preview.Failed != 2 || len(preview.Problems) != 2 || preview.Problems[0].Row != 4323 || preview.Problems[1].Row != 7002 {
		t.Errorf("the preview is %d failed, %+v", preview.Failed, preview.Problems)
	}
	task := h.running(i)
	if task.Done != 9998 || task.Failed != 2 || task.State != "failed" {
		t.Errorf("the import is %+v", task)
	}
	rows := h.failures(i)
	if len(rows) != 3 {
		t.Fatalf("%d rows came back: %v", len(rows), rows)
	}
	h.sentence(rows[1][5], "not an address", "mail address")
	h.sentence(rows[2][5], "p6999")
	if rows[1][0] != "p4321" {
		t.Errorf("another row came back: %v", rows[1])
	}
	// Mended, the same file goes in: the reasons are a column that nobody reads.
	rows[1][4], rows[2][0] = "p4321@north.example", "p7000"
	again := &bytes.Buffer{}
	if err := csv.NewWriter(again).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if task := h.importing(again.String()); task.Done != 2 || task.Failed != 0 {
		t.Errorf("the mended rows are %+v", task)
	}
	var c api.Counts
	if h.must("GET", "/users/counts", nil, &c); c.Total != 10_000 {
		t.Errorf("there are %d people", c.Total)
	}
	if task := h.importing(file.String()); task.Failed != 2 || task.Result["created"] != 0 {
		t.Errorf("the same file again: %+v", task)
	}
}

func (h *site) failures(i api.Import) [][]string {
	h.t.Helper()
	a := h.send("GET", "/imports/"+i.ID+"/failures", nil)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\xEF\xBB\xBF")))).ReadAll()
	if err != nil || a.status != 200 {
		h.t.Fatalf("the failed rows: %d %v: %s", a.status, err, a.body)
	}
	return rows
}

// NUL bytes, broken encoding, a stray quotation mark and too many cells cost
// the rows they stand in.
func TestDamagedRows(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	file := "external_id,full_name,email\n" +
		"1,Anna Ahn,anna@north.example\n" +
		"2,B\x00en Berg,ben@north.example\n" +
		"3,Cleo Cruz,cleo@north.example\n" +
		"4,\"Dora\"x Dahl,dora@north.example\n" +
		"5,Emil,emil@north.example,more,and,more\n" +
		"6,Finn \"Fox\" Frey,finn@north.example\n"
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", file, &i)
	task := h.running(i)
	if task.Done < 3 || task.Done+task.Failed != 6 {
		t.Errorf("the import is %+v", task)
	}
	for _, row := range h.failures(i)[1:] {
		h.sentence(row[len(row)-1])
	}
	for _, p := range h.people() {
		if strings.ContainsRune(p.FullName, 0) {
			t.Errorf("%q came in", p.FullName)
		}
	}
	if h.send("GET", "/users/find?name=ben@north.example", nil).status != 404 {
		t.Error("the row with the NUL byte was imported")
	}
}

// What a spreadsheet would run stays text on the way out, in the failed rows
// as in the export, and is itself again when it comes back.
func TestFormulas(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	evil := `=HYPERLINK("http://evil.example";"click")`
	file := "external_id,full_name,email,notes\n" +
		`1,"` + strings.ReplaceAll(evil, `"`, `""`) + `",anna@north.example,"+1+cmd|' /C calc'!A0"` + "\n" +
		`2,@SUM(A1),=broken,-2+3` + "\n"
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", file, &i)
	if task := h.running(i); task.Done != 1 || task.Failed != 1 {
		t.Fatalf("the import is %+v", task)
	}
	export := h.send("GET", "/users/export", nil)
	for name, text := range map[string][]byte{"export": export.body, "failures": h.send("GET", "/imports/"+i.ID+"/failures", nil).body} {
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))).ReadAll()
		if err != nil {
			t.Fatal(name, err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("%s: a spreadsheet runs %q", name, cell)
			}
		}
	}
	if task := h.importing(string(export.body)); task.Result["unchanged"] != 1 {
		t.Errorf("the export read back: %+v", task)
	}
	if p := h.people()[0]; p.FullName != evil {
		t.Errorf("the name is %q", p.FullName)
	}
}

// A line of 200 MB is one bad row among good ones, and costs no memory: not
// run in parallel, for it measures.
func TestEndlessLine(t *testing.T) {
	// A job that takes longer is stopped, and a slow machine needs long for such a line.
	h := openSite(t, siteOptions{bare: true, flags: map[string]string{"take-over-after": "1m"}})
	line := io.LimitReader(repeating("x"), 100<<20) // of 200 MB where TestFullSize reads it, without -race
	file := io.MultiReader(strings.NewReader("external_id,full_name,email\n1,Anna,anna@north.example\n2,"), line,
		strings.NewReader("\n3,Cleo,cleo@north.example\n"))
	most := watchHeap()
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", file, &i)
	task := h.running(i)
	if task.Done != 2 || task.Failed != 1 {
		t.Errorf("the import is %+v", task)
	}
	if rows := h.failures(i); len(rows) != 2 {
		t.Errorf("%d rows came back", len(rows)-1)
	} else {
		h.sentence(rows[1][len(rows[1])-1], "long")
	}
	if grown := most(); grown > 64<<20 {
		t.Errorf("memory grew by %d MB", grown>>20)
	}
}

type repeating string

func (r repeating) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], r)
	}
	return n, nil
}

// watchHeap measures by how much the heap grows at most.
func watchHeap() (end func() uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most - min(before, most)
	}
}
