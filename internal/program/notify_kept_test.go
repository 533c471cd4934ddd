package program

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzKept holds that no secret of a body is kept, however its member is
// written, and that of a body without any nothing is changed (pain 28).
func FuzzKept(f *testing.F) {
	for _, seed := range []string{
		`{"inviteCode":"S3CRET","status":"Registered"}`, `{"a":[{"InviteCode" :	"S3CRET"}]}`, `{"\u0069nviteCode":"S3CRET"}`,
		`{"note":"inviteCode","x":"S\"3"}`, `{"token":{"x":"S3CRET"}}`, `{"secret":12}`, `{"password":"S3C`, `"`, `{"inviteCode":"a\\","b":"c"}`,
	} {
		f.Add(seed, "inviteCode")
		f.Add(seed, "status")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		if kept := keptOf([]byte(text)); len(kept) > longestKept || !utf8.ValidString(kept) || strings.Contains(kept, "\x00") {
			t.Errorf("%q", kept)
		}
		if strings.Contains(text, "5eKr1t") {
			return
		}
		whole, err := json.Marshal(map[string]any{"before": text, name: "5eKr1t\"\\", "z": []string{text}})
		if err != nil || len(whole) > longestKept {
			return
		}
		quoted, _ := json.Marshal(name) // a text
		kept := keptOf(whole)
		switch secret := isSecret(string(quoted)); {
		case secret && strings.Contains(kept, "5eKr1t"):
			t.Errorf("%s is kept of %s", kept, whole)
		case !secret && kept != storable(string(whole)):
			t.Errorf("%s became %s", whole, kept)
		case !json.Valid([]byte(kept)):
			t.Errorf("%s became %s", whole, kept)
		}
	})
}
