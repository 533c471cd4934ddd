package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Samples are read from the whole file; a large one is not read for them.
const (
	samples     = 3
	sampledRows = 5000
)

func (d *Door) showColumns(w http.ResponseWriter, r *http.Request) error {
	i, err := d.Imports.Import(r.Context(), importOf(r))
	if err != nil {
		return err
	}
	if i.TaskID != "" {
		return d.seeOther(w, r, importPath(i.ID, "result"))
	}
	return d.render(w, r, view.ImportMappingPage(d.importMapping(r, i, i.Mapping, "")))
}

func (d *Door) importMapping(r *http.Request, i roster.Import, mapping map[string]int, problem string) view.ImportMapping {
	m := view.ImportMapping{
		Page: d.importPage(r, "What the columns are"), ID: string(i.ID), File: i.Filename, Error: problem, Recognized: recognized(i),
		Facts: []view.Fact{
			{Term: "File", Text: i.Filename},
			{Term: "Rows", Text: thousands(i.Rows)},
			{Term: "Character set", Text: i.Encoding},
			{Term: "Separator", Text: separatorWord(i.Delimiter)},
		},
	}
	m.Page.Path = importPath(i.ID, "columns")
	seen := d.sampled(r.Context(), i)
	for n, header := range i.Header {
		c := view.MappedColumn{Header: header, Index: n, Targets: targets(mapping, n)}
		if header == "" {
			c.Header = "Column " + strconv.Itoa(n+1)
		}
		for field, at := range i.Mapping {
			if at == n {
				c.Samples = seen[sheet.Field(field)]
			}
		}
		m.Columns = append(m.Columns, c)
	}
	return m
}

// recognized names the product that the file comes from.
func recognized(i roster.Import) string {
	switch {
	case i.Remembered:
		return "file like one that was imported before"
	case i.Detection.Source != sheet.Unknown:
		return i.Detection.Source.Word() + " export"
	}
	return ""
}

func separatorWord(d string) string {
	switch sheet.Delimiter(d) {
	case sheet.Semicolon:
		return "semicolon"
	case sheet.Tab:
		return "tab"
	case sheet.Comma:
		return "comma"
	}
	return d
}

func targets(mapping map[string]int, column int) []view.Choice {
	list := []view.Choice{{Text: "– leave out –"}}
	for _, f := range sheet.Fields() {
		at, mapped := mapping[string(f)]
		list = append(list, view.Choice{Value: string(f), Text: fieldWord(f), Current: mapped && at == column})
	}
	return list
}

func fieldWord(f sheet.Field) string {
	word := f.Word()
	return strings.ToUpper(word[:1]) + word[1:]
}

// sampled returns the first values of the fields that the mapping finds. They
// are a help, so a file that cannot be previewed just has none.
func (d *Door) sampled(ctx context.Context, i roster.Import) map[sheet.Field][]string {
	if !i.Usable || i.Rows > sampledRows {
		return nil
	}
	p, err := d.Imports.Preview(ctx, i.ID, "", samples)
	if err != nil {
		d.note(ctx, err, "samples of an import")
		return nil
	}
	seen := map[sheet.Field][]string{}
	for _, row := range p.Rows {
		for f, value := range valuesOf(row.Person) {
			if value != "" {
				seen[f] = append(seen[f], value)
			}
		}
	}
	return seen
}

func valuesOf(p sheet.Person) map[sheet.Field]string {
	return map[sheet.Field]string{
		sheet.ExternalID: p.ExternalID, sheet.UserName: p.UserName, sheet.FirstName: p.FirstName, sheet.LastName: p.LastName,
		sheet.FullName: p.FullName, sheet.Email: p.Email, sheet.ManagedAppleID: p.ManagedAppleID,
		sheet.Groups: strings.Join(p.Groups, ", "), sheet.Location: p.Location, sheet.Locale: p.Locale, sheet.Notes: p.Notes,
	}
}

// mapColumns remembers what the columns are and leads to the preview.
func (d *Door) mapColumns(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	i, err := d.Imports.Import(r.Context(), importOf(r))
	if err != nil {
		return err
	}
	mapping, err := mappingOf(values, len(i.Header))
	if err == nil {
		_, err = d.Imports.Remap(r.Context(), i.ID, mapping)
	}
	if vpp.KindOf(err) == vpp.Invalid {
		chosen := map[string]int{}
		for f, n := range mapping {
			chosen[string(f)] = n
		}
		return d.refuse(w, r, view.ImportMappingPage(d.importMapping(r, i, chosen, vpp.MessageOf(err))))
	}
	if err != nil {
		return err
	}
	return d.seeOther(w, r, importPath(i.ID, "preview"))
}

// mappingOf reads the choices; a field that is chosen twice is an error.
func mappingOf(values url.Values, columns int) (sheet.Mapping, error) {
	m := sheet.Mapping{}
	var twice error
	for n := range columns {
		f := sheet.Field(values.Get("column-" + strconv.Itoa(n)))
		if f == "" {
			continue
		}
		if _, known := m[f]; known {
			twice = vpp.Errorf(vpp.Invalid, "Two columns are said to be the %s: choose one of them and leave the other out.", f.Word())
			continue
		}
		m[f] = n
	}
	return m, twice
}
