package sheet_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// repeat is n bytes without the memory for them.
type repeat struct {
	c byte
	n int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.n)
	for i := range n {
		p[i] = r.c
	}
	r.n -= n
	return n, nil
}

// Issue 2, bad input: a line of 200 MB costs that line, and not 200 MB.
func TestFullSize(t *testing.T) {
	for name, begin := range map[string]string{"plain": "1,", "quoted": `1,"`, "header like": ""} {
		t.Run(name, func(t *testing.T) {
			file := io.MultiReader(strings.NewReader("user_name,notes\nanna,\n"+begin), &repeat{'x', longLine}, strings.NewReader("\nbo,fine\n"))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := sheet.Open(file, sheet.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := rows(t, r)
			runtime.ReadMemStats(&after)
			if len(got) != 3 || !strings.HasPrefix(message(got[1]), "Row 3 ") || got[2].Person.UserName != "bo" || got[2].Number != 4 {
				t.Errorf("got %+v", got)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
				t.Errorf("allocated %d bytes in all", took)
			}
		})
	}
}

// A quotation mark that is never closed costs its row, not the rest of the file.
func TestUnclosedQuoteLosesOneRow(t *testing.T) {
	var b strings.Builder
	b.WriteString("user_name,full_name\na,\"Anna\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "u%d,Nobody\n", i)
	}
	got := rows(t, open(t, b.String()))
	if len(got) != 20_001 || got[0].Fault == nil || got[1].Fault != nil || got[1].Number != 3 {
		t.Errorf("%d rows, first %+v", len(got), got[0])
	}
}

func TestStrayQuotes(t *testing.T) {
	for cell, want := range map[string]string{
		`Anna "Annie" Meyer`:        `Anna "Annie" Meyer`,
		`"Anna ""Annie"" Meyer"`:    `Anna "Annie" Meyer`,
		`"Anna "Annie" Meyer"`:      `Anna "Annie" Meyer`,
		`"Anna \"Annie\" Meyer"`:    `Anna "Annie" Meyer`,
		` "Anna, Meyer" `:           `Anna, Meyer`,
		`"C:\"`:                     `C:\`,
		`O"Neil`:                    `O"Neil`,
		"\u00A0Anna\u200B":          `Anna`,
		"Zoe\u0308":                 `Zoë`,
		`'=HYPERLINK("x";"y")`:      `=HYPERLINK("x";"y")`,
		`"=HYPERLINK(""x"",""y"")"`: `=HYPERLINK("x","y")`,
		`'t Hooft`:                  `'t Hooft`,
	} {
		got := rows(t, open(t, "user_name,full_name\nu1,"+cell+"\nu2,Bo\n"))
		if len(got) != 2 || got[0].Fault != nil || got[0].Person.FullName != want {
			t.Errorf("%s: got %q (%s), want %q", cell, got[0].Person.FullName, message(got[0]), want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const text = "Benutzername;Name;Notiz\r\njürgen;Jürgen Groß;\"a\r\nb\"\r\n"
	wide := func(low, high int) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			pair := [2]byte{}
			pair[low], pair[high] = byte(u), byte(u>>8)
			b = append(b, pair[:]...)
		}
		return string(b)
	}
	narrow := strings.NewReplacer("ü", "\xfc", "ß", "\xdf").Replace(text)
	for name, c := range map[string]struct {
		text string
		want sheet.Encoding
	}{
		"UTF-8":               {text, sheet.UTF8},
		"UTF-8 with mark":     {"\xEF\xBB\xBF" + text, sheet.UTF8},
		"UTF-16LE with mark":  {"\xFF\xFE" + wide(0, 1), sheet.UTF16LE},
		"UTF-16LE":            {wide(0, 1), sheet.UTF16LE},
		"UTF-16BE with mark":  {"\xFE\xFF" + wide(1, 0), sheet.UTF16BE},
		"UTF-16BE":            {wide(1, 0), sheet.UTF16BE},
		"Windows-1252":        {narrow, sheet.Windows1252},
		"old Mac line breaks": {strings.ReplaceAll(text, "\r\n", "\r"), sheet.UTF8},
		"announced by sep":    {"sep=;\r\n" + text, sheet.UTF8},
		"LF, no break at end": {strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), sheet.UTF8},
		"blank lines":         {"\r\n\r\n" + text + ";;\r\n\r\n", sheet.UTF8},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				rd, err := sheet.Open(r, sheet.Options{})
				if err != nil {
					t.Fatal(err)
				}
				got := rows(t, rd)
				want := sheet.Person{UserName: "jürgen", FullName: "Jürgen Groß", Notes: "a\nb"}
				if len(got) != 1 {
					t.Fatalf("%d rows: %+v", len(got), got)
				}
				if diff := cmp.Diff(want, got[0].Person); diff != "" {
					t.Errorf("%s (%s)", diff, message(got[0]))
				}
				if d := rd.Dialect(); d.Encoding != c.want || d.Delimiter != sheet.Semicolon {
					t.Errorf("dialect %+v", d)
				}
			}
		})
	}
}

// The first letter beyond ASCII may come long after Open has looked.
func TestLateWindows1252(t *testing.T) {
	text := "user_name,full_name\n" + strings.Repeat("u,x\n", 50_000) + "j,J\xfcrgen\n"
	text = strings.Replace(text, "j,", "late,", 1)
	r := open(t, text)
	if r.Dialect().Encoding != sheet.UTF8 {
		t.Error("decided too early")
	}
	got := rows(t, r)
	if p := got[len(got)-1].Person; p.FullName != "Jürgen" || r.Dialect().Encoding != sheet.Windows1252 {
		t.Errorf("got %+v, %+v", p, r.Dialect())
	}
}

func TestPreviewConsumesNothing(t *testing.T) {
	r := open(t, "user_name,email\na,a@example.org\na,b@example.org\nc,c@\nd,d@example.org\n")
	m := r.Detected().Mapping
	first, err := r.Preview(3, m)
	if err != nil || len(first) != 3 {
		t.Fatal(first, err)
	}
	again, _ := r.Preview(100, m)
	if diff := cmp.Diff(again[:3], first); diff != "" || len(again) != 4 {
		t.Errorf("%d rows; %s", len(again), diff)
	}
	if diff := cmp.Diff(again, rows(t, r)); diff != "" {
		t.Error(diff)
	}
}

func TestRowsIsOnePass(t *testing.T) {
	r := open(t, "user_name\na\nb\nc\n")
	next, stop := iter.Pull(r.Rows(sheet.Mapping{sheet.UserName: 0}))
	one, _ := next()
	stop()
	rest := rows(t, r)
	if one.Person.UserName != "a" || len(rest) != 2 || rest[0].Person.UserName != "b" {
		t.Error(one, rest)
	}
}

func TestBrokenUpload(t *testing.T) {
	broken := errors.New("connection reset")
	body := "user_name\n" + strings.Repeat("a\n", 100_000)
	r, err := sheet.Open(io.MultiReader(strings.NewReader(body), iotest.ErrReader(broken)), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range r.Rows(sheet.Mapping{sheet.UserName: 0}) {
		n++
	}
	if n != 100_000 || vpp.KindOf(r.Err()) != vpp.Unavailable || !errors.Is(r.Err(), broken) {
		t.Errorf("%d rows, then %v", n, r.Err())
	}
	tooLarge := vpp.Errorf(vpp.Exhausted, "The file is larger than allowed.")
	if _, err := sheet.Open(iotest.ErrReader(tooLarge), sheet.Options{}); !errors.Is(err, tooLarge) {
		t.Errorf("the gate's own sentence was lost: %v", err)
	}
}

// A quotation mark that is neither doubled nor at the end keeps its cell on its line.
func TestStrayQuoteDoesNotSwallowTheNextRow(t *testing.T) {
	got := rows(t, open(t, "user_name,full_name,email\na,\"Anna\" Meyer,a@example.org\nb,\"Bo\",b@example.org\n"))
	if len(got) != 2 || got[0].Fault == nil || got[1].Person.UserName != "b" || got[1].Fault != nil {
		t.Errorf("got %+v", got)
	}
}

func TestDelimiters(t *testing.T) {
	for text, want := range map[string]sheet.Delimiter{
		"Name;Mail\nMeyer, Anna;a@example.org\n":                     sheet.Semicolon,
		"Name, Vorname;Mail;Klasse\nMeyer, Anna;a@example.org;7a\n":  sheet.Semicolon,
		"a,b,c;d;e;f;g\n1,2,x\n3,4,y;z\n5,6,\n":                      sheet.Comma,
		"user_name\tnotes\na\tone, two; three\nb\tone, two; three\n": sheet.Tab,
		"\"a;b;c\",\"d;e\"\n\"1;2;3\",\"4;5\"\n":                     sheet.Comma,
		"user_name\nanna\n":                                          sheet.Comma,
		"sep=\t\nuser_name,x\ty\n1,1\t2\n":                           sheet.Tab,
	} {
		if got := open(t, text).Dialect().Delimiter; got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
	r, err := sheet.Open(strings.NewReader("a;b,c;d\n1;2,3;4\n"), sheet.Options{Delimiter: sheet.Comma})
	if err != nil || len(r.Header()) != 2 {
		t.Errorf("what was asked for is not done: %v", err)
	}
}
