package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// inLineHere is a wish w of the person u in line for an asset, who may get it
// at the place p.
const inLineHere = waitsFor + " AND w.apple_error = 0 AND w.line_at < " + notYet + " AND u.paused_at = 0 AND " + mayGet + ` AND (
	NOT EXISTS (SELECT 1 FROM license_orders o WHERE o.adam_id = w.adam_id AND o.pricing_param = w.pricing_param)
	OR EXISTS (SELECT 1 FROM license_orders o WHERE o.adam_id = w.adam_id AND o.pricing_param = w.pricing_param AND o.location_id = p.location_id))`

// countServed says with each holding of a selection whom its licenses serve
// when they come back: people in line who may get one at that location, and are
// not of the selection themselves.
func (db *DB) countServed(ctx context.Context, parts []part, location vpp.LocationID, each []vpp.Holding) error {
	scan := func(s scanner) (h vpp.Holding, err error) {
		err = s.Scan(&h.AdamID, &h.PricingParam, &h.People)
		return
	}
	waiting, err := all(ctx, db, scan, `SELECT w.adam_id, w.pricing_param, count(*) FROM license_wishes w CROSS JOIN program_users p CROSS JOIN users u
		WHERE p.user_id = w.user_id AND p.location_id = $1 AND u.id = w.user_id AND `+inLineHere+" GROUP BY 1, 2", location)
	if err != nil || len(waiting) == 0 {
		return err
	}
	n := map[vpp.AssetID]int{}
	for _, h := range waiting {
		n[h.AssetID] += h.People
	}
	for _, part := range parts {
		leaving, err := all(ctx, db, scan, "SELECT w.adam_id, w.pricing_param, count(*) FROM "+part.from+" CROSS JOIN license_wishes w WHERE "+part.where+
			" AND w.user_id = u.id AND p.location_id = $"+strconv.Itoa(len(part.args)+1)+" AND "+inLineHere+" GROUP BY 1, 2", append(slices.Clone(part.args), location)...)
		if err != nil {
			return err
		}
		for _, h := range leaving {
			n[h.AssetID] -= part.sign * h.People
		}
	}
	for i, h := range each {
		if h.Revocable {
			each[i].Serves = min(h.Licenses, max(n[h.AssetID], 0))
		}
	}
	return nil
}
