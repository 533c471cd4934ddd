package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// licenseOrder reads the locations that an asset is taken from, one after the
// other; none when nobody said so.
func licenseOrder(ctx context.Context, q querier, asset vpp.AssetID) ([]vpp.LocationID, error) {
	return all(ctx, q, func(s scanner) (id vpp.LocationID, err error) { err = s.Scan(&id); return },
		"SELECT location_id FROM license_orders WHERE adam_id = $1 AND pricing_param = $2 ORDER BY position", asset.AdamID, asset.PricingParam)
}

// SetLicenseOrder stores the locations that an asset is taken from; with none,
// the order of all locations counts again. Who waits is looked at anew.
func (db *DB) SetLicenseOrder(ctx context.Context, by vpp.Actor, asset vpp.AssetID, order []vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error {
		was, err := licenseOrder(ctx, t, asset)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM license_orders WHERE adam_id = $1 AND pricing_param = $2", asset.AdamID, asset.PricingParam); err != nil {
			return err
		}
		for i, id := range order {
			if _, err := locationIn(ctx, t, id); err != nil {
				return err
			}
			_, err := t.Exec(ctx, "INSERT INTO license_orders (adam_id, pricing_param, position, location_id) VALUES ($1, $2, $3, $4)",
				asset.AdamID, asset.PricingParam, i+1, id)
			if err != nil {
				return err
			}
		}
		if err := db.wakeLines(ctx, t); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "license.order", "asset:"+asset.AdamID+":"+asset.PricingParam,
			"The order of locations of "+asset.AdamID+" was changed.", map[string]any{"locations": was}, map[string]any{"locations": order})
	})
}

// Stocks reads what each location has of an asset, in the order in which they
// give it: that of the asset, or the default location first.
func (db *DB) Stocks(ctx context.Context, asset vpp.AssetID) ([]vpp.Stock, error) {
	return db.stocks(ctx, db, asset)
}

func (db *DB) stocks(ctx context.Context, q querier, asset vpp.AssetID) ([]vpp.Stock, error) {
	list, err := all(ctx, q, func(s scanner) (k vpp.Stock, err error) {
		var usable, ordered int
		var short int64
		k.AssetID, k.Asset.AssetID = asset, asset
		err = s.Scan(&k.LocationID, &k.Name, &k.ProductType, &k.Total, &k.Assigned, &k.Available, &k.Retired, &k.Unlimited, &k.Revocable, into(&k.ReadAt),
			&short, &usable, &ordered, &k.Position, &k.Asked)
		k.Usable, k.Short = usable == 1, short > ms(db.now())
		if ordered == 0 {
			k.Position = 1 // numbered below
		}
		return
	}, `SELECT a.location_id, l.name, a.product_type, a.total, a.assigned, a.available, a.retired, a.unlimited, a.revocable, a.read_at, a.short_until,
		CASE WHEN l.token_added_at > 0 AND (l.token_expires_at = 0 OR l.token_expires_at > $3) AND `+sendable+` THEN 1 ELSE 0 END,
		(SELECT count(*) FROM license_orders o WHERE o.adam_id = a.adam_id AND o.pricing_param = a.pricing_param),
		COALESCE((SELECT o.position FROM license_orders o WHERE o.adam_id = a.adam_id AND o.pricing_param = a.pricing_param AND o.location_id = l.id), 0),
		(SELECT count(*) FROM license_wishes w WHERE w.send_location = l.id AND w.adam_id = a.adam_id AND w.pricing_param = a.pricing_param AND w.op <> '' AND w.op = 'associate')
		FROM assets a JOIN locations l ON l.id = a.location_id WHERE a.adam_id = $1 AND a.pricing_param = $2
		ORDER BY 14, l.is_default DESC, l.created_at, l.id`, asset.AdamID, asset.PricingParam, ms(db.now()))
	position := 0
	for i := range list {
		if list[i].Position > 0 {
			position++
			list[i].Position = position
		}
	}
	return list, err
}
