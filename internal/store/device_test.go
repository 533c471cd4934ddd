package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// noQueue promises nothing.
type noQueue struct{}

func (noQueue) InsertSQL(context.Context, *sql.Tx, []vpp.Job) error { return nil }
func (noQueue) InsertPgx(context.Context, pgx.Tx, []vpp.Job) error  { return nil }

func openDevices(t *testing.T, url string) *store.DB {
	t.Helper()
	db := storetest.Open(t, url, func() time.Time { return time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC) })
	db.Use(noQueue{})
	storetest.AddLocation(t, db, "here", "uid")
	storetest.AddPeople(t, db, "here", 4, vpp.WriteNone)
	return db
}

// What is not said stays as it is known; who enrolled it owns it; a new
// beginning ends what was before (S4-05, S4-06).
func TestDeviceSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		at := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
		see := func(d vpp.Device, channels ...vpp.Enrollment) {
			t.Helper()
			if err := db.DeviceSeen(t.Context(), d, channels); err != nil {
				t.Fatal(err)
			}
		}
		begin := vpp.Enrollment{ID: "U1", MDM: vpp.BuiltinMDM, Disabled: true}
		token := vpp.Enrollment{ID: "U1", MDM: vpp.BuiltinMDM, EnrolledAt: at}
		see(vpp.Device{MDM: vpp.BuiltinMDM, Key: "U1", UDID: "U1", SerialNumber: "S1", Name: "Anna's iPad", Product: "iPad13,4", Platform: vpp.PlatformIPad,
			Kind: vpp.EnrolledDevice, OSVersion: "17.5", AccessRights: 4368, OwnerID: "user-0001", OwnerSource: "enrollment"}, begin)
		list, err := db.Devices(t.Context(), vpp.DeviceFilter{}, vpp.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].Reach != vpp.ReachGone || list.Items[0].OwnerName != "user-0001" {
			t.Fatal(list, err)
		}
		id := list.Items[0].ID
		see(vpp.Device{MDM: vpp.BuiltinMDM, Key: "U1", UDID: "U1", EnrolledAt: at, SeenAt: at}, token)
		p, err := db.Device(t.Context(), id)
		if err != nil || p.Name != "Anna's iPad" || p.Reach != vpp.ReachDevice || !p.EnrolledAt.Equal(at) || len(p.Channels) != 1 {
			t.Fatal(p, err)
		}
		targets, err := db.TargetsOf(t.Context(), []vpp.UserID{"user-0001", "user-0002"})
		if err != nil || len(targets["user-0001"]) != 1 || targets["user-0001"][0].Enrollment != "U1" || len(targets["user-0002"]) != 0 {
			t.Fatal(targets, err)
		}
		// Enrolled at another server since: here it is gone.
		see(vpp.Device{MDM: "other", Key: "U1", UDID: "U1", Name: "Anna's iPad", Platform: vpp.PlatformIPad, Kind: vpp.EnrolledDevice, EnrolledAt: at.Add(time.Hour)},
			vpp.Enrollment{ID: "U1", MDM: "other", EnrolledAt: at.Add(time.Hour)})
		if p, err = db.Device(t.Context(), id); err != nil || p.Reach != vpp.ReachGone || p.GoneAt.IsZero() {
			t.Error(p, err)
		}
		if err := db.AssignDevice(t.Context(), vpp.Server, id, "nobody-known", "hand"); vpp.KindOf(err) != vpp.NotFound {
			t.Error(err)
		}
		if got, err := db.DevicesBySerial(t.Context(), []string{"S1"}); err != nil || len(got) != 0 {
			t.Error("a device that is gone is found:", got, err)
		}
	})
}

// A Mac's user is known by name; a Shared iPad's by the Managed Apple Account.
func TestChannelOwner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		at := time.Unix(1, 0)
		storetest.Exec(t, db, "UPDATE users SET managed_apple_id = 'ben@school.example' WHERE id = 'user-0002'")
		d := vpp.Device{MDM: vpp.BuiltinMDM, Key: "M1", UDID: "M1", Name: "Cart", Platform: vpp.PlatformIPad, Shared: true, Kind: vpp.EnrolledDevice, EnrolledAt: at}
		for _, short := range []string{"ben@school.example", "user-0003", "stranger"} {
			err := db.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: vpp.EnrollmentID("M1:" + short), MDM: vpp.BuiltinMDM, User: true, UserShortName: short, EnrolledAt: at}})
			if err != nil {
				t.Fatal(err)
			}
		}
		targets, err := db.TargetsOf(t.Context(), []vpp.UserID{"user-0002", "user-0003"})
		if err != nil || targets["user-0002"][0].Enrollment != "M1:ben@school.example" || targets["user-0003"][0].Enrollment != "M1:user-0003" {
			t.Error(targets, err)
		}
		p, err := db.DevicesToAsk(t.Context(), time.UnixMilli(10), time.UnixMilli(10), 10)
		if err != nil || len(p) != 2 { // nobody owns the cart, and two people have channels on it
			t.Error(p, err)
		}
	})
}

// F-10: who is signed in is known for each of a Mac's people, asked of each,
// and of the device for its owner, whoever that becomes.
func TestAccountOfEachUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		at := time.Unix(1, 0)
		d := vpp.Device{MDM: vpp.BuiltinMDM, Key: "M1", UDID: "M1", Name: "Mac", Platform: vpp.PlatformMac, Kind: vpp.EnrolledDevice, OwnerID: "user-0001", OwnerSource: "enrollment", EnrolledAt: at}
		channels := []vpp.Enrollment{{ID: "M1", MDM: vpp.BuiltinMDM, EnrolledAt: at}}
		for _, short := range []string{"user-0001", "user-0002"} {
			channels = append(channels, vpp.Enrollment{ID: vpp.EnrollmentID("M1:" + short), MDM: vpp.BuiltinMDM, User: true, UserShortName: short, EnrolledAt: at})
		}
		must(db.DeviceSeen(t.Context(), d, channels))
		targets, err := db.DevicesToAsk(t.Context(), time.UnixMilli(10), time.UnixMilli(10), 10)
		if err != nil || len(targets) != 2 {
			t.Fatal(targets, err)
		}
		var questions []vpp.Command
		for _, target := range targets {
			questions = append(questions, vpp.Command{ID: "q" + string(target.Enrollment), MDM: target.MDM, DeviceID: target.DeviceID, Enrollment: target.Enrollment})
		}
		must(db.AccountAsked(t.Context(), questions))
		if again, err := db.DevicesToAsk(t.Context(), time.UnixMilli(10), time.UnixMilli(10), 10); err != nil || len(again) != 0 {
			t.Error("asked twice:", again, err)
		}
		for i, q := range questions { // that did not get to the device
			must(db.AccountUnasked(t.Context(), []vpp.Command{q}, time.UnixMilli(5)))
			must(db.AccountUnasked(t.Context(), []vpp.Command{{ID: "another", MDM: q.MDM, DeviceID: q.DeviceID, Enrollment: q.Enrollment}}, time.UnixMilli(1)))
			if soon, err := db.DevicesToAsk(t.Context(), time.UnixMilli(5), time.UnixMilli(5), 10); err != nil || len(soon) != 0 {
				t.Error("asked anew at once:", soon, err)
			}
			if again, err := db.DevicesToAsk(t.Context(), time.UnixMilli(6), time.UnixMilli(6), 10); err != nil || len(again) != i+1 {
				t.Error("never asked anew:", again, err)
			}
		}
		must(db.AccountAsked(t.Context(), questions))
		for channel, hash := range map[vpp.EnrollmentID]string{"M1": "of the Mac", "M1:user-0001": "first", "M1:user-0002": "second"} {
			must(db.AccountRead(t.Context(), vpp.CommandAnswer{MDM: vpp.BuiltinMDM, Enrollment: channel, At: time.Unix(9, 0), Account: &vpp.DeviceAccount{Active: true, Hash: hash}}))
		}
		p, err := db.Device(t.Context(), targets[0].DeviceID)
		if err != nil || p.Account.Hash != "first" || p.Channels[1].Account.Hash != "first" || p.Channels[2].Account.Hash != "second" {
			t.Errorf("%+v %v", p, err)
		}
		must(db.AssignDevice(t.Context(), vpp.Server, p.ID, "user-0002", "hand"))
		if p, err = db.Device(t.Context(), p.ID); err != nil || p.Account.Hash != "second" || !p.Account.Active {
			t.Errorf("handed on: %+v %v", p.Account, err)
		}
		must(db.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: "M1", MDM: vpp.BuiltinMDM, Disabled: true}}))
		if p, err = db.Device(t.Context(), p.ID); err != nil || p.Account.Hash != "" || p.Channels[2].Account.Hash != "" {
			t.Errorf("after it began anew: %+v %v", p, err)
		}
	})
}

// Trap 4: a Shared iPad is one until it enrolls anew; of an iPad elsewhere it
// must be known first that it is none, and what a device is at all.
func TestSharedKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		at, yes, no := time.Unix(1, 0), true, false
		reach := func(mdm vpp.MDMID, want vpp.Reach, d vpp.Device, channels ...vpp.Enrollment) {
			t.Helper()
			d.MDM, d.Key, d.UDID, d.Kind, d.OwnerID, d.OwnerSource, d.EnrolledAt = mdm, "P1", "P1", vpp.EnrolledDevice, "user-0001", "enrollment", at
			if err := db.DeviceSeen(t.Context(), d, channels); err != nil {
				t.Fatal(err)
			}
			list, err := db.Devices(t.Context(), vpp.DeviceFilter{MDM: mdm}, vpp.Page{})
			if err != nil || len(list.Items) != 1 || list.Items[0].Reach != want {
				t.Errorf("%s: %+v %v, want %s", mdm, list.Items, err, want)
			}
		}
		own := func(mdm vpp.MDMID) vpp.Enrollment { return vpp.Enrollment{ID: "P1", MDM: mdm, EnrolledAt: at} }
		ipad := vpp.Device{Platform: vpp.PlatformIPad}
		pupil := vpp.Enrollment{ID: "P1:pupil", MDM: vpp.BuiltinMDM, User: true, UserShortName: "pupil", EnrolledAt: at}
		reach(vpp.BuiltinMDM, vpp.ReachDevice, ipad, own(vpp.BuiltinMDM))
		reach(vpp.BuiltinMDM, vpp.ReachNoUserChannel, vpp.Device{Platform: vpp.PlatformIPad, Shared: true}, vpp.Enrollment{ID: "P1:x", MDM: vpp.BuiltinMDM, User: true, UserShortName: "user-0002", EnrolledAt: at})
		reach(vpp.BuiltinMDM, vpp.ReachUser, ipad, pupil)
		reach(vpp.BuiltinMDM, vpp.ReachGone, ipad, vpp.Enrollment{ID: "P1", MDM: vpp.BuiltinMDM, Disabled: true}) // erased
		reach(vpp.BuiltinMDM, vpp.ReachDevice, ipad, own(vpp.BuiltinMDM))

		storetest.Exec(t, db, "INSERT INTO mdm_servers (id, kind, name, url, secret_sealed, created_at) VALUES ('m1', 'nanomdm', 'm1', 'u', 's', 1)")
		reach("m1", vpp.ReachUnknown, vpp.Device{}, own("m1"))
		reach("m1", vpp.ReachUnknown, ipad, own("m1"))
		if list, err := db.DevicesToDescribe(t.Context(), "m1", time.Unix(9, 0), 10); err != nil || len(list) != 1 {
			t.Error("it is not asked:", list, err)
		}
		for _, said := range []struct {
			shared *bool
			want   vpp.Reach
		}{{&yes, vpp.ReachNoUserChannel}, {&no, vpp.ReachDevice}} {
			if err := db.AccountRead(t.Context(), vpp.CommandAnswer{MDM: "m1", Enrollment: "P1", At: at, MultiUser: said.shared}); err != nil {
				t.Fatal(err)
			}
			reach("m1", said.want, ipad, own("m1"))
		}
		if list, err := db.DevicesToDescribe(t.Context(), "m1", time.Unix(9, 0), 10); err != nil || len(list) != 0 {
			t.Error("it is asked again:", list, err)
		}
	})
}

// The reach that is kept with people and devices is the one that the rule
// gives, whatever happened (trap 4).
func TestReachKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		r := rand.New(rand.NewPCG(1, 2))
		pick := func(list ...string) string { return list[r.IntN(len(list))] }
		people := []string{"", "user-0000", "user-0001", "user-0002", "user-0003"}
		at := time.Unix(1, 0)
		storetest.Exec(t, db, "INSERT INTO mdm_servers (id, kind, name, url, secret_sealed, created_at) VALUES ('other', 'nanomdm', 'Other', 'u', 's', 1)")
		for i := range 250 {
			mdm := vpp.MDMID(pick("builtin", "other"))
			key := fmt.Sprintf("%s%d", mdm, r.IntN(40))
			d := vpp.Device{MDM: mdm, Key: vpp.EnrollmentID(key), UDID: key, Name: key, Kind: vpp.EnrollmentKind(pick("", "device", "device", "device", "device", "user", "account_driven")), SharedKnown: r.IntN(8) == 0,
				Platform: vpp.Platform(pick("", "ipad", "mac", "appletv")), OSVersion: pick("", "17.0", "17.0", "6.1"), AccessRights: []int{0, 16, 8191}[r.IntN(3)],
				Shared: r.IntN(9) == 0, InSetup: r.IntN(4) == 0, OwnerID: vpp.UserID(pick(people...)), OwnerSource: "enrollment", EnrolledAt: at}
			c := vpp.Enrollment{ID: d.Key, MDM: mdm, EnrolledAt: at, Disabled: r.IntN(8) == 0}
			if r.IntN(2) == 0 {
				c = vpp.Enrollment{ID: d.Key + ":x", MDM: mdm, User: true, UserShortName: pick(people...), EnrolledAt: at}
			}
			var err error
			switch r.IntN(6) {
			case 0:
				err = db.DeviceGone(t.Context(), mdm, key)
			case 1:
				if list, _ := db.Devices(t.Context(), vpp.DeviceFilter{}, vpp.Page{}); len(list.Items) > 0 {
					err = db.AssignDevice(t.Context(), vpp.Server, list.Items[r.IntN(len(list.Items))].ID, vpp.UserID(pick(people...)), "hand")
				}
			default:
				err = db.DeviceSeen(t.Context(), d, []vpp.Enrollment{c})
			}
			if err != nil {
				t.Fatal(i, err)
			}
		}
		list, err := db.Devices(t.Context(), vpp.DeviceFilter{}, vpp.Page{})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[vpp.Reach]int{}
		for _, d := range list.Items {
			p, err := db.Device(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if want := vpp.TargetOf(p.Device, p.Channels, p.OwnerID, true).Reach; d.Reach != want {
				t.Errorf("%s: %s is kept, %s is right", d.Name, d.Reach, want)
			}
			seen[d.Reach]++
		}
		for _, id := range people[1:] {
			targets, err := db.TargetsOf(t.Context(), []vpp.UserID{vpp.UserID(id)})
			if err != nil {
				t.Fatal(err)
			}
			best := vpp.ReachNone
			for _, target := range targets[vpp.UserID(id)] {
				best = best.Better(target.Reach)
			}
			var kept string
			row(t, db, "SELECT device_reach FROM users WHERE id = $1", []any{id}, &kept)
			if kept != string(best) {
				t.Errorf("%s: %q is kept, %q is right", id, kept, best)
			}
		}
		if len(seen) < 4 || seen[vpp.ReachUnknown] == 0 {
			t.Errorf("the test sees too little: %v", seen)
		}
	})
}

func row(t *testing.T, db *store.DB, query string, args []any, dest ...any) {
	t.Helper()
	rows, err := db.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("no row")
	}
	if err := rows.Scan(dest...); err != nil {
		t.Fatal(err)
	}
}

// F-10: the filter for the state of the account is the rule, over every
// combination; of accounts at several locations any may be the right one.
func TestAccountFilter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		storetest.Exec(t, db, "UPDATE program_users SET apple_status = 'Associated', account_hash = 'H', associated_at = 5 WHERE user_id IN ('user-0001', 'user-0003')")
		storetest.Exec(t, db, "INSERT INTO locations (id, name, is_default, created_at) VALUES ('there', 'There', FALSE, 1)")
		storetest.Exec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, apple_status, account_hash, associated_at, client_user_id)
			VALUES ('second', 'user-0003', 'there', 'x', FALSE, 1, 'Associated', 'H2', 9, 'c2')`)
		n := 0
		for _, owner := range []vpp.UserID{"", "user-0000", "user-0001", "user-0003"} {
			for _, read := range []bool{false, true} {
				for _, active := range []bool{false, true} {
					for _, hash := range []string{"", "H", "h", "H2"} {
						n++
						key := vpp.EnrollmentID(fmt.Sprintf("U%03d", n))
						d := vpp.Device{MDM: vpp.BuiltinMDM, Key: key, UDID: string(key), Name: string(key), Platform: vpp.PlatformIPad, Kind: vpp.EnrolledDevice,
							EnrolledAt: time.Unix(1, 0), InSetup: true, OwnerID: owner, OwnerSource: "enrollment"}
						c := vpp.Enrollment{ID: key, MDM: vpp.BuiltinMDM, EnrolledAt: time.Unix(1, 0)}
						if err := db.DeviceSeen(t.Context(), d, []vpp.Enrollment{c}); err != nil {
							t.Fatal(err)
						}
						if read {
							a := vpp.CommandAnswer{MDM: vpp.BuiltinMDM, Enrollment: key, At: time.Unix(7, 0), Account: &vpp.DeviceAccount{Active: active, Hash: hash}}
							if err := db.AccountRead(t.Context(), a); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
			}
		}
		all, err := db.Devices(t.Context(), vpp.DeviceFilter{}, vpp.Page{Limit: 100})
		if err != nil || len(all.Items) != n {
			t.Fatal(len(all.Items), err)
		}
		want := map[vpp.AccountState]int{}
		for _, d := range all.Items {
			want[d.AccountState()]++
			if later := d.Account.ReadAt.IsZero(); later != (d.Reach == vpp.ReachLater) {
				t.Errorf("%s, read %v, is reached as %q: who answers has left Setup Assistant", d.Name, !later, d.Reach)
			}
		}
		for _, state := range vpp.AccountStates {
			got, err := db.Devices(t.Context(), vpp.DeviceFilter{Account: state}, vpp.Page{Limit: 100})
			if err != nil || len(got.Items) != want[state] || want[state] == 0 {
				t.Errorf("%s: %d, want %d: %v", state, len(got.Items), want[state], err)
			}
			for _, d := range got.Items {
				if d.AccountState() != state {
					t.Errorf("%s is %s, found as %s", d.Name, d.AccountState(), state)
				}
			}
		}
		c, err := db.CountDevices(t.Context())
		if err != nil || c.Total != n || c.Platforms[vpp.PlatformIPad] != n || c.Unowned != n/4 || c.Closed != 0 || c.Other != want[vpp.AccountOther] {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// The list narrows by everything that its page offers; a person who is removed
// leaves devices behind that are nobody's, with their reach kept.
func TestDevicesFilter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		add := func(key, serial, name string, p vpp.Platform, kind vpp.EnrollmentKind, owner vpp.UserID, mdm vpp.MDMID) {
			t.Helper()
			d := vpp.Device{MDM: mdm, Key: vpp.EnrollmentID(key), UDID: key, SerialNumber: serial, Name: name, Platform: p, Kind: kind, OwnerID: owner, OwnerSource: "enrollment", EnrolledAt: time.Unix(1, 0)}
			if err := db.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: d.Key, MDM: mdm, EnrolledAt: time.Unix(1, 0)}}); err != nil {
				t.Fatal(err)
			}
		}
		add("A", "SA1", "Äpfel", vpp.PlatformIPad, vpp.EnrolledDevice, "user-0001", vpp.BuiltinMDM)
		add("B", "SB1", "Berg", vpp.PlatformIPhone, vpp.EnrolledUser, "user-0001", vpp.BuiltinMDM)
		add("C", "SC1", "Cart", vpp.PlatformMac, vpp.EnrolledDevice, "user-0002", "other")
		add("D", "SD1", "Door", vpp.PlatformAppleTV, vpp.EnrolledDevice, "", vpp.BuiltinMDM)
		add("E", "SE1", "Gone’s", vpp.PlatformIPad, vpp.EnrolledDevice, "nobody-any-more", vpp.BuiltinMDM)
		device := vpp.ReachDevice
		for want, f := range map[string]vpp.DeviceFilter{
			"ABCDE": {}, "BCD A E": {}, "AE": {Platform: vpp.PlatformIPad}, "C": {MDM: "other"}, "DE": {Unowned: true}, "BC": {Closed: true}, "AB": {Owner: "user-0001"},
			"A": {Search: "äp"}, "B": {Search: "sb1"}, "D": {Search: "do"}, "": {Search: "%"}, "A E": {Reach: &device},
		} {
			list, err := db.Devices(t.Context(), f, vpp.Page{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, d := range list.Items {
				got[string(d.Key)] = true
			}
			for _, key := range "ABCDE" {
				if f != (vpp.DeviceFilter{}) && got[string(key)] != strings.ContainsRune(want, key) {
					t.Errorf("%+v: %c is %v", f, key, got[string(key)])
				}
			}
		}
		entries, err := db.Entries(t.Context(), "", "device.enroll", "", time.Time{}, time.Time{}, vpp.Page{})
		if err != nil || len(entries.Items) != 4 {
			t.Error(entries, err)
		}
		storetest.Exec(t, db, "UPDATE program_users SET pending = '' WHERE user_id = 'user-0001'")
		if err := db.RemoveUser(t.Context(), vpp.Server, "user-0001"); err != nil {
			t.Fatal(err)
		}
		if list, err := db.Devices(t.Context(), vpp.DeviceFilter{Unowned: true}, vpp.Page{}); err != nil || len(list.Items) != 4 || list.Items[0].OwnerSource != "" {
			t.Error(list, err)
		}
	})
}
