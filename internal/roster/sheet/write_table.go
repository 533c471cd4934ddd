package sheet

import (
	"encoding/csv"
	"io"
)

// TableWriter writes any table for a spreadsheet program; no cell of it can
// become a formula there.
type TableWriter struct{ csv *csv.Writer }

// NewTableWriter begins a file in UTF-8 with a byte order mark for Excel.
func NewTableWriter(w io.Writer, d Delimiter, header ...string) (*TableWriter, error) {
	c, err := newCSV(w, d)
	if err != nil {
		return nil, err
	}
	t := &TableWriter{c}
	return t, t.Write(header...)
}

// Write adds a row.
func (t *TableWriter) Write(cells ...string) error {
	line := make([]string, len(cells))
	for i, cell := range cells {
		line[i] = protect(cell)
	}
	return t.csv.Write(line)
}

// Close writes out what is buffered. It does not close the writer beneath.
func (t *TableWriter) Close() error {
	t.csv.Flush()
	return t.csv.Error()
}
