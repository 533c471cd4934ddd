// Package viewtest looks at rendered pages for tests.
//
// It owns the rules that every page of ours keeps, and the camera that takes
// pictures of pages in a real Chromium. It never runs in production.
package viewtest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// Check fails t where a page breaks a rule: it is well-formed, has one h1,
// nothing inline, a label for every field, a name for every button, ids that
// are unique, and no reference to an id that is not there.
func Check(t *testing.T, page string) {
	t.Helper()
	for _, fault := range Faults(page) {
		t.Error(fault)
	}
}

// Faults lists the rules that a page breaks, one sentence each.
func Faults(page string) []string {
	w := walker{ids: map[string]bool{}, labels: map[string]bool{}}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	for {
		token, err := d.RawToken() // raw: the nesting is ours to check
		if errors.Is(err, io.EOF) {
			return w.finish()
		}
		if err != nil {
			return append(w.faults, "not well-formed: "+err.Error())
		}
		w.see(token)
	}
}

type walker struct {
	faults []string
	stack  []string
	ids    map[string]bool
	labels map[string]bool
	fields []field
	refs   []string
	heads  int
	button *strings.Builder // the text of the button we are in
	named  bool
}

type field struct{ id, what string }

func (w *walker) fault(sentence string) { w.faults = append(w.faults, sentence) }

func (w *walker) see(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		w.open(t)
	case xml.EndElement:
		w.close(t.Name.Local)
	case xml.CharData:
		if w.button != nil {
			w.button.Write(t)
		}
		if w.in("script") && strings.TrimSpace(string(t)) != "" {
			w.fault("inline script: " + string(t))
		}
	}
}

func (w *walker) in(name string) bool { return slices.Contains(w.stack, name) }

func (w *walker) open(t xml.StartElement) {
	at := attributes(t)
	name := t.Name.Local
	if !void(name) {
		w.stack = append(w.stack, name)
	}
	w.attributes(name, at)
	switch name {
	case "h1":
		w.heads++
	case "style":
		w.fault("inline style sheet")
	case "script":
		if at["src"] == "" {
			w.fault("script without src")
		}
	case "label":
		w.labels[at["for"]] = true
	case "input", "select", "textarea":
		w.field(name, at)
	case "button":
		w.button, w.named = &strings.Builder{}, at["aria-label"] != ""
	case "iframe":
		if at["title"] == "" {
			w.fault("iframe without title")
		}
	}
}

// void says whether an element has no end tag in HTML.
func void(name string) bool { return slices.Contains(xml.HTMLAutoClose, name) }

func attributes(t xml.StartElement) map[string]string {
	out := map[string]string{}
	for _, a := range t.Attr {
		out[a.Name.Local] = a.Value
	}
	return out
}

func (w *walker) attributes(name string, at map[string]string) {
	for key, value := range at {
		if key == "style" || strings.HasPrefix(key, "on") {
			w.fault("inline " + key + " on " + name)
		}
		switch key {
		case "id":
			if w.ids[value] {
				w.fault("id twice: " + value)
			}
			w.ids[value] = true
		case "aria-labelledby", "aria-describedby", "popovertarget", "data-confirm", "data-swap":
			w.refs = append(w.refs, strings.Fields(value)...)
		case "href", "src", "action", "formaction":
			if strings.Contains(value, "javascript:") || strings.HasPrefix(value, "http") && !toStore(name, key, value) {
				w.fault("foreign address " + value)
			}
		}
	}
}

// toStore says whether a link leads to where Apple shows an app or a book.
func toStore(name, key, value string) bool {
	return name == "a" && key == "href" && (strings.HasPrefix(value, "https://apps.apple.com/") || strings.HasPrefix(value, "https://books.apple.com/"))
}

func (w *walker) field(name string, at map[string]string) {
	if at["type"] == "hidden" || at["aria-label"] != "" || w.in("label") {
		return
	}
	w.fields = append(w.fields, field{at["id"], name + " " + at["name"]})
}

func (w *walker) close(name string) {
	if void(name) {
		return
	}
	if len(w.stack) == 0 || w.stack[len(w.stack)-1] != name {
		w.fault(fmt.Sprintf("not well-formed: </%s> closes %q", name, w.stack))
		return
	}
	w.stack = w.stack[:len(w.stack)-1]
	if name == "button" && w.button != nil {
		if !w.named && strings.TrimSpace(w.button.String()) == "" {
			w.fault("button without a name")
		}
		w.button = nil
	}
}

func (w *walker) finish() []string {
	if len(w.stack) > 0 {
		w.fault(fmt.Sprintf("not well-formed: never closed %q", w.stack))
	}
	if w.heads != 1 {
		w.fault("a page has one h1")
	}
	for _, f := range w.fields {
		if f.id == "" || !w.labels[f.id] {
			w.fault("no label: " + f.what)
		}
	}
	for id := range w.labels {
		w.refs = append(w.refs, id)
	}
	for _, id := range w.refs {
		if id != "" && !w.ids[id] {
			w.fault("no such id: " + id)
		}
	}
	return w.faults
}
