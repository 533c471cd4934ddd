package store

import (
	"context"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const serverColumns = `s.id, s.kind, s.name, s.url, s.created_at, s.checked_at, s.synced_at, s.problem, s.signed,
	(SELECT COUNT(*) FROM devices d WHERE d.mdm = s.id AND d.gone_at = 0)`

func serverFields(s *vpp.MDMServer) []any {
	return []any{
		&s.ID, &s.Kind, &s.Name, &s.URL, timeAt{&s.CreatedAt}, timeAt{&s.CheckedAt}, timeAt{&s.SyncedAt}, &s.Problem, &s.Signed, &s.Devices,
	}
}

// MDMServers lists the connected MDM servers, by name.
func (db *DB) MDMServers(ctx context.Context) ([]vpp.MDMServer, error) {
	scan := func(s scanner) (m vpp.MDMServer, err error) { err = s.Scan(serverFields(&m)...); return }
	return all(ctx, db, scan, "SELECT "+serverColumns+" FROM mdm_servers s ORDER BY s.name, s.id")
}

// MDMServer reads one with what is kept secret of it, or vpp.NotFound.
func (db *DB) MDMServer(ctx context.Context, id vpp.MDMID) (vpp.MDMServer, vpp.SealedMDM, error) {
	type whole struct {
		vpp.MDMServer
		vpp.SealedMDM
	}
	scan := func(s scanner) (w whole, err error) {
		err = s.Scan(append(serverFields(&w.MDMServer), &w.Key, &w.Hook)...)
		return
	}
	w, err := one(ctx, db, scan, "SELECT "+serverColumns+", s.secret_sealed, s.hook_sealed FROM mdm_servers s WHERE s.id = $1", id)
	return w.MDMServer, w.SealedMDM, missing(err, "There is no such MDM server.")
}

// AddMDMServer connects a server. One address is connected once.
func (db *DB) AddMDMServer(ctx context.Context, by vpp.Actor, s vpp.MDMServer, sealed vpp.SealedMDM) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `INSERT INTO mdm_servers (id, kind, name, url, secret_sealed, hook_sealed, created_at, checked_at, signed)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS (SELECT 1 FROM mdm_servers WHERE url = $4)`,
			s.ID, s.Kind, s.Name, s.URL, sealed.Key, sealed.Hook, ms(s.CreatedAt), ms(s.CheckedAt), s.Signed)
		if err != nil {
			return err
		}
		if n == 0 {
			return &vpp.Error{Kind: vpp.Conflict, Field: "url", Message: "The MDM server at " + s.URL + " is connected already."}
		}
		return db.insertEntry(ctx, t, by, "mdm.add", "mdm:"+string(s.ID), "The MDM server "+s.Name+" was connected.", nil,
			map[string]any{"kind": s.Kind, "url": s.URL})
	})
}

// ChangeMDMKey replaces the key that we use at a server.
func (db *DB) ChangeMDMKey(ctx context.Context, by vpp.Actor, s vpp.MDMServer, sealed string) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE mdm_servers SET secret_sealed = $2, problem = '', checked_at = $3 WHERE id = $1", s.ID, sealed, ms(db.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return vpp.Errorf(vpp.NotFound, "There is no such MDM server.")
		}
		return db.insertEntry(ctx, t, by, "mdm.key", "mdm:"+string(s.ID), "The key for the MDM server "+s.Name+" was changed.", nil, nil)
	})
}

// goneAtOnce is how many devices go in one transaction: each concerns people.
const goneAtOnce = 100

// RemoveMDMServer disconnects a server: its devices are gone, stretch by
// stretch, then it is. Broken off, it is begun again.
func (db *DB) RemoveMDMServer(ctx context.Context, by vpp.Actor, s vpp.MDMServer) error {
	for {
		n, err := db.someGone(ctx, s.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "DELETE FROM mdm_servers WHERE id = $1", s.ID)
		if err != nil || n == 0 {
			return err
		}
		return db.insertEntry(ctx, t, by, "mdm.remove", "mdm:"+string(s.ID), "The MDM server "+s.Name+" was disconnected.", map[string]any{"kind": s.Kind, "url": s.URL}, nil)
	})
}

func (db *DB) someGone(ctx context.Context, id vpp.MDMID) (n int, err error) {
	err = db.inTx(ctx, func(t tx) error {
		ids, err := all(ctx, t, scanString, "SELECT id FROM devices WHERE mdm = $1 AND gone_at = 0 ORDER BY seq LIMIT $2", id, goneAtOnce)
		for _, device := range ids {
			if err == nil {
				err = db.gone(ctx, t, vpp.DeviceID(device))
			}
		}
		n = len(ids)
		return err
	})
	return n, err
}

// MDMServerChecked notes how a server answered; "" is no problem.
func (db *DB) MDMServerChecked(ctx context.Context, id vpp.MDMID, problem string) error {
	_, err := db.Exec(ctx, `UPDATE mdm_servers SET problem = $2, checked_at = CASE WHEN $2 = '' THEN $3 ELSE checked_at END WHERE id = $1`, id, problem, ms(db.now()))
	return err
}

// MDMServerSynced notes that a server's devices were read.
func (db *DB) MDMServerSynced(ctx context.Context, id vpp.MDMID) error {
	_, err := db.Exec(ctx, "UPDATE mdm_servers SET synced_at = $2, checked_at = $2, problem = '' WHERE id = $1", id, ms(db.now()))
	return err
}

// DeviceKeys lists the devices of a server that are not gone, by its names.
func (db *DB) DeviceKeys(ctx context.Context, id vpp.MDMID) ([]string, error) {
	return all(ctx, db, scanString, "SELECT mdm_key FROM devices WHERE mdm = $1 AND gone_at = 0", id)
}

// PersonNamed finds the one person whose user name, address or Managed Apple
// Account a name is; "" for nobody or several.
func (db *DB) PersonNamed(ctx context.Context, name string) (vpp.UserID, error) {
	return ownerOf(ctx, db, name)
}

// The pauses between questions after one command grow with its age.
const (
	askFirst = 30 * time.Second
	askLast  = 6 * time.Hour
)

// CommandsToAsk lists up to limit open invitations, and as many questions who is
// signed in, of which a server is to be asked what became of them, those that
// wait longest first.
func (db *DB) CommandsToAsk(ctx context.Context, id vpp.MDMID, limit int) (list []vpp.Command, err error) {
	const pause = `CASE WHEN %[1]s = 0 THEN 0 WHEN (%[1]s - %[2]s) / 2 < $3 THEN $3 WHEN (%[1]s - %[2]s) / 2 > $4 THEN $4 ELSE (%[1]s - %[2]s) / 2 END`
	for kind, query := range map[vpp.CommandKind]string{
		vpp.CommandInvite: `SELECT id, device_id, address FROM deliveries WHERE mdm = $1 AND outcome = 'underway'
			AND asked_at + ` + fmt.Sprintf(pause, "asked_at", "queued_at") + ` <= $2 ORDER BY asked_at, id LIMIT $5`,
		vpp.CommandAccount: `SELECT account_question, device_id, id FROM enrollments WHERE mdm = $1 AND account_question <> ''
			AND account_looked_at + ` + fmt.Sprintf(pause, "account_looked_at", "account_asked_at") + ` <= $2 ORDER BY account_looked_at, id LIMIT $5`,
	} {
		scan := func(s scanner) (c vpp.Command, err error) {
			c.Kind, c.MDM = kind, id
			err = s.Scan(&c.ID, &c.DeviceID, &c.Enrollment)
			return
		}
		some, err := all(ctx, db, scan, query, id, ms(db.now()), askFirst.Milliseconds(), askLast.Milliseconds(), limit)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// CommandsAsked notes that a server was asked after commands.
func (db *DB) CommandsAsked(ctx context.Context, commands []vpp.Command) error {
	if len(commands) == 0 {
		return nil
	}
	args := []any{ms(db.now())}
	for _, c := range commands {
		args = append(args, c.ID)
	}
	in := " IN (" + marks(2, len(commands)) + ")"
	if _, err := db.Exec(ctx, "UPDATE deliveries SET asked_at = $1 WHERE id"+in, args...); err != nil {
		return err
	}
	_, err := db.Exec(ctx, "UPDATE enrollments SET account_looked_at = $1 WHERE account_question <> '' AND account_question"+in, args...)
	return err
}

// DevicesToDescribe lists up to limit devices of a server of which nobody knows
// what they are, or whether people share them, and that were not asked since a
// time.
func (db *DB) DevicesToDescribe(ctx context.Context, id vpp.MDMID, before time.Time, limit int) ([]vpp.Device, error) {
	return all(ctx, db, scanDevice, "SELECT "+deviceColumns+` FROM devices d WHERE d.mdm = $1 AND d.gone_at = 0
		AND (d.platform = '' OR d.platform = 'ipad' AND NOT d.shared_known) AND d.enrolled_at > 0 AND d.account_asked_at < $2
		ORDER BY d.account_asked_at, d.id LIMIT $3`, id, ms(before), limit)
}
