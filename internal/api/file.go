package api

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/rsvpp/rsvpp/internal/gate"
)

// file answers with a CSV file that is written as it is read.
func file(ctx context.Context, name string, write func(io.Writer) error) *huma.StreamResponse {
	return fileAs(ctx, "text/csv; charset=utf-8", name, write)
}

func fileAs(ctx context.Context, kind, name string, write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		f := &fileWriter{w: w, kind: kind, name: name}
		err := write(f)
		switch {
		case err == nil:
			_, _ = f.Write(nil) // an empty file is a file, too
		case !f.begun:
			gate.WriteProblem(w, r, err)
		default:
			// Half a file is out: only a cut connection says that it is not whole.
			_ = gate.ProblemOf(ctx, err) // for the log
			_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
		}
	}}
}

// fileWriter sends the headers with the first bytes, so that what goes wrong
// before can still be said.
type fileWriter struct {
	w     http.ResponseWriter
	kind  string
	name  string
	begun bool
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.w.Header().Set("Content-Type", f.kind)
		f.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	}
	return f.w.Write(b)
}

// Uploaded is a file in the request: as it is, or as the first file of a form.
// It is read as it comes, never kept whole.
type Uploaded struct {
	name  string
	r     io.Reader
	fault error
}

// Resolve implements huma.Resolver: it takes the body before anybody reads it.
func (u *Uploaded) Resolve(ctx huma.Context) []error {
	u.r, u.name = ctx.BodyReader(), ctx.Query("filename")
	kind, parameters, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil
	}
	part, err := firstFile(multipart.NewReader(u.r, parameters["boundary"]))
	if err != nil {
		u.fault = invalid("file", "The form holds no file: send it in the field file.")
		return nil
	}
	u.r = part
	if u.name == "" {
		u.name = part.FileName()
	}
	return nil
}

func firstFile(form *multipart.Reader) (*multipart.Part, error) {
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" || part.FormName() == "file" {
			return part, nil
		}
	}
}
