package mailtest

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

//go:embed page
var pages embed.FS

const lettersPerPage = 200

// Catcher is a web page that shows the letters of a box: for the demo, so that
// everybody can read the mail that would have gone out. It works without
// JavaScript and at any prefix (http.StripPrefix; the address ends in a slash).
type Catcher struct {
	box *Box
	mux *http.ServeMux
	tpl *template.Template
}

var _ http.Handler = (*Catcher)(nil)

// NewCatcher makes the page for a box.
func NewCatcher(box *Box) (*Catcher, error) {
	tpl, err := template.ParseFS(pages, "page/*.html")
	if err != nil {
		return nil, err
	}
	c := &Catcher{box: box, mux: http.NewServeMux(), tpl: tpl}
	c.mux.HandleFunc("GET /{$}", c.list)
	c.mux.HandleFunc("GET /last", c.last)
	c.mux.HandleFunc("GET /letters/{id}/{$}", c.letter)
	c.mux.HandleFunc("GET /letters/{id}/page", c.page)
	c.mux.HandleFunc("GET /letters/{id}/source", c.source)
	c.mux.HandleFunc("GET /catcher.css", c.file)
	c.mux.HandleFunc("GET /catcher.js", c.file)
	return c, nil
}

// ServeHTTP serves the list, the letters and the two files they need.
func (c *Catcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	c.mux.ServeHTTP(w, r)
}

func (c *Catcher) list(w http.ResponseWriter, r *http.Request) {
	words := r.URL.Query().Get("q")
	c.render(w, "list.html", map[string]any{
		"Letters": c.box.Search(words, lettersPerPage), "Words": words, "Last": c.box.Last(), "Most": lettersPerPage,
	})
}

// last tells the script whether the list is out of date.
func (c *Catcher) last(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprint(w, c.box.Last()) // a reader that left needs no answer
}

func (c *Catcher) letter(w http.ResponseWriter, r *http.Request) {
	if letter, ok := c.find(w, r); ok {
		c.render(w, "letter.html", letter)
	}
}

// page is the letter's own HTML. It is a stranger's: it runs in a sandbox, with
// no scripts and nothing fetched, whether framed or opened by itself.
func (c *Catcher) page(w http.ResponseWriter, r *http.Request) {
	letter, ok := c.find(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(inNewWindow(letter.HTML))) // a reader that left needs no answer
}

func (c *Catcher) source(w http.ResponseWriter, r *http.Request) {
	letter, ok := c.find(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(letter.Raw) // the same
}

func (c *Catcher) file(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pages, "page/"+strings.TrimPrefix(r.URL.Path, "/"))
}

func (c *Catcher) find(w http.ResponseWriter, r *http.Request) (Letter, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	letter, ok := c.box.Get(id)
	if err != nil || !ok {
		w.WriteHeader(http.StatusNotFound)
		c.render(w, "gone.html", nil)
		return Letter{}, false
	}
	return letter, true
}

func (c *Catcher) render(w http.ResponseWriter, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = c.tpl.ExecuteTemplate(w, name, data) // fails only when the reader left
}

var headTag = regexp.MustCompile(`(?i)<head[^>]*>`)

// inNewWindow makes links open outside of the small frame.
func inNewWindow(page string) string {
	const base = `<base target="_blank">`
	if at := headTag.FindStringIndex(page); at != nil {
		return page[:at[1]] + base + page[at[1]:]
	}
	return base + page
}
