package console

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"
)

// FragmentHeader names the region of a page that alone is wanted.
const FragmentHeader = "X-Fragment"

// Render answers with a page, or with the one region that the request asks
// for. A page that has no such region is sent whole: the browser then shows
// all of it. Nothing is sent before everything is drawn, so that an error can
// still become an error page.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	body, err := draw(r, page)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Add("Vary", FragmentHeader)
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

func draw(r *http.Request, page templ.Component) ([]byte, error) {
	var out bytes.Buffer
	if id := r.Header.Get(FragmentHeader); id != "" {
		if err := templ.RenderFragments(r.Context(), &out, page, id); err != nil {
			return nil, err
		}
	}
	if out.Len() > 0 {
		return out.Bytes(), nil
	}
	err := page.Render(r.Context(), &out)
	return out.Bytes(), err
}
