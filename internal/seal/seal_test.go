package seal_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func newBox(t testing.TB, fill byte) *seal.Box {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{fill}, seal.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func mustSeal(t testing.TB, box *seal.Box, plain, context string) string {
	t.Helper()
	sealed, err := box.Seal([]byte(plain), context)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSealOpen(t *testing.T) {
	box := newBox(t, 1)
	for _, plain := range []string{"", "a", strings.Repeat("token", 4000), "\x00\xff"} {
		sealed := mustSeal(t, box, plain, "location:1 token")
		if plain != "" && len(plain) > 3 && strings.Contains(sealed, plain) {
			t.Error("the secret can be read in what is sealed")
		}
		opened, err := box.Open(sealed, "location:1 token")
		if err != nil || string(opened) != plain {
			t.Errorf("opened %q, %v; want %q", opened, err, plain)
		}
	}
	if first := mustSeal(t, box, "a", "c"); first == mustSeal(t, box, "a", "c") {
		t.Error("the same secret sealed twice looks the same")
	}
	if _, err := box.Seal([]byte("a"), ""); err == nil {
		t.Error("sealed without a context")
	}
}

// A ciphertext that was changed, cut, or moved to another row is refused.
func TestOpenRefuses(t *testing.T) {
	box := newBox(t, 1)
	sealed := mustSeal(t, box, "secret", "user:1 code")
	i := strings.LastIndex(sealed, ".") + 1
	other := "A" // some other letter of base64's, so that only the seal can notice
	if sealed[i+3] == 'A' {
		other = "B"
	}
	flipped := sealed[:i+3] + other + sealed[i+4:]
	cases := []struct{ name, sealed, context, says string }{
		{"another row", sealed, "user:2 code", "moved"},
		{"another field", sealed, "user:1 token", "moved"},
		{"no context", sealed, "", "moved"},
		{"changed", flipped, "user:1 code", "changed"},
		{"cut", sealed[:i+10], "user:1 code", "changed"},
		{"not base64", sealed + "!", "user:1 code", "damaged"},
		{"another version", "v9" + sealed[2:], "user:1 code", "form"},
		{"empty", "", "user:1 code", "form"},
		{"plain", "secret", "user:1 code", "form"},
		{"another key", mustSeal(t, newBox(t, 2), "secret", "user:1 code"), "user:1 code", "key file that belongs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plain, err := box.Open(c.sealed, c.context)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %q, %v; want an error with %q", plain, err, c.says)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	box := newBox(t, 1)
	sealed, err := box.Canary()
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Check(sealed); err != nil {
		t.Errorf("the right key is refused: %v", err)
	}
	err = newBox(t, 2).Check(sealed)
	if vpp.KindOf(err) != vpp.Invalid || !strings.Contains(vpp.MessageOf(err), "key file") {
		t.Errorf("the wrong key got %v", err)
	}
	if box.Check(mustSeal(t, box, "other", "canary")) == nil {
		t.Error("another word is taken for the canary")
	}
}

func TestDerive(t *testing.T) {
	box := newBox(t, 1)
	link := box.Derive("link")
	if len(link) != 32 || !bytes.Equal(link, newBox(t, 1).Derive("link")) {
		t.Error("a derived key does not last")
	}
	if bytes.Equal(link, box.Derive("other")) || bytes.Equal(link, newBox(t, 2).Derive("link")) {
		t.Error("derived keys of other purposes or masters are the same")
	}
}

func TestMaster(t *testing.T) {
	master, err := seal.NewMaster(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := seal.FormatMasters(master)
	for _, text := range []string{text, "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"), strings.TrimSpace(text)} {
		if got, err := seal.ParseMasters(text); err != nil || len(got) != 1 || !bytes.Equal(got[0], master) {
			t.Errorf("the key does not come back: %v", err)
		}
	}
	if _, err := seal.NewMaster(strings.NewReader("short")); err == nil {
		t.Error("a key was made of too little randomness")
	}
	if _, err := seal.New(master[:31]); err == nil || !strings.Contains(err.Error(), "31 bytes") {
		t.Errorf("a short key got %v", err)
	}
}

// While keys are changed, what the one before sealed opens, and the new one
// seals; a box learns of it by itself.
func TestTwoKeys(t *testing.T) {
	before, after := bytes.Repeat([]byte{1}, seal.MasterSize), bytes.Repeat([]byte{2}, seal.MasterSize)
	file := seal.FormatMasters(before)
	running, err := seal.Open(file, func() (string, error) { return file, nil })
	if err != nil {
		t.Fatal(err)
	}
	old := mustSeal(t, running, "secret", "c")
	file = seal.FormatMasters(after, before)
	rotating, err := seal.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range []string{old, mustSeal(t, rotating, "secret", "c")} {
		for name, box := range map[string]*seal.Box{"running": running, "rotating": rotating} {
			if plain, err := box.Open(sealed, "c"); err != nil || string(plain) != "secret" {
				t.Errorf("%s opens %q, %v", name, plain, err)
			}
		}
	}
	if again := mustSeal(t, running, "secret", "c"); !strings.HasPrefix(again, seal.SealedWith(running.Keys()[0])) || len(running.Keys()) != 2 {
		t.Error("the running one does not seal with the new key")
	}
	if _, err := newBox(t, 2).Open(old, "c"); err == nil {
		t.Error("the new key alone opens what the old one sealed")
	}
}

func TestParseMasterRefuses(t *testing.T) {
	master := bytes.Repeat([]byte{7}, seal.MasterSize)
	good := seal.FormatMasters(master)
	i := strings.Index(good, "v1:") + 5
	short := seal.FormatMasters(master[:16])
	cases := []struct{ name, text, says string }{
		{"empty", "# nothing\n\n", "empty"},
		{"another file", "-----BEGIN PRIVATE KEY-----", "does not hold a key"},
		{"too short", short, "16 bytes"},
		{"mistyped", good[:i] + "x" + good[i+1:], "check digits"},
		{"not base64", good[:i] + "*" + good[i+1:], "base64url"},
		{"the same twice", good + good, "twice"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := seal.ParseMasters(c.text)
			if vpp.KindOf(err) != vpp.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	box := newBox(f, 1)
	f.Add(mustSeal(f, box, "secret", "c"))
	f.Add("v1..")
	f.Fuzz(func(t *testing.T, sealed string) {
		plain, err := box.Open(sealed, "c")
		if err == nil && string(plain) != "secret" {
			t.Errorf("a forgery opened: %q", plain)
		}
	})
}

func FuzzParseMaster(f *testing.F) {
	f.Add(seal.FormatMasters(bytes.Repeat([]byte{7}, seal.MasterSize)))
	f.Fuzz(func(t *testing.T, text string) {
		masters, err := seal.ParseMasters(text)
		for _, m := range masters {
			if len(m) != seal.MasterSize {
				t.Errorf("a key of %d bytes, %v", len(m), err)
			}
		}
	})
}

// An import or a full read seals one invite code per person: a million of them.
func BenchmarkSeal(b *testing.B) {
	box, code := newBox(b, 1), []byte(strings.Repeat("c", 32))
	for b.Loop() {
		if _, err := box.Seal(code, "program_user:01890000-0000-7000-8000-000000000000 code"); err != nil {
			b.Fatal(err)
		}
	}
}
