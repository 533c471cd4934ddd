package sheet_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
)

func export(t testing.TB, people ...sheet.Person) string {
	t.Helper()
	var b strings.Builder
	w, err := sheet.NewPeopleWriter(&b, sheet.Semicolon, "vpp_status")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if err := w.Write(p, "Invited"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Issue 2, bad input: =HYPERLINK… stays text on export, and comes back as it was (F-03).
func TestExportRoundTrip(t *testing.T) {
	want := []sheet.Person{
		{ExternalID: "=1+1", UserName: "-anna", FullName: `=HYPERLINK("https://example.org";"click")`, Email: "+anna@example.org", Groups: []string{"@all", `DOMAIN\a`, "b;c|d", `e\`}, Notes: "'=already\n\"quoted\", it was"},
		{ExternalID: "''=2", UserName: "＝3", FullName: "'t Hooft", Location: "Zürich", Locale: "pt-BR", ManagedAppleID: "x@example.org"},
	}
	text := export(t, want...)
	for line := range strings.SplitSeq(text, "\n") {
		for cell := range strings.SplitSeq(line, ";") {
			if cell = strings.TrimPrefix(cell, `"`); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a formula left the house: %s", cell)
			}
		}
	}
	r := open(t, text)
	if r.Detected().Source != sheet.OwnExport {
		t.Errorf("source %q", r.Detected().Source)
	}
	var got []sheet.Person
	for _, row := range rows(t, r) {
		if row.Fault != nil {
			t.Error(message(row))
		}
		got = append(got, row.Person)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func failed(t testing.TB, r *sheet.Reader, m sheet.Mapping) string {
	t.Helper()
	var b strings.Builder
	w, err := sheet.NewFailedWriter(&b, r.Header(), r.Dialect().Delimiter)
	if err != nil {
		t.Fatal(err)
	}
	for row := range r.Rows(m) {
		if row.Fault == nil {
			continue
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// F-02: failed rows come back with the reason, can be opened without running a
// formula, and can be imported again without growing columns or apostrophes.
func TestFailedRows(t *testing.T) {
	r := open(t, "Login;Wer;Mail\na;Anna;a@example.org\nb;=1+1;b@\nc;'=2;c@\n")
	m := sheet.Mapping{sheet.UserName: 0, sheet.FullName: 1, sheet.Email: 2}
	first := failed(t, r, m)
	want := "\uFEFFLogin;Wer;Mail;problem\n" +
		"b;'=1+1;b@;\"\"\"b@\"\" is not an e-mail address: nothing stands after the @.\"\n" +
		"c;'=2;c@;\"\"\"c@\"\" is not an e-mail address: nothing stands after the @.\"\n"
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	again := open(t, first)
	if again.Detected().Fingerprint != r.Detected().Fingerprint {
		t.Error("the mapping made by hand is forgotten")
	}
	if diff := cmp.Diff(want, failed(t, again, m)); diff != "" {
		t.Error(diff)
	}
}

// Issue 2, bad input: no cell of any table becomes a formula (F-03).
func TestTableStaysText(t *testing.T) {
	var b strings.Builder
	w, err := sheet.NewTableWriter(&b, sheet.Comma, "who", "what")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write("=1+1", "-2, @x"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\uFEFFwho,what\n'=1+1,\"'-2, @x\"\n", b.String()); diff != "" {
		t.Error(diff)
	}
}
