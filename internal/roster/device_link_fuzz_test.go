package roster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// FuzzEnrollLink: a link that works is one that we wrote, to the letter. What
// else comes is refused with a sentence, and names nobody.
func FuzzEnrollLink(f *testing.F) {
	h := build(f, storetest.SQLite(f))
	links := roster.NewLinks(h.db, "https://rsvpp.test", []byte("key"), time.Hour, func() time.Time { return h.now })
	ben, err := h.Create(f.Context(), anna, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.example"})
	if err != nil {
		f.Fatal(err)
	}
	url, _, err := links.EnrollLink(f.Context(), anna, ben.ID)
	if err != nil {
		f.Fatal(err)
	}
	ours := strings.TrimPrefix(url, "https://rsvpp.test/enroll/")
	for _, seed := range []string{ours, ours + "\n", ours[:20] + "\r\n" + ours[20:], strings.TrimPrefix(ours, "d."), "d." + ours, ours + "A", ours + "=", ours[:len(ours)-1], "d.", "", "d.%%%", "d." + strings.Repeat("A", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		u, err := links.Guest(t.Context(), token)
		switch {
		case err == nil && (token != ours || u.ID != ben.ID || !links.Ours(token)):
			t.Errorf("%q works, and we wrote %q", token, ours)
		case err != nil && (token == ours || vpp.KindOf(err) != vpp.NotFound && vpp.KindOf(err) != vpp.Denied || strings.Contains(vpp.MessageOf(err), "Ben")):
			t.Errorf("%q: %v", token, err)
		}
	})
}
