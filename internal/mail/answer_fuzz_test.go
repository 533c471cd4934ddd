package mail

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// F-37: a mail server's last words are strangers' bytes.
func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{"", "5.1.1 no such user", "2.0.0 OK\nqueued", "4.7.1\t\x00\xff", "9.9.9 x", "5.1", "5.1.1111", strings.Repeat("ä", 600), "\u202eevil\u2066", "a  b", " x "} {
		f.Add(550, seed)
	}
	f.Fuzz(func(t *testing.T, code int, text string) {
		got := readAnswer(code, text)
		if got.code != code || !utf8.ValidString(got.line) || utf8.RuneCountInString(got.line) > longestAnswer {
			t.Fatalf("%+v", got)
		}
		if strings.ContainsFunc(got.line, unicode.IsControl) || strings.TrimSpace(got.line) != got.line || strings.Contains(got.line, "\u202e") {
			t.Fatalf("not one clean line: %+q", got.line)
		}
		if oneLine(got.line, longestAnswer) != got.line {
			t.Fatalf("cleaning twice changes %+q", got.line)
		}
		if got.enhanced != "" && (!strings.HasPrefix(got.line, got.enhanced) || strings.Count(got.enhanced, ".") != 2 || len(got.enhanced) > 9) {
			t.Fatalf("enhanced %q of %q", got.enhanced, got.line)
		}
	})
}

func TestEnhancedCode(t *testing.T) {
	for line, want := range map[string]string{
		"5.1.1 no": "5.1.1", "2.0.0": "2.0.0", "4.7.1000 x": "", "3.1.1 x": "", "5.1 x": "", "5..1 x": "", "5.1.1x y": "", "OK": "", "": "",
	} {
		if got := enhancedCode(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// Whatever compiles can be rendered, is one line in the subject and holds the link.
func FuzzCompile(f *testing.F) {
	d := DefaultTemplate()
	f.Add(d.Subject, d.Text, d.HTML)
	f.Add("{{.FirstName}}", "{{.Link}}", "")
	f.Add("a", "{{if not .ExpiresOn}}x{{else if .Link}}y{{end}}{{.Link}}", `<a href={{.Link}}>`)
	f.Add("a", "{{- .Link -}}", `<style>{{.Link}}</style>`)
	f.Add("{{", "{{range .}}", "{{define `x`}}")
	f.Fuzz(func(t *testing.T, subject, text, html string) {
		c, err := Compile(Template{Subject: subject, Text: text, HTML: html})
		if err != nil {
			if len(Faults(err)) == 0 {
				t.Fatalf("no plain fault in %v", err)
			}
			return
		}
		sample := SampleData()
		sample.FirstName = "<script>\r\n"
		got, err := c.Render(sample)
		if err != nil {
			t.Fatalf("compiled, but %v", err)
		}
		if strings.ContainsAny(got.Subject, "\r\n") || !strings.Contains(got.Text, sample.Link) || !strings.Contains(got.HTML, sample.Link) {
			t.Fatalf("%+q", got)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"anna@example.org", "änna@bücher.example", "a@b@c", "\"a\"@b.c", "a@[::1]", "a\r\n@b.c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := ParseAddress(typed)
		if err != nil {
			return
		}
		if strings.ContainsAny(got.String(), "\r\n <>,;\x00") || !isASCII(got.Domain) || len(got.String()) > longestAddress {
			t.Fatalf("%+q became %+q", typed, got)
		}
		if again, err := ParseAddress(got.String()); err != nil || again != got {
			t.Fatalf("%+q is not taken again: %v", got, err)
		}
	})
}
