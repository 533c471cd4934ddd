package view

import (
	"net/url"

	"github.com/a-h/templ"
)

// path is the address of an act on an invitation.
func path(code, act string) templ.SafeURL {
	return templ.SafeURL("/i/" + url.PathEscape(code) + "/" + act)
}
