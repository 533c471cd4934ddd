package sheet

import (
	"bytes"
	"unicode/utf8"
)

// Encoding names a character set.
type Encoding string

// The encodings a file can have.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252" // what Excel calls "CSV"; Latin-1 is a part of it
)

// Delimiter is the one character between two cells.
type Delimiter string

// The delimiters a file can have.
const (
	Comma     Delimiter = ","
	Semicolon Delimiter = ";"
	Tab       Delimiter = "\t"
)

// Dialect is how a file is written.
type Dialect struct {
	Encoding  Encoding  `json:"encoding"`
	Delimiter Delimiter `json:"delimiter"`
}

func (d Delimiter) byte() byte {
	if d == "" {
		return ','
	}
	return d[0]
}

// encodingOf looks at the beginning of a file. The second result is how many
// bytes the byte order mark takes; the third is false while only ASCII was
// seen, so that the first other character will decide.
func encodingOf(head []byte) (Encoding, int, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return UTF8, 3, true
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return UTF16LE, 2, true
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return UTF16BE, 2, true
	}
	if enc, ok := wideOf(head); ok {
		return enc, 0, true
	}
	enc, decided := narrowOf(head)
	return enc, 0, decided
}

// wideOf recognizes UTF-16 without a byte order mark: in a header of Latin
// letters every second byte is zero, and the others are not.
func wideOf(head []byte) (Encoding, bool) {
	var zeros [2]int
	n := min(len(head), 4096) &^ 1
	for i, c := range head[:n] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	enough := n / 2 * 3 / 10
	switch {
	case n < 8:
		return "", false
	case zeros[1] > enough && zeros[0]*20 < zeros[1]:
		return UTF16LE, true
	case zeros[0] > enough && zeros[1]*20 < zeros[0]:
		return UTF16BE, true
	}
	return "", false
}

// narrowOf tells UTF-8 from Windows-1252 by which of the two explains more of
// the bytes beyond ASCII: a single damaged letter in a UTF-8 file shall not
// turn all others into nonsense.
func narrowOf(text []byte) (Encoding, bool) {
	good, bad := 0, 0
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			text = text[1:]
			continue
		}
		if !utf8.FullRune(text) {
			break // cut off at the end of what we look at
		}
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		text = text[size:]
	}
	if bad > good {
		return Windows1252, true
	}
	return UTF8, good > 0
}

// delimiterOf tries every delimiter on the first rows and takes the one that
// cuts the most of them into as many cells as the header has.
func delimiterOf(head []byte, whole bool, limits limits) Delimiter {
	best, most := Comma, 0
	for _, d := range []Delimiter{Comma, Semicolon, Tab} {
		if s := agreement(head, whole, d, limits); s > most {
			best, most = d, s
		}
	}
	return best
}

func agreement(head []byte, whole bool, d Delimiter, limits limits) int {
	p := parser{delim: d.byte(), limits: limits}
	cells, agree := 0, 0
	for rows := 0; rows < 20 && len(head) > 0; rows++ {
		n, v := p.row(head, whole)
		if v == needsMore {
			break
		}
		if v != complete {
			n = firstBreak(head)
		}
		blank := isBlankLine(head)
		head = head[n:]
		switch {
		case blank:
		case cells == 0:
			cells = len(p.spans)
		case cells == len(p.spans):
			agree++
		}
	}
	if cells < 2 {
		return 0
	}
	// Agreement first: "Meyer, Anna;anna@…" has commas in every row, too.
	return (agree+1)*1000 + min(cells, 999)
}

// announcedDelimiter understands the line "sep=;" that Excel honors.
func announcedDelimiter(head []byte) (Delimiter, int) {
	if len(head) < 6 || !bytes.EqualFold(head[:4], []byte("sep=")) {
		return "", 0
	}
	d := Delimiter(head[4:5])
	if d != Comma && d != Semicolon && d != Tab {
		return "", 0
	}
	if head[5] != '\n' && head[5] != '\r' {
		return "", 0
	}
	return d, firstBreak(head)
}
