package sheet

import (
	"encoding/csv"
	"io"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// problemColumn is the header of the column that says why a row failed.
const problemColumn = "problem"

// FailedWriter writes the rows that could not be imported as a file like the
// one they came from, with a last column that says why. Mended, it can be
// imported again: the column is passed over and the same mapping fits.
type FailedWriter struct {
	csv     *csv.Writer
	columns int
}

// NewFailedWriter begins a file in UTF-8 with a byte order mark, which is what
// Excel needs to see the umlauts, and with the delimiter of the file read.
func NewFailedWriter(w io.Writer, header []string, d Delimiter) (*FailedWriter, error) {
	c, err := newCSV(w, d)
	if err != nil {
		return nil, err
	}
	f := &FailedWriter{csv: c, columns: len(header)}
	if n := len(header); n > 0 && fold(header[n-1]) == problemColumn {
		f.columns-- // it is such a file already; the old reasons give way
	}
	return f, f.write(header, problemColumn)
}

// Write adds the row with its fault's sentence.
func (f *FailedWriter) Write(row Row) error {
	why := ""
	if row.Fault != nil {
		why = vpp.MessageOf(row.Fault)
	}
	return f.write(row.Cells, why)
}

func (f *FailedWriter) write(cells []string, last string) error {
	line := make([]string, f.columns, f.columns+1)
	for i := range min(len(cells), f.columns) {
		line[i] = protect(unprotect(cells[i])) // never a second apostrophe
	}
	return f.csv.Write(append(line, protect(last)))
}

// Close writes out what is buffered. It does not close the writer beneath.
func (f *FailedWriter) Close() error {
	f.csv.Flush()
	return f.csv.Error()
}

func newCSV(w io.Writer, d Delimiter) (*csv.Writer, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.Comma = rune(d.byte())
	return c, nil
}
