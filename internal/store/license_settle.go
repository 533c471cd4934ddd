package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// asked is a person's part of the task that asked for a license.
type asked struct {
	task vpp.TaskID
	user vpp.UserID
}

func scanAsked(s scanner) (a asked, err error) { err = s.Scan(&a.task, &a.user); return }

// settleAsked ends the open parts of tasks about licenses, and counts them. A
// person is in a task by their place at its location, wherever the license is.
func (db *DB) settleAsked(ctx context.Context, t tx, list []asked, state vpp.ItemState, detail string, number int) error {
	byTask := map[vpp.TaskID][]vpp.UserID{}
	for _, a := range list {
		byTask[a.task] = append(byTask[a.task], a.user)
	}
	for _, task := range slices.Sorted(maps.Keys(byTask)) {
		ended := map[vpp.ItemState]int{}
		for some := range slices.Chunk(byTask[task], 500) {
			n, err := t.Exec(ctx, `UPDATE task_items SET state = $1, detail = $2, apple_error = $3, updated_at = $4 WHERE task_id = $5
				AND state IN ('queued', 'waiting') AND program_user_id IN (SELECT id FROM program_users WHERE user_id IN (`+marks(6, len(some))+"))",
				append([]any{state, detail, number, ms(db.now()), task}, anys(some)...)...)
			if err != nil {
				return err
			}
			ended[state] += int(n)
		}
		if err := db.addCounts(ctx, t, task, 0, ended); err != nil {
			return err
		}
	}
	return nil
}

// wished says whether anybody wishes for a license, or wished: most servers
// that read licenses assign none.
func wished(ctx context.Context, t tx) (bool, error) {
	n, err := one(ctx, t, scanInt, "SELECT count(*) FROM (SELECT 1 FROM license_wishes LIMIT 1) x")
	return n > 0, err
}

// settleShown notes with the wishes of people that Apple's assignments show
// their licenses. Whose wish was ended meanwhile has to give it back.
func (db *DB) settleShown(ctx context.Context, t tx, id vpp.LocationID, list []vpp.Assignment) error {
	if some, err := wished(ctx, t); err != nil || !some {
		return err
	}
	var shown []asked
	for some := range slices.Chunk(list, 200) {
		args := make([]any, 0, 3*len(some)+1)
		for _, a := range some {
			args = append(args, a.ClientUserID, a.AdamID, a.PricingParam)
		}
		at := "$" + strconv.Itoa(len(args)+1)
		found, err := all(ctx, t, scanAsked, "WITH v (client, adam, pricing) AS ("+given(len(some), "TEXT", "TEXT", "TEXT")+`)
			UPDATE license_wishes SET apple_location = `+at+`, batch_id = '', apple_error = 0,
				op = CASE WHEN ended_at > 0 THEN 'disassociate' ELSE '' END, send_location = CASE WHEN ended_at > 0 THEN `+at+` ELSE '' END
			FROM v CROSS JOIN program_users p WHERE p.location_id = `+at+` AND p.client_user_id = v.client AND p.client_user_id <> ''
			AND license_wishes.user_id = p.user_id AND license_wishes.adam_id = v.adam AND license_wishes.pricing_param = v.pricing
			AND (license_wishes.apple_location = '' OR license_wishes.send_location = `+at+`) RETURNING task_id, license_wishes.user_id`, append(args, id)...)
		if err != nil {
			return err
		}
		shown = append(shown, found...)
	}
	if err := db.settleAsked(ctx, t, ofKind(ctx, t, shown, vpp.TaskAssign), vpp.ItemDone, "Assigned.", 0); err != nil {
		return err
	}
	return db.wakeReturns(ctx, t, id)
}

// ofKind keeps the parts of tasks of one kind.
func ofKind(ctx context.Context, t tx, list []asked, kind vpp.TaskKind) (kept []asked) {
	kinds := map[vpp.TaskID]vpp.TaskKind{}
	for _, a := range list {
		if _, known := kinds[a.task]; !known {
			text, _ := one(ctx, t, scanString, "SELECT kind FROM tasks WHERE id = $1", a.task) // forgotten tasks have none
			kinds[a.task] = vpp.TaskKind(text)
		}
		if kinds[a.task] == kind {
			kept = append(kept, a)
		}
	}
	return kept
}

// wakeReturns lets the location look whether somebody is to give a license back.
func (db *DB) wakeReturns(ctx context.Context, t tx, id vpp.LocationID) error {
	return db.wakeLinesAt(ctx, t, `SELECT send_location FROM license_wishes WHERE send_location = $1 AND op <> '' AND op = 'disassociate' AND batch_id = ''`, id)
}

// settleGone notes with the wishes of people that Apple's assignments show
// these licenses no longer; the rows are gone already. A wish that was ended is
// fulfilled. Whom somebody else took the license from gets it not again; whose
// record ended at Apple keeps the wish, for when they register again.
func (db *DB) settleGone(ctx context.Context, t tx, id vpp.LocationID, gone []assignmentRow) error {
	if some, err := wished(ctx, t); err != nil || !some {
		return err
	}
	var back []asked
	for some := range slices.Chunk(gone, 200) {
		args := make([]any, 0, 3*len(some)+2)
		for _, a := range some {
			args = append(args, a.ClientUserID, a.AdamID, a.PricingParam)
		}
		at, now := "$"+strconv.Itoa(len(args)+1), "$"+strconv.Itoa(len(args)+2)
		left := `(SELECT min(s.location_id) FROM program_users q CROSS JOIN assignments s WHERE q.user_id = license_wishes.user_id AND q.client_user_id <> ''
			AND s.location_id = q.location_id AND s.client_user_id = q.client_user_id AND s.serial_number = ''
			AND s.adam_id = license_wishes.adam_id AND s.pricing_param = license_wishes.pricing_param)`
		found, err := all(ctx, t, scanAsked, "WITH v (client, adam, pricing) AS ("+given(len(some), "TEXT", "TEXT", "TEXT")+`)
			UPDATE license_wishes SET apple_location = COALESCE(`+left+`, ''), batch_id = '', apple_error = 0,
				op = CASE WHEN ended_at > 0 AND `+left+` IS NOT NULL THEN 'disassociate' ELSE '' END,
				send_location = CASE WHEN ended_at > 0 THEN COALESCE(`+left+`, '') ELSE '' END,
				ended_by = CASE WHEN ended_at = 0 AND `+left+` IS NULL AND p.apple_status = 'Associated' AND p.pending <> 'retire' THEN '`+vpp.EndedOutside+`' ELSE ended_by END,
				ended_at = CASE WHEN ended_at = 0 AND `+left+` IS NULL AND p.apple_status = 'Associated' AND p.pending <> 'retire' THEN `+now+` ELSE ended_at END
			FROM v CROSS JOIN program_users p WHERE p.location_id = `+at+` AND p.client_user_id = v.client AND p.client_user_id <> ''
			AND license_wishes.user_id = p.user_id AND license_wishes.adam_id = v.adam AND license_wishes.pricing_param = v.pricing
			AND license_wishes.apple_location = `+at+` RETURNING task_id, license_wishes.user_id`, append(args, id, ms(db.now()))...)
		if err != nil {
			return err
		}
		back = append(back, found...)
	}
	if err := db.settleAsked(ctx, t, ofKind(ctx, t, back, vpp.TaskTakeBack), vpp.ItemDone, "Taken back.", 0); err != nil {
		return err
	}
	return db.wakeReturns(ctx, t, id)
}

// followLine keeps the order of the line equal to when people accepted, after
// facts about them, and lets those be served who wait. A refusal ends with a
// new registration.
func (db *DB) followLine(ctx context.Context, t tx, places []vpp.ProgramUserID) error {
	if some, err := wished(ctx, t); err != nil || !some || len(places) == 0 {
		return err
	}
	if err := db.wakeLines(ctx, t); err != nil {
		return err
	}
	for some := range slices.Chunk(places, 500) {
		_, err := t.Exec(ctx, "UPDATE license_wishes SET apple_error = CASE WHEN line_at = "+notYet+" THEN 0 ELSE apple_error END, line_at = "+acceptedAt+`
			WHERE ended_at = 0 AND user_id IN (SELECT user_id FROM program_users WHERE id IN (`+marks(1, len(some))+"))", anys(some)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// acceptedAt is when the person of a wish registered first, of where they are.
const acceptedAt = `COALESCE((SELECT min(q.associated_at) FROM program_users q WHERE q.user_id = license_wishes.user_id AND q.apple_status = 'Associated'), ` + notYet + `)`

// BackInLine lets people of a batch wait again. A time says that Apple has none
// of the asset left until then, as far as we know: the next location of the
// order is tried.
func (db *DB) BackInLine(ctx context.Context, b vpp.Batch, users []vpp.UserID, short time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.wakeLines(ctx, t); err != nil {
			return err
		}
		if !short.IsZero() {
			if err := db.wantLibrary(ctx, t, b.LocationID, false); err != nil { // the counts were not what we thought
				return err
			}
			_, err := t.Exec(ctx, "UPDATE assets SET short_until = $4 WHERE location_id = $1 AND adam_id = $2 AND pricing_param = $3",
				b.LocationID, b.Asset.AdamID, b.Asset.PricingParam, ms(short))
			if err != nil {
				return err
			}
		}
		for some := range slices.Chunk(users, 500) {
			_, err := t.Exec(ctx, `UPDATE license_wishes SET op = '', send_location = '', batch_id = '' WHERE batch_id = $1 AND batch_id <> ''
				AND op = 'associate' AND user_id IN (`+marks(2, len(some))+")", append([]any{b.ID}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DoubtLicenses notes what Apple said of people in a batch of which a read has
// to show what is true.
func (db *DB) DoubtLicenses(ctx context.Context, b vpp.Batch, users []vpp.UserID, number int) error {
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(users, 500) {
			_, err := t.Exec(ctx, "UPDATE license_wishes SET apple_error = $2, apple_error_at = $3 WHERE batch_id = $1 AND batch_id <> '' AND user_id IN ("+
				marks(4, len(some))+")", append([]any{b.ID, number, ms(db.now())}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// RefuseLicenses ends what a batch asks of people, with Apple's number and the
// sentence to show. Who was to give a license back keeps it.
func (db *DB) RefuseLicenses(ctx context.Context, b vpp.Batch, users []vpp.UserID, number int, sentence string) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.wakeLines(ctx, t); err != nil { // what they were to get is free
			return err
		}
		var refused []asked
		for some := range slices.Chunk(users, 500) {
			found, err := all(ctx, t, scanAsked, `UPDATE license_wishes SET op = '', send_location = '', batch_id = '', apple_error = $2, apple_error_at = $3,
				ended_at = CASE WHEN op = 'disassociate' THEN 0 ELSE ended_at END, ended_by = CASE WHEN op = 'disassociate' THEN '' ELSE ended_by END
				WHERE batch_id = $1 AND batch_id <> '' AND user_id IN (`+marks(4, len(some))+") RETURNING task_id, user_id",
				append([]any{b.ID, number, ms(db.now())}, anys(some)...)...)
			if err != nil {
				return err
			}
			refused = append(refused, found...)
		}
		return db.settleAsked(ctx, t, refused, vpp.ItemFailed, sentence, number)
	})
}

// FinishLicenses closes a batch of licenses. Who is in it still, because their
// place is gone, waits again.
func (db *DB) FinishLicenses(ctx context.Context, id vpp.BatchID) error {
	return db.inTx(ctx, func(t tx) error {
		if _, err := t.Exec(ctx, `UPDATE license_wishes SET op = '', send_location = '', batch_id = '' WHERE batch_id = $1 AND batch_id <> ''`, id); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "UPDATE batches SET finished_at = $2 WHERE id = $1", id, ms(db.now()))
		return err
	})
}
