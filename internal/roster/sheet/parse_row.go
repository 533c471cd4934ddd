package sheet

import "bytes"

// verdict is what the parser says about the bytes it was given.
type verdict uint8

const (
	complete  verdict = iota
	needsMore         // the row does not end here
	longCell
	longRow
	manyCells
	badQuotes
)

// limits bound what one row may take, in bytes and cells.
type limits struct{ cell, row, cells int }

// span is one cell inside the row's bytes, without its quotation marks.
type span struct {
	start, end int
	rewrite    bool // holds doubled quotation marks or line breaks to mend
}

// parser cuts one row at a time out of a window of bytes. It copies nothing.
//
// It agrees with encoding/csv on well-formed input and is kinder otherwise:
// blanks around quotation marks, quotation marks inside plain cells, \" as
// Apple School Manager writes it, and undoubled ones inside a quoted cell as
// long as that cell stays on its line.
type parser struct {
	delim  byte
	limits limits
	spans  []span
	breaks int // line breaks inside the row's quoted cells
}

// row parses the row at the beginning of data and returns its length with the
// line break or, unless the row is complete, how far it looked. last says that
// nothing follows data.
func (p *parser) row(data []byte, last bool) (int, verdict) {
	p.spans, p.breaks = p.spans[:0], 0
	for i := 0; ; {
		end, v := p.cell(data, i, last)
		if v == complete && end > p.limits.row {
			v = longRow
		}
		if v != complete {
			return end, v
		}
		if end == len(data) { // only when last
			return end, complete
		}
		switch data[end] {
		case p.delim:
			if len(p.spans) >= p.limits.cells {
				return end, manyCells
			}
			i = end + 1
		case '\n':
			return end + 1, complete
		default: // '\r'
			if end+1 == len(data) && !last {
				return end, needsMore
			}
			return end + breakLen(data[end:]), complete
		}
	}
}

// cell appends the span of the cell at i and returns where it ends.
func (p *parser) cell(data []byte, i int, last bool) (int, verdict) {
	if q := p.skipBlanks(data, i); q < len(data) && data[q] == '"' {
		return p.quoted(data, q, last)
	}
	end := i
	for end < len(data) && !p.ends(data[end]) {
		end++
	}
	switch {
	case end-i > p.limits.cell:
		return end, longCell
	case end == len(data) && !last:
		return end, p.moreOr(end)
	}
	p.spans = append(p.spans, span{start: i, end: end})
	return end, complete
}

// quoted does the same for a cell whose opening quotation mark stands at open.
func (p *parser) quoted(data []byte, open int, last bool) (int, verdict) {
	s := span{start: open + 1}
	stray := false
	for k := open + 1; ; {
		q := bytes.IndexByte(data[k:], '"')
		text := data[k:]
		if q >= 0 {
			text = text[:q]
		}
		if n := countBreaks(text); n > 0 {
			if stray {
				return k, badQuotes // see the type's comment
			}
			p.breaks += n
			s.rewrite = s.rewrite || bytes.IndexByte(text, '\r') >= 0
		}
		if k+len(text)-open > p.limits.cell {
			return k + len(text), longCell
		}
		if q < 0 {
			if last {
				return len(data), badQuotes
			}
			return len(data), p.moreOr(len(data))
		}
		k += q
		after := p.skipBlanks(data, k+1)
		switch {
		case k+1 < len(data) && data[k+1] == '"':
			s.rewrite = true
			k += 2
		case after == len(data) && !last:
			return after, p.moreOr(after)
		case after == len(data) || p.ends(data[after]):
			s.end = k
			p.spans = append(p.spans, s)
			return after, complete
		case data[k-1] == '\\' && k-1 > open:
			s.rewrite = true
			k++
		default:
			stray = true
			k++
		}
	}
}

func (p *parser) moreOr(length int) verdict {
	if length > p.limits.row {
		return longRow
	}
	return needsMore
}

func (p *parser) ends(c byte) bool { return c == p.delim || c == '\n' || c == '\r' }

func (p *parser) skipBlanks(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t') && data[i] != p.delim {
		i++
	}
	return i
}

// unquote mends the inside of a quoted cell: doubled and escaped quotation
// marks become one, every line break becomes \n.
func unquote(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && i+1 < len(s) && s[i+1] == '"':
			out = append(out, '"')
			i++
		case c == '"' && i > 0 && s[i-1] == '\\':
			out[len(out)-1] = '"'
		case c == '\r':
			out = append(out, '\n')
			i += breakLen([]byte(s[i:min(i+2, len(s))])) - 1
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// breakLen is the length of the line break that data begins with.
func breakLen(data []byte) int {
	if len(data) > 1 && data[0] == '\r' && data[1] == '\n' {
		return 2
	}
	return 1
}

// firstBreak is where the line after the first one begins; len(data) if the
// first one does not end.
func firstBreak(data []byte) int {
	i := bytes.IndexAny(data, "\r\n")
	if i < 0 {
		return len(data)
	}
	return i + breakLen(data[i:])
}

func countBreaks(data []byte) int {
	cr := bytes.Count(data, []byte{'\r'})
	if cr == 0 {
		return bytes.Count(data, []byte{'\n'})
	}
	return cr + bytes.Count(data, []byte{'\n'}) - bytes.Count(data, []byte("\r\n"))
}
