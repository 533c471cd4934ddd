package console

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// typed returns a form's value without the space around it.
func typed(r *http.Request, name string) string { return strings.TrimSpace(r.PostFormValue(name)) }

// backTo returns where a form wants to go on: its field "return" if that is a
// page of ours, else the fallback.
func backTo(r *http.Request, fallback string) string {
	if to := safePath(r.PostFormValue("return")); to != "" {
		return to
	}
	return fallback
}

// safePath returns an address on this server, "" for any other.
func safePath(address string) string {
	if address == "" || address != "/" && gate.SafeNext(address) == "/" {
		return ""
	}
	return address
}

// actor is who stands behind a request.
func actor(r *http.Request) vpp.Actor { return gate.Actor(r.Context()) }

func caller(r *http.Request) operator.Caller {
	c, _ := gate.Caller(r.Context()) // routes with a scope always have one
	return c
}

// stretch returns the part of a list that an address asks for.
func stretch(r *http.Request) vpp.Page {
	q := r.URL.Query()
	return vpp.Page{After: q.Get("after"), Before: q.Get("before")}
}

// pager leads to the neighbours of a list's stretch, at this address.
func pager(r *http.Request, prev, next, words string) view.Pager {
	return view.Pager{Prev: turned(r, "before", prev), Next: turned(r, "after", next), Range: words}
}

func turned(r *http.Request, name, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Del("after")
	q.Del("before")
	q.Set(name, cursor)
	return r.URL.Path + "?" + q.Encode()
}

// address joins a path and a query, whose empty values are left out.
func address(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// when turns a time into words, seen from now.
func (d *Door) when(t time.Time) view.Moment { return view.At(t, d.now()) }

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// day says a date.
func day(t time.Time) string { return t.Format("2 January 2006") }

// uploaded reads a small file of a form whole; an empty one is an error about
// the field.
func uploaded(r *http.Request, field string) ([]byte, error) {
	f, _, err := r.FormFile(field)
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return nil, err
	}
	if err != nil {
		return nil, &vpp.Error{Kind: vpp.Invalid, Field: field, Message: "Choose a file first.", Err: err}
	}
	defer func() { _ = f.Close() }()
	body, err := io.ReadAll(f)
	if err != nil {
		return nil, &vpp.Error{Kind: vpp.Invalid, Field: field, Message: "The file did not arrive whole: send it again.", Err: err}
	}
	if len(body) == 0 {
		return nil, &vpp.Error{Kind: vpp.Invalid, Field: field, Message: "The file is empty, or none was chosen: choose the file again."}
	}
	return body, nil
}

// unixLines turns the line ends that browsers send into ours.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
