package console

import (
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// previewed is how many rows, and how many that fail, are shown one by one.
// The totals are of the whole file.
const previewed = 200

// previewImport shows a verdict per row, writing nothing.
func (d *Door) previewImport(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	p, err := d.Imports.Preview(r.Context(), importOf(r), here.ID, previewed)
	if vpp.KindOf(err) == vpp.Invalid {
		return d.done(w, r, importPath(importOf(r), "columns"), view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	if p.Import.TaskID != "" {
		return d.seeOther(w, r, importPath(p.Import.ID, "result"))
	}
	return d.render(w, r, view.ImportPreviewPage(d.importPreview(r, p, here)))
}

func (d *Door) importPreview(r *http.Request, p roster.Preview, here vpp.Location) view.ImportPreview {
	path, failing := importPath(p.Import.ID, "preview"), r.URL.Query().Get("show") == "failed"
	rows, of := p.Rows, p.Total
	if failing {
		rows, of = p.Problems, p.Fail
	}
	m := view.ImportPreview{
		Page: d.importPage(r, "What the import would do"), ID: string(p.Import.ID), File: p.Import.Filename,
		Totals: view.ImportTotals{New: p.New, Changed: p.Changed, Unchanged: p.Unchanged, Failed: p.Fail},
		Filters: []view.Choice{
			{Text: "All", Hint: thousands(p.Total), Value: path, Current: !failing},
			{Text: "Failed", Hint: thousands(p.Fail), Value: path + "?show=failed", Current: failing},
		},
		Pager: view.Pager{Range: "all " + thousands(of) + " rows"},
	}
	m.Page.Lead = p.Import.Filename + " into " + here.Name
	if len(rows) < of {
		m.Pager.Range = "the first " + thousands(len(rows)) + " of " + thousands(of) + " rows"
	}
	for _, row := range rows {
		m.Rows = append(m.Rows, importRowOf(row))
	}
	return m
}

func importRowOf(row roster.PreviewRow) view.ImportRow {
	out := view.ImportRow{Number: row.Row, Name: row.Person.FullName, Email: row.Person.Email, Verdict: string(row.Verdict), Reason: row.Problem}
	if out.Name == "" {
		out.Name = row.Person.UserName
	}
	if len(row.Changes) > 0 {
		words := make([]string, len(row.Changes))
		for i, f := range row.Changes {
			words[i] = changeWord(f)
		}
		out.Reason = "changes: " + strings.Join(words, ", ")
	}
	return out
}

// changeWord names what changes: a field, or what only a move-in brings.
func changeWord(f string) string {
	switch f {
	case "client_user_id":
		return "the record at Apple"
	case "paused_at":
		return "paused"
	}
	return sheet.Field(f).Word()
}
