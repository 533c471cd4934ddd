package sheet

import (
	"encoding/csv"
	"io"
)

// PeopleWriter writes our own export, which our own import reads back exactly.
type PeopleWriter struct {
	csv   *csv.Writer
	extra int
}

// NewPeopleWriter begins a file with a column for each field and one for each
// extra name, in UTF-8 with a byte order mark for Excel.
func NewPeopleWriter(w io.Writer, d Delimiter, extra ...string) (*PeopleWriter, error) {
	c, err := newCSV(w, d)
	if err != nil {
		return nil, err
	}
	var header []string
	for _, f := range Fields() {
		header = append(header, string(f))
	}
	for _, e := range extra {
		header = append(header, protect(e))
	}
	return &PeopleWriter{csv: c, extra: len(extra)}, c.Write(header)
}

// Write adds a person, with a value for each extra column; missing ones stay empty.
func (w *PeopleWriter) Write(p Person, extra ...string) error {
	fields := Fields()
	line := make([]string, len(fields)+w.extra)
	for i, f := range fields {
		if f == Groups {
			line[i] = protect(joinGroups(p.Groups))
			continue
		}
		line[i] = protect(*p.text(f))
	}
	for i := range min(len(extra), w.extra) {
		line[len(fields)+i] = protect(extra[i])
	}
	return w.csv.Write(line)
}

// Close writes out what is buffered. It does not close the writer beneath.
func (w *PeopleWriter) Close() error {
	w.csv.Flush()
	return w.csv.Error()
}
