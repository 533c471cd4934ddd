package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// record is one row as it stands in the file.
type record struct {
	number  int // the line it begins on, the first being 1
	cells   []string
	verdict verdict
	null    bool // holds NUL bytes
	damaged bool // holds bytes that are no characters in the file's encoding
}

// scanner keeps a window on the file, as long as one row at most, and hands
// out records. A row that breaks a limit, or whose quotation marks do not
// match, ends at its first line break, whatever its quotation marks say: that
// is the one rule under which reading can always go on after it.
type scanner struct {
	src     io.Reader
	parser  parser
	window  []byte
	from    int // the unread part of window is [from:]
	last    bool
	failed  error // of src
	err     error // why next ended early
	line    int   // lines consumed
	enc     Encoding
	decided bool
	rewound int // bytes looked at in vain
	wasted  int // and how many of them may be, before a file made to be slow is given up
}

func newScanner(src io.Reader, l limits) *scanner {
	return &scanner{src: src, parser: parser{limits: l}, window: make([]byte, 0, 64<<10), wasted: 64 << 20}
}

// fill makes room, reads until the window is full, and notices the end.
func (s *scanner) fill() {
	n := copy(s.window[:cap(s.window)], s.window[s.from:])
	s.window, s.from = s.window[:n], 0
	if n == cap(s.window) {
		s.window = append(make([]byte, 0, 2*n), s.window...)
	}
	m, err := io.ReadFull(s.src, s.window[n:cap(s.window)])
	s.window = s.window[:n+m]
	if err == nil {
		return
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.last = true
		return
	}
	s.failed = err // told when the rows read so far are out
}

// next returns the next row that is not an empty line; false at the end.
func (s *scanner) next() (record, bool) {
	for s.err == nil {
		if s.rewound > s.wasted {
			s.err = vpp.Errorf(vpp.Invalid, "The quotation marks in this file do not match in too many rows, the last of them before row %d: save it as CSV again.", s.line+1)
			break
		}
		rest := s.window[s.from:]
		if len(rest) == 0 && s.last {
			return record{}, false
		}
		n, v := s.parser.row(rest, s.last)
		if v == needsMore {
			if s.err = s.failed; s.err == nil {
				s.fill()
			}
			continue
		}
		rec := record{number: s.line + 1, verdict: v}
		if v != complete {
			s.rewound += max(0, n-firstBreak(rest))
			s.skipLine()
			return rec, true
		}
		s.line += 1 + s.parser.breaks
		s.from += n
		if isBlankLine(rest[:n]) {
			continue
		}
		s.take(&rec, rest[:n])
		return rec, true
	}
	return record{}, false
}

// skipLine goes on to the next line without keeping anything of this one.
func (s *scanner) skipLine() {
	s.line++
	for {
		rest := s.window[s.from:]
		i := bytes.IndexAny(rest, "\r\n")
		ends := i >= 0 && (rest[i] == '\n' || i+1 < len(rest) || s.last)
		if ends {
			s.from += i + breakLen(rest[i:])
			return
		}
		if i < 0 {
			i = len(rest)
		}
		s.from += i
		if s.last || s.failed != nil {
			return
		}
		s.fill()
	}
}

// take copies the row out of the window: one string, of which all cells are parts.
func (s *scanner) take(rec *record, raw []byte) {
	rec.null = bytes.IndexByte(raw, 0) >= 0
	narrow := s.encodingFor(raw) == Windows1252
	rec.damaged = !narrow && !utf8.Valid(raw)
	row := string(raw)
	rec.cells = make([]string, len(s.parser.spans))
	for i, sp := range s.parser.spans {
		cell := row[sp.start:sp.end]
		if sp.rewrite {
			cell = unquote(cell)
		}
		if narrow {
			cell = fromWindows1252(cell)
		}
		rec.cells[i] = cell
	}
}

// encodingFor decides the encoding at the first row that has more than ASCII.
func (s *scanner) encodingFor(raw []byte) Encoding {
	if !s.decided {
		s.enc, s.decided = narrowOf(raw)
	}
	return s.enc
}

func fromWindows1252(s string) string {
	if isASCII(s) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(s[i]))
	}
	return string(out)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isBlankLine(row []byte) bool {
	return row[0] == '\n' || row[0] == '\r'
}
