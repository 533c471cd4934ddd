package operator

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestHash(t *testing.T) {
	h := newHasher(rand.Reader)
	hash, err := h.hash(t.Context(), "a few words")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(hash, err)
	}
	for password, want := range map[string]bool{"a few words": true, "a few word": false, "": false} {
		same, old, err := h.verify(t.Context(), hash, password)
		if same != want || old || err != nil {
			t.Errorf("%q: %v, %v, %v", password, same, old, err)
		}
	}
	if same, _, err := h.verify(t.Context(), "", "a few words"); same || err != nil {
		t.Errorf("no hash: %v, %v", same, err)
	}
}

// A hash of an earlier, cheaper cost counts, and is to be replaced.
func TestOldHash(t *testing.T) {
	text := base64.RawStdEncoding.EncodeToString
	salt := []byte("saltsaltsaltsalt")
	hash := fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=1$%s$%s", text(salt), text(argon2.IDKey([]byte("words"), salt, 1, 64, 1, hashSize)))
	same, old, err := newHasher(rand.Reader).verify(t.Context(), hash, "words")
	if !same || !old || err != nil {
		t.Errorf("got %v, %v, %v", same, old, err)
	}
}

// Whoever waits for a slot gives up with their request.
func TestStretchIsBounded(t *testing.T) {
	h := newHasher(rand.Reader)
	for range hashesAtOnce {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.verify(ctx, "", "words"); vpp.KindOf(err) != vpp.Unavailable {
		t.Errorf("got %v", err)
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$c2FsdA")
	f.Add("$argon2id$v=19$m=1,t=0,p=0$$")
	f.Fuzz(func(t *testing.T, hash string) {
		c, _, sum, err := parseHash(hash)
		if err == nil && (c.time < 1 || c.threads < 1 || c.memory > 1<<20 || len(sum) != hashSize) {
			t.Errorf("accepted %+v", c)
		}
	})
}

func TestScopes(t *testing.T) {
	owner, some := Scopes{ScopeOwner}, Scopes{ScopeRead, ScopeInvite}
	if !owner.Allow(ScopeProgram) || some.Allow(ScopeProgram) || some.Allow(ScopeOwner) || Scopes(nil).Allow(ScopeRead) {
		t.Error("Allow")
	}
	if !owner.Cover(some) || some.Cover(owner) || !some.Cover(Scopes{ScopeRead}) {
		t.Error("Cover")
	}
	if got := owner.Within(some).String(); got != "read,invite" {
		t.Errorf("owner within some is %q", got)
	}
	if got := owner.Within(owner).String(); got != "owner" {
		t.Errorf("owner within owner is %q", got)
	}
	got, err := ParseScopes([]string{"invite", " read", "read"})
	if err != nil || got.String() != "read,invite" {
		t.Errorf("parsed %q, %v", got, err)
	}
	for _, words := range [][]string{nil, {""}, {"public"}, {"signed-in"}} {
		if _, err := ParseScopes(words); vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("%q got %v", words, err)
		}
	}
	if s := storedScopes("read,from-the-future"); s.Allow("from-the-future") || !s.Allow(ScopeRead) {
		t.Errorf("stored scopes are %v", s)
	}
}
