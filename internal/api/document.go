package api

import (
	"embed"
	"encoding/json"
	"mime"
	"net/http"
	"path"
	"sync"

	"github.com/swaggest/swgui/v5/static"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// writing writes the OpenAPI document down when it is first asked for, which
// takes longer than all else that a server does when it starts.
func (b *book) writing() (asJSON, asYAML func() ([]byte, error)) {
	return sync.OnceValues(func() ([]byte, error) { return json.Marshal(b.api.OpenAPI()) }), sync.OnceValues(b.api.OpenAPI().YAML)
}

//go:embed docs
var page embed.FS

// documentRoutes serves the OpenAPI document and the page that shows it, all
// from this program: the page loads nothing from elsewhere and holds no
// inline script, so the gate's policy stands.
func (d *Door) documentRoutes() []gate.Route {
	bare := func(path string, h http.HandlerFunc) gate.Route {
		return gate.Route{Pattern: "GET /api/" + path, Scope: gate.Public, Bare: true, Handler: h}
	}
	return []gate.Route{
		bare("openapi.json", written("application/openapi+json", d.json)),
		bare("openapi.yaml", written("application/openapi+yaml", d.yaml)),
		bare("docs", serveDocs),
		bare("docs/{file}", serveAsset),
	}
}

func written(kind string, document func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, err := document()
		if err != nil {
			gate.WriteProblem(w, r, err)
			return
		}
		serve(kind, text)(w, r)
	}
}

func serve(kind string, b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(b)
	}
}

func serveDocs(w http.ResponseWriter, r *http.Request) {
	// Swagger UI sets styles by script; nothing of a stranger's is on the page.
	w.Header().Set("Content-Security-Policy", docsPolicy)
	http.ServeFileFS(w, r, page, "docs/index.html")
}

const docsPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"form-action 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// serveAsset serves our few lines, and Swagger UI as its module embeds it.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if b, err := page.ReadFile("docs/" + name); err == nil {
		serve(mime.TypeByExtension(path.Ext(name)), b)(w, r)
		return
	}
	if b, err := static.FS.ReadFile(name); err == nil && path.Ext(name) == ".png" {
		serve("image/png", b)(w, r)
		return
	}
	b, err := static.FS.ReadFile(name + ".gz")
	if err != nil {
		gate.WriteProblem(w, r, vpp.Errorf(vpp.NotFound, "There is no such file here."))
		return
	}
	servePacked(w, r, mime.TypeByExtension(path.Ext(name)), b)
}
