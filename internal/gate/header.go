package gate

import (
	"net/http"
)

// policy is what our pages may do: load from here, and nothing else.
const policy = "default-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// previewPolicy is for a document that others wrote: it is shown, in a frame of
// ours, and can do nothing.
const previewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; " +
	"frame-ancestors 'self'; base-uri 'none'; sandbox"

// protect sets what browsers are told with every answer. A door may set some
// of it anew.
func (g *Gate) protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if g.https() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// AllowPreview makes this answer a document that may stand in a frame of our
// own pages, with its own styles and without any power.
func AllowPreview(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", previewPolicy)
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
}
