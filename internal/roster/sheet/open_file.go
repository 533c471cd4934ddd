package sheet

import (
	"bufio"
	"errors"
	"io"
	"iter"

	"golang.org/x/text/encoding/unicode"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Options change what is found out otherwise. The zero value suits every file.
type Options struct {
	Encoding  Encoding  // "" to find it out
	Delimiter Delimiter // "" to find it out
	MaxCell   int       // bytes one cell may have; 0 for 64 KiB
	MaxRow    int       // bytes one row may have; 0 for 1 MiB
}

func (o Options) limits() limits {
	l := limits{cell: 64 << 10, row: 1 << 20, cells: 2048}
	if o.MaxCell > 0 {
		l.cell = o.MaxCell
	}
	if o.MaxRow > 0 {
		l.row = o.MaxRow
	}
	return l
}

// Reader reads people from a CSV file, row by row. It is not safe for
// concurrent use.
type Reader struct {
	scan     *scanner
	dialect  Dialect
	header   []string
	detected Detection
	ahead    []record // read for a preview or the header, not yet given out
	checker  *checker
	err      error
}

// Open reads as much of the file as it needs to know its dialect and header.
// A file that has no people in it is refused with a *vpp.Error which says what
// the file is and what to do.
func Open(r io.Reader, o Options) (*Reader, error) {
	const look = 64 << 10
	in := bufio.NewReaderSize(r, look)
	head, err := in.Peek(look)
	if err != nil && err != io.EOF {
		return nil, brokenOff(err, 0)
	}
	if fault := foreign(head); fault != nil {
		return nil, fault
	}
	src, enc, decided := decoded(in, head, o)
	s := newScanner(src, o.limits())
	s.enc, s.decided = enc, decided
	s.fill()
	rd := &Reader{scan: s, dialect: Dialect{Encoding: enc, Delimiter: o.Delimiter}}
	rd.chooseDelimiter()
	if err := rd.readHeader(); err != nil {
		return nil, err
	}
	return rd, nil
}

// decoded returns the file as bytes in which ASCII means ASCII: as it is, or
// UTF-16 turned into UTF-8. The scanner sees to the rest.
func decoded(in *bufio.Reader, head []byte, o Options) (io.Reader, Encoding, bool) {
	enc, mark, decided := encodingOf(head)
	if o.Encoding != "" && (o.Encoding != enc || mark == 0) {
		enc, mark, decided = o.Encoding, 0, true
	}
	_, _ = in.Discard(mark) // was peeked at, so it is there
	switch enc {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Reader(in), enc, true
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(in), enc, true
	}
	return in, enc, decided
}

func (r *Reader) chooseDelimiter() {
	s := r.scan
	if d, n := announcedDelimiter(s.window); n > 0 {
		s.from, s.line = n, 1
		if r.dialect.Delimiter == "" {
			r.dialect.Delimiter = d
		}
	}
	if r.dialect.Delimiter == "" {
		r.dialect.Delimiter = delimiterOf(s.window[s.from:], s.last, s.parser.limits)
	}
	s.parser.delim = r.dialect.Delimiter.byte()
}

func (r *Reader) readHeader() error {
	rec, ok := r.nextFilled()
	if r.scan.err != nil {
		return brokenOff(r.scan.err, 0)
	}
	if !ok {
		return vpp.Errorf(vpp.Invalid, "The file has only blank rows in it: export it again, with a header in the first row and one person in each row beneath.")
	}
	c := newChecker(nil, len(rec.cells), r.scan.parser.limits)
	if fault := c.structural(rec); fault != nil {
		return vpp.Wrap(vpp.Invalid, fault, "The header cannot be read. %s", fault.Message)
	}
	for _, cell := range rec.cells {
		h := trim(unprotect(trim(cell)))
		if h != "" && checkAddress(Email, h) == nil {
			return vpp.Errorf(vpp.Invalid, "The first row is a person already (%s): put a header above it that says what each column is, such as “email”.", shorten(h))
		}
		r.header = append(r.header, h)
	}
	r.detected = Detect(r.header)
	first, ok := r.nextFilled()
	if r.scan.err != nil {
		return brokenOff(r.scan.err, rec.number)
	}
	if !ok {
		return vpp.Errorf(vpp.Invalid, "The file has a header, but nobody in the rows beneath: export it again, with one person in each row.")
	}
	r.ahead = append(r.ahead, first)
	return nil
}

// nextFilled skips the rows of nothing but delimiters that Excel leaves behind.
func (r *Reader) nextFilled() (record, bool) {
	for {
		rec, ok := r.scan.next()
		if !ok || rec.verdict != complete || !isBlank(rec.cells) {
			return rec, ok
		}
	}
}

// Header returns the cells of the first row, trimmed.
func (r *Reader) Header() []string { return r.header }

// Dialect returns how the file is written. A file that begins with ASCII only
// counts as UTF-8 until something else appears.
func (r *Reader) Dialect() Dialect {
	if r.scan.decided {
		r.dialect.Encoding = r.scan.enc
	}
	return r.dialect
}

// Detected returns what the header tells by itself.
func (r *Reader) Detected() Detection { return r.detected }

// Preview returns the first rows, at most n and 4 MiB of them, without
// consuming them: Rows begins with the same ones. It is for use before Rows;
// afterwards there is nothing to preview.
func (r *Reader) Preview(n int, m Mapping) ([]Row, error) {
	if err := m.Check(r.header); err != nil {
		return nil, err
	}
	if r.checker != nil {
		return nil, vpp.Errorf(vpp.Conflict, "The file is being imported already: open it again to preview it.")
	}
	const most = 4 << 20
	c := newChecker(m, len(r.header), r.scan.parser.limits)
	c.tolerate(r.ahead[0])
	rows, bytes := []Row{}, 0
	for i := 0; len(rows) < n && bytes < most; i++ {
		if i == len(r.ahead) {
			rec, ok := r.nextFilled()
			if !ok {
				break
			}
			r.ahead = append(r.ahead, rec)
		}
		for _, cell := range r.ahead[i].cells {
			bytes += len(cell) + 16
		}
		rows = append(rows, c.row(r.ahead[i]))
	}
	return rows, nil
}

// Rows yields every row with a verdict, in the order of the file. It passes
// over the file once: a second call goes on where the first one stopped. Ask
// Err afterwards whether the end was reached.
func (r *Reader) Rows(m Mapping) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		if r.err = m.Check(r.header); r.err != nil {
			return
		}
		if r.checker == nil {
			r.checker = newChecker(m, len(r.header), r.scan.parser.limits)
			r.checker.tolerate(r.ahead[0])
		}
		r.checker.mapping = m
		for {
			rec, ok := r.take()
			if !ok || !yield(r.checker.row(rec)) {
				return
			}
		}
	}
}

func (r *Reader) take() (record, bool) {
	if len(r.ahead) > 0 {
		rec := r.ahead[0]
		r.ahead[0] = record{} // let go of its text
		r.ahead = r.ahead[1:]
		return rec, true
	}
	rec, ok := r.nextFilled()
	if !ok && r.scan.err != nil {
		r.err = brokenOff(r.scan.err, r.scan.line)
	}
	return rec, ok
}

// Err returns why Rows ended before the end of the file; nil if it did not.
func (r *Reader) Err() error { return r.err }

// brokenOff passes on what already is a sentence, such as the gate's "larger
// than allowed", and makes one for the rest.
func brokenOff(err error, line int) error {
	if e := (*vpp.Error)(nil); errors.As(err, &e) {
		return err
	}
	return vpp.Wrap(vpp.Unavailable, err, "The file could not be read to the end; it broke off after row %d: send it again.", line)
}
