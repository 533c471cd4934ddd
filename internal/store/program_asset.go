package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const assetColumns = `a.location_id, a.adam_id, a.pricing_param, a.product_type, a.total, a.assigned, a.available, a.retired, a.unlimited,
	a.device_assignable, a.revocable, a.platforms, a.read_at`

func scanAsset(s scanner) (a vpp.Asset, err error) {
	var platforms string
	err = s.Scan(&a.LocationID, &a.AdamID, &a.PricingParam, &a.ProductType, &a.Total, &a.Assigned, &a.Available, &a.Retired, &a.Unlimited,
		&a.DeviceAssignable, &a.Revocable, &platforms, into(&a.ReadAt))
	if platforms != "" {
		a.Platforms = strings.Split(platforms, " ")
	}
	return
}

// Assets reads the apps and books of a location with their counts, by kind and
// Apple's number.
func (db *DB) Assets(ctx context.Context, id vpp.LocationID) ([]vpp.Asset, error) {
	return all(ctx, db, scanAsset, "SELECT "+assetColumns+" FROM assets a WHERE a.location_id = $1 ORDER BY a.product_type, a.adam_id, a.pricing_param", id)
}

// WriteAssets stores apps and books as Apple counts them, and returns how many
// are other than they were. Whole says that there are no others.
func (db *DB) WriteAssets(ctx context.Context, id vpp.LocationID, now []vpp.Asset, whole bool, read time.Time) (changed int, err error) {
	err = db.inTx(ctx, func(t tx) error {
		stored, err := all(ctx, t, scanAsset, "SELECT "+assetColumns+" FROM assets a WHERE a.location_id = $1", id)
		if err != nil {
			return err
		}
		was := make(map[vpp.AssetID]vpp.Asset, len(stored))
		for _, a := range stored {
			was[a.AssetID] = a
		}
		var write []vpp.Asset
		for _, a := range now {
			if old, known := was[a.AssetID]; !known || !old.Same(a) {
				write = append(write, a)
			}
			delete(was, a.AssetID)
		}
		changed = len(write)
		if err := upsertAssets(ctx, t, id, write, read); err != nil {
			return err
		}
		if changed > 0 {
			if err := db.wakeLines(ctx, t); err != nil {
				return err
			}
		}
		if !whole {
			return nil
		}
		for gone := range was {
			changed++
			_, err := t.Exec(ctx, "DELETE FROM assets WHERE location_id = $1 AND adam_id = $2 AND pricing_param = $3", id, gone.AdamID, gone.PricingParam)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}

func upsertAssets(ctx context.Context, t tx, id vpp.LocationID, write []vpp.Asset, read time.Time) error {
	for some := range slices.Chunk(write, 200) {
		args := make([]any, 0, 13*len(some))
		for _, a := range some {
			args = append(args, id, a.AdamID, a.PricingParam, a.ProductType, a.Total, a.Assigned, a.Available, a.Retired, a.Unlimited,
				a.DeviceAssignable, a.Revocable, strings.Join(a.Platforms, " "), ms(read))
		}
		_, err := t.Exec(ctx, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired, unlimited,
			device_assignable, revocable, platforms, read_at) VALUES `+rowsOf(len(some), make([]string, 13)...)+`
			ON CONFLICT (location_id, adam_id, pricing_param) DO UPDATE SET product_type = excluded.product_type, total = excluded.total,
			assigned = excluded.assigned, available = excluded.available, retired = excluded.retired, unlimited = excluded.unlimited,
			device_assignable = excluded.device_assignable, revocable = excluded.revocable, platforms = excluded.platforms, read_at = excluded.read_at,
			short_until = CASE WHEN excluded.available > assets.available THEN 0 ELSE assets.short_until END`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// LicensesOf reads the licenses that a person's VPP users hold, at every
// location, as far as they have been read.
func (db *DB) LicensesOf(ctx context.Context, user vpp.UserID) ([]vpp.License, error) {
	return all(ctx, db, func(s scanner) (l vpp.License, err error) {
		err = s.Scan(&l.LocationID, &l.AdamID, &l.PricingParam, &l.ProductType, &l.Revocable, into(&l.ReadAt))
		return
	}, `SELECT s.location_id, s.adam_id, s.pricing_param, COALESCE(a.product_type, ''), COALESCE(a.revocable, FALSE), s.read_at
		FROM program_users p JOIN assignments s ON s.location_id = p.location_id AND s.client_user_id = p.client_user_id AND p.client_user_id <> ''
		LEFT JOIN assets a ON a.location_id = s.location_id AND a.adam_id = s.adam_id AND a.pricing_param = s.pricing_param
		WHERE p.user_id = $1 ORDER BY s.location_id, s.adam_id, s.pricing_param`, user)
}
