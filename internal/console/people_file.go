package console

import (
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
)

// exportPeople answers with the people of a query as a CSV file.
func (d *Door) exportPeople(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	f := peopleQueryOf(r.URL.Query()).filter(here.ID)
	return sendFile(w, r, "users-"+d.now().Format("2006-01-02")+".csv", func(out io.Writer) error {
		return d.People.Export(r.Context(), f, out)
	})
}

// sendFile answers with a CSV file that is written as it is read. What goes
// wrong before the first bytes is returned.
func sendFile(w http.ResponseWriter, r *http.Request, name string, write func(io.Writer) error) error {
	return sendFileAs(w, r, "text/csv; charset=utf-8", name, write)
}

func sendFileAs(w http.ResponseWriter, r *http.Request, kind, name string, write func(io.Writer) error) error {
	f := &fileWriter{w: w, kind: kind, name: name}
	err := write(f)
	switch {
	case err == nil:
		_, err = f.Write(nil) // an empty file is a file, too
		return err
	case !f.begun:
		return err
	}
	// Half a file is out: only a cut connection says that it is not whole.
	_ = gate.ProblemOf(r.Context(), err) // for the log
	return http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
}

// fileWriter sends the headers with the first bytes.
type fileWriter struct {
	w     http.ResponseWriter
	kind  string
	name  string
	begun bool
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
		h.Set("Cache-Control", "no-store")
	}
	return f.w.Write(b)
}
