package sheet_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func open(t testing.TB, text string) *sheet.Reader {
	t.Helper()
	r, err := sheet.Open(strings.NewReader(text), sheet.Options{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return r
}

func rows(t testing.TB, r *sheet.Reader) []sheet.Row {
	t.Helper()
	var all []sheet.Row
	for row := range r.Rows(r.Detected().Mapping) {
		all = append(all, row)
	}
	if err := r.Err(); err != nil {
		t.Fatalf("Err: %v", err)
	}
	return all
}

func message(row sheet.Row) string {
	if row.Fault == nil {
		return ""
	}
	return vpp.MessageOf(row.Fault)
}

// F-02: the exports of five products, ours and files made by hand.
func TestSamples(t *testing.T) {
	anna := sheet.Person{FirstName: "Anna", LastName: "Meyer", FullName: "Anna Meyer", Email: "anna.meyer@example.org"}
	with := func(p sheet.Person, change func(*sheet.Person)) sheet.Person { change(&p); return p }
	const oid = "5f1f6f0e-0000-4000-8000-00000000000"
	for _, c := range []struct {
		file    string
		source  sheet.Source
		dialect sheet.Dialect
		people  []sheet.Person
	}{
		{"google_workspace.csv", sheet.GoogleWorkspace, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			with(anna, func(p *sheet.Person) {
				p.ExternalID, p.UserName, p.Groups = "E-1001", p.Email, []string{"/Staff/Teachers"}
			}),
			{UserName: "jose.nunez@example.org", Email: "jose.nunez@example.org", FirstName: "José", LastName: "Núñez", FullName: "José Núñez"},
		}},
		{"entra_id.csv", sheet.EntraID, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			with(anna, func(p *sheet.Person) { p.ExternalID, p.UserName, p.Groups = oid+"1", p.Email, []string{"Teaching"} }),
			{ExternalID: oid + "2", UserName: "scanner@example.onmicrosoft.com", FullName: "Scanner Room 12"},
		}},
		{"entra_id_older.csv", sheet.EntraID, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			with(anna, func(p *sheet.Person) { p.ExternalID, p.UserName = oid+"1", p.Email }),
		}},
		{"microsoft_365.csv", sheet.EntraID, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			with(anna, func(p *sheet.Person) {
				p.ExternalID, p.UserName, p.Email, p.Groups, p.Locale = oid+"1", p.Email, "", []string{"Teaching"}, "de-DE"
			}),
		}},
		{"apple_school_students.csv", sheet.AppleSchoolManager, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			{ExternalID: "S-0001", UserName: "amfrost", FirstName: "Amy", LastName: "Frost", FullName: "Amy Frost", Email: "amy.frost@example.org"},
			{ExternalID: "S-0002", UserName: "eroux", FirstName: "Émile", LastName: "Roux", FullName: "Émile Roux"},
		}},
		{"apple_school_staff.csv", sheet.AppleSchoolManager, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Semicolon}, []sheet.Person{
			{ExternalID: "T-0001", UserName: "cboehm", FirstName: "Chella", LastName: "Boehm", FullName: "Chella Boehm", Email: "chella.boehm@example.org"},
		}},
		{"apple_school_sign_ins.csv", sheet.AppleSchoolManager, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			{UserName: "amy.frost@appleid.example.org", ManagedAppleID: "amy.frost@appleid.example.org", FirstName: "Amy", LastName: "Frost", FullName: "Amy Frost"},
		}},
		{"jamf_pro.csv", sheet.JamfPro, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			{UserName: "anna.meyer", FullName: "Anna Meyer", Email: "anna.meyer@example.org", ManagedAppleID: "anna.meyer@appleid.example.org"},
			{UserName: "bo.li", FullName: "Li, Bo", Email: "bo.li@example.org"},
		}},
		{"knox_manage.csv", sheet.KnoxManage, sheet.Dialect{Encoding: sheet.UTF8, Delimiter: sheet.Comma}, []sheet.Person{
			{ExternalID: "1001", UserName: "anna.meyer", FullName: "Anna Meyer", Email: "anna.meyer@example.org", Groups: []string{"Teachers", "iPad pilots"}},
		}},
		{"by_hand_german.csv", sheet.Unknown, sheet.Dialect{Encoding: sheet.Windows1252, Delimiter: sheet.Semicolon}, []sheet.Person{
			{ExternalID: "4711", FirstName: "Jürgen", LastName: "Groß", FullName: "Jürgen Groß", Email: "juergen.gross@example.org", Groups: []string{"7a", "Chor"}, Notes: "erste Zeile\nzweite Zeile"},
		}},
		{"by_hand_french.csv", sheet.Unknown, sheet.Dialect{Encoding: sheet.UTF16LE, Delimiter: sheet.Tab}, []sheet.Person{
			{UserName: "zoe", FirstName: "Zoé", LastName: "Lefèvre", FullName: "Zoé Lefèvre", Email: "zoe@example.org", Groups: []string{"A", "B"}},
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			r := open(t, string(text))
			if got := r.Detected().Source; got != c.source {
				t.Errorf("source %q, want %q", got, c.source)
			}
			if got := r.Dialect(); got != c.dialect {
				t.Errorf("dialect %+v, want %+v", got, c.dialect)
			}
			var people []sheet.Person
			for _, row := range rows(t, r) {
				if row.Fault != nil {
					t.Errorf("row %d: %s", row.Number, message(row))
				}
				people = append(people, row.Person)
			}
			if diff := cmp.Diff(c.people, people); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Issue 2, bad input: 2 duplicate ids and 1 bad address among 10,000 cost three rows, and no other.
func TestThreeBadRowsAmongTenThousand(t *testing.T) {
	var b strings.Builder
	b.WriteString("external_id,email\n")
	for i := 2; i <= 10_001; i++ {
		id, at := i, "@"
		if i == 500 || i == 501 {
			id = 17
		}
		if i == 9000 {
			at = "@@"
		}
		fmt.Fprintf(&b, "p%d,p%d%sexample.org\n", id, i, at)
	}
	var bad []string
	good := 0
	for _, row := range rows(t, open(t, b.String())) {
		if row.Fault == nil {
			good++
			continue
		}
		bad = append(bad, fmt.Sprint(row.Number, " ", row.Fault.Field, " ", row.Fault.Kind, ": ", message(row)))
	}
	want := []string{
		`500 external_id conflict: The external id "p17" stands in row 17 already: remove one of the two rows, or correct it.`,
		`501 external_id conflict: The external id "p17" stands in row 17 already: remove one of the two rows, or correct it.`,
		`9000 email invalid: "p9000@@example.org" is not an e-mail address: there is more than one @ in it.`,
	}
	if diff := cmp.Diff(want, bad); diff != "" || good != 9997 {
		t.Errorf("%d good rows; %s", good, diff)
	}
}

func TestFaults(t *testing.T) {
	const header = "external_id,full_name,email,locale,notes\n"
	for name, c := range map[string]struct{ row, want string }{
		"fine":            {"1,Anna,a@example.org,de_de,", ""},
		"NUL":             {"1,An\x00na,a@example.org,,", "Row 2 has NUL bytes in it, so it is damaged: export the file again."},
		"too few":         {"1,Anna", "Row 2 has 2 cells, but the header has 5: is a delimiter missing, or a line break too many?"},
		"too many":        {"1,Meyer, Anna,a@example.org,,x", "Row 2 has 6 cells, but the header has 5: put a cell with a delimiter in it between quotation marks."},
		"fell apart":      {"1,Anna,a@example.org,,\n3,Cy, Dee,c@example.org,,", "Row 3 has 6 cells, but the header has 5: put a cell with a delimiter in it between quotation marks."},
		"blank ones more": {"1,Anna,a@example.org,,,,,", ""},
		"nobody":          {",Anna,,,", "Nothing says who this is: fill in the external id, the user name or the e-mail address."},
		"no at":           {"1,Anna,anna,,", `"anna" is not an e-mail address: there is no @ in it.`},
		"no dot":          {"1,Anna,a@example,,", `"a@example" is not an e-mail address: there is no dot in what stands after the @.`},
		"localhost":       {"1,Anna,a@localhost,,", ""},
		"display name":    {"1,Anna,Anna <a@example.org>,,", `"Anna <a@example.org>" is not an e-mail address: write only the address, without a name and angle brackets.`},
		"two":             {"1,Anna,a@example.org; b@example.org,,", `"a@example.org; b@example.org" is not an e-mail address: write one address only.`},
		"dots":            {"1,Anna,a..b@example.org,,", `"a..b@example.org" is not an e-mail address: it has characters in it that an address cannot have, or dots where none may be.`},
		"international":   {"1,Anna,jürgen@müller.example,,", ""},
		"apostrophe":      {"1,Anna,o'neil@example.org,,", ""},
		"header in name":  {"1,\"Anna\nBcc: x@example.org\",a@example.org,,", "The full name has a line break in it: write it on one line."},
		"escape":          {"1,An\x1bna,a@example.org,,", "The full name has an invisible control character (U+001B) in it: type it anew."},
		"direction":       {"1,An\u202ena,a@example.org,,", "The full name has an invisible control character (U+202E) in it: type it anew."},
		"not UTF-8":       {"1,Ann\xe4 äöü,a@example.org,,", "Row 2 has letters in it that are not UTF-8 as in the rest of the file: save the file again as CSV UTF-8."},
		"damaged":         {"1,M\uFFFDller,a@example.org,,", "The full name has a letter in it that was damaged when the file was saved: save the file again as CSV UTF-8."},
		"language":        {"1,Anna,a@example.org,Deutsch!,", `"Deutsch!" is not a language tag: write it like en, de or pt-BR.`},
		"long name":       {"1," + strings.Repeat("ä", 256) + ",a@example.org,,", "The full name is longer than 255 characters: shorten it."},
		"open quote":      {"1,\"Anna,a@example.org,,", `The quotation marks in row 2 do not match: put a cell between two of them, and write "" for each one inside.`},
		"long cell":       {"1,Anna,a@example.org,," + strings.Repeat("x", 70_000), "Row 2 has a cell longer than 64 KB and was skipped: is a quotation mark or a line break missing?"},
		"long row":        {"1" + strings.Repeat(strings.Repeat("x", 60_000)+",", 20), "Row 2 is longer than 1 MB and was skipped: is a quotation mark or a line break missing?"},
		"many cells":      {strings.Repeat(",", 5000), "Row 2 has more than 2048 cells and was skipped: is a line break missing?"},
	} {
		t.Run(name, func(t *testing.T) {
			got := rows(t, open(t, header+c.row+"\n2,Bo,b@example.org,en,\n"))
			if name == "fell apart" {
				got = got[1:]
			}
			if len(got) != 2 {
				t.Fatalf("%d rows, want 2: %+v", len(got), got)
			}
			if message(got[0]) != c.want {
				t.Errorf("got  %s\nwant %s", message(got[0]), c.want)
			}
			if got[1].Fault != nil || got[1].Person.FullName != "Bo" {
				t.Errorf("the row after it: %+v", got[1])
			}
		})
	}
}

func TestRefusedFiles(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {"", "The file is empty"},
		"blank":       {"\n\n ,, \n", "only blank rows"},
		"header only": {"email,name\r\n", "nobody in the rows beneath"},
		"no header":   {"Anna,anna@example.org\nBo,bo@example.org\n", "The first row is a person already (anna@example.org)"},
		"xlsx":        {"PK\x03\x04....[Content_Types].xml....xl/workbook.xml", "This is an Excel workbook: open it in Excel and save it as CSV UTF-8."},
		"zip":         {"PK\x03\x04....students.csv", "ZIP archive"},
		"xls":         {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "old Excel workbook"},
		"pdf":         {"%PDF-1.7\n", "PDF document"},
		"gzip":        {"\x1f\x8b\x08", "compressed"},
		"sign-in":     {"\n<!DOCTYPE html><html>", "sign-in page"},
		"binary":      {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "not a text file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sheet.Open(strings.NewReader(c.text), sheet.Options{})
			if vpp.KindOf(err) != vpp.Invalid || !strings.Contains(vpp.MessageOf(err), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	r := open(t, "external_id,user_name,email\n"+
		"1,anna,family@example.org\n"+ // 2
		"2,ANNA,x@example.org\n"+ // 3: user names know no case
		"a,,family@example.org\n"+ // 4: families share an address
		"A,,family@example.org\n"+ // 5: external ids do know case
		",,solo@example.org\n"+ // 6
		",,Solo@example.org\n"+ // 7: nothing else tells them apart
		"9,,broken@\n"+ // 8
		"9,,mended@example.org\n") // 9: the first one was not imported
	want := map[int]string{
		3: `The user name "ANNA" stands in row 2 already: remove one of the two rows, or correct it.`,
		7: `The e-mail address "Solo@example.org" stands in row 6 already: remove one of the two rows, or correct it.`,
		8: `"broken@" is not an e-mail address: nothing stands after the @.`,
	}
	for _, row := range rows(t, r) {
		if message(row) != want[row.Number] {
			t.Errorf("row %d: got %q, want %q", row.Number, message(row), want[row.Number])
		}
	}
}

func TestRowNumbersAreLines(t *testing.T) {
	var got []int
	for _, row := range rows(t, open(t, "user_name,notes\n\na,\"x\r\ny\nz\"\r\nb,\n,\n\nc,")) {
		got = append(got, row.Number)
	}
	if diff := cmp.Diff([]int{3, 6, 9}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNamesAreDerived(t *testing.T) {
	for id, want := range map[string]string{
		"anna.meyer2@example.org": "Anna Meyer", "émile_roux": "Émile Roux", "4711": "4711", "...": "...",
	} {
		got := rows(t, open(t, "user_name,full_name\n"+id+",\n"))[0].Person
		if got.FullName != want || !got.NameDerived {
			t.Errorf("%s: %+v", id, got)
		}
	}
}
