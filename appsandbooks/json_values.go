package appsandbooks

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// mostWords bounds how many words of a body are kept once; what comes after
// them is kept each time anew.
const mostWords = 4096

// letters reads a string that is known to come next, and takes it out of its quotes.
func (r *jsonReader) letters() []byte {
	start := r.at + 1
	if n := bytes.IndexByte(r.body[start:], '"'); n >= 0 && plain(r.body[start:start+n]) {
		r.at = start + n + 1
		return r.body[start : start+n]
	}
	var s string
	if err := json.Unmarshal(r.raw(), &s); err != nil {
		r.fail()
	}
	return []byte(s)
}

// plain tells whether the inside of a string means what stands there.
func plain(inside []byte) bool {
	for _, c := range inside {
		if c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// strange notes a value that is not of the type its field should have. What
// is absent may be written as null.
func (r *jsonReader) strange(field string, value []byte) {
	if r.odd == nil && string(value) != "null" {
		r.odd = &json.UnmarshalTypeError{Field: field, Value: "another type"}
	}
}

// text reads a string.
func (r *jsonReader) text(field string, into *string) {
	if r.next() == '"' {
		*into = string(r.letters())
		return
	}
	r.strange(field, r.raw())
}

// word reads a string that other records have too.
func (r *jsonReader) word(field string, into *string) {
	if r.next() == '"' {
		*into = r.once(r.letters())
		return
	}
	r.strange(field, r.raw())
}

// adamID reads the store's name for something, which Apple writes as a string
// for assets and as a number for subscriptions.
func (r *jsonReader) adamID(field string, into *string) {
	if r.next() == '"' {
		*into = r.once(r.letters())
	} else if value := r.raw(); allDigits(value) {
		*into = r.once(value)
	} else {
		r.strange(field, value)
	}
}

func allDigits(value []byte) bool {
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(value) > 0
}

// once returns the one copy of a word.
func (r *jsonReader) once(word []byte) string {
	if known, ok := r.words[string(word)]; ok {
		return known
	}
	s := string(word)
	if r.words == nil {
		r.words = map[string]string{}
	}
	if len(r.words) < mostWords {
		r.words[s] = s
	}
	return s
}

// number reads an integer.
func (r *jsonReader) number(field string, into *int) {
	value := r.raw()
	if n, err := strconv.Atoi(string(value)); err == nil {
		*into = n
		return
	}
	r.strange(field, value)
}

// flag reads true or false.
func (r *jsonReader) flag(field string, into *bool) {
	switch value := r.raw(); string(value) {
	case "true":
		*into = true
	case "false":
		*into = false
	default:
		r.strange(field, value)
	}
}
