package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/micromdm/nanomdm/mdm"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func openMDM(t *testing.T, url string, now vpp.Clock) (*store.DB, *store.MDM) {
	t.Helper()
	db := storetest.Open(t, url, now)
	box, err := seal.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return db, db.MDM(box)
}

// Channels that can never be woken do not stand before others, and one that
// never comes back is tried less and less often.
func TestPushTried(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
		db, m := openMDM(t, url, func() time.Time { return now })
		for i := range 5 {
			id := fmt.Sprint("d", i)
			storetest.Exec(t, db, "INSERT INTO mdm_channels (id, enabled, push_token) VALUES ($1, TRUE, '00')", id)
			storetest.Exec(t, db, "INSERT INTO mdm_commands (channel_id, uuid, request_type, payload, created_at) VALUES ($1, $1, 'x', '', 0)", id)
		}
		open := func(limit int) []string {
			t.Helper()
			list, err := m.OpenChannels(t.Context(), now, limit)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		var tried []string
		for range 2 { // nobody is reached
			some := open(3)
			tried = append(tried, some...)
			if err := m.PushTried(t.Context(), some, now, 15*time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if want := []string{"d0", "d1", "d2", "d3", "d4"}; !slices.Equal(tried, want) {
			t.Errorf("tried %v", tried)
		}
		var pauses []time.Duration
		last := now
		for range 4 * 24 * 12 {
			now = now.Add(5 * time.Minute)
			if slices.Contains(open(5), "d0") {
				pauses, last = append(pauses, now.Sub(last)), now
				if err := m.PushTried(t.Context(), []string{"d0"}, now, 15*time.Minute); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour}
		if !slices.Equal(pauses, want) {
			t.Errorf("pauses of %v", pauses)
		}
		storetest.Exec(t, db, "UPDATE mdm_channels SET seen_at = $1 WHERE id = 'd0'", now.UnixMilli())
		if err := m.PushTried(t.Context(), []string{"d0"}, now, 15*time.Minute); err != nil {
			t.Fatal(err)
		}
		if now = now.Add(15 * time.Minute); !slices.Contains(open(5), "d0") {
			t.Error("it was heard of, and its pause is as long as before")
		}
	})
}

// When a channel was seen is kept to the minute only: one that came at each of
// many pushes is not taken for one that never does, and is not left alone for
// hours when a push is lost.
func TestPushTriedOften(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
		db, m := openMDM(t, url, func() time.Time { return now })
		storetest.Exec(t, db, "INSERT INTO mdm_channels (id, enabled, push_token) VALUES ('d', TRUE, '00')")
		storetest.Exec(t, db, "INSERT INTO mdm_commands (channel_id, uuid, request_type, payload, created_at) VALUES ('d', 'd', 'x', '', 0)")
		r := mdm.NewRequestWithContext(t.Context(), nil)
		r.EnrollID = &mdm.EnrollID{Type: mdm.Device, ID: "d"}
		for range 30 {
			now = now.Add(20 * time.Second)
			if err := m.PushTried(t.Context(), []string{"d"}, now, 15*time.Minute); err != nil {
				t.Fatal(err)
			}
			if err := m.StoreCommandReport(r, &mdm.CommandResults{Status: "Idle"}); err != nil { // it comes at once
				t.Fatal(err)
			}
		}
		now = now.Add(15 * time.Minute)
		if list, err := m.OpenChannels(t.Context(), now, 5); err != nil || len(list) != 1 {
			t.Errorf("is not woken again in time: %v %v", list, err)
		}
	})
}

// Apple calls a token dead that the device has replaced meanwhile: the new one
// lives.
func TestPushTokenDead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, m := openMDM(t, url, time.Now)
		storetest.Exec(t, db, "INSERT INTO mdm_channels (id, enabled, push_token, push_magic, topic) VALUES ('d', TRUE, '02', 'm', 't')")
		for token, alive := range map[string]int{"01": 1, "02": 0} {
			storetest.Exec(t, db, "UPDATE mdm_channels SET push_dead_at = 0")
			if err := m.PushTokenDead(t.Context(), "d", token); err != nil {
				t.Fatal(err)
			}
			found, err := m.RetrievePushInfo(t.Context(), []string{"d"})
			if err != nil || len(found) != alive {
				t.Errorf("%s is dead: %d can be woken, %v", token, len(found), err)
			}
		}
	})
}
