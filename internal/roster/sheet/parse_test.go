package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func records(text string, r io.Reader, l limits) []record {
	s := newScanner(r, l)
	s.parser.delim = ','
	s.enc, s.decided = UTF8, true
	var all []record
	for {
		rec, ok := s.next()
		if !ok {
			return all
		}
		all = append(all, rec)
	}
}

// What encoding/csv accepts strictly, we read the same way. A carriage return
// alone ends a line for us and not for them; nothing else differs.
func FuzzAgreesWithEncodingCSV(f *testing.F) {
	for _, seed := range []string{"a,b\nc,d\n", "\"a\"\"b\",\"x\ny\"\r\n\n,,\n", "\"a\r\nb\",", "\"\",\"\"", "a b, c\t,\n", "\"a\\\"\"\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			t.Skip()
		}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		want, err := theirs.ReadAll()
		if err != nil {
			t.Skip()
		}
		var got [][]string
		for _, rec := range records(text, strings.NewReader(text), Options{}.limits()) {
			if rec.verdict != complete {
				t.Fatalf("verdict %d on well-formed %q", rec.verdict, text)
			}
			got = append(got, rec.cells)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	})
}

// Whatever comes, reading ends, in bounded memory, at the same rows however
// the bytes arrive, and every line of the file belongs to one row.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{"a,\"b\nc,d\n", "\"x\n\"x\n\"x\n", "\"\"\"\"\"", "a\rb\r\nc", "\"a\" \"b\",\x00\n", strings.Repeat("x", 100) + "\n,\n", "\"" + strings.Repeat("\n\"\"", 40)} {
		f.Add(seed)
	}
	small := limits{cell: 20, row: 60, cells: 8}
	f.Fuzz(func(t *testing.T, text string) {
		got := records(text, strings.NewReader(text), small)
		slow := records(text, iotest.OneByteReader(strings.NewReader(text)), small)
		if diff := cmp.Diff(got, slow, cmp.AllowUnexported(record{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		line, lines := 0, countBreaks([]byte(text))+1
		for _, rec := range got {
			if rec.number <= line || rec.number > lines {
				t.Fatalf("%q: row %d after line %d of %d", text, rec.number, line, lines)
			}
			line = rec.number
			if n := len(strings.Join(rec.cells, ",")); n > 3*small.row { // three: a letter may grow in UTF-8
				t.Fatalf("%q: a row of %d bytes", text, n)
			}
		}
	})
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"=1", "'=1", "''", "' =", "\t", "＝", "'t Hooft", "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		p := protect(v)
		if unprotect(p) != v {
			t.Errorf("%q became %q and then %q", v, p, unprotect(p))
		}
		if p != "" && strings.ContainsRune("=+-@\t\r\n", rune(p[0])) {
			t.Errorf("%q still begins like a formula", p)
		}
	})
}

func FuzzGroups(f *testing.F) {
	f.Add("a;b", `c\`)
	f.Add(`\;`, `\\|`)
	f.Fuzz(func(t *testing.T, a, b string) {
		want := []string{}
		for _, g := range []string{trim(a), trim(b)} {
			if g != "" {
				want = append(want, g)
			}
		}
		got := append([]string{}, splitGroups(joinGroups(want))...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The quick check may only accept what the careful one accepts.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"a@example.org", "a.b+c@x-y.example", ".a@b.c", "a@b..c", "a@-b.c", "a@[1.2.3.4]", "\"a b\"@example.org", "a@example.org."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		why := addressFault(v)
		if isUsualAddress(v) && why != "" {
			t.Errorf("%q is usual, but %s", v, why)
		}
		if why == "" && (strings.ContainsAny(v, "\r\n<> ") || strings.Count(v, "@") == 0 || len(v) > 254) {
			t.Errorf("%q was accepted", v)
		}
	})
}

// Anything may be uploaded: it is refused, or read to its end with a verdict
// on each row, and what is imported keeps Person's promises.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"email,name\na@example.org,A\n", "\xFF\xFEa\x00,\x00b\x00\n\x00", "sep=;\na;b\n1;2\n", "user_name\n\xfc\n", "id,\"name\n1,2", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := Open(bytes.NewReader(file), Options{})
		if err != nil {
			return
		}
		m := r.Detected().Mapping
		if !m.identifies() {
			m = Mapping{UserName: 0}
		}
		if _, err := r.Preview(3, m); err != nil {
			t.Fatal(err)
		}
		for row := range r.Rows(m) {
			p := row.Person
			if row.Fault != nil {
				continue
			}
			if p.FullName == "" || p.ExternalID+p.UserName+p.Email == "" {
				t.Fatalf("row %d lacks a name or an id: %+v", row.Number, p)
			}
			if strings.ContainsAny(p.FullName+p.Email+p.UserName+p.ExternalID, "\r\n\x00") {
				t.Fatalf("row %d has control characters: %+v", row.Number, p)
			}
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
	})
}

// A file made to be slow is given up rather than looked at for ever.
func TestTooManyOpenQuotes(t *testing.T) {
	block := "\"a\n" + strings.Repeat("b\n", 33_000)
	blocks := make([]io.Reader, 40)
	for i := range blocks {
		blocks[i] = strings.NewReader(block)
	}
	s := newScanner(io.MultiReader(blocks...), Options{}.limits())
	s.parser.delim, s.wasted = ',', 1<<20
	for _, ok := s.next(); ok; _, ok = s.next() {
	}
	if vpp.KindOf(s.err) != vpp.Invalid || s.rewound > 2<<20 {
		t.Errorf("looked at %d bytes twice, then %v", s.rewound, s.err)
	}
}
