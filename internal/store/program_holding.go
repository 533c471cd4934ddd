package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// part is a stretch of a selection as a query; people are p and u. Everybody
// meant is in one more part with sign 1 than with sign -1.
type part struct {
	sign        int
	from, where string
	args        []any
}

// parts takes a selection apart: all that match less those left out, or the
// chosen, some at a time.
func (db *DB) parts(ctx context.Context, s vpp.Selection) ([]part, error) {
	q, err := db.peopleQuery(ctx, db, s.Filter, vpp.SortName)
	if err != nil {
		return nil, err
	}
	var list []part
	sign := 1
	if s.All {
		list, sign = append(list, part{1, q.from, q.where, q.args}), -1
	} else {
		q.from, q.where, q.args = "program_users p CROSS JOIN users u", "u.id = p.user_id AND p.location_id = $1", q.args[:1]
	}
	for some := range slices.Chunk(s.IDs, 500) {
		list = append(list, part{
			sign, q.from, q.where + " AND p.user_id IN (" + marks(len(q.args)+1, len(some)) + ")",
			append(slices.Clone(q.args), anys(some)...),
		})
	}
	return list, nil
}

// CountRemovals counts a selection by what a removal turns on.
func (db *DB) CountRemovals(ctx context.Context, s vpp.Selection) ([]vpp.RemovalCount, error) {
	parts, err := db.parts(ctx, s)
	if err != nil {
		return nil, err
	}
	total := map[vpp.RemovalCase]int{}
	for _, part := range parts {
		found, err := all(ctx, db, func(s scanner) (c vpp.RemovalCount, err error) {
			var carried int
			err = s.Scan(&c.Case.AppleStatus, &c.Case.Pending, &carried, &c.N)
			c.Case.InBatch = carried == 1
			return
		}, "SELECT p.apple_status, p.pending, CASE WHEN p.batch_id <> '' THEN 1 ELSE 0 END, count(*) FROM "+part.from+" WHERE "+part.where+
			" GROUP BY 1, 2, 3", part.args...)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			total[c.Case] += part.sign * c.N
		}
	}
	var list []vpp.RemovalCount
	for c, n := range total {
		if n > 0 {
			list = append(list, vpp.RemovalCount{Case: c, N: n})
		}
	}
	return list, nil
}

// holders completes a part to the licenses of people whose records live. What
// Apple's list of assets does not have is taken for something that comes back.
func (p part) holders() (from, where string) {
	return p.from + ` CROSS JOIN assignments a LEFT JOIN assets t ON t.location_id = a.location_id AND t.adam_id = a.adam_id AND t.pricing_param = a.pricing_param`,
		p.where + ` AND p.apple_status IN ('Registered', 'Associated') AND p.client_user_id <> ''
			AND a.location_id = p.location_id AND a.client_user_id = p.client_user_id`
}

// CountHoldings adds up the licenses of the people of a selection, by asset
// and by what becomes of them; of those who keep books some are named.
func (db *DB) CountHoldings(ctx context.Context, s vpp.Selection, keepers int) (h vpp.Holdings, err error) {
	parts, err := db.parts(ctx, s)
	if err != nil {
		return h, err
	}
	total := map[vpp.AssetID]*vpp.Holding{}
	var keep []vpp.Keeper
	for _, part := range parts {
		if err := db.addHoldings(ctx, part, total); err != nil {
			return h, err
		}
		losing, keeping, err := db.countHolders(ctx, part)
		if err != nil {
			return h, err
		}
		h.Losing, h.Keeping = h.Losing+part.sign*losing, h.Keeping+part.sign*keeping
		if part.sign > 0 && keeping > 0 {
			limit := keepers
			if s.All {
				limit += len(s.IDs) // some of these are left out below
			}
			some, err := db.keepers(ctx, part, limit)
			if err != nil {
				return h, err
			}
			keep = append(keep, some...)
		}
	}
	for _, t := range total {
		if t.Licenses > 0 {
			h.Each = append(h.Each, *t)
		}
	}
	slices.SortFunc(h.Each, func(a, b vpp.Holding) int {
		return cmp.Or(cmp.Compare(b.Licenses, a.Licenses), cmp.Compare(a.AdamID, b.AdamID), cmp.Compare(a.PricingParam, b.PricingParam))
	})
	location, err := db.locationOr(ctx, db, s.Filter.Location)
	if err != nil {
		return h, err
	}
	if err := db.countServed(ctx, parts, location, h.Each); err != nil {
		return h, err
	}
	if s.All {
		keep = slices.DeleteFunc(keep, func(k vpp.Keeper) bool { return slices.Contains(s.IDs, k.UserID) })
	}
	slices.SortFunc(keep, func(a, b vpp.Keeper) int {
		return cmp.Or(cmp.Compare(b.Books, a.Books), cmp.Compare(a.FullName, b.FullName), cmp.Compare(a.UserID, b.UserID))
	})
	h.Keepers = keep[:min(len(keep), keepers)]
	return h, nil
}

func (db *DB) addHoldings(ctx context.Context, part part, total map[vpp.AssetID]*vpp.Holding) error {
	from, where := part.holders()
	found, err := all(ctx, db, func(s scanner) (h vpp.Holding, err error) {
		var revocable int
		err = s.Scan(&h.AdamID, &h.PricingParam, &h.ProductType, &revocable, &h.Licenses, &h.People)
		h.Revocable = revocable == 1
		return
	}, `SELECT a.adam_id, a.pricing_param, COALESCE(t.product_type, ''), CASE WHEN t.revocable IS NULL OR t.revocable THEN 1 ELSE 0 END,
		count(*), count(DISTINCT p.seq) FROM `+from+" WHERE "+where+" GROUP BY 1, 2, 3, 4", part.args...)
	for _, h := range found {
		if total[h.AssetID] == nil {
			total[h.AssetID] = &vpp.Holding{AssetID: h.AssetID, ProductType: h.ProductType, Revocable: h.Revocable}
		}
		total[h.AssetID].Licenses += part.sign * h.Licenses
		total[h.AssetID].People += part.sign * h.People
	}
	return err
}

// countHolders counts who has licenses that come back, and that never do.
func (db *DB) countHolders(ctx context.Context, part part) (losing, keeping int, err error) {
	from, where := part.holders()
	_, err = one(ctx, db, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(&losing, &keeping) },
		`SELECT count(CASE WHEN come > 0 THEN 1 END), count(CASE WHEN stay > 0 THEN 1 END) FROM (
			SELECT count(CASE WHEN t.revocable IS NULL OR t.revocable THEN 1 END) AS come, count(CASE WHEN NOT t.revocable THEN 1 END) AS stay
			FROM `+from+" WHERE "+where+" GROUP BY p.seq) x", part.args...)
	return losing, keeping, err
}

func (db *DB) keepers(ctx context.Context, part part, limit int) ([]vpp.Keeper, error) {
	from, where := part.holders()
	args := append(slices.Clone(part.args), limit)
	return all(ctx, db, func(s scanner) (k vpp.Keeper, err error) {
		err = s.Scan(&k.UserID, &k.FullName, &k.Email, &k.Books)
		return
	}, "SELECT u.id, u.full_name, u.email, count(*) FROM "+from+" WHERE "+where+
		" AND NOT t.revocable GROUP BY u.id, u.full_name, u.email ORDER BY 4 DESC, 2, 1 LIMIT $"+strconv.Itoa(len(args)), args...)
}

// heldBefore reads what somebody who was removed held, "nothing" for others.
func (db *DB) heldBefore(ctx context.Context, p vpp.ProgramUser) (h vpp.HeldBefore, err error) {
	if p.AppleStatus.Living() || p.AppleStatus == vpp.AppleNone {
		return h, nil
	}
	h.Licenses, err = all(ctx, db, func(s scanner) (l vpp.Holding, err error) {
		l.Licenses, l.People = 1, 1
		err = s.Scan(&l.AdamID, &l.PricingParam, &l.ProductType, &l.Revocable, timeAt{&h.At})
		return
	}, `SELECT adam_id, pricing_param, product_type, revocable, removed_at FROM removal_licenses
		WHERE program_user_id = $1 AND generation = (SELECT max(generation) FROM removal_licenses WHERE program_user_id = $1)
		ORDER BY product_type, adam_id, pricing_param`, p.ID)
	return h, err
}

// CountHeldBefore sums up what the removed people of a selection held.
func (db *DB) CountHeldBefore(ctx context.Context, s vpp.Selection) (sum vpp.HeldByAll, err error) {
	parts, err := db.parts(ctx, s)
	if err != nil {
		return sum, err
	}
	for _, part := range parts {
		_, err := one(ctx, db, func(s scanner) (struct{}, error) {
			var people, licenses, books int
			err := s.Scan(&people, &licenses, &books)
			sum.People += part.sign * people
			sum.Books += part.sign * books
			sum.Apps += part.sign * (licenses - books)
			return struct{}{}, err
		}, `SELECT count(DISTINCT p.seq), count(*), count(CASE WHEN NOT l.revocable OR l.product_type = 'Book' THEN 1 END) FROM `+part.from+` CROSS JOIN removal_licenses l
			WHERE `+part.where+` AND p.vpp_status = 'removed' AND l.program_user_id = p.id
			AND l.generation = (SELECT max(m.generation) FROM removal_licenses m WHERE m.program_user_id = p.id)`, part.args...)
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}
