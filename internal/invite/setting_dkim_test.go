package invite_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-39: letters are signed once a key is made and signing switched on, and not
// with a new key before that is switched on again. The key is kept sealed.
func TestSigning(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	s := h.relay()
	s.DKIM = true
	if err := h.SaveMailSettings(t.Context(), anna, s); vpp.KindOf(err) != vpp.Invalid {
		t.Fatalf("signs without a key: %v", err)
	}
	s.DKIM = false
	must(t, h.SaveMailSettings(t.Context(), anna, s))
	made, err := h.MakeSigningKey(t.Context(), anna)
	must(t, err)
	if made.On || made.Name != "rsvpp._domainkey.school.test" || !strings.HasPrefix(made.Record, "v=DKIM1; k=rsa; p=") || made.MadeAt.IsZero() {
		t.Errorf("%+v", made)
	}
	letter := func(signed bool) {
		t.Helper()
		saved, err := h.MailSettings(t.Context())
		must(t, err)
		report, err := h.TestMail(t.Context(), vpp.Server, saved, "me@school.test")
		must(t, err)
		if report.Outcome != vpp.DeliveryAccepted {
			t.Fatal(report.Sentence)
		}
		tested := h.server.Letters()
		_, _, err = h.Post(t.Context(), "me@school.test", "A notice", "Text", "1") // as jobs send
		must(t, err)
		posted := h.server.Letters()
		for _, raw := range [][]byte{tested[len(tested)-1].Raw, posted[len(posted)-1].Raw} {
			if got := bytes.Contains(raw, []byte("s=rsvpp;")) && bytes.Contains(raw, []byte("d=school.test;")); got != signed {
				t.Errorf("signed %v, want %v:\n%s", got, signed, raw)
			}
		}
	}
	letter(false)
	s.DKIM = true
	must(t, h.SaveMailSettings(t.Context(), anna, s))
	letter(true)
	if n := h.count("SELECT count(*) FROM settings WHERE value LIKE '%PRIVATE KEY%'") + h.count("SELECT count(*) FROM entries WHERE before LIKE '%PRIVATE%' OR after LIKE '%PRIVATE%'"); n != 0 {
		t.Error("the key stands in the database")
	}
	again, err := h.MakeSigningKey(t.Context(), anna)
	must(t, err)
	if again.On || again.Record == made.Record {
		t.Errorf("a new key signs before its record is there: %+v", again)
	}
	letter(false)
}
