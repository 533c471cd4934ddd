package program

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Traps 1, 2 and 5: what Apple's records change, and what they confirm.
func TestFact(t *testing.T) {
	t0 := time.Date(2031, 2, 3, 4, 0, 0, 0, time.UTC)
	asked := t0.Add(2 * time.Minute)
	registered := vpp.Record{Status: vpp.AppleRegistered, Email: "a@b.example", InviteCode: "c1"}
	associated := vpp.Record{Status: vpp.AppleAssociated, Email: "a@b.example", AccountHash: "h"}
	retired := vpp.Record{Status: vpp.AppleRetired}
	place := func(s vpp.AppleStatus, pending vpp.Write, read time.Time) vpp.PlaceNow {
		p := vpp.PlaceNow{Email: "a@b.example", ProgramUser: vpp.ProgramUser{AppleStatus: s, Pending: pending, ReadAt: read}}
		if s != vpp.AppleNone {
			p.CreatedAt, p.AppleEmail = t0, "a@b.example"
		}
		if s == vpp.AppleRetired {
			p.RetiredAt, p.AppleEmail = t0, ""
		}
		return p
	}
	for _, c := range []struct {
		name     string
		now      vpp.PlaceNow
		records  []vpp.Record
		seen     bool
		want     vpp.AppleStatus
		confirms vpp.Write
		changed  bool
	}{
		{"first sight", place("", vpp.WriteCreate, time.Time{}), []vpp.Record{registered}, false, vpp.AppleRegistered, vpp.WriteCreate, true},
		{"accepted", place(vpp.AppleRegistered, "", t0), []vpp.Record{associated}, false, vpp.AppleAssociated, "", true},
		{"living counts before retired", place("", vpp.WriteCreate, t0), []vpp.Record{retired, registered, retired}, false, vpp.AppleRegistered, vpp.WriteCreate, true},
		{"removed", place(vpp.AppleAssociated, vpp.WriteRetire, t0), []vpp.Record{retired}, false, vpp.AppleRetired, vpp.WriteRetire, true},
		{"an old retired record in the same walk", place(vpp.AppleRegistered, "", t0), []vpp.Record{retired}, true, "", "", false},
		{"the retired record of before is no answer to a create", place(vpp.AppleRetired, vpp.WriteCreate, t0), []vpp.Record{retired}, false, "", "", false},
		{"registered anew", place(vpp.AppleRetired, vpp.WriteCreate, t0), []vpp.Record{retired, registered}, false, vpp.AppleRegistered, vpp.WriteCreate, true},
		{"older than what we know", place(vpp.AppleAssociated, "", asked.Add(time.Second)), []vpp.Record{registered}, false, "", "", false},
		{"nothing found", place(vpp.AppleRegistered, "", t0), nil, false, "", "", false},
		{"address confirmed", place(vpp.AppleRegistered, vpp.WriteUpdate, t0), []vpp.Record{registered}, false, vpp.AppleRegistered, vpp.WriteUpdate, true},
	} {
		f, _, changed := fact(c.now, c.records, asked, c.seen)
		if changed != c.changed || changed && (f.AppleStatus != c.want || f.Confirms != c.confirms) {
			t.Errorf("%s: %q confirms %q changed %v; want %q %q %v", c.name, f.AppleStatus, f.Confirms, changed, c.want, c.confirms, c.changed)
		}
	}
	same := place(vpp.AppleRegistered, "", t0)
	same.CodeMark = codeMark("c1")
	if _, _, changed := fact(same, []vpp.Record{registered}, asked, false); changed {
		t.Error("what is equal is written again")
	}
	f, code, _ := fact(place(vpp.AppleRetired, vpp.WriteCreate, t0), []vpp.Record{registered}, asked, false)
	if code != "c1" || !f.CreatedAt.Equal(asked) || !f.RetiredAt.IsZero() {
		t.Errorf("a new generation begins with its own times: %+v", f)
	}
}

func TestBitmap(t *testing.T) {
	var b bitmap
	for _, n := range []int64{0, 7, 8, 100_000} {
		if b.has(n) {
			t.Errorf("%d is in an empty set", n)
		}
		if b.add(n); !b.has(n) || b.has(n+1) && n != 7 {
			t.Errorf("%d was added wrongly", n)
		}
	}
}
