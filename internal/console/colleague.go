package console

import (
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
)

func (d *Door) peopleRoutes() []gate.Route { return nil }
func (d *Door) importRoutes() []gate.Route { return nil }
func (d *Door) inviteRoutes() []gate.Route { return nil }
func (d *Door) vppRoutes() []gate.Route    { return nil }

func sendFile(w http.ResponseWriter, r *http.Request, name string, write func(io.Writer) error) error {
	f := &fileWriter{w: w, name: name}
	err := write(f)
	switch {
	case err == nil:
		_, err = f.Write(nil) // an empty file is a file, too
		return err
	case !f.begun:
		return err
	}
	// Half a file is out: only a cut connection says that it is not whole.
	gate.ProblemOf(r.Context(), err)
	return http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
}

// fileWriter sends the headers with the first bytes.
type fileWriter struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
		h.Set("Cache-Control", "no-store")
	}
	return f.w.Write(b)
}
