package invite

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// FuzzToken: whatever a stranger types, only our own words prove anything.
func FuzzToken(f *testing.F) {
	s := &Service{config: Config{LinkKey: []byte("0123456789abcdef0123456789abcdef"), BaseURL: "https://x.test"}}
	i := vpp.Invitation{ID: "0192f0c1-7d3b-7000-8000-000000000001", Revision: 3}
	good := strings.TrimPrefix(s.linkOf(i), "https://x.test/i/")
	for _, seed := range []string{good, s.token(i.ID, 2), s.token(i.ID, 4), "", "x", good + "=", good[:42] + "!", strings.Repeat("A", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, proof, ok := readToken(token)
		if !ok {
			return
		}
		current, earlier := s.proves(vpp.Invitation{ID: vpp.InvitationID(id.String()), Revision: 3}, id, proof)
		if current && earlier {
			t.Error("both the newest and an older link")
		}
		for r := range 4 {
			if own := s.token(vpp.InvitationID(id.String()), r); own == token {
				if current != (r == 3) || earlier != (r == 1 || r == 2) {
					t.Errorf("revision %d: current %v, earlier %v", r, current, earlier)
				}
				return
			}
		}
		if current || earlier {
			t.Errorf("%q proves something and is none of ours", token)
		}
	})
}

func TestTokenOfAnotherKey(t *testing.T) {
	a := &Service{config: Config{LinkKey: []byte("a")}}
	b := &Service{config: Config{LinkKey: []byte("b")}}
	i := vpp.Invitation{ID: vpp.InvitationID(uuid.NewString()), Revision: 1}
	id, proof, ok := readToken(b.token(i.ID, 1))
	if current, earlier := a.proves(i, id, proof); !ok || current || earlier {
		t.Errorf("read %v, current %v, earlier %v", ok, current, earlier)
	}
}

// The landing page leads to Apple, or to the pretend Apple here, and nowhere else.
func TestLeadsToApple(t *testing.T) {
	s := &Service{config: Config{}.withUsual()}
	for link, want := range map[string]bool{
		"https://buy.itunes.apple.com/WebObjects/x?inviteCode=1&mt=8": true,
		"http://127.0.0.1:8080/accept?code=1":                         true,
		"http://[::1]:8080/accept":                                    true,
		"http://localhost:1/":                                         true,
		"http://buy.itunes.apple.com/":                                false,
		"https://apple.com.evil.test/":                                false,
		"https://evilapple.com/":                                      false,
		"https://buy.itunes.apple.com@evil.test/":                     false,
		"https://user@buy.itunes.apple.com/":                          false,
		"//buy.itunes.apple.com/":                                     false,
		"javascript:alert(1)":                                         false,
		"https:buy.itunes.apple.com":                                  false,
		"":                                                            false,
	} {
		if got := s.leadsToApple(link); got != want {
			t.Errorf("%q: %v", link, got)
		}
	}
}
