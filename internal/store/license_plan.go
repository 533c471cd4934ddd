package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// wishCase is what vpp.WishCase turns on, over a place p of the person u and
// their wish w, as numbers; adam and pricing name the asset.
func wishCase(adam, pricing string) string {
	bit := func(condition string) string { return "CASE WHEN " + condition + " THEN 1 ELSE 0 END, " }
	return bit(`EXISTS (SELECT 1 FROM program_users q CROSS JOIN assignments s WHERE q.user_id = u.id AND q.client_user_id <> ''
		AND s.location_id = q.location_id AND s.client_user_id = q.client_user_id AND s.serial_number = '' AND s.adam_id = `+adam+" AND s.pricing_param = "+pricing+")") +
		bit("w.ended_at = 0") + bit("w.ended_at = 0 AND w.op = '' AND w.apple_error <> 0") + bit("w.op <> ''") + bit("w.ended_at > 0") +
		bit("u.paused_at > 0") + bit(assignableTo("u.id", adam, pricing)) + "p.vpp_status, " +
		"CASE WHEN p.pending = 'retire' OR " + beingLeft + " THEN 1 ELSE 0 END"
}

func scanWishCase(s scanner, more ...any) (c vpp.WishCase, err error) {
	var has, open, refused, asked, ended, paused, assignable, leaving int
	err = s.Scan(append([]any{&has, &open, &refused, &asked, &ended, &paused, &assignable, &c.Status, &leaving}, more...)...)
	c.Has, c.Open, c.Refused, c.Asked, c.Ended = has == 1, open == 1, refused == 1, asked == 1, ended == 1
	c.Paused, c.Assignable, c.Leaving = paused == 1, assignable == 1, leaving == 1
	return
}

// withWish joins the wish w of the person u, if there is one.
func withWish(adam, pricing string) string {
	return " LEFT JOIN license_wishes w ON w.user_id = u.id AND w.adam_id = " + adam + " AND w.pricing_param = " + pricing
}

// CountWishCases counts a selection by what assigning an asset, and taking it
// back, turn on.
func (db *DB) CountWishCases(ctx context.Context, s vpp.Selection, asset vpp.AssetID) ([]vpp.WishCount, error) {
	parts, err := db.parts(ctx, s)
	if err != nil {
		return nil, err
	}
	total := map[vpp.WishCase]int{}
	for _, part := range parts {
		n := len(part.args)
		adam, pricing := "CAST($"+strconv.Itoa(n+1)+" AS TEXT)", "CAST($"+strconv.Itoa(n+2)+" AS TEXT)"
		found, err := all(ctx, db, func(s scanner) (c vpp.WishCount, err error) {
			c.Case, err = scanWishCase(s, &c.N)
			return
		}, "SELECT "+wishCase(adam, pricing)+", count(*) FROM "+part.from+withWish(adam, pricing)+" WHERE "+part.where+
			" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9", append(slices.Clone(part.args), asset.AdamID, asset.PricingParam)...)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			total[c.Case] += part.sign * c.N
		}
	}
	var list []vpp.WishCount
	for c, n := range total {
		if n > 0 {
			list = append(list, vpp.WishCount{Case: c, N: n})
		}
	}
	return list, nil
}

// PlanLicenses asks plan about the next people of a task's selection and writes
// what it answers: wishes, and the parts of the task. See PlanTask.
func (db *DB) PlanLicenses(ctx context.Context, id vpp.TaskID, plan func(vpp.WishCase) vpp.PlannedWish) (done bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		task, err := one(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id)
		if done = !task.ExpandedAt.IsZero() || !task.CanceledAt.IsZero(); err != nil || done {
			return err
		}
		var text, cursor string
		if _, err := one(ctx, t, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(&text, &cursor) },
			"SELECT selection, planned FROM tasks WHERE id = $1", id); err != nil {
			return err
		}
		var s vpp.Selection
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return err
		}
		people, next, err := db.selectPeople(ctx, t, s, cursor, vpp.MaxPage)
		if err != nil {
			return err
		}
		asset := vpp.AssetOf(task.Params)
		// Before the wishes are written: see wakeLines.
		if err := db.wakeLinesAt(ctx, t, "SELECT location_id FROM assets WHERE adam_id = $1 AND pricing_param = $2", asset.AdamID, asset.PricingParam); err != nil {
			return err
		}
		if err := db.planLicenses(ctx, t, task, people, plan); err != nil {
			return err
		}
		if done = next == ""; done {
			return db.expanded(ctx, t, id)
		}
		_, err = t.Exec(ctx, "UPDATE tasks SET planned = $2 WHERE id = $1", id, next)
		return err
	})
	return done, err
}

// wishPlan is what is meant to be done about somebody.
type wishPlan struct {
	place vpp.ProgramUserID
	user  vpp.UserID
	vpp.WishCase
	vpp.PlannedWish
}

func (db *DB) planLicenses(ctx context.Context, t tx, task vpp.Task, people []vpp.Person, plan func(vpp.WishCase) vpp.PlannedWish) error {
	asset := vpp.AssetOf(task.Params)
	var want, take, end []vpp.UserID
	var items []item
	counts := map[string]int{}
	for some := range slices.Chunk(people, 500) {
		ids := make([]any, len(some))
		for i, p := range some {
			ids[i] = p.Program.ID
		}
		plans, err := all(ctx, t, func(s scanner) (p wishPlan, err error) {
			p.WishCase, err = scanWishCase(s, &p.place, &p.user)
			return
		}, "SELECT "+wishCase("CAST($1 AS TEXT)", "CAST($2 AS TEXT)")+", p.id, u.id FROM program_users p CROSS JOIN users u"+withWish("CAST($1 AS TEXT)", "CAST($2 AS TEXT)")+
			" WHERE u.id = p.user_id AND p.id IN ("+marks(3, len(ids))+") ORDER BY p.id", append([]any{asset.AdamID, asset.PricingParam}, ids...)...)
		if err != nil {
			return err
		}
		for _, p := range plans {
			p.PlannedWish = plan(p.WishCase)
			items = append(items, item{p.place, p.State, p.Detail})
			counts[p.Count]++
			switch {
			case p.Want:
				want = append(want, p.user)
			case p.Take:
				take = append(take, p.user)
			case p.End:
				end = append(end, p.user)
			}
		}
	}
	if err := db.writeWishes(ctx, t, task, asset, want, take, end); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if err := addResult(ctx, t, task.ID, name, counts[name]); err != nil {
			return err
		}
	}
	return db.insertItems(ctx, t, task.ID, items)
}

// writeWishes writes who is to have an asset, who is to give it back, and whose
// wish for it ends. An earlier task that waits for the same person ends there.
func (db *DB) writeWishes(ctx context.Context, t tx, task vpp.Task, asset vpp.AssetID, want, take, end []vpp.UserID) error {
	now := ms(db.now())
	var before []asked
	for some := range slices.Chunk(slices.Concat(want, take, end), 500) {
		found, err := all(ctx, t, scanAsked, "SELECT task_id, user_id FROM license_wishes WHERE adam_id = $1 AND pricing_param = $2 AND user_id IN ("+
			marks(3, len(some))+")", append([]any{asset.AdamID, asset.PricingParam}, anys(some)...)...)
		if err != nil {
			return err
		}
		before = append(before, found...)
	}
	if err := db.settleAsked(ctx, t, before, vpp.ItemSkipped, "A newer task took over.", 0); err != nil {
		return err
	}
	for some := range slices.Chunk(want, 500) {
		_, err := t.Exec(ctx, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id)
			SELECT id, `+casts(1, "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT")+" FROM users WHERE id IN ("+marks(6, len(some))+`)
			ON CONFLICT (user_id, adam_id, pricing_param) DO UPDATE SET wanted_at = excluded.wanted_at, wanted_by = excluded.wanted_by,
			task_id = excluded.task_id, ended_at = 0, ended_by = '', apple_error = 0`,
			append([]any{asset.AdamID, asset.PricingParam, now, task.CreatedBy, task.ID}, anys(some)...)...)
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, "UPDATE license_wishes SET line_at = "+acceptedAt+" WHERE adam_id = $1 AND pricing_param = $2 AND user_id IN ("+marks(3, len(some))+")",
			append([]any{asset.AdamID, asset.PricingParam}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(end, 500) {
		_, err := t.Exec(ctx, `UPDATE license_wishes SET ended_at = $3, ended_by = $4, task_id = $5 WHERE adam_id = $1 AND pricing_param = $2
			AND op = '' AND user_id IN (`+marks(6, len(some))+")", append([]any{asset.AdamID, asset.PricingParam, now, task.CreatedBy, task.ID}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return db.writeReturns(ctx, t, task, asset, take)
}

// writeReturns lets people give back what they have, whoever gave it to them.
func (db *DB) writeReturns(ctx context.Context, t tx, task vpp.Task, asset vpp.AssetID, take []vpp.UserID) error {
	for some := range slices.Chunk(take, 500) {
		_, err := t.Exec(ctx, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id, op, send_location, apple_location, ended_at, ended_by)
			SELECT p.user_id, `+casts(1, "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT")+`, 'disassociate', min(s.location_id), min(s.location_id), `+casts(3, "BIGINT", "TEXT")+`
			FROM program_users p CROSS JOIN assignments s WHERE p.client_user_id <> '' AND s.location_id = p.location_id AND s.client_user_id = p.client_user_id
			AND s.serial_number = '' AND s.adam_id = $1 AND s.pricing_param = $2 AND p.user_id IN (`+marks(6, len(some))+`) GROUP BY p.user_id
			ON CONFLICT (user_id, adam_id, pricing_param) DO UPDATE SET task_id = excluded.task_id, op = 'disassociate', send_location = excluded.send_location,
			apple_location = excluded.apple_location, batch_id = '', apple_error = 0, ended_at = excluded.ended_at, ended_by = excluded.ended_by`,
			append([]any{asset.AdamID, asset.PricingParam, ms(db.now()), task.CreatedBy, task.ID}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}
