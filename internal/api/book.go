package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/rsvpp/rsvpp/internal/gate"
)

const (
	base      = "/api/v1"
	usualBody = 1 << 20
	largeBody = 8 << 20
)

// book collects the routes: each goes into the OpenAPI document, to the mux
// that runs it, and to the gate with the scope that it declares.
type book struct {
	api    huma.API
	mux    *http.ServeMux
	routes []gate.Route
}

func newBook(version string) *book {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("rsvpp", version)
	config.Info.Description = description
	config.Info.License = &huma.License{Name: "MIT"}
	// We serve the document and its page ourselves: theirs load from a CDN.
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.Transformers = []huma.Transformer{reword}
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{"application/json": textOnly(huma.DefaultJSONFormat), "json": textOnly(huma.DefaultJSONFormat)}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key, made in the console under Settings, API keys, by POST /api/v1/keys, or by rsvpp admin key."},
		"session": {Type: "apiKey", In: "cookie", Name: "rsvpp_session", Description: "The console's own session."},
	}
	return &book{api: humago.New(mux, config), mux: mux}
}

// textOnly refuses NUL characters, which PostgreSQL cannot keep and spreadsheets
// cannot read.
func textOnly(f huma.Format) huma.Format {
	read := f.Unmarshal
	f.Unmarshal = func(b []byte, v any) error {
		if bytes.Contains(b, []byte(`\u0000`)) {
			return errors.New("it holds a NUL character: take it out")
		}
		return read(b, v)
	}
	return f
}

// option changes an operation beyond what most have.
type option func(*huma.Operation, *gate.Route)

// add enters one operation. Handlers return services' errors as they are.
func add[I, O any](b *book, method, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	op := b.operation(method, path, scope, id, summary, options)
	// A body that the framework knows of it reads whole, and as JSON: files are
	// described afterwards.
	file := op.RequestBody
	op.RequestBody = nil
	huma.Register(b.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, refuse(ctx, err)
		}
		return out, nil
	})
	b.describe(op, file)
}

// describe enters the file that an operation takes into the document.
func (b *book) describe(op huma.Operation, file *huma.RequestBody) {
	if file == nil {
		return
	}
	entry := b.api.OpenAPI().Paths[op.Path]
	switch op.Method {
	case http.MethodPost:
		entry.Post.RequestBody = file
	case http.MethodPut:
		entry.Put.RequestBody = file
	}
}

func get[I, O any](b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	add(b, http.MethodGet, path, scope, id, summary, handle, options...)
}

func post[I, O any](b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	add(b, http.MethodPost, path, scope, id, summary, handle, options...)
}

func put[I, O any](b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	add(b, http.MethodPut, path, scope, id, summary, handle, options...)
}

func patch[I, O any](b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	add(b, http.MethodPatch, path, scope, id, summary, handle, options...)
}

func remove[I, O any](b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *I) (*O, error), options ...option) {
	add(b, http.MethodDelete, path, scope, id, summary, handle, options...)
}

// operation describes a route to the document and declares it to the gate.
func (b *book) operation(method, path string, scope gate.Scope, id, summary string, options []option) huma.Operation {
	op := huma.Operation{
		Method: method, Path: base + path, OperationID: id, Summary: summary, Tags: []string{tagOf(path)},
		Responses:    map[string]*huma.Response{"default": b.problem()},
		MaxBodyBytes: usualBody,
		Extensions:   map[string]any{"x-scope": string(scope)},
	}
	if scope != gate.Public {
		op.Description = "Needs the scope `" + string(scope) + "`."
		op.Security = []map[string][]string{{"key": {}}, {"session": {}}}
	}
	route := gate.Route{Pattern: method + " " + op.Path, Scope: scope, Handler: b.mux, MaxBody: usualBody}
	for _, o := range options {
		o(&op, &route)
	}
	b.routes = append(b.routes, route)
	return op
}

func (b *book) problem() *huma.Response {
	schema := b.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: "What went wrong, and what to do (RFC 9457).", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// tagOf is the first word of the path.
func tagOf(path string) string {
	for i, c := range path[1:] {
		if c == '/' {
			return path[1 : i+1]
		}
	}
	return path[1:]
}

// accepted marks work that goes on after the answer.
func accepted(op *huma.Operation, _ *gate.Route) { op.DefaultStatus = http.StatusAccepted }

func created(op *huma.Operation, _ *gate.Route) { op.DefaultStatus = http.StatusCreated }

// steering says that the task decides what else is needed.
func steering(op *huma.Operation, _ *gate.Route) {
	op.Description += " Besides, the scope that starts such a task: `roster` for imports, `invite` for invitations, `program` for the others."
}

// slow gives a route that moves much data, or waits for others, more time.
func slow(d time.Duration) option {
	return func(_ *huma.Operation, r *gate.Route) { r.Timeout = d }
}

// selecting makes room for a long list of people.
func selecting(op *huma.Operation, r *gate.Route) { op.MaxBodyBytes, r.MaxBody = largeBody, largeBody }

// bare marks a route that looks at no session.
func bare(_ *huma.Operation, r *gate.Route) { r.Bare = true }

// csv describes an answer that is a file.
func csv(op *huma.Operation, r *gate.Route) {
	r.Timeout = fileTime
	op.Responses["200"] = &huma.Response{
		Description: "A CSV file in UTF-8. Cells that a spreadsheet would take for formulas begin with an apostrophe.",
		Content:     map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}},
	}
}

// jsonLines describes an answer that is a file of JSON, an object per line.
func jsonLines(op *huma.Operation, r *gate.Route) {
	r.Timeout = fileTime
	op.Responses["200"] = &huma.Response{
		Description: "A file with a JSON object on each line: a head, the people, and a foot with the signature.",
		Content:     map[string]*huma.MediaType{"application/jsonl": {Schema: &huma.Schema{Type: "string"}}},
	}
}

// upload describes a request that is a file, as it is or in a form.
func upload(most int64, types ...string) option {
	return func(op *huma.Operation, r *gate.Route) {
		r.MaxBody, r.Timeout = most, fileTime
		file := &huma.Schema{Type: "string", Format: "binary", Description: "The file."}
		form := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"file": file}, Required: []string{"file"}}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: form}}}
		for _, t := range types {
			op.RequestBody.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
		}
	}
}

const fileTime = 10 * time.Minute

// stream enters the operation that streams events.
func stream(b *book, path string, scope gate.Scope, id, summary string, handle func(context.Context, *eventsInput, sse.Sender)) {
	op := b.operation(http.MethodGet, path, scope, id, summary, []option{slow(gate.NoTimeout)})
	sse.Register(b.api, op, map[string]any{"change": Changed{}, "task": TaskChanged{}, "ping": Ping{}}, handle)
}
