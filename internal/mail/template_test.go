package mail_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail"
)

// F-33: the letter that goes out by default says everything, in both parts.
func TestDefaultTemplate(t *testing.T) {
	compiled, err := mail.Compile(mail.DefaultTemplate())
	if err != nil {
		t.Fatal(err)
	}
	full, err := compiled.Preview()
	if err != nil {
		t.Fatal(err)
	}
	sample := mail.SampleData()
	for _, want := range []string{sample.Link, sample.FirstName, sample.Organization, sample.ExpiresOn, sample.HelpContact, sample.SenderName} {
		if !strings.Contains(full.Text, want) || !strings.Contains(full.HTML, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !strings.Contains(full.Subject, sample.Organization) || !strings.Contains(full.HTML, ">Sign In</a>") {
		t.Errorf("subject %q", full.Subject)
	}
	bare, err := compiled.Render(mail.TemplateData{Link: "https://x.example/i/1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{bare.Subject, bare.Text, bare.HTML} {
		if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, " ,") {
			t.Errorf("bare: %s", text)
		}
	}
}

// The issue: a template may not be saved without the link, nor broken.
func TestCompileRefuses(t *testing.T) {
	const good = "Hello {{.FirstName}}\n{{.Link}}\n"
	const page = `<p>{{.FirstName}}</p><a href="{{.Link}}">x</a>`
	cases := map[string]struct {
		template     mail.Template
		field, words string
	}{
		"no link in text":   {mail.Template{Subject: "a", Text: "Hello", HTML: page}, "text", "The text: the link is missing"},
		"no link in html":   {mail.Template{Subject: "a", Text: good, HTML: "<p>Hello</p>"}, "html", "The HTML: the link is missing"},
		"link in a choice":  {mail.Template{Subject: "a", Text: "{{if .ExpiresOn}}{{.Link}}{{end}}"}, "text", "the link is missing"},
		"link in a comment": {mail.Template{Subject: "a", Text: good, HTML: "<!-- {{.Link}} --><p>x</p>"}, "html", "nobody can see"},
		"link in a script":  {mail.Template{Subject: "a", Text: good, HTML: "<SCRIPT>x = {{.Link}}</script>"}, "html", "holds a script"},
		"unknown variable":  {mail.Template{Subject: "a", Text: good + "{{.Password}}"}, "text", "Line 3 of the text: there is no variable {{.Password}}"},
		"wrong case":        {mail.Template{Subject: "{{.firstname}}", Text: good}, "subject", "Did you mean {{.FirstName}}?"},
		"deep variable":     {mail.Template{Subject: "a", Text: good + "{{.Link.Host}}"}, "text", "no variable"},
		"unknown function":  {mail.Template{Subject: "a", Text: good + "\n{{upper .FirstName}}"}, "text", "Line 4 of the text: function \"upper\" not defined"},
		"builtin":           {mail.Template{Subject: "a", Text: good + `{{printf "%999999d" 1}}`}, "text", "function \"printf\" not defined"},
		"unclosed":          {mail.Template{Subject: "a", Text: good + "{{.FirstName"}, "text", "Line 3 of the text: unclosed action"},
		"no end":            {mail.Template{Subject: "a", Text: good + "{{if .ExpiresOn}}x"}, "text", "Line 3 of the text: unexpected EOF"},
		"loop":              {mail.Template{Subject: "a", Text: good + "{{range .Link}}x{{end}}"}, "text", "cannot be used"},
		"define":            {mail.Template{Subject: "a", Text: good + `{{define "x"}}y{{end}}`}, "text", "{{define}}"},
		"call":              {mail.Template{Subject: "a", Text: good + `{{template "text"}}`}, "text", "cannot be used"},
		"with":              {mail.Template{Subject: "a", Text: good + `{{with .Link}}{{.}}{{end}}`}, "text", "cannot be used"},
		"assignment":        {mail.Template{Subject: "a", Text: good + `{{$x := .Link}}`}, "text", "cannot be used"},
		"everything":        {mail.Template{Subject: "a", Text: good + `{{.}}`}, "text", "cannot be used"},
		"constant in if":    {mail.Template{Subject: "a", Text: good + `{{if true}}x{{end}}`}, "text", "condition"},
		"subject lines":     {mail.Template{Subject: "a\nBcc: x", Text: good}, "subject", "single line"},
		"subject empty":     {mail.Template{Subject: " ", Text: good}, "subject", "empty"},
		"comment only":      {mail.Template{Subject: "a", Text: "{{/* x */}}"}, "text", "link is missing"},
		"too large":         {mail.Template{Subject: "a", Text: good + strings.Repeat("x", 64<<10)}, "text", "too large"},
		"bytes":             {mail.Template{Subject: "a", Text: good + "\xff\xfe"}, "text", "UTF-8"},
		"html unfinished":   {mail.Template{Subject: "a", Text: good, HTML: `{{.Link}}<a href="`}, "html", "ends inside a tag"},
		"html bad place":    {mail.Template{Subject: "a", Text: good, HTML: `{{.Link}}<a {{if .ExpiresOn}}href="{{end}}>`}, "html", "The HTML: an {{if}} begins a tag"},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := mail.Compile(one.template)
			if err == nil {
				t.Fatal("was taken")
			}
			t.Log(err)
			for _, fault := range mail.Faults(err) {
				if fault.Field != one.field || !strings.Contains(fault.Message, one.words) {
					t.Errorf("%s: %s", fault.Field, fault.Message)
				}
			}
			if len(mail.Faults(err)) == 0 {
				t.Error("no faults listed")
			}
		})
	}
}

// HTML in people's names is shown, not obeyed; line breaks become spaces.
func TestRenderEscapesPeople(t *testing.T) {
	data := mail.TemplateData{FirstName: "<script>alert(1)</script>\r\nBcc: x", Link: "https://x.example/i/1?a=b&c=d", Organization: "A & B"}
	for name, page := range map[string]string{"own": `<p title="{{.FirstName}}">{{.FirstName}} {{.Organization}}</p><a href="{{.Link}}">x</a>`, "derived": ""} {
		compiled, err := mail.Compile(mail.Template{Subject: "For {{.FirstName}}", Text: "Hello {{.FirstName}} of {{.Organization}}\nnow\n\n{{.Link}}\n", HTML: page})
		if err != nil {
			t.Fatal(err)
		}
		got, err := compiled.Render(data)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(got.HTML, "<script") || !strings.Contains(got.HTML, "&lt;script&gt;") || !strings.Contains(got.HTML, `href="https://x.example/i/1?a=b&amp;c=d"`) {
			t.Errorf("%s: %s", name, got.HTML)
		}
		if got.Subject != "For <script>alert(1)</script> Bcc: x" || !strings.Contains(got.Text, "A & B\nnow\n\nhttps://x.example/i/1?a=b&c=d\n") {
			t.Errorf("%s: %q\n%s", name, got.Subject, got.Text)
		}
		evil, err := compiled.Render(mail.TemplateData{Link: "javascript:alert(1)"})
		if err != nil || strings.Contains(evil.HTML, `href="javascript:`) {
			t.Errorf("%s: %v %s", name, err, evil.HTML)
		}
	}
}
