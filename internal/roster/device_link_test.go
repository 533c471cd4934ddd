package roster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var (
	_ roster.AccountStore = (*store.DB)(nil)
	_ roster.LinkStore    = (*store.DB)(nil)
)

// A link for devices proves whose it is, for its time, and nothing else does.
func TestEnrollLink(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	now := h.now
	links := roster.NewLinks(h.db, "https://rsvpp.test", []byte("key"), time.Hour, func() time.Time { return now })
	others := roster.NewLinks(h.db, "https://rsvpp.test", []byte("another key"), time.Hour, func() time.Time { return now })
	ben, err := h.Create(t.Context(), anna, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.example"})
	if err != nil {
		t.Fatal(err)
	}
	url, until, err := links.EnrollLink(t.Context(), anna, ben.ID)
	if err != nil || !until.Equal(now.Add(time.Hour)) {
		t.Fatal(url, until, err)
	}
	token, whole := strings.CutPrefix(url, "https://rsvpp.test/enroll/")
	if got, err := links.Guest(t.Context(), token); err != nil || !whole || !links.Ours(token) || got.ID != ben.ID {
		t.Error(got, err)
	}
	for name, bad := range map[string]string{
		"cut": token[:len(token)-4], "changed": token[:4] + flip(token[4]) + token[5:], "empty": "d.", "no base64": "d.%%%", "short": "d.AAAA", "another's": otherToken(t, others, ben.ID),
	} {
		if _, err := links.Guest(t.Context(), bad); vpp.KindOf(err) != vpp.NotFound || strings.Contains(vpp.MessageOf(err), "Ben") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := links.EnrollLink(t.Context(), anna, "nobody"); vpp.KindOf(err) != vpp.NotFound {
		t.Error(err)
	}
	now = now.Add(time.Hour)
	if _, err := links.Guest(t.Context(), token); vpp.KindOf(err) != vpp.Denied {
		t.Error("a link outlives its time:", err)
	}
	now = now.Add(-time.Hour)
	if err := h.Remove(t.Context(), anna, ben.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := links.Guest(t.Context(), token); vpp.KindOf(err) != vpp.NotFound {
		t.Error("a link outlives its person:", err)
	}
}

func otherToken(t *testing.T, l *roster.Links, person vpp.UserID) string {
	t.Helper()
	url, _, err := l.EnrollLink(t.Context(), anna, person)
	if err != nil {
		t.Fatal(err)
	}
	return url[strings.LastIndex(url, "/")+1:]
}

// flip gives another letter than the one there was.
func flip(b byte) string {
	if b == 'A' {
		return "B"
	}
	return "A"
}
