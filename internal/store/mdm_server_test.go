package store_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-85: servers come, are looked at, and go with their devices.
func TestMDMServers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		ctx, at := t.Context(), time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		s := vpp.MDMServer{ID: "m1", Kind: "micromdm", Name: "School", URL: "https://mdm.example.com", CreatedAt: at, CheckedAt: at, Signed: true}
		must(db.AddMDMServer(ctx, vpp.Server, s, vpp.SealedMDM{Key: "k1", Hook: "h1"}))
		again := s
		again.ID = "m2"
		if err := db.AddMDMServer(ctx, vpp.Server, again, vpp.SealedMDM{}); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("connected twice: %v", err)
		}
		for _, key := range []vpp.EnrollmentID{"A", "B"} {
			must(db.DeviceSeen(ctx, vpp.Device{MDM: "m1", Key: key, UDID: string(key), EnrolledAt: at, OwnerID: "user-0001", OwnerSource: "connector"},
				[]vpp.Enrollment{{ID: key, MDM: "m1", EnrolledAt: at}}))
		}
		must(db.MDMServerChecked(ctx, "m1", "It is down."))
		got, sealed, err := db.MDMServer(ctx, "m1")
		if err != nil || sealed != (vpp.SealedMDM{Key: "k1", Hook: "h1"}) || got.Problem != "It is down." || !got.CheckedAt.Equal(at) || got.Devices != 2 || !got.Signed {
			t.Errorf("%+v %+v %v", got, sealed, err)
		}
		must(db.ChangeMDMKey(ctx, vpp.Server, s, "k2"))
		must(db.MDMServerSynced(ctx, "m1"))
		if got, sealed, err = db.MDMServer(ctx, "m1"); err != nil || sealed.Key != "k2" || got.Problem != "" || got.SyncedAt.IsZero() {
			t.Errorf("%+v %+v %v", got, sealed, err)
		}
		unknown, err := db.DevicesToDescribe(ctx, "m1", at, 10)
		if err != nil || len(unknown) != 2 {
			t.Errorf("not described: %v %v", unknown, err)
		}
		unknown0 := unknown[0]
		must(db.AccountAsked(ctx, []vpp.Command{{ID: "q", MDM: "m1", DeviceID: unknown[0].ID, Enrollment: unknown[0].Key}}))
		if unknown, err = db.DevicesToDescribe(ctx, "m1", at, 10); err != nil || len(unknown) != 1 {
			t.Errorf("asked again at once: %v %v", unknown, err)
		}
		// F-10, F-85: what became of the question is asked as well, until it is answered.
		if list, err := db.CommandsToAsk(ctx, "m1", 10); err != nil || len(list) != 1 || list[0].ID != "q" || list[0].Kind != vpp.CommandAccount || list[0].Enrollment != unknown0.Key {
			t.Errorf("questions: %+v %v", list, err)
		}
		must(db.AccountRead(ctx, vpp.CommandAnswer{MDM: "m1", Enrollment: unknown0.Key, At: at, Account: &vpp.DeviceAccount{Active: true, Hash: "h"}}))
		if list, err := db.CommandsToAsk(ctx, "m1", 10); err != nil || len(list) != 0 {
			t.Errorf("answered, and asked after: %+v %v", list, err)
		}
		if keys, err := db.DeviceKeys(ctx, "m1"); err != nil || len(keys) != 2 {
			t.Errorf("devices %v, %v", keys, err)
		}
		must(db.RemoveMDMServer(ctx, vpp.Server, s))
		if keys, err := db.DeviceKeys(ctx, "m1"); err != nil || len(keys) != 0 {
			t.Errorf("devices stay: %v, %v", keys, err)
		}
		if _, _, err := db.MDMServer(ctx, "m1"); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("it stays: %v", err)
		}
		if list, err := db.MDMServers(ctx); err != nil || len(list) != 0 {
			t.Errorf("it is listed: %v, %v", list, err)
		}
	})
}

// A command is asked after at once, then after half its age each time, within
// bounds.
func TestCommandsToAsk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
		db := storetest.Open(t, url, func() time.Time { return now })
		db.Use(noQueue{})
		storetest.AddLocation(t, db, "here", "uid")
		storetest.AddPeople(t, db, "here", 1, vpp.WriteNone)
		storetest.Exec(t, db, "INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at) SELECT 'i', id, user_id, location_id, 1, 0, 0 FROM program_users")
		storetest.Exec(t, db, "INSERT INTO deliveries (id, invitation_id, program_user_id, task_id, channel, address, queued_at, outcome, mdm, device_id) SELECT 'c', 'i', id, '', 'device', '', CAST($1 AS BIGINT), 'underway', 'm1', 'd' FROM program_users", now.UnixMilli())
		start, asked := now, []string{}
		for now.Sub(start) < 20*time.Hour {
			list, err := db.CommandsToAsk(t.Context(), "m1", 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) > 0 {
				asked = append(asked, now.Sub(start).String())
				if err := db.CommandsAsked(t.Context(), list); err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(30 * time.Second)
		}
		if len(asked) < 15 || len(asked) > 25 || asked[1] != "30s" {
			t.Errorf("asked %d times: %v", len(asked), asked)
		}
	})
}
