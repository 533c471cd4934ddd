package moving_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/roster/moving"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func write(t testing.TB, people ...moving.Person) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := moving.NewWriter(&b, moving.Key(make([]byte, 32)), moving.Head{MadeBy: "old", Location: moving.Location{UID: "1", Name: "North"}})
	for _, p := range people {
		err = errors.Join(err, w.Write(p))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(file []byte) (people []moving.Person, err error) {
	r, err := moving.Open(bytes.NewReader(file))
	for err == nil {
		var p moving.Person
		if p, err = r.Next(); err == nil {
			people = append(people, p)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return people, err
}

// What is written is read; what was changed anywhere is refused at the end.
func TestFile(t *testing.T) {
	at := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	want := []moving.Person{
		{UserName: "anna", FullName: "Anna \"signature\": Meyer\n", Email: "a@x.test", Groups: []string{"5a", "choir; loud"}, ClientUserID: "c1", VPPStatus: "invited", AppleStatus: "Registered", HandedOverAt: &at},
		{ExternalID: "7", FullName: "Бен", VPPStatus: "not_invited"},
	}
	file := write(t, want...)
	got, err := read(file)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if _, err := read(changed); vpp.KindOf(err) != vpp.Invalid {
			t.Fatalf("byte %d changed (%q): %v", i, file[max(0, i-10):i+1], err)
		}
		if _, err := read(file[:i]); vpp.KindOf(err) != vpp.Invalid && i < len(file)-1 {
			t.Fatalf("cut off after %d bytes: %v", i, err)
		}
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	without := bytes.Join([][]byte{lines[0], lines[2], lines[3]}, nil)
	if _, err := read(without); vpp.KindOf(err) != vpp.Invalid {
		t.Errorf("somebody was taken out: %v", err)
	}
	if f := moving.Fingerprint(moving.Key(make([]byte, 32)).Public().(ed25519.PublicKey)); len(f) != 39 {
		t.Errorf("the fingerprint is %q", f)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, moving.Person{FullName: "A", ClientUserID: "c"}))
	f.Add([]byte(`{"format":"rsvpp-hand-over","version":1,"key":"AAAA"}`))
	f.Add([]byte("{}\n{}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := read(file); err != nil && vpp.KindOf(err) != vpp.Invalid {
			t.Error(fmt.Sprint(err))
		}
	})
}
