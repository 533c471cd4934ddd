package sheet_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestDetectByWords(t *testing.T) {
	for _, c := range []struct {
		header []string
		want   sheet.Mapping
	}{
		{[]string{"  E-MAIL ", "First_Name", "SURNAME", "Apple ID"}, sheet.Mapping{sheet.Email: 0, sheet.FirstName: 1, sheet.LastName: 2, sheet.ManagedAppleID: 3}},
		{[]string{"Nr.", "Anzeigename", "Benutzername*", "Standort", "Sprache"}, sheet.Mapping{sheet.FullName: 1, sheet.UserName: 2, sheet.Location: 3, sheet.Locale: 4}},
		{[]string{"Nombre", "Apellidos", "Correo electrónico"}, sheet.Mapping{sheet.FirstName: 0, sheet.LastName: 1, sheet.Email: 2}},
		{[]string{"ID", "Name", "User ID"}, sheet.Mapping{sheet.ExternalID: 0, sheet.FullName: 1, sheet.UserName: 2}},
		{[]string{"Rufname", "Vorname", "email"}, sheet.Mapping{sheet.FirstName: 1, sheet.Email: 2}},
		{[]string{"Managed Apple ID", "First Name", "Last Name", "User Name", "Groups"}, sheet.Mapping{sheet.ManagedAppleID: 0, sheet.FirstName: 1, sheet.LastName: 2, sheet.UserName: 3, sheet.Groups: 4}},
		{[]string{"Managed Apple Account", "Name"}, sheet.Mapping{sheet.ManagedAppleID: 0, sheet.UserName: 0, sheet.FullName: 1}},
		{[]string{"Username", "Full Name", "Email Address", "Class", "Site"}, sheet.Mapping{sheet.UserName: 0, sheet.FullName: 1, sheet.Email: 2, sheet.Groups: 3}},
		{[]string{"foo", "bar"}, sheet.Mapping{}},
	} {
		d := sheet.Detect(c.header)
		if diff := cmp.Diff(c.want, d.Mapping); diff != "" {
			t.Errorf("%q: %s", c.header, diff)
		}
		if d.Usable() != (d.Mapping.Check(c.header) == nil) {
			t.Errorf("%q: Usable and Check do not agree", c.header)
		}
	}
}

func TestDetectionSaysWhatIsMissing(t *testing.T) {
	d := sheet.Detect([]string{"Foo", "Vorname", "Name"})
	if diff := cmp.Diff([]sheet.Field{sheet.ExternalID, sheet.UserName, sheet.Email}, d.Missing); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0}, d.Unused); diff != "" {
		t.Error(diff)
	}
	if d.Confidence[sheet.FirstName] <= d.Confidence[sheet.FullName] {
		t.Errorf("a plain word is as sure as a vague one: %v", d.Confidence)
	}
	if vpp.KindOf(d.Mapping.Check([]string{"Foo", "Vorname", "Name"})) != vpp.Invalid {
		t.Error("a mapping without identity was accepted")
	}
}

func TestFingerprint(t *testing.T) {
	a := sheet.Fingerprint([]string{"E-Mail", "Straße"})
	for name, c := range map[string]struct {
		header []string
		same   bool
	}{
		"written otherwise": {[]string{" e mail", "STRASSE [optional]"}, true},
		"failed rows":       {[]string{"E-Mail", "Straße", "problem"}, true},
		"other order":       {[]string{"Straße", "E-Mail"}, false},
		"run together":      {[]string{"E-MailStraße"}, false},
	} {
		if (sheet.Fingerprint(c.header) == a) != c.same {
			t.Error(name)
		}
	}
}

func TestMappingIsJSON(t *testing.T) {
	m := sheet.Mapping{sheet.Email: 2, sheet.FirstName: 0}
	text, err := json.Marshal(m)
	if err != nil || string(text) != `{"email":2,"first_name":0}` {
		t.Errorf("%s, %v", text, err)
	}
	var back sheet.Mapping
	if err := json.Unmarshal(text, &back); err != nil || !cmp.Equal(back, m) {
		t.Error(back, err)
	}
}

func TestMappingCheck(t *testing.T) {
	header := []string{"a", "b"}
	for name, m := range map[string]sheet.Mapping{
		"beyond": {sheet.Email: 2}, "before": {sheet.Email: -1}, "no such field": {"shoe_size": 0, sheet.Email: 1}, "nobody": {sheet.FullName: 0},
	} {
		if vpp.KindOf(m.Check(header)) != vpp.Invalid {
			t.Error(name)
		}
	}
}
