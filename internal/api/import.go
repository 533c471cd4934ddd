package api

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const largestFile = 512 << 20

// Import is an Uploaded file of people.
type Import struct {
	ID         string         `json:"id"`
	Filename   string         `json:"filename"`
	CreatedBy  string         `json:"created_by"`
	CreatedAt  time.Time      `json:"created_at"`
	Size       int64          `json:"size" doc:"Bytes."`
	Rows       int            `json:"rows" doc:"People in the file."`
	Header     []string       `json:"header" nullable:"false"`
	Encoding   string         `json:"encoding"`
	Delimiter  string         `json:"delimiter"`
	Mapping    map[string]int `json:"mapping" doc:"Which of our fields stands in which column, the first being 0."`
	Remembered bool           `json:"remembered" doc:"The mapping was made by hand for such a header before."`
	Source     string         `json:"source,omitempty" doc:"Whose export this looks like."`
	Usable     bool           `json:"usable" doc:"The mapping says who people are: the file can be previewed and run."`
	TaskID     string         `json:"task_id,omitempty" doc:"The task that imports it."`
	Created    int            `json:"created"`
	Changed    int            `json:"changed"`
	Unchanged  int            `json:"unchanged"`
	Failed     int            `json:"failed"`
}

func importOf(i roster.Import) Import {
	header, mapping := i.Header, i.Mapping
	if header == nil {
		header = []string{}
	}
	if mapping == nil {
		mapping = map[string]int{}
	}
	return Import{
		ID: string(i.ID), Filename: i.Filename, CreatedBy: i.CreatedBy, CreatedAt: i.CreatedAt.UTC(), Size: i.Size, Rows: i.Rows,
		Header: header, Encoding: i.Encoding, Delimiter: i.Delimiter, Mapping: mapping, Remembered: i.Remembered,
		Source: string(i.Detection.Source), Usable: i.Usable, TaskID: string(i.TaskID),
		Created: i.Created, Changed: i.Changed, Unchanged: i.Unchanged, Failed: i.Failed,
	}
}

// Upload is a request that is a file.
type Upload struct {
	Filename string `query:"filename" maxLength:"255" doc:"The file's name, where the request does not say it."`
	File     Uploaded
}

func (d *Door) uploadImport(ctx context.Context, in *Upload) (*answer[Import], error) {
	if in.File.fault != nil {
		return nil, in.File.fault
	}
	i, err := d.Imports.Upload(ctx, actor(ctx), in.File.name, in.File.r)
	return answered(importOf(i), err)
}

// ImportPath names an uploaded file.
type ImportPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (in ImportPath) id() vpp.ImportID { return vpp.ImportID(in.ID) }

func (d *Door) getImport(ctx context.Context, in *ImportPath) (*answer[Import], error) {
	i, err := d.Imports.Import(ctx, in.id())
	return answered(importOf(i), err)
}

type mapImportInput struct {
	ImportPath
	Body struct {
		Mapping map[string]int `json:"mapping" doc:"Field to column, the first being 0. Fields: external_id, user_name, first_name, last_name, full_name, email, managed_apple_id, groups, location, locale, notes."`
	}
}

func (d *Door) mapImport(ctx context.Context, in *mapImportInput) (*answer[Import], error) {
	mapping := make(sheet.Mapping, len(in.Body.Mapping))
	for field, column := range in.Body.Mapping {
		mapping[sheet.Field(field)] = column
	}
	i, err := d.Imports.Remap(ctx, in.id(), mapping)
	return answered(importOf(i), err)
}

// Preview says what an import would do.
type Preview struct {
	Total     int          `json:"total"`
	New       int          `json:"new"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"`
	Failed    int          `json:"failed"`
	Rows      []PreviewRow `json:"rows" nullable:"false" doc:"The first rows of the file."`
	Problems  []PreviewRow `json:"problems" nullable:"false" doc:"The first rows that would fail."`
}

// PreviewRow is one row of a file and what would become of it.
type PreviewRow struct {
	Row      int      `json:"row" doc:"The line of the file."`
	Verdict  string   `json:"verdict" enum:"new,changed,unchanged,failed"`
	FullName string   `json:"full_name,omitempty"`
	UserName string   `json:"user_name,omitempty"`
	Email    string   `json:"email,omitempty"`
	Changes  []string `json:"changes,omitempty" nullable:"false" doc:"Fields that would change."`
	Problem  string   `json:"problem,omitempty" doc:"What is wrong and what to do."`
	Field    string   `json:"field,omitempty" doc:"Where."`
}

func previewRowOf(r roster.PreviewRow) PreviewRow {
	return PreviewRow{
		Row: r.Row, Verdict: string(r.Verdict), FullName: r.Person.FullName, UserName: r.Person.UserName, Email: r.Person.Email,
		Changes: r.Changes, Problem: r.Problem, Field: r.Field,
	}
}

type previewImportInput struct {
	ImportPath
	AtLocation
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"20" doc:"How many rows, and how many problems, to show."`
}

func (d *Door) previewImport(ctx context.Context, in *previewImportInput) (*answer[Preview], error) {
	p, err := d.Imports.Preview(ctx, in.id(), in.location(), in.Limit)
	return answered(Preview{
		Total: p.Total, New: p.New, Changed: p.Changed, Unchanged: p.Unchanged, Failed: p.Fail,
		Rows: each(p.Rows, previewRowOf), Problems: each(p.Problems, previewRowOf),
	}, err)
}

type runImportInput struct {
	ImportPath
	Repeatable
	Body *struct { // may be missing
		Location string `json:"location,omitempty" maxLength:"64" doc:"Where people go whose row names no location; the default one if missing."`
	}
}

func (d *Door) runImport(ctx context.Context, in *runImportInput) (*answer[Task], error) {
	location := vpp.LocationID("")
	if in.Body != nil {
		location = vpp.LocationID(in.Body.Location)
	}
	t, err := d.Imports.RunOnce(ctx, actor(ctx), in.id(), location, in.key())
	return answered(taskOf(t), err)
}

func (d *Door) importFailures(ctx context.Context, in *ImportPath) (*huma.StreamResponse, error) {
	return file(ctx, "failed-rows.csv", func(w io.Writer) error { return d.Imports.Failures(ctx, in.id(), w) }), nil
}
