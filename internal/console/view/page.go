package view

import "strings"

// Page is the frame around every signed-in page.
type Page struct {
	Title     string   // the browser's title and, unless a page says more, its heading
	Section   string   // which entry of the navigation is current: "start", "users", "devices", "locations", "tasks", "history", "conflicts", "settings"
	Static    string   // the prefix of style sheets and modules, such as "/static/3f2a91"
	Theme     string   // "auto", "light" or "dark": the administrator's choice
	Path      string   // this page's address with its query; forms return here
	Operator  Operator // who is signed in
	Locations []Choice // the location picker; Current is the one that lists are seen from
	Running   int      // tasks running now
	Conflicts int      // what does not go together at the location
	Notices   []Notice // sentences about what has just happened
	Crumbs    []Link   // the way back, outermost first
	Lead      string   // one sentence under the heading
	KeysOff   bool     // the administrator wants no keys that act alone
	Bare      bool     // without navigation: sign-in, first set-up
}

// Operator is the administrator who is signed in.
type Operator struct{ Name string }

// Initials are at most two letters for the account button.
func (o Operator) Initials() string {
	var out []rune
	for word := range strings.FieldsSeq(o.Name) {
		if len(out) < 2 {
			out = append(out, []rune(strings.ToUpper(word))[0])
		}
	}
	return string(out)
}

// Location is the choice that lists are seen from; the zero Choice if there is none.
func (p Page) Location() Choice {
	for _, c := range p.Locations {
		if c.Current {
			return c
		}
	}
	return Choice{}
}

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href string
}

// Choice is one option of a select, a chip or a set of tabs.
type Choice struct {
	Value   string
	Text    string
	Hint    string
	Current bool
}

// Tone colours a notice, a badge or a meter.
type Tone string

// The tones. Each has its own colour and icon; none speaks by colour alone.
const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

func (t Tone) icon() string {
	switch t {
	case Good:
		return "check"
	case Warn:
		return "alert"
	case Bad:
		return "cross"
	default:
		return "info"
	}
}

// Notice is a sentence about what has happened, and what can be done about it.
type Notice struct {
	Tone   Tone
	Text   string
	Action Link
	Undo   string // where a button posts to that takes it back; "" for none
	Until  string // until when, for machines
}

// Field is one labelled input. Error is the sentence that says how to mend it.
type Field struct {
	Name         string
	ID           string // where several forms of a page have the name; else made from it
	Label        string
	Value        string
	Type         string // "text" if empty
	Hint         string
	Error        string
	Autocomplete string
	Required     bool
	Placeholder  string
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) id() string {
	if f.ID != "" {
		return "field-" + f.ID
	}
	return "field-" + f.Name
}

// describedBy names the hint and the error for screen readers.
func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	return strings.Join(ids, " ")
}

// Fact is a term and what it is, for definition lists.
type Fact struct {
	Term  string
	Text  string
	Tone  Tone
	Copy  bool // offer to copy Text
	Title string
}

// Pager leads through a list that is cut into pages by a key.
type Pager struct {
	Prev  string // address of the previous page, or ""
	Next  string
	Range string // "1–100 of 48,210"
}
