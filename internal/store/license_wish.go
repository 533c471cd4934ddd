package store

import (
	"context"
	"fmt"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// notYet is line_at of who is not registered: they come last in the line.
const notYet = "9007199254740991"

// What vpp derives of wishes, said in SQL; a test holds them equal.
const (
	// beingLeft: the place p is in a removal that can still be undone.
	beingLeft = `EXISTS (SELECT 1 FROM tasks k CROSS JOIN task_items i WHERE ` + heldRemovals + ` AND i.task_id = k.id AND i.program_user_id = p.id
		AND i.state IN ('queued', 'waiting'))`
	// mayGet: the person of the place p may get licenses there.
	mayGet = "p.apple_status = 'Associated' AND p.pending <> 'retire' AND NOT " + beingLeft
	// waitsFor: the wish w waits in the line of its asset, held or not.
	waitsFor = "w.ended_at = 0 AND w.apple_location = '' AND w.op = ''"
)

// assignableTo says that a person is registered at a location that may give an
// asset.
func assignableTo(user, adam, pricing string) string {
	ordered := "SELECT 1 FROM license_orders o WHERE o.adam_id = " + adam + " AND o.pricing_param = " + pricing
	return "EXISTS (SELECT 1 FROM program_users p WHERE p.user_id = " + user + " AND " + mayGet + `
		AND EXISTS (SELECT 1 FROM assets a WHERE a.location_id = p.location_id AND a.adam_id = ` + adam + " AND a.pricing_param = " + pricing + `)
		AND (NOT EXISTS (` + ordered + ") OR EXISTS (" + ordered + " AND o.location_id = p.location_id)))"
}

// assignable says so of the person of the wish w.
func assignable() string { return assignableTo("w.user_id", "w.adam_id", "w.pricing_param") }

// wishState is vpp.Wish.State, over the wish w of the person u.
func wishState() string {
	return `CASE WHEN w.ended_at > 0 AND (w.apple_location <> '' OR w.op <> '') THEN 'taking_back' WHEN w.ended_at > 0 THEN 'taken_back'
		WHEN w.apple_location <> '' THEN 'assigned' WHEN w.op <> '' THEN 'waiting' WHEN w.apple_error <> 0 THEN 'refused'
		WHEN u.paused_at > 0 THEN 'paused' WHEN NOT ` + assignable() + ` THEN 'held' ELSE 'in_line' END`
}

func wishColumns() string {
	return `w.user_id, w.adam_id, w.pricing_param, w.wanted_at, w.wanted_by, w.task_id, w.ended_at, w.ended_by, w.op, w.send_location, w.batch_id,
		CASE WHEN w.line_at = ` + notYet + ` THEN 0 ELSE w.line_at END, w.apple_location, w.apple_error, w.apple_error_at, u.full_name, u.email,
		u.paused_at, CASE WHEN ` + assignable() + " THEN 1 ELSE 0 END"
}

func scanWish(s scanner, more ...any) (w vpp.Wish, err error) {
	var paused int64
	var may int
	err = s.Scan(append([]any{
		&w.UserID, &w.AdamID, &w.PricingParam,
		timeAt{&w.WantedAt},
		&w.WantedBy, &w.TaskID,
		timeAt{&w.EndedAt},
		&w.EndedBy, &w.Op,
		&w.SendLocation, &w.BatchID,
		timeAt{&w.LineAt},
		&w.Location, &w.AppleError,
		timeAt{&w.AppleErrorAt},
		&w.FullName, &w.Email, &paused, &may,
	}, more...)...)
	w.Paused, w.Assignable = paused > 0, may == 1
	return
}

// Wishes reads what a person is to have, or had to give back, with their
// places in the lines.
func (db *DB) Wishes(ctx context.Context, user vpp.UserID) ([]vpp.Wish, error) {
	return all(ctx, db, func(s scanner) (w vpp.Wish, err error) {
		var before int
		w, err = scanWish(s, &before)
		if w.State() == vpp.WishInLine {
			w.Position = before + 1
		}
		return
	}, "SELECT "+wishColumns()+`, CASE WHEN `+waitsFor+` AND w.apple_error = 0 AND w.line_at < `+notYet+` THEN (SELECT count(*) FROM license_wishes b
		WHERE b.adam_id = w.adam_id AND b.pricing_param = w.pricing_param AND b.ended_at = 0 AND b.apple_location = '' AND b.op = '' AND b.apple_error = 0
		AND (b.line_at, b.wanted_at, b.seq) < (w.line_at, w.wanted_at, w.seq)) ELSE 0 END
		FROM license_wishes w JOIN users u ON u.id = w.user_id WHERE w.user_id = $1 ORDER BY w.adam_id, w.pricing_param`, user)
}

// lineRow is a wish with its place in the list.
type lineRow struct {
	vpp.Wish
	line, wanted, seq int64
}

func (r lineRow) cursor() string { return fmt.Sprintf("%d.%d.%d", r.line, r.wanted, r.seq) }

// Line reads one page of those who wait for an asset, in the order in which
// they are served: as they accepted, who is held behind all others.
func (db *DB) Line(ctx context.Context, asset vpp.AssetID, page vpp.Page) (list vpp.List[vpp.Wish], err error) {
	page = page.Clamp()
	cursor, back := turnOf(page)
	where, args, direction, compare := "", []any{asset.AdamID, asset.PricingParam, page.Limit + 1}, "", ">"
	if back {
		direction, compare = " DESC", "<"
	}
	if cursor != "" {
		var line, wanted, seq int64
		if _, err := fmt.Sscanf(cursor, "%d.%d.%d", &line, &wanted, &seq); err != nil {
			return list, vpp.Errorf(vpp.Invalid, "The cursor is not one of this list: begin at its first page.")
		}
		where, args = " AND (w.line_at, w.wanted_at, w.seq) "+compare+" ($4, $5, $6)", append(args, line, wanted, seq)
	}
	rows, err := all(ctx, db, func(s scanner) (r lineRow, err error) {
		r.Wish, err = scanWish(s, &r.line, &r.wanted, &r.seq)
		return
	}, "SELECT "+wishColumns()+", w.line_at, w.wanted_at, w.seq FROM license_wishes w CROSS JOIN users u WHERE u.id = w.user_id AND "+openWish+
		where+" ORDER BY w.line_at"+direction+", w.wanted_at"+direction+", w.seq"+direction+" LIMIT $3", args...)
	if err != nil {
		return list, err
	}
	found := pageOf(rows, page, lineRow.cursor)
	list.Next, list.Prev = found.Next, found.Prev
	return list, db.number(ctx, asset, found.Items, &list)
}

// openWish is a wish w of an asset that waits for its license, in whatever way.
const openWish = "w.adam_id = $1 AND w.pricing_param = $2 AND w.ended_at = 0 AND w.apple_location = ''"

// number fills a page of the line, with the places of those in line.
func (db *DB) number(ctx context.Context, asset vpp.AssetID, rows []lineRow, list *vpp.List[vpp.Wish]) error {
	if len(rows) == 0 {
		return nil
	}
	first := rows[0]
	before, err := one(ctx, db, scanInt, "SELECT count(*) FROM license_wishes w WHERE "+openWish+
		" AND w.op = '' AND w.apple_error = 0 AND (w.line_at, w.wanted_at, w.seq) < ($3, $4, $5)", asset.AdamID, asset.PricingParam, first.line, first.wanted, first.seq)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Op == vpp.WriteNone && r.AppleError == 0 {
			before++
		}
		if r.State() == vpp.WishInLine {
			r.Position = before
		}
		list.Items = append(list.Items, r.Wish)
	}
	return nil
}

// CountWishes counts the wishes for an asset by their states.
func (db *DB) CountWishes(ctx context.Context, asset vpp.AssetID) (map[vpp.WishState]int, error) {
	counts := map[vpp.WishState]int{}
	_, err := all(ctx, db, func(s scanner) (struct{}, error) {
		var state vpp.WishState
		var n int
		err := s.Scan(&state, &n)
		counts[state] = n
		return struct{}{}, err
	}, "SELECT "+wishState()+`, count(*) FROM license_wishes w JOIN users u ON u.id = w.user_id
		WHERE w.adam_id = $1 AND w.pricing_param = $2 GROUP BY 1`, asset.AdamID, asset.PricingParam)
	return counts, err
}
