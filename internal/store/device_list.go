package store

import (
	"context"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ownedColumns are a device's, its reach, and what its owner's account at the
// default location is; the account is the one that any location shows.
const ownedColumns = deviceColumns + `, d.reach, COALESCE(u.full_name, ''),
	COALESCE((SELECT p.account_hash FROM program_users p WHERE p.user_id = d.owner_id AND p.apple_status = 'Associated' AND p.account_hash <> '' ORDER BY p.associated_at DESC LIMIT 1), '')`

func scanOwned(s scanner) (d vpp.OwnedDevice, err error) {
	err = s.Scan(append(deviceFields(&d.Device), &d.Reach, &d.OwnerName, &d.Accepted)...)
	return
}

// Devices reads one page of devices, by name.
func (db *DB) Devices(ctx context.Context, f vpp.DeviceFilter, page vpp.Page) (vpp.List[vpp.OwnedDevice], error) {
	where, args := "TRUE", []any(nil)
	and := func(condition string, v any) {
		args = append(args, v)
		where += " AND " + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args)))
	}
	if f.MDM != "" {
		and("d.mdm = ?", f.MDM)
	}
	if f.Platform != "" {
		and("d.platform = ?", f.Platform)
	}
	if f.Reach != nil {
		and("d.reach = ?", *f.Reach)
	}
	if f.Owner != "" {
		and("(d.owner_id = ? OR d.id IN (SELECT device_id FROM enrollments WHERE owner_id = ?))", f.Owner)
	}
	if f.Unowned {
		where += " AND d.owner_id = ''"
	}
	if search := strings.ToLower(strings.TrimSpace(f.Search)); search != "" {
		and("(d.sort_key >= ? AND d.sort_key < ? || '\uffff' OR d.serial_number = UPPER(?))", search)
	}
	return byKey(ctx, db, keyed[vpp.OwnedDevice]{
		"SELECT " + ownedColumns + " FROM devices d LEFT JOIN users u ON u.id = d.owner_id WHERE " + where, args, "d.sort_key", false,
		scanOwned, func(d vpp.OwnedDevice) string { return d.SortKey() },
	}, page)
}

// Device reads one device with its channels.
func (db *DB) Device(ctx context.Context, id vpp.DeviceID) (vpp.DevicePage, error) {
	d, err := one(ctx, db, scanOwned, "SELECT "+ownedColumns+" FROM devices d LEFT JOIN users u ON u.id = d.owner_id WHERE d.id = $1", id)
	if err != nil {
		return vpp.DevicePage{}, missing(err, "There is no such device.")
	}
	channels, err := all(ctx, db, scanEnrollment, "SELECT "+enrollmentColumns+" FROM enrollments e WHERE e.device_id = $1 ORDER BY e.user_channel, e.id", id)
	return vpp.DevicePage{OwnedDevice: d, Channels: channels}, err
}

// AssignDevice says whose a device is; "" is nobody's.
func (db *DB) AssignDevice(ctx context.Context, by vpp.Actor, id vpp.DeviceID, person vpp.UserID, source string) error {
	return db.inTx(ctx, func(t tx) error {
		d, err := one(ctx, t, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.id = $1", id)
		if err != nil {
			return missing(err, "There is no such device.")
		}
		name := "nobody"
		if person != "" {
			if name, err = one(ctx, t, scanString, "SELECT full_name FROM users WHERE id = $1", person); err != nil {
				return missing(err, "There is no such person.")
			}
		} else {
			source = ""
		}
		if d.OwnerID == person {
			return nil
		}
		before, err := db.concerned(ctx, t, id)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE devices SET owner_id = $2, owner_source = $3 WHERE id = $1", id, person, source); err != nil {
			return err
		}
		if err := db.reachAnew(ctx, t, id, before); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "device.assign", "device:"+string(id), d.Name+" belongs to "+name+" now.",
			map[string]any{"owner": d.OwnerID}, map[string]any{"owner": person, "source": source})
	})
}

// DevicesBySerial finds devices by serial number; the latest enrolled one of
// each that is still managed.
func (db *DB) DevicesBySerial(ctx context.Context, serials []string) (map[string]vpp.Device, error) {
	found := map[string]vpp.Device{}
	if len(serials) == 0 {
		return found, nil
	}
	list, err := all(ctx, db, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.serial_number IN ("+marks(1, len(serials))+
		") AND d.gone_at = 0 ORDER BY d.enrolled_at", anys(serials)...)
	for _, d := range list {
		found[d.SerialNumber] = d
	}
	return found, err
}

// DevicesToAsk lists up to limit devices that may be asked who is signed in to
// their App Store and were not since a time, with the channel to ask on.
func (db *DB) DevicesToAsk(ctx context.Context, before int64, limit int) ([]vpp.OwnedDevice, error) {
	return all(ctx, db, scanOwned, "SELECT "+ownedColumns+` FROM devices d JOIN users u ON u.id = d.owner_id
		WHERE d.reach IN ('device', 'user') AND d.account_asked_at < $1 ORDER BY d.account_asked_at LIMIT $2`, before, limit)
}
