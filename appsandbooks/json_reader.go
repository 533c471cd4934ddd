package appsandbooks

import (
	"bytes"
	"encoding/json"
	"errors"
)

// jsonReader reads JSON by hand, once from front to back and without
// reflection: pages bring millions of small records, and encoding/json takes
// several times as long for them. What is rare (escapes, other letters than
// ASCII, unknown members) is left to encoding/json.
type jsonReader struct {
	body   []byte
	at     int
	broken error             // this is no JSON: nothing more is read
	odd    error             // the first value of a wrong type: it is skipped, and reading goes on
	words  map[string]string // words that come again and again, kept once
}

var errBroken = errors.New("broken JSON")

// next tells the next byte that is no white space, 0 at the end.
func (r *jsonReader) next() byte {
	for ; r.at < len(r.body); r.at++ {
		switch c := r.body[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (r *jsonReader) fail() { r.broken = errBroken }

// end is called when everything ought to be read.
func (r *jsonReader) end() {
	if r.next(); r.at < len(r.body) {
		r.fail()
	}
}

// object reads an object; member must read the value that belongs to the name.
func (r *jsonReader) object(field string, member func(name []byte)) {
	if !r.opens(field, '{') || r.empty('}') {
		return
	}
	for more := true; more; more = r.more('}') {
		if r.next() != '"' {
			r.fail()
			return
		}
		name := r.letters()
		if r.next() != ':' {
			r.fail()
			return
		}
		r.at++
		member(name)
	}
}

// array reads a list; item must read one of its values.
func (r *jsonReader) array(field string, item func()) {
	if !r.opens(field, '[') || r.empty(']') {
		return
	}
	for more := true; more; more = r.more(']') {
		item()
	}
}

// opens tells whether what begins with c comes next. Another value is skipped.
func (r *jsonReader) opens(field string, c byte) bool {
	if r.next() != c {
		r.strange(field, r.raw())
		return false
	}
	r.at++
	return true
}

// empty tells whether what was opened ends at once.
func (r *jsonReader) empty(end byte) bool {
	if r.next() != end {
		return false
	}
	r.at++
	return true
}

// more reads a comma, or the end of what was opened.
func (r *jsonReader) more(end byte) bool {
	if r.broken != nil {
		return false
	}
	switch r.next() {
	case ',':
		r.at++
		return true
	case end:
		r.at++
	default:
		r.fail()
	}
	return false
}

// raw reads a value of any kind and returns it as it stands.
func (r *jsonReader) raw() []byte {
	c := r.next()
	start := r.at
	switch c {
	case '"':
		r.passString()
	case '{', '[':
		r.passNested()
	default:
		r.passWord()
	}
	value := r.body[start:r.at]
	if r.broken == nil && !json.Valid(value) {
		r.fail()
	}
	return value
}

// passString passes a string, quotes included.
func (r *jsonReader) passString() {
	for r.at++; ; r.at++ {
		n := bytes.IndexByte(r.body[r.at:], '"')
		if n < 0 {
			r.at = len(r.body)
			r.fail()
			return
		}
		r.at += n
		slashes := 0
		for r.body[r.at-1-slashes] == '\\' { // ends at the opening quote at the latest
			slashes++
		}
		if slashes%2 == 0 {
			r.at++
			return
		}
	}
}

// passNested passes an object or a list by counting brackets; whether they
// belong together is raw's business.
func (r *jsonReader) passNested() {
	for depth := 0; r.at < len(r.body); {
		switch r.body[r.at] {
		case '"':
			r.passString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		r.at++
		if depth == 0 {
			return
		}
	}
	r.fail()
}

// passWord passes a number, true, false or null.
func (r *jsonReader) passWord() {
	for ; r.at < len(r.body); r.at++ {
		switch r.body[r.at] {
		case ' ', '\t', '\n', '\r', ',', ':', ']', '}':
			return
		}
	}
}
