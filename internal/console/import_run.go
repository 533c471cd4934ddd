package console

import (
	"io"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// runImport begins the import. Sent twice, it leads to the one that runs.
func (d *Door) runImport(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	id := importOf(r)
	_, err = d.Imports.Run(r.Context(), actor(r), id, here.ID)
	if vpp.KindOf(err) == vpp.Conflict {
		if i, look := d.Imports.Import(r.Context(), id); look == nil && i.TaskID != "" {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	return d.seeOther(w, r, importPath(id, "result"))
}

// showImport shows the import at work, and what came of it.
func (d *Door) showImport(w http.ResponseWriter, r *http.Request) error {
	i, err := d.Imports.Import(r.Context(), importOf(r))
	if err != nil {
		return err
	}
	if i.TaskID == "" {
		return d.seeOther(w, r, importPath(i.ID, "preview"))
	}
	task, err := d.Tasks.Get(r.Context(), i.TaskID)
	if err != nil {
		return err
	}
	m := view.ImportRun{
		Page: d.importPage(r, task.Title), ID: string(i.ID), Line: d.taskLine(task, ""),
		Totals: view.ImportTotals{New: i.Created, Changed: i.Changed, Unchanged: i.Unchanged, Failed: i.Failed},
	}
	m.Line.Done = i.Created + i.Changed + i.Unchanged + i.Failed
	if i.Failed > 0 {
		m.Failed = importPath(i.ID, "failed.csv")
	}
	return d.render(w, r, view.ImportRunPage(m))
}

// failedRows answers with the rows that were not imported and why.
func (d *Door) failedRows(w http.ResponseWriter, r *http.Request) error {
	i, err := d.Imports.Import(r.Context(), importOf(r))
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(i.Filename, ".csv") + "-failed.csv"
	return sendFile(w, r, name, func(out io.Writer) error { return d.Imports.Failures(r.Context(), i.ID, out) })
}
