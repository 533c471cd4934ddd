package store

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// accepted is the hash of the account that a device's owner accepted with. Of
// several, at several locations, the one on the device counts, else the latest.
const accepted = `COALESCE((SELECT p.account_hash FROM program_users p WHERE p.user_id = d.owner_id AND p.apple_status = 'Associated'
	AND p.account_hash <> '' ORDER BY CASE WHEN p.account_hash = d.account_hash THEN 0 ELSE 1 END, p.associated_at DESC LIMIT 1), '')`

const ownedColumns = deviceColumns + ", d.reach, COALESCE(u.full_name, ''), " + accepted

func scanOwned(s scanner) (d vpp.OwnedDevice, err error) {
	err = s.Scan(append(deviceFields(&d.Device), &d.Reach, &d.OwnerName, &d.Accepted)...)
	return
}

// accountIs are the conditions that vpp.DeviceAccount.AccountState stands for,
// held equal to it by a test over every combination.
var accountIs = map[vpp.AccountState]string{
	vpp.AccountUnknown:   "(d.account_read_at = 0 OR d.account_active AND d.account_hash = '' AND " + accepted + " <> '')",
	vpp.AccountSignedOut: "(d.account_read_at > 0 AND NOT d.account_active AND d.account_hash = '')",
	vpp.AccountSignedIn:  "(d.account_read_at > 0 AND (d.account_active OR d.account_hash <> '') AND " + accepted + " = '')",
	vpp.AccountRight:     "(d.account_read_at > 0 AND d.account_hash <> '' AND " + accepted + " = d.account_hash)",
	vpp.AccountOther:     "(d.account_read_at > 0 AND d.account_hash <> '' AND " + accepted + " NOT IN ('', d.account_hash))",
}

// closed are devices that somebody has, and on which a rule keeps invitations
// from them.
const closed = "d.owner_id <> '' AND d.reach NOT IN ('device', 'user', 'later', 'unknown', 'gone')"

// deviceWhere is a filter as a condition.
func deviceWhere(f vpp.DeviceFilter) (where string, args []any) {
	conditions := []string{"TRUE"}
	and := func(wanted bool, condition string, v any) {
		if !wanted {
			return
		}
		args = append(args, v)
		conditions = append(conditions, strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args))))
	}
	and(f.MDM != "", "d.mdm = ?", f.MDM)
	and(f.Platform != "", "d.platform = ?", f.Platform)
	and(f.Owner != "", "(d.owner_id = ? OR d.id IN (SELECT device_id FROM enrollments WHERE owner_id = ?))", f.Owner)
	if f.Reach != nil {
		and(true, "d.reach = ?", *f.Reach)
	}
	if f.Unowned {
		conditions = append(conditions, "d.owner_id = ''")
	}
	if f.Closed {
		conditions = append(conditions, closed)
	}
	if condition, known := accountIs[f.Account]; known {
		conditions = append(conditions, condition)
	}
	if words := strings.TrimSpace(f.Search); words != "" {
		and(true, "(d.sort_key >= ? AND d.sort_key < ? || '\U0010FFFF'", strings.ToLower(norm.NFKC.String(words)))
		and(true, "d.serial_number = ?", strings.ToUpper(words))
		last := len(conditions) - 1
		conditions = append(conditions[:last-1], conditions[last-1]+" OR "+conditions[last]+")")
	}
	return strings.Join(conditions, " AND "), args
}

// Devices reads one page of devices, by name.
func (db *DB) Devices(ctx context.Context, f vpp.DeviceFilter, page vpp.Page) (vpp.List[vpp.OwnedDevice], error) {
	where, args := deviceWhere(f)
	return byKey(ctx, db, keyed[vpp.OwnedDevice]{
		"SELECT " + ownedColumns + " FROM devices d LEFT JOIN users u ON u.id = d.owner_id WHERE " + where, args, "d.sort_key", false,
		scanOwned, func(d vpp.OwnedDevice) string { return d.SortKey() },
	}, page)
}

// CountDevices counts devices; those with another account at most up to a limit.
func (db *DB) CountDevices(ctx context.Context) (c vpp.DeviceCounts, err error) {
	type group struct {
		platform               vpp.Platform
		total, unowned, closed int
	}
	scan := func(s scanner) (g group, err error) {
		err = s.Scan(&g.platform, &g.total, &g.unowned, &g.closed)
		return
	}
	groups, err := all(ctx, db, scan, `SELECT platform, COUNT(*), COUNT(CASE WHEN d.owner_id = '' THEN 1 END), COUNT(CASE WHEN `+closed+` THEN 1 END)
		FROM devices d GROUP BY platform`)
	if err != nil {
		return c, err
	}
	c.Platforms = make(map[vpp.Platform]int, len(groups))
	for _, g := range groups {
		c.Platforms[g.platform] = g.total
		c.Total, c.Unowned, c.Closed = c.Total+g.total, c.Unowned+g.unowned, c.Closed+g.closed
	}
	c.Other, err = one(ctx, db, scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM devices d WHERE d.account_hash <> '' AND "+accountIs[vpp.AccountOther]+" LIMIT $1) x", attentionLimit)
	return c, err
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
		if err := accountOfOwner(ctx, t, id); err != nil {
			return err
		}
		if err := db.reachAnew(ctx, t, id, before); err != nil {
			return err
		}
		err = db.insertEntry(ctx, t, by, "device.assign", "device:"+string(id), deviceName(d)+" belongs to "+name+" now.",
			map[string]any{"owner": d.OwnerID}, map[string]any{"owner": person, "source": source})
		if err != nil {
			return err
		}
		if err := db.promiseInvites(ctx, t, id); err != nil {
			return err
		}
		return db.keepToOwners(ctx, t, id)
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

// accountOfOwner keeps with a device of many people who is signed in on its
// new owner's channel.
func accountOfOwner(ctx context.Context, t tx, id vpp.DeviceID) error {
	_, err := t.Exec(ctx, `UPDATE devices SET
		account_asked_at = COALESCE((SELECT MAX(e.account_asked_at) FROM enrollments e WHERE e.device_id = $1 AND e.owner_id = devices.owner_id AND e.user_channel), 0),
		account_read_at = COALESCE((SELECT MAX(e.account_read_at) FROM enrollments e WHERE e.device_id = $1 AND e.owner_id = devices.owner_id AND e.user_channel), 0),
		account_active = EXISTS (SELECT 1 FROM enrollments e WHERE e.device_id = $1 AND e.owner_id = devices.owner_id AND e.user_channel AND e.account_active),
		account_hash = COALESCE((SELECT MAX(e.account_hash) FROM enrollments e WHERE e.device_id = $1 AND e.owner_id = devices.owner_id AND e.user_channel), '')
		WHERE id = $1 AND (platform = 'mac' OR shared)`, id)
	return err
}
