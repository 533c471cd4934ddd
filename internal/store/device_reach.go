package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// concerned are the people whose reach may turn on a device: its owner, and
// those who have a channel on it.
func (db *DB) concerned(ctx context.Context, q querier, id vpp.DeviceID) ([]vpp.UserID, error) {
	ids, err := all(ctx, q, scanString, `SELECT owner_id FROM devices WHERE id = $1 AND owner_id <> ''
		UNION SELECT owner_id FROM enrollments WHERE device_id = $1 AND owner_id <> ''`, id)
	return userIDs(ids), err
}

// disown takes all devices and channels from a person who is removed.
func (db *DB) disown(ctx context.Context, t tx, person vpp.UserID) error {
	ids, err := all(ctx, t, scanString, "SELECT id FROM devices WHERE owner_id = $1 UNION SELECT device_id FROM enrollments WHERE owner_id = $1", person)
	if err != nil || len(ids) == 0 {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE devices SET owner_id = '', owner_source = '' WHERE owner_id = $1", person); err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE enrollments SET owner_id = '' WHERE owner_id = $1", person); err != nil {
		return err
	}
	for _, id := range ids {
		if err := db.reachAnew(ctx, t, vpp.DeviceID(id), []vpp.UserID{person}); err != nil {
			return err
		}
	}
	return nil
}

func userIDs(ids []string) []vpp.UserID {
	list := make([]vpp.UserID, len(ids))
	for i, id := range ids {
		list[i] = vpp.UserID(id)
	}
	return list
}

// reachAnew keeps how the owner of a device is reached on it, and how those
// who are, or were, concerned are reached at best.
func (db *DB) reachAnew(ctx context.Context, t tx, id vpp.DeviceID, before []vpp.UserID) error {
	d, channels, err := db.deviceWithChannels(ctx, t, id)
	if err != nil {
		return err
	}
	servers, err := userChannels(ctx, t)
	if err != nil {
		return err
	}
	reach := vpp.TargetOf(d, channels, d.OwnerID, servers[d.MDM]).Reach
	if _, err := t.Exec(ctx, "UPDATE devices SET reach = $2 WHERE id = $1 AND reach <> $2", id, reach); err != nil {
		return err
	}
	after, err := db.concerned(ctx, t, id)
	if err != nil {
		return err
	}
	people := slices.Concat(before, after)
	slices.Sort(people)
	targets, err := db.targetsOf(ctx, t, slices.Compact(people))
	if err != nil {
		return err
	}
	for person, list := range targets {
		best := vpp.ReachNone
		for _, target := range list {
			best = best.Better(target.Reach)
		}
		if _, err := t.Exec(ctx, "UPDATE users SET device_reach = $2 WHERE id = $1 AND device_reach <> $2", person, best); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) deviceWithChannels(ctx context.Context, q querier, id vpp.DeviceID) (vpp.Device, []vpp.Enrollment, error) {
	d, err := one(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.id = $1", id)
	if err != nil {
		return d, nil, missing(err, "There is no such device.")
	}
	channels, err := all(ctx, q, scanEnrollment, "SELECT "+enrollmentColumns+" FROM enrollments e WHERE e.device_id = $1 ORDER BY e.user_channel, e.id", id)
	return d, channels, err
}

const enrollmentColumns = `e.id, e.mdm, e.device_id, e.user_channel, e.user_id, e.user_short_name, e.user_long_name, e.owner_id, e.enrolled_at, e.seen_at, e.disabled,
	e.account_asked_at, e.account_read_at, e.account_active, e.account_hash`

func scanEnrollment(s scanner) (e vpp.Enrollment, err error) {
	err = s.Scan(&e.ID, &e.MDM, &e.DeviceID, &e.User, &e.UserID, &e.UserShortName, &e.UserLongName, &e.OwnerID, timeAt{&e.EnrolledAt}, timeAt{&e.SeenAt}, &e.Disabled,
		timeAt{&e.Account.AskedAt}, timeAt{&e.Account.ReadAt}, &e.Account.Active, &e.Account.Hash)
	return
}

// userChannels says of which MDM servers user channels are reached.
func userChannels(ctx context.Context, q querier) (map[vpp.MDMID]bool, error) {
	type server struct {
		id   vpp.MDMID
		kind string
	}
	scan := func(s scanner) (v server, err error) { err = s.Scan(&v.id, &v.kind); return }
	list, err := all(ctx, q, scan, "SELECT id, kind FROM mdm_servers")
	can := map[vpp.MDMID]bool{vpp.BuiltinMDM: true}
	for _, s := range list {
		can[s.id] = s.kind != "fleet" // its custom commands go to the device channel only
	}
	return can, err
}

// TargetsOf finds the devices of people, and how each is reached on them.
// People without devices are not in the answer's lists.
func (db *DB) TargetsOf(ctx context.Context, people []vpp.UserID) (map[vpp.UserID][]vpp.DeviceTarget, error) {
	return db.targetsOf(ctx, db, people)
}

func (db *DB) targetsOf(ctx context.Context, q querier, people []vpp.UserID) (map[vpp.UserID][]vpp.DeviceTarget, error) {
	targets := make(map[vpp.UserID][]vpp.DeviceTarget, len(people))
	servers, err := userChannels(ctx, q)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(people, 400) {
		for _, p := range some {
			targets[p] = nil
		}
		devices, err := all(ctx, q, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.id IN (SELECT id FROM devices WHERE owner_id IN ("+marks(1, len(some))+
			") UNION SELECT device_id FROM enrollments WHERE owner_id IN ("+marks(1, len(some))+")) ORDER BY d.seq", anys(some)...)
		if err != nil || len(devices) == 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		if err := db.addTargets(ctx, q, targets, some, devices, servers); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func (db *DB) addTargets(ctx context.Context, q querier, targets map[vpp.UserID][]vpp.DeviceTarget, people []vpp.UserID, devices []vpp.Device, servers map[vpp.MDMID]bool) error {
	ids := make([]vpp.DeviceID, len(devices))
	for i, d := range devices {
		ids[i] = d.ID
	}
	channels := map[vpp.DeviceID][]vpp.Enrollment{}
	for some := range slices.Chunk(ids, 400) {
		list, err := all(ctx, q, scanEnrollment, "SELECT "+enrollmentColumns+" FROM enrollments e WHERE e.device_id IN ("+marks(1, len(some))+") ORDER BY e.user_channel, e.id", anys(some)...)
		if err != nil {
			return err
		}
		for _, e := range list {
			channels[e.DeviceID] = append(channels[e.DeviceID], e)
		}
	}
	for _, d := range devices {
		for _, p := range people {
			theirs := d.OwnerID == p || slices.ContainsFunc(channels[d.ID], func(e vpp.Enrollment) bool { return e.OwnerID == p })
			if theirs {
				targets[p] = append(targets[p], vpp.DeviceTarget{Target: vpp.TargetOf(d, channels[d.ID], p, servers[d.MDM]), DeviceID: d.ID, MDM: d.MDM, Name: d.Name})
			}
		}
	}
	return nil
}
