package store

import (
	"context"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// DeviceSeen writes what an MDM server says of a device and of channels of it.
// What it does not say stays as it is known. A channel that is disabled here
// is a device that begins anew. The reach of everybody concerned is kept.
func (db *DB) DeviceSeen(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return db.inTx(ctx, func(t tx) error {
		was, err := one(ctx, t, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.mdm = $1 AND d.mdm_key = $2", d.MDM, d.Key)
		known := err == nil
		if err != nil && vpp.KindOf(err) != vpp.NotFound {
			return err
		}
		if d.OwnerID, err = stillThere(ctx, t, d.OwnerID); err != nil {
			return err
		}
		now := merge(was, d, channels)
		if !known {
			now.ID = vpp.DeviceID(db.ids())
		}
		concerned, err := db.concerned(ctx, t, now.ID)
		if err != nil {
			return err
		}
		if err := writeDevice(ctx, t, now); err != nil {
			return err
		}
		if err := db.elsewhereNoMore(ctx, t, now); err != nil {
			return err
		}
		for _, c := range channels {
			if err := db.writeChannel(ctx, t, now, c); err != nil {
				return err
			}
		}
		if err := db.reachAnew(ctx, t, now.ID, concerned); err != nil {
			return err
		}
		if err := db.noteEnrolled(ctx, t, was, now); err != nil {
			return err
		}
		if known && beginsAnew(channels) {
			if err := db.noteOther(ctx, t, was, now, otherCert(was, d)); err != nil {
				return err
			}
			return db.loseCommands(ctx, t, now.ID, deviceName(now)+" was enrolled anew before it showed the invitation.")
		}
		if err := db.promiseInvites(ctx, t, now.ID); err != nil {
			return err
		}
		return db.keepToOwners(ctx, t, now.ID)
	})
}

// beginsAnew says whether the device itself enrolls, which clears its queue.
func beginsAnew(channels []vpp.Enrollment) bool {
	return slices.ContainsFunc(channels, func(c vpp.Enrollment) bool { return !c.User && c.Disabled })
}

// stillThere: a profile may outlive the person that it was made for.
func stillThere(ctx context.Context, q querier, person vpp.UserID) (vpp.UserID, error) {
	if person == "" {
		return "", nil
	}
	_, err := one(ctx, q, scanInt, "SELECT 1 FROM users WHERE id = $1", person)
	if vpp.KindOf(err) == vpp.NotFound {
		return "", nil
	}
	return person, err
}

// noteEnrolled writes down that a device came under our own management. What
// another MDM server had for long is nothing that happened now.
func (db *DB) noteEnrolled(ctx context.Context, t tx, was, now vpp.Device) error {
	if now.MDM != vpp.BuiltinMDM || now.EnrolledAt.IsZero() || now.EnrolledAt.Equal(was.EnrolledAt) {
		return nil
	}
	return db.insertEntry(ctx, t, vpp.Server, "device.enroll", "device:"+string(now.ID), deviceName(now)+" is enrolled.", nil,
		map[string]any{"serial_number": now.SerialNumber, "platform": now.Platform, "owner": now.OwnerID})
}

// otherCert says whether a device that begins anew comes with a certificate
// that it did not have when it enrolled before.
func otherCert(was, d vpp.Device) bool { return d.CertifiedAt.After(was.EnrolledAt) }

// noteOther writes down that a device that is known begins anew as another:
// it may be, with the name of one that is somebody's.
func (db *DB) noteOther(ctx context.Context, t tx, was, now vpp.Device, cert bool) error {
	if !cert && was.OwnerID == now.OwnerID && was.SerialNumber == now.SerialNumber {
		return nil
	}
	text := deviceName(now) + " begins anew"
	if cert {
		text += " with another certificate"
	}
	switch {
	case was.OwnerID != now.OwnerID && now.OwnerID == "":
		text += ", and is nobody’s now: its profile names nobody"
	case was.OwnerID != now.OwnerID:
		text += ", and is another person’s now"
	}
	if was.SerialNumber != now.SerialNumber {
		text += ". Its serial number is another"
	}
	facts := func(d vpp.Device) map[string]any {
		return map[string]any{"serial_number": d.SerialNumber, "owner": d.OwnerID}
	}
	return db.insertEntry(ctx, t, vpp.Server, "device.anew", "device:"+string(now.ID), text+".", facts(was), facts(now))
}

func deviceName(d vpp.Device) string {
	for _, name := range [...]string{d.Name, d.SerialNumber, d.ModelName, d.Product} {
		if name != "" {
			return name
		}
	}
	return "A device"
}

// merge lays what is said now over what was known.
func merge(was, d vpp.Device, channels []vpp.Enrollment) vpp.Device {
	now := was
	now.MDM, now.Key = d.MDM, d.Key
	for _, f := range []struct {
		to   *string
		said string
	}{
		{&now.UDID, d.UDID}, {&now.SerialNumber, d.SerialNumber}, {&now.Name, d.Name}, {&now.Product, d.Product}, {&now.ModelName, d.ModelName},
		{&now.OSVersion, d.OSVersion}, {&now.Build, d.Build}, {(*string)(&now.Platform), string(d.Platform)}, {(*string)(&now.Kind), string(d.Kind)},
	} {
		if f.said != "" {
			*f.to = f.said
		}
	}
	if d.AccessRights != 0 {
		now.AccessRights = d.AccessRights
	}
	if d.SharedKnown || d.Shared {
		now.Shared, now.SharedKnown = d.Shared, true
	}
	if d.OwnerID != "" && (was.OwnerID == "" || d.OwnerSource == "enrollment" || was.OwnerSource == d.OwnerSource) {
		now.OwnerID, now.OwnerSource = d.OwnerID, d.OwnerSource
	}
	if d.SeenAt.After(now.SeenAt) {
		now.SeenAt = d.SeenAt
	}
	for _, c := range channels {
		switch {
		case c.User:
		case c.Disabled: // it begins anew
			if otherCert(was, d) && d.OwnerID == "" { // the profile is nobody's: whoever brings it is not known
				now.OwnerID, now.OwnerSource = "", ""
			}
			now.EnrolledAt, now.GoneAt, now.Account = d.EnrolledAt, d.GoneAt, vpp.DeviceAccount{}
			now.Shared, now.SharedKnown = d.Shared, d.Shared || d.SharedKnown
		default:
			now.InSetup, now.GoneAt = d.InSetup, d.GoneAt
			if now.EnrolledAt.IsZero() {
				now.EnrolledAt = d.EnrolledAt
			}
		}
	}
	return now
}

const deviceColumns = `d.id, d.mdm, d.mdm_key, d.udid, d.serial_number, d.name, d.product, d.model_name, d.os_version, d.build, d.platform,
	d.kind, d.shared, d.access_rights, d.owner_id, d.owner_source, d.enrolled_at, d.seen_at, d.gone_at, d.in_setup, d.account_asked_at,
	d.account_read_at, d.account_active, d.account_hash, d.shared_known`

func deviceFields(d *vpp.Device) []any {
	return []any{
		&d.ID, &d.MDM, &d.Key, &d.UDID, &d.SerialNumber, &d.Name, &d.Product, &d.ModelName, &d.OSVersion, &d.Build, &d.Platform,
		&d.Kind, &d.Shared, &d.AccessRights, &d.OwnerID, &d.OwnerSource, timeAt{&d.EnrolledAt}, timeAt{&d.SeenAt}, timeAt{&d.GoneAt}, &d.InSetup,
		timeAt{&d.Account.AskedAt}, timeAt{&d.Account.ReadAt}, &d.Account.Active, &d.Account.Hash, &d.SharedKnown,
	}
}

func scanDevice(s scanner) (d vpp.Device, err error) { err = s.Scan(deviceFields(&d)...); return }

func writeDevice(ctx context.Context, t tx, d vpp.Device) error {
	_, err := t.Exec(ctx, `INSERT INTO devices (id, mdm, mdm_key, udid, serial_number, name, product, model_name, os_version, build, platform,
		kind, shared, access_rights, owner_id, owner_source, enrolled_at, seen_at, gone_at, in_setup, account_asked_at, account_read_at,
		account_active, account_hash, sort_key, shared_known)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		ON CONFLICT (mdm, mdm_key) DO UPDATE SET udid = EXCLUDED.udid, serial_number = EXCLUDED.serial_number, name = EXCLUDED.name,
			product = EXCLUDED.product, model_name = EXCLUDED.model_name, os_version = EXCLUDED.os_version, build = EXCLUDED.build,
			platform = EXCLUDED.platform, kind = EXCLUDED.kind, shared = EXCLUDED.shared, access_rights = EXCLUDED.access_rights,
			owner_id = EXCLUDED.owner_id, owner_source = EXCLUDED.owner_source, enrolled_at = EXCLUDED.enrolled_at, seen_at = EXCLUDED.seen_at,
			gone_at = EXCLUDED.gone_at, in_setup = EXCLUDED.in_setup, account_asked_at = EXCLUDED.account_asked_at,
			account_read_at = EXCLUDED.account_read_at, account_active = EXCLUDED.account_active, account_hash = EXCLUDED.account_hash,
			sort_key = EXCLUDED.sort_key, shared_known = EXCLUDED.shared_known`,
		d.ID, d.MDM, d.Key, d.UDID, d.SerialNumber, d.Name, d.Product, d.ModelName, d.OSVersion, d.Build, d.Platform, d.Kind, d.Shared, d.AccessRights,
		d.OwnerID, d.OwnerSource, ms(d.EnrolledAt), ms(d.SeenAt), ms(d.GoneAt), d.InSetup, ms(d.Account.AskedAt), ms(d.Account.ReadAt),
		d.Account.Active, d.Account.Hash, d.SortKey(), d.SharedKnown)
	return err
}

// elsewhereNoMore: a device has one MDM server. Where it was before, it is gone.
func (db *DB) elsewhereNoMore(ctx context.Context, t tx, d vpp.Device) error {
	if d.UDID == "" || d.EnrolledAt.IsZero() {
		return nil
	}
	others, err := all(ctx, t, scanString, "SELECT id FROM devices WHERE udid = $1 AND mdm <> $2 AND gone_at = 0 AND enrolled_at <= $3", d.UDID, d.MDM, ms(d.EnrolledAt))
	for _, id := range others {
		if err == nil {
			err = db.gone(ctx, t, vpp.DeviceID(id))
		}
	}
	return err
}

// writeChannel writes one channel, and whose it is as far as its name tells.
func (db *DB) writeChannel(ctx context.Context, t tx, d vpp.Device, c vpp.Enrollment) error {
	if c.User && c.OwnerID == "" {
		var err error
		if c.OwnerID, err = ownerOf(ctx, t, c.UserShortName); err != nil {
			return err
		}
	}
	_, err := t.Exec(ctx, `INSERT INTO enrollments (mdm, id, device_id, user_channel, user_id, user_short_name, user_long_name, owner_id, enrolled_at, seen_at, disabled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (mdm, id) DO UPDATE SET device_id = EXCLUDED.device_id, user_channel = EXCLUDED.user_channel,
			user_short_name = CASE WHEN EXCLUDED.user_short_name = '' THEN enrollments.user_short_name ELSE EXCLUDED.user_short_name END,
			user_long_name = CASE WHEN EXCLUDED.user_long_name = '' THEN enrollments.user_long_name ELSE EXCLUDED.user_long_name END,
			owner_id = CASE WHEN EXCLUDED.owner_id = '' THEN enrollments.owner_id ELSE EXCLUDED.owner_id END,
			enrolled_at = CASE WHEN EXCLUDED.disabled THEN 0 WHEN enrollments.enrolled_at = 0 THEN EXCLUDED.enrolled_at ELSE enrollments.enrolled_at END,
			seen_at = EXCLUDED.seen_at, disabled = EXCLUDED.disabled`,
		c.MDM, c.ID, d.ID, c.User, c.UserID, c.UserShortName, c.UserLongName, c.OwnerID, ms(c.EnrolledAt), ms(c.SeenAt), c.Disabled)
	if err != nil || c.User || !c.Disabled {
		return err
	}
	_, err = t.Exec(ctx, "UPDATE enrollments SET disabled = TRUE, enrolled_at = 0 WHERE device_id = $1 AND user_channel", d.ID)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, `UPDATE enrollments SET account_asked_at = 0, account_read_at = 0, account_active = FALSE, account_hash = '', account_question = ''
		WHERE device_id = $1`, d.ID)
	return err
}

// ownerOf finds the one person whose user name, Managed Apple Account or
// address a short name is; "" for nobody or several.
func ownerOf(ctx context.Context, q querier, short string) (vpp.UserID, error) {
	if short == "" {
		return "", nil
	}
	key := vpp.FoldKey(short)
	ids, err := all(ctx, q, scanString, `SELECT id FROM users WHERE user_name_key = $1 AND user_name_key <> ''
		UNION SELECT id FROM users WHERE email_key = $1 AND email_key <> ''
		UNION SELECT id FROM users WHERE lower(managed_apple_id) = $2 AND managed_apple_id <> ''`, key, strings.ToLower(short))
	if err != nil || len(ids) != 1 {
		return "", err
	}
	return vpp.UserID(ids[0]), nil
}

// DeviceGone notes that a device is no longer managed by its MDM server.
func (db *DB) DeviceGone(ctx context.Context, server vpp.MDMID, key string) error {
	return db.inTx(ctx, func(t tx) error {
		id, err := one(ctx, t, scanString, "SELECT id FROM devices WHERE mdm = $1 AND mdm_key = $2 AND gone_at = 0", server, key)
		if vpp.KindOf(err) == vpp.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return db.gone(ctx, t, vpp.DeviceID(id))
	})
}

func (db *DB) gone(ctx context.Context, t tx, id vpp.DeviceID) error {
	concerned, err := db.concerned(ctx, t, id)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE devices SET gone_at = $2 WHERE id = $1", id, ms(db.now())); err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE enrollments SET disabled = TRUE WHERE device_id = $1", id); err != nil {
		return err
	}
	if err := db.reachAnew(ctx, t, id, concerned); err != nil {
		return err
	}
	d, err := one(ctx, t, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.id = $1", id)
	if err != nil {
		return err
	}
	if err := db.insertEntry(ctx, t, vpp.Server, "device.gone", "device:"+string(id), deviceName(d)+" is no longer managed.", nil, nil); err != nil {
		return err
	}
	return db.loseCommands(ctx, t, id, deviceName(d)+" is no longer managed: it did not show the invitation.")
}
