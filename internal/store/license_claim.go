package store

import (
	"context"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Locks are taken in one order everywhere: tenders, in their order and before
// any single one, then wishes. So wakeLines comes first in its transaction, or
// has one of its own.

// wakeLines lets every location look at the line that has an asset somebody
// waits for.
func (db *DB) wakeLines(ctx context.Context, t tx) error {
	return db.wakeLinesAt(ctx, t, `SELECT DISTINCT a.location_id FROM assets a WHERE EXISTS (SELECT 1 FROM license_wishes w
		WHERE w.adam_id = a.adam_id AND w.pricing_param = a.pricing_param AND w.ended_at = 0 AND w.apple_location = '')`)
}

// wakeLinesAt lets the locations look at the line that a query names.
func (db *DB) wakeLinesAt(ctx context.Context, t tx, locations string, args ...any) error {
	now := len(args) + 1
	woken, err := all(ctx, t, scanString, "UPDATE tenders SET line_wanted_at = $"+strconv.Itoa(now)+` WHERE location_id IN (
		SELECT location_id FROM tenders WHERE location_id IN (`+locations+`) ORDER BY location_id`+db.forUpdate()+`)
		RETURNING location_id`, append(args, ms(db.now()))...)
	if err != nil {
		return err
	}
	for _, id := range woken {
		if err := t.enqueue(ctx, vpp.TendLocation{LocationID: vpp.LocationID(id)}); err != nil {
			return err
		}
	}
	return nil
}

// forUpdate locks rows in the order in which they are read.
func (db *DB) forUpdate() string {
	if db.dialect() == postgresDialect {
		return " FOR UPDATE"
	}
	return ""
}

// ClaimLicenses puts up to limit people into a new batch who are to give back
// an asset at a location, or for whom one is free there and no earlier location
// of its order serves them: first who accepted first. vpp.NotFound when there
// is nobody. The batch is stored before the call, as ClaimBatch does.
func (db *DB) ClaimLicenses(ctx context.Context, location vpp.LocationID, id vpp.BatchID, limit int) (b vpp.Batch, err error) {
	b = vpp.Batch{ID: id, LocationID: location, CreatedAt: db.now()}
	last := false
	err = db.inTx(ctx, func(t tx) error {
		// Locked: who brings work meanwhile comes after this look at the line.
		n, err := t.Exec(ctx, "UPDATE tenders SET line_wanted_at = line_wanted_at WHERE location_id = $1 AND line_wanted_at BETWEEN 1 AND $2", location, ms(db.now()))
		if err != nil || n == 0 {
			return err
		}
		if err := db.claimReturns(ctx, t, &b, limit); err != nil || b.Size > 0 {
			return err
		}
		if last, err = db.claimLine(ctx, t, &b, limit); err != nil || b.Size > 0 {
			return err
		}
		return db.lineServed(ctx, t, location)
	})
	switch {
	case err == nil && b.Size == 0:
		err = errNone
	case err == nil && last: // the next location of the order may serve the others
		err = db.inTx(ctx, func(t tx) error { return db.wakeLines(ctx, t) })
	}
	return b, err
}

// claimReturns takes those who are to give an asset back.
func (db *DB) claimReturns(ctx context.Context, t tx, b *vpp.Batch, limit int) error {
	asset, err := one(ctx, t, scanAssetID, `SELECT adam_id, pricing_param FROM license_wishes
		WHERE send_location = $1 AND op <> '' AND op = 'disassociate' AND batch_id = '' ORDER BY adam_id, pricing_param LIMIT 1`, b.LocationID)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	b.Op, b.Asset = vpp.WriteDisassociate, asset
	n, err := t.Exec(ctx, `UPDATE license_wishes SET batch_id = $1 WHERE seq IN (SELECT seq FROM license_wishes
		WHERE send_location = $2 AND adam_id = $3 AND pricing_param = $4 AND op <> '' AND op = 'disassociate' AND batch_id = '' ORDER BY ended_at, seq LIMIT $5)`,
		b.ID, b.LocationID, asset.AdamID, asset.PricingParam, limit)
	if b.Size = int(n); err != nil || n == 0 {
		return err
	}
	return insertBatch(ctx, t, *b)
}

func scanAssetID(s scanner) (a vpp.AssetID, err error) {
	err = s.Scan(&a.AdamID, &a.PricingParam)
	return
}

// claimLine takes those for whom a license is free here, and says whether
// these are the last.
func (db *DB) claimLine(ctx context.Context, t tx, b *vpp.Batch, limit int) (last bool, err error) {
	assets, err := all(ctx, t, scanAssetID, `SELECT a.adam_id, a.pricing_param FROM assets a WHERE a.location_id = $1 AND EXISTS (SELECT 1 FROM license_wishes w
		WHERE w.adam_id = a.adam_id AND w.pricing_param = a.pricing_param AND `+waitsFor+" AND w.apple_error = 0) ORDER BY 1, 2", b.LocationID)
	if err != nil {
		return false, err
	}
	for _, asset := range assets {
		stocks, err := db.stocks(ctx, t, asset)
		if err != nil {
			return false, err
		}
		free, earlier := freeAt(stocks, b.LocationID)
		if free == 0 {
			continue
		}
		b.Op, b.Asset = vpp.WriteAssociate, asset
		if err := db.claimWaiting(ctx, t, b, min(free, limit), earlier); err != nil || b.Size > 0 {
			return b.Size == free, err
		}
	}
	return false, nil
}

// freeAt says how many licenses a location has for those who wait, and which
// come before it in the order and have some, too.
func freeAt(stocks []vpp.Stock, location vpp.LocationID) (free int, earlier []vpp.LocationID) {
	for _, k := range stocks {
		if k.LocationID == location {
			return k.Free(), earlier
		}
		if k.Free() > 0 {
			earlier = append(earlier, k.LocationID)
		}
	}
	return 0, nil
}

func (db *DB) claimWaiting(ctx context.Context, t tx, b *vpp.Batch, limit int, earlier []vpp.LocationID) error {
	args := append([]any{b.ID, b.LocationID, b.Asset.AdamID, b.Asset.PricingParam, limit}, anys(earlier)...)
	served := ""
	if len(earlier) > 0 {
		served = " AND NOT EXISTS (SELECT 1 FROM program_users p WHERE p.user_id = w.user_id AND p.location_id IN (" + marks(6, len(earlier)) + ") AND " + mayGet + ")"
	}
	n, err := t.Exec(ctx, `UPDATE license_wishes SET op = 'associate', send_location = $2, batch_id = $1 WHERE seq IN (SELECT w.seq
		FROM license_wishes w CROSS JOIN program_users p CROSS JOIN users u
		WHERE w.adam_id = $3 AND w.pricing_param = $4 AND `+waitsFor+` AND w.apple_error = 0 AND w.line_at < `+notYet+`
		AND p.user_id = w.user_id AND p.location_id = $2 AND `+mayGet+` AND u.id = w.user_id AND u.paused_at = 0`+served+`
		ORDER BY w.line_at, w.wanted_at, w.seq LIMIT $5)`, args...)
	if b.Size = int(n); err != nil || n == 0 {
		return err
	}
	return insertBatch(ctx, t, *b)
}

// lineServed: nobody can be served here now. It is looked at again when
// something changes, or Apple may have licenses again that it said it has not.
// What tasks wait for is told where no other location serves it either.
func (db *DB) lineServed(ctx context.Context, t tx, location vpp.LocationID) error {
	others, err := one(ctx, t, scanInt, `SELECT count(*) FROM tenders x JOIN locations l ON l.id = x.location_id
		WHERE x.location_id <> $1 AND x.line_wanted_at BETWEEN 1 AND $2 AND l.token_added_at > 0 AND `+sendable, location, ms(db.now()))
	if err != nil {
		return err
	}
	more := false
	if others == 0 {
		if more, err = db.tellInLine(ctx, t); err != nil {
			return err
		}
	}
	if more {
		return nil
	}
	_, err = t.Exec(ctx, `UPDATE tenders SET line_wanted_at = COALESCE((SELECT min(a.short_until) FROM assets a WHERE a.location_id = $1 AND a.short_until > $2
		AND EXISTS (SELECT 1 FROM license_wishes w WHERE w.adam_id = a.adam_id AND w.pricing_param = a.pricing_param AND `+waitsFor+`)), 0)
		WHERE location_id = $1`, location, ms(db.now()))
	return err
}

// tellInLine ends the parts of tasks whose people are in line: they are served
// by themselves. It says whether there are more.
func (db *DB) tellInLine(ctx context.Context, t tx) (more bool, err error) {
	waiting, err := all(ctx, t, scanAsked, `SELECT k.id, p.user_id FROM tasks k CROSS JOIN task_items i CROSS JOIN program_users p CROSS JOIN license_wishes w
		WHERE k.finished_at = 0 AND k.canceled_at = 0 AND k.kind = 'assign' AND i.task_id = k.id AND i.state IN ('queued', 'waiting') AND i.state <> 'done'
		AND p.id = i.program_user_id AND w.user_id = p.user_id AND w.task_id = k.id AND `+waitsFor+" LIMIT "+strconv.Itoa(vpp.MaxPage))
	if err != nil {
		return false, err
	}
	return len(waiting) == vpp.MaxPage, db.settleAsked(ctx, t, waiting, vpp.ItemSkipped, "In line: it is assigned when a license is free.", 0)
}

// LicenseMembers reads who is still in a batch of licenses, in the order of the
// line: where Apple has fewer than it counted, the first in the call get them.
func (db *DB) LicenseMembers(ctx context.Context, id vpp.BatchID) ([]vpp.Licensee, error) {
	return all(ctx, db, func(s scanner) (m vpp.Licensee, err error) {
		var may int
		m.Wish, err = scanWish(s, &m.ClientUserID, &may)
		m.MayStill = may == 1 && !m.Paused
		return
	}, "SELECT "+wishColumns()+", p.client_user_id, CASE WHEN "+mayGet+` THEN 1 ELSE 0 END FROM license_wishes w
		JOIN users u ON u.id = w.user_id JOIN program_users p ON p.user_id = w.user_id AND p.location_id = w.send_location
		WHERE w.batch_id = $1 AND w.batch_id <> '' AND p.client_user_id <> '' ORDER BY w.line_at, w.wanted_at, w.seq`, id)
}

// SettledLicenses reads batches of licenses that wait for a read to show their
// results.
func (db *DB) SettledLicenses(ctx context.Context, id vpp.LocationID, before time.Time) ([]vpp.Batch, error) {
	return all(ctx, db, scanBatch, "SELECT "+batchColumns+` FROM batches WHERE location_id = $1 AND finished_at = 0
		AND settled_at > 0 AND settled_at <= $2 AND adam_id <> '' ORDER BY settled_at`, id, ms(before))
}

// LicensesSettled notes that Apple is done with a batch of licenses, and lets
// them be read.
func (db *DB) LicensesSettled(ctx context.Context, b vpp.Batch) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.wantLibrary(ctx, t, b.LocationID, false); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "UPDATE batches SET settled_at = $2 WHERE id = $1 AND settled_at = 0", b.ID, ms(db.now()))
		return err
	})
}

// WantLicenseLooks lets those be asked for by name who are in settled batches
// and of whose license a read has shown nothing.
func (db *DB) WantLicenseLooks(ctx context.Context, id vpp.LocationID, before time.Time) error {
	_, err := db.Exec(ctx, `INSERT INTO license_looks (location_id, client_user_id, serial_number)
		SELECT DISTINCT p.location_id, p.client_user_id, '' FROM batches b CROSS JOIN license_wishes w CROSS JOIN program_users p
		WHERE b.location_id = $1 AND b.finished_at = 0 AND b.settled_at > 0 AND b.settled_at <= $2 AND b.adam_id <> ''
		AND w.batch_id = b.id AND w.batch_id <> '' AND p.user_id = w.user_id AND p.location_id = w.send_location AND p.client_user_id <> ''
		ON CONFLICT DO NOTHING`, id, ms(before))
	return err
}

// SplitLicenses moves half of a batch into a new one, see SplitBatch.
func (db *DB) SplitLicenses(ctx context.Context, b vpp.Batch, id vpp.BatchID) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `UPDATE license_wishes SET batch_id = $1 WHERE seq IN
			(SELECT seq FROM license_wishes WHERE batch_id = $2 AND batch_id <> '' ORDER BY line_at DESC, wanted_at DESC, seq DESC LIMIT $3)`, id, b.ID, b.Size/2)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE batches SET size = size - $2, next_call_at = $3 WHERE id = $1", b.ID, n, ms(db.now())); err != nil {
			return err
		}
		return insertBatch(ctx, t, vpp.Batch{ID: id, LocationID: b.LocationID, Op: b.Op, Asset: b.Asset, Size: int(n), CreatedAt: db.now()})
	})
}
