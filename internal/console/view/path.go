package view

import (
	"net/url"

	"github.com/a-h/templ"
)

// path joins segments to an address on this server, each escaped.
func path(segments ...string) templ.SafeURL {
	out := ""
	for _, s := range segments {
		out += "/" + url.PathEscape(s)
	}
	return templ.SafeURL(out)
}
