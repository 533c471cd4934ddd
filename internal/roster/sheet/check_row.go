package sheet

import (
	"fmt"
	"hash/maphash"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Row is one row of the file and our verdict on it.
type Row struct {
	Number int        // the line of the file it begins on, the first being 1
	Person Person     // as far as it could be read; whole if Fault is nil
	Cells  []string   // as they stand in the file; nil if the row was too long
	Fault  *vpp.Error // why the row cannot be imported, and what to do; nil if it can
}

// checker turns records into rows. It remembers every id of the file.
//
// Not the ids but 64-bit hashes of them, with the row they stood in: a million
// people with two ids each take 70 MB so, however long the ids are. Two
// different ids share a hash once in ten million files of that size; the row
// would be reported as a duplicate then, and nothing would be lost.
type checker struct {
	mapping Mapping
	columns int
	extra   int // blank cells that rows may have beyond the header, see tolerate
	limits  limits
	seed    maphash.Seed
	seen    map[uint64]uint32
	locales map[string]string
}

func newChecker(m Mapping, columns int, l limits) *checker {
	return &checker{mapping: m, columns: columns, limits: l, seed: maphash.MakeSeed(), seen: map[uint64]uint32{}, locales: map[string]string{}}
}

func (c *checker) row(rec record) Row {
	row := Row{Number: rec.number, Cells: rec.cells}
	if row.Fault = c.structural(rec); row.Fault != nil {
		return row
	}
	if row.Fault = c.read(&row.Person, rec.cells); row.Fault != nil {
		return row
	}
	if row.Fault = c.person(&row.Person); row.Fault != nil {
		return row
	}
	row.Fault = c.unique(&row.Person, rec.number)
	return row
}

// structural says what is wrong with the row as a row.
func (c *checker) structural(rec record) *vpp.Error {
	refuse := func(format string, args ...any) *vpp.Error {
		return faultf(Field(fmt.Sprintf("row %d", rec.number)), format, args...)
	}
	switch rec.verdict {
	case longRow:
		return refuse("Row %d is longer than %s and was skipped: is a quotation mark or a line break missing?", rec.number, size(c.limits.row))
	case longCell:
		return refuse("Row %d has a cell longer than %s and was skipped: is a quotation mark or a line break missing?", rec.number, size(c.limits.cell))
	case manyCells:
		return refuse("Row %d has more than %d cells and was skipped: is a line break missing?", rec.number, c.limits.cells)
	case badQuotes:
		return refuse(`The quotation marks in row %d do not match: put a cell between two of them, and write "" for each one inside.`, rec.number)
	}
	switch {
	case rec.null:
		return refuse("Row %d has NUL bytes in it, so it is damaged: export the file again.", rec.number)
	case rec.damaged:
		return refuse("Row %d has letters in it that are not UTF-8 as in the rest of the file: save the file again as CSV UTF-8.", rec.number)
	case len(rec.cells) < c.columns:
		return refuse("Row %d has %d cells, but the header has %d: is a delimiter missing, or a line break too many?", rec.number, len(rec.cells), c.columns)
	case len(rec.cells) > c.columns && (len(rec.cells) > c.columns+c.extra || !isBlank(rec.cells[c.columns:])):
		return refuse("Row %d has %d cells, but the header has %d: put a cell with a delimiter in it between quotation marks.", rec.number, len(rec.cells), c.columns)
	}
	return nil
}

// tolerate looks at the first row of the file. Some programs end every row but
// the header with a delimiter. Only if they do may a row have blank cells too
// many: elsewhere they are the sign of a cell that fell apart and pushed the
// others aside.
func (c *checker) tolerate(first record) {
	if n := len(first.cells); n > c.columns && isBlank(first.cells[c.columns:]) {
		c.extra = n - c.columns
	}
}

// read fills the person from the cells, as the mapping says. It goes on after
// a fault, so that a preview can show whom the row is about.
func (c *checker) read(p *Person, cells []string) *vpp.Error {
	var first *vpp.Error
	for _, f := range Fields() {
		column, ok := c.mapping[f]
		if !ok || cells[column] == "" {
			continue
		}
		v, fault := clean(f, cells[column])
		switch {
		case fault != nil:
		case f == Groups:
			p.Groups, fault = checkGroups(splitGroups(v))
		default:
			*p.text(f) = v
		}
		if first == nil {
			first = fault
		}
	}
	return first
}

// person checks and completes what was read.
func (c *checker) person(p *Person) *vpp.Error {
	c.name(p)
	if p.ExternalID == "" && p.UserName == "" && p.Email == "" {
		return faultf("", "Nothing says who this is: fill in the external id, the user name or the e-mail address.")
	}
	if fault := checkAddress(Email, p.Email); fault != nil {
		return fault
	}
	if fault := checkAddress(ManagedAppleID, p.ManagedAppleID); fault != nil {
		return fault
	}
	return c.locale(p)
}

// locale writes the tag the way the rest of the world does: "de_de" is de-DE.
func (c *checker) locale(p *Person) *vpp.Error {
	if p.Locale == "" {
		return nil
	}
	tag, known := c.locales[p.Locale]
	if !known {
		if t, err := language.Parse(p.Locale); err == nil {
			tag = t.String()
		}
		if len(c.locales) < 1000 {
			c.locales[p.Locale] = tag
		}
	}
	if tag == "" {
		return faultf(Locale, "%q is not a language tag: write it like en, de or pt-BR.", shorten(p.Locale))
	}
	p.Locale = tag
	return nil
}

// name sees to it that everybody can be addressed.
func (c *checker) name(p *Person) {
	if p.FullName == "" {
		p.FullName = trim(p.FirstName + " " + p.LastName)
	}
	for _, v := range []string{p.Email, p.UserName, p.ManagedAppleID, p.ExternalID} {
		if p.FullName != "" {
			return
		}
		if v != "" {
			p.FullName, p.NameDerived = nameFrom(v), true
		}
	}
}

// nameFrom makes "Anna Meyer" of "anna.meyer2@example.org".
func nameFrom(v string) string {
	local, _, _ := strings.Cut(v, "@")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' || r == '+' || r == ' ' })
	for i, w := range words {
		if bare := strings.TrimRightFunc(w, unicode.IsDigit); bare != "" {
			w = bare
		}
		r := []rune(w)
		r[0] = unicode.ToTitle(r[0])
		words[i] = string(r)
	}
	if len(words) == 0 {
		return v
	}
	return strings.Join(words, " ")
}

// unique refuses an id that a row before has been imported with. An address
// may stand in two rows, as families share one, unless it is all we know.
func (c *checker) unique(p *Person, number int) *vpp.Error {
	ids := [3]struct {
		field Field
		value string
	}{{ExternalID, p.ExternalID}, {UserName, strings.ToLower(p.UserName)}}
	if p.ExternalID == "" && p.UserName == "" {
		ids[2].field, ids[2].value = Email, strings.ToLower(p.Email)
	}
	for _, id := range ids {
		if first, ok := c.seen[c.hash(id.field, id.value)]; ok && id.value != "" {
			e := faultf(id.field, "The %s %q stands in row %d already: remove one of the two rows, or correct it.", id.field.Word(), shorten(*p.text(id.field)), first)
			e.Kind = vpp.Conflict
			return e
		}
	}
	for _, id := range ids {
		if id.value != "" {
			c.seen[c.hash(id.field, id.value)] = uint32(number)
		}
	}
	return nil
}

func (c *checker) hash(f Field, v string) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(string(f))
	h.WriteByte(0)
	h.WriteString(v)
	return h.Sum64()
}

func isBlank(cells []string) bool {
	for _, c := range cells {
		if trim(c) != "" {
			return false
		}
	}
	return true
}

func size(bytes int) string {
	if bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d KB", bytes>>10)
}
