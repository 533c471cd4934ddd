package sheet

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Source is the product that a file was exported from.
type Source string

// The sources that are recognized by their headers.
const (
	OwnExport          Source = "rsvpp"
	GoogleWorkspace    Source = "google_workspace"
	EntraID            Source = "entra_id"
	AppleSchoolManager Source = "apple_school_manager" // and Apple Business Manager
	JamfPro            Source = "jamf_pro"
	KnoxManage         Source = "knox_manage"
	Unknown            Source = "" // the columns were guessed from common words
)

// Word is the source's name on screen.
func (s Source) Word() string {
	switch s {
	case OwnExport:
		return "rsvpp"
	case GoogleWorkspace:
		return "Google Workspace"
	case EntraID:
		return "Microsoft Entra ID"
	case AppleSchoolManager:
		return "Apple School Manager"
	case JamfPro:
		return "Jamf Pro"
	case KnoxManage:
		return "Samsung Knox Manage"
	}
	return "another program"
}

// Detection is what a header tells by itself.
type Detection struct {
	Source      Source        `json:"source"`
	Mapping     Mapping       `json:"mapping"`
	Confidence  map[Field]int `json:"confidence"` // of each mapped field, in percent
	Missing     []Field       `json:"missing"`    // wanted and not found; see Usable
	Unused      []int         `json:"unused"`     // columns that no field reads
	Fingerprint string        `json:"fingerprint"`
}

// Usable reports whether the mapping says who people are, so that an import
// could go on without a mapping made by hand.
func (d Detection) Usable() bool { return d.Mapping.identifies() }

// How sure a mapping is: the layout of a known product, a word that means
// just this field, a word that may mean something else.
const (
	certain = 100
	likely  = 90
	perhaps = 60
)

// Detect recognizes the columns of a header.
func Detect(header []string) Detection {
	d := Detection{Mapping: Mapping{}, Confidence: map[Field]int{}, Fingerprint: Fingerprint(header)}
	keys := make([]string, len(header))
	for i, h := range header {
		keys[i] = fold(h)
	}
	l, known := layoutOf(header, keys)
	d.Source = l.source
	for f, names := range l.columns {
		d.put(f, keys, names, certain)
	}
	for _, w := range words() {
		if known { // what somebody added; a "site" there is not a location of ours
			d.put(w.field, keys, slices.DeleteFunc(w.surely, func(k string) bool { return k == "site" }), likely)
			continue
		}
		d.put(w.field, keys, w.surely, likely)
		d.put(w.field, keys, w.perhaps, perhaps)
	}
	d.finish(len(header))
	return d
}

// put maps the field to the first of the names that is there, unless it is
// mapped already, or a guess would take a column that another field has.
func (d *Detection) put(f Field, keys, names []string, confidence int) {
	if _, ok := d.Mapping[f]; ok {
		return
	}
	for _, name := range names {
		i := slices.Index(keys, name)
		if i < 0 || confidence < certain && d.reads(i) {
			continue
		}
		d.Mapping[f], d.Confidence[f] = i, confidence
		return
	}
}

func (d *Detection) reads(column int) bool {
	for _, i := range d.Mapping {
		if i == column {
			return true
		}
	}
	return false
}

// finish lets people be known by their managed account if by nothing else, and
// says what is left.
func (d *Detection) finish(columns int) {
	if i, ok := d.Mapping[ManagedAppleID]; ok && !d.Usable() {
		d.Mapping[UserName], d.Confidence[UserName] = i, perhaps
	}
	for _, f := range identities() {
		if _, ok := d.Mapping[f]; !ok && (f == Email || !d.Usable()) {
			d.Missing = append(d.Missing, f)
		}
	}
	_, full := d.Mapping[FullName]
	_, last := d.Mapping[LastName]
	if !full && !last {
		d.Missing = append(d.Missing, FullName)
	}
	for i := range columns {
		if !d.reads(i) {
			d.Unused = append(d.Unused, i)
		}
	}
}

// fold reduces a header to what it says: no case, accents, blanks, signs, and
// no remark in brackets.
func fold(header string) string {
	if i := strings.IndexAny(header, "[("); i > 0 {
		header = header[:i]
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(header) {
		switch {
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
