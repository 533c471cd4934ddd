package invite_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
)

// crowd writes many people quickly.
func (h *house) crowd(n int) {
	h.t.Helper()
	h.exec(`WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ` + strconv.Itoa(n) + `)
		INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		SELECT 'u' || i, '', '', '', 'Person', 'No ' || i, 'Person No ' || i, 'p' || i || '@school.test', 'p' || i || '@school.test',
			'', '', '', '', 'csv', 'person no ' || i, 1000, 1000 FROM c`)
	h.exec(`INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at)
		SELECT 'p' || seq, id, 'l1', full_name, $1, 1000 FROM users`, false)
}

// BenchmarkCampaign measures the room's own part of inviting many people: the
// doctor, the expansion, and the letters into a counting mail server.
func BenchmarkCampaign(b *testing.B) {
	const people = 20_000
	for b.Loop() {
		b.StopTimer()
		h := open(b, filepath.Join(b.TempDir(), "a.db"), invite.Config{SendFor: time.Hour}).withMail()
		h.crowd(people)
		b.StartTimer()
		began := time.Now()
		d, err := h.Examine(b.Context(), invite.Request{Selection: all()})
		must(b, err)
		if d.Reachable != people {
			b.Fatalf("%+v", d)
		}
		examined := time.Now()
		h.run(invite.Request{Selection: all()})
		expanded := time.Now()
		b.StopTimer()
		h.appleConfirms()
		b.StartTimer()
		sending := time.Now()
		h.send()
		done := time.Now()
		if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'accepted'"); n != people {
			b.Fatalf("%d accepted", n)
		}
		b.ReportMetric(float64(people)/examined.Sub(began).Seconds(), "examined/s")
		b.ReportMetric(float64(people)/expanded.Sub(examined).Seconds(), "expanded/s")
		b.ReportMetric(float64(people)/done.Sub(sending).Seconds(), "sent/s")
	}
}
