package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Import is an uploaded file of people.
type Import struct {
	ID         string         `json:"id"`
	Filename   string         `json:"filename"`
	CreatedBy  string         `json:"created_by"`
	CreatedAt  time.Time      `json:"created_at"`
	Size       int64          `json:"size"`
	Rows       int            `json:"rows"`
	Header     []string       `json:"header"`
	Encoding   string         `json:"encoding"`
	Delimiter  string         `json:"delimiter"`
	Mapping    map[string]int `json:"mapping"` // field to column, the first being 0
	Remembered bool           `json:"remembered"`
	Source     string         `json:"source,omitempty"`
	Usable     bool           `json:"usable"` // it can be previewed and run
	TaskID     string         `json:"task_id,omitempty"`
	Created    int            `json:"created"`
	Changed    int            `json:"changed"`
	Unchanged  int            `json:"unchanged"`
	Failed     int            `json:"failed"`
}

// UploadImport sends a CSV file; nothing is imported yet.
func (c *Client) UploadImport(ctx context.Context, f File) (Import, error) {
	return upload[Import](ctx, c, http.MethodPost, "/imports", "text/csv", f)
}

// Import reads what is in an uploaded file, and what came of it.
func (c *Client) Import(ctx context.Context, file string) (Import, error) {
	return get[Import](ctx, c, "/imports/"+id(file), nil)
}

// MapImport says in which columns our fields stand.
func (c *Client) MapImport(ctx context.Context, file string, mapping map[string]int) (Import, error) {
	return send[Import](ctx, c, http.MethodPut, "/imports/"+id(file)+"/mapping", map[string]any{"mapping": mapping})
}

// Preview says what an import would do.
type Preview struct {
	Total     int          `json:"total"`
	New       int          `json:"new"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"`
	Failed    int          `json:"failed"`
	Rows      []PreviewRow `json:"rows"`
	Problems  []PreviewRow `json:"problems"`
}

// PreviewRow is one row of a file and what would become of it.
type PreviewRow struct {
	Row      int      `json:"row"`
	Verdict  string   `json:"verdict"` // new, changed, unchanged, failed
	FullName string   `json:"full_name,omitempty"`
	UserName string   `json:"user_name,omitempty"`
	Email    string   `json:"email,omitempty"`
	Changes  []string `json:"changes,omitempty"`
	Problem  string   `json:"problem,omitempty"`
	Field    string   `json:"field,omitempty"`
}

// PreviewImport reads the whole file and says what would become of it, showing
// the first limit rows; 0 is the server's usual number.
func (c *Client) PreviewImport(ctx context.Context, file, location string, limit int) (out Preview, err error) {
	q := at(location)
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	err = c.ask(ctx, call{method: http.MethodGet, path: "/imports/" + id(file) + "/preview", query: q, long: true}, nil, &out)
	return out, err
}

// RunImport imports the file to a location, "" for the default one.
func (c *Client) RunImport(ctx context.Context, file, location string) (Task, error) {
	return start(ctx, c, "/imports/"+id(file)+"/run", "", inLocation(location))
}

// inLocation is a body with the location alone.
func inLocation(location string) map[string]string {
	if location == "" {
		return map[string]string{}
	}
	return map[string]string{"location": location}
}

// ImportFailures writes the rows that were not imported as CSV, with the reasons.
func (c *Client) ImportFailures(ctx context.Context, file string, w io.Writer) error {
	return c.download(ctx, "/imports/"+id(file)+"/failures", url.Values{}, w)
}
