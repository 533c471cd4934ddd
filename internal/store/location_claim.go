package store

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What vpp.Location derives, said in SQL over the columns of locations; a test
// holds them equal.
const (
	nobodys   = "claim_id IN ('', '" + vpp.ReleasedClaim + "')"
	elsewhere = "(frozen_at > 0 OR moved_at > 0 OR claimed_at = 0 AND NOT (" + nobodys + "))"
	// sendable: writes are due there, as soon as a claim stands.
	sendable = "(NOT " + elsewhere + " AND read_first_at = 0 AND token_problem = 0 AND consent_at > 0)"
	// tellable: Apple is to be told where it reaches us, and lets us tell it.
	tellable = "notify_next_at > 0 AND notify_url = '' AND claimed_at > 0 AND frozen_at = 0 AND moved_at = 0 AND token_problem = 0 AND consent_at > 0"
)

// Installation returns the id of this installation's claims. The first call
// ever keeps the given one.
func (db *DB) Installation(ctx context.Context, id string) (kept string, err error) {
	err = db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, "INSERT INTO settings (name, value, updated_at) VALUES ('installation', $1, $2) ON CONFLICT (name) DO NOTHING", id, ms(db.now()))
		if err != nil {
			return err
		}
		kept, err = one(ctx, t, scanString, "SELECT value FROM settings WHERE name = 'installation'")
		return err
	})
	return kept, err
}

// MayWrite says whether anything may be changed at Apple now: the location is
// ours, somebody confirmed that data may go there, and after a take-back everything there was read.
func (db *DB) MayWrite(ctx context.Context, id vpp.LocationID) (bool, error) {
	n, err := one(ctx, db, scanInt, "SELECT count(*) FROM locations WHERE id = $1 AND claimed_at > 0 AND "+sendable, id)
	return n > 0, err
}

const setClaim = "claim_id = $2, claim_name = $3, claim_metadata = $4"

// SawClaim notes whose claim Apple shows at a location that is not ours, or is
// nobody's. It writes nothing when ours was written since was read.
func (db *DB) SawClaim(ctx context.Context, was vpp.Location, c vpp.Claim) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE locations SET "+setClaim+` WHERE id = $1 AND claimed_at = $5
			AND (claimed_at = 0 OR frozen_at > 0 OR moved_at > 0) AND (claim_id <> $2 OR claim_name <> $3 OR claim_metadata <> $4)`,
			was.ID, c.ID, c.Name, c.Metadata, ms(was.ClaimedAt))
		if err != nil || n == 0 {
			return err
		}
		l, err := locationIn(ctx, t, was.ID)
		if err != nil {
			return err
		}
		summary := "Nobody claims " + l.Name + " at Apple."
		if !c.None() {
			summary = c.Title() + " claims " + l.Name + " at Apple."
		}
		if err := db.insertEntry(ctx, t, vpp.Server, "location.claim_seen", "location:"+string(was.ID), summary, claimFacts(was.Claim), claimFacts(c)); err != nil {
			return err
		}
		switch l.ClaimState() {
		case vpp.ClaimOthers:
			return db.pause(ctx, t, l, l.WhyElsewhere())
		case vpp.ClaimNobodys:
			return db.resume(ctx, t, l.ID)
		}
		return nil
	})
}

// Claimed notes that our claim stands at a location that was nobody's.
func (db *DB) Claimed(ctx context.Context, was vpp.Location, c vpp.Claim) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE locations SET "+setClaim+`, claimed_at = $5,
			notify_next_at = CASE WHEN notify_url = '' THEN $7 ELSE notify_next_at END WHERE id = $1 AND claimed_at = $6
			AND frozen_at = 0 AND moved_at = 0`, was.ID, c.ID, c.Name, c.Metadata, ms(db.after(was.ClaimedAt)), ms(was.ClaimedAt), ms(db.now()))
		if err != nil || n == 0 {
			return err
		}
		summary := was.Name + " was claimed at Apple: this server manages it."
		if !was.ClaimedAt.IsZero() {
			summary = "Our claim on " + was.Name + " was gone at Apple, and nobody else’s stood there: it was written again."
		}
		if err := db.insertEntry(ctx, t, vpp.Server, "location.claim", "location:"+string(was.ID), summary, claimFacts(was.Claim), claimFacts(c)); err != nil {
			return err
		}
		return db.resume(ctx, t, was.ID)
	})
}

// TakenOver freezes a location of ours where another's claim stands: nothing
// is written there any more, its tasks and letters pause, administrators are
// told. It does nothing when it was frozen before, or claimed anew since was
// was read.
func (db *DB) TakenOver(ctx context.Context, was vpp.Location, by vpp.Claim) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE locations SET "+setClaim+`, frozen_id = $2, frozen_name = $3, frozen_metadata = $4, frozen_at = $5
			WHERE id = $1 AND claimed_at = $6 AND claimed_at > 0 AND frozen_at = 0 AND moved_at = 0`,
			was.ID, by.ID, by.Name, by.Metadata, ms(db.now()), ms(was.ClaimedAt))
		if err != nil || n == 0 {
			return err
		}
		l, err := locationIn(ctx, t, was.ID)
		if err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, vpp.Server, "location.taken", "location:"+string(l.ID), l.WhyElsewhere(), claimFacts(was.Claim), claimFacts(by)); err != nil {
			return err
		}
		if err := db.publish(ctx, t, event{kind: vpp.EventOwnershipLost, location: l.ID, what: map[string]any{"claimed_by": claimFacts(by)}}); err != nil {
			return err
		}
		return db.pause(ctx, t, l, l.WhyElsewhere())
	})
}

// TookBack notes that our claim stands again, as somebody asked for; another
// node may have seen it stand already. Nothing is sent before everything was
// read; then tasks and letters go on.
func (db *DB) TookBack(ctx context.Context, by vpp.Actor, was vpp.Location, c vpp.Claim) error {
	return db.inTx(ctx, func(t tx) error {
		// The tender's row before the location's, as reads lock them.
		if err := db.wantRead(ctx, t, was.ID, true); err != nil {
			return err
		}
		n, err := t.Exec(ctx, "UPDATE locations SET "+setClaim+`, claimed_at = $5, read_first_at = $5, frozen_at = 0, frozen_id = '', frozen_name = '',
			frozen_metadata = '', moved_at = 0, notify_url = '', notify_next_at = $7, notify_failures = 0 WHERE id = $1
			AND (claimed_at = $6 AND `+elsewhere+" OR claimed_at > $6 AND claim_id = $2 AND frozen_at = 0 AND moved_at = 0)",
			was.ID, c.ID, c.Name, c.Metadata, ms(db.after(was.ClaimedAt)), ms(was.ClaimedAt), ms(db.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return vpp.Errorf(vpp.Conflict, "%s changed hands at this moment: look at it again.", was.Name)
		}
		summary := by.Name + " took " + was.Name + " back from " + was.Claim.Title() + "."
		if was.ClaimState() == vpp.ClaimOthers {
			summary = by.Name + " took " + was.Name + " over from " + was.Claim.Title() + "."
		}
		if err := db.insertEntry(ctx, t, by, "location.take_back", "location:"+string(was.ID), summary, claimFacts(was.Claim), claimFacts(c)); err != nil {
			return err
		}
		if err := db.publish(ctx, t, event{kind: vpp.EventOwnershipRegained, location: was.ID, what: map[string]any{"claimed_before_by": claimFacts(was.Claim)}}); err != nil {
			return err
		}
		return db.resume(ctx, t, was.ID)
	})
}

// after is now, and later than before: a new claim is told from an old one.
func (db *DB) after(before time.Time) time.Time {
	if now := db.now(); ms(now) > ms(before) {
		return now
	}
	return before.Add(time.Millisecond)
}

func locationIn(ctx context.Context, t tx, id vpp.LocationID) (vpp.Location, error) {
	l, err := one(ctx, t, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE id = $1", id)
	return l, missing(err, "There is no such location.")
}

func claimFacts(c vpp.Claim) map[string]string {
	if c.ID == "" {
		return nil
	}
	return map[string]string{"id": c.ID, "name": c.Name, "metadata": c.Metadata}
}

// pause says why on every task of the location that waits, and tells the
// administrators. Writes and letters are held back by the location's facts.
func (db *DB) pause(ctx context.Context, t tx, l vpp.Location, why string) error {
	_, err := t.Exec(ctx, "UPDATE tasks SET note = $2 WHERE location_id = $1 AND finished_at = 0 AND canceled_at = 0 AND kind <> 'import'", l.ID, l.Paused())
	if err != nil {
		return err
	}
	return db.insertNotice(ctx, t, vpp.Notice{
		Subject: "rsvpp: " + l.Claim.Title() + " manages " + l.Name,
		Text: why + "\n\nTwo servers on one location undo each other’s work. Find out who runs the other one, and decide which is to stay: " +
			"this one goes on reading and stands still otherwise. Tasks and letters of this location wait.",
	})
}

// resume lets tasks and letters of the location go on.
func (db *DB) resume(ctx context.Context, t tx, id vpp.LocationID) error {
	_, err := t.Exec(ctx, "UPDATE tasks SET note = '' WHERE location_id = $1 AND finished_at = 0 AND canceled_at = 0 AND note LIKE '"+vpp.PausedPrefix+"%'", id)
	if err != nil {
		return err
	}
	halted, err := all(ctx, t, scanString, `SELECT id FROM tasks WHERE location_id = $1 AND finished_at = 0 AND canceled_at = 0
		AND expanded_at = 0 AND kind <> 'import'`, id)
	if err != nil {
		return err
	}
	for _, task := range halted {
		if err := t.enqueue(ctx, vpp.ExpandTask{TaskID: vpp.TaskID(task)}); err != nil {
			return err
		}
	}
	_, err = t.Exec(ctx, `UPDATE deliveries SET next_attempt_at = $2, sentence = '' WHERE sentence LIKE '`+vpp.PausedPrefix+`%'
		AND outcome IN ('queued', 'deferred') AND `+ofLocation, id, ms(db.now()))
	if err != nil {
		return err
	}
	return t.enqueue(ctx, vpp.TendLocation{LocationID: id}, vpp.SendMail{})
}

// readAgainFirst asks for one more full read when the one that ended had begun
// before the location was taken back. After one in part the schedule does.
func (db *DB) readAgainFirst(ctx context.Context, t tx, id vpp.LocationID, r vpp.ReadResult) error {
	if r.Partly {
		return nil
	}
	early, err := one(ctx, t, scanInt, "SELECT count(*) FROM locations WHERE id = $1 AND read_first_at > 0", id)
	if err != nil || early == 0 {
		return err
	}
	return db.wantRead(ctx, t, id, true)
}

// MovedOut notes that we let the location go: what was not sent yet is
// dropped, its tasks end, its letters and links are withdrawn. People and
// their states stay as they are.
func (db *DB) MovedOut(ctx context.Context, by vpp.Actor, was vpp.Location) error {
	return db.inTx(ctx, func(t tx) error {
		now := ms(db.now())
		n, err := t.Exec(ctx, "UPDATE locations SET moved_at = $2, notify_url = '' WHERE id = $1 AND moved_at = 0", was.ID, now)
		if err != nil || n == 0 {
			return err
		}
		for _, statement := range leaving() {
			args := []any{was.ID, now}
			if !strings.Contains(statement, "$2") {
				args = args[:1]
			}
			if _, err := t.Exec(ctx, statement, args...); err != nil {
				return err
			}
		}
		return db.insertEntry(ctx, t, by, "location.move_out", "location:"+string(was.ID), was.Name+" was moved out to another server.", claimFacts(was.Claim), nil)
	})
}

// ofLocation picks deliveries, one by one: a list of everybody at a location of
// a million would be held in memory.
const ofLocation = "EXISTS (SELECT 1 FROM program_users p WHERE p.id = deliveries.program_user_id AND p.location_id = $1)"

// leaving is what ends with a location that is let go. Batches that Apple has
// not seen hold nobody any more; those that it has are looked after to their end.
func leaving() []string {
	const (
		why  = "'Not sent: the location was moved to another server.'"
		open = "location_id = $1 AND finished_at = 0 AND canceled_at = 0 AND kind <> 'import'"
	)
	return []string{
		`UPDATE program_users SET pending = '', pending_since = 0, batch_id = '' WHERE location_id = $1 AND pending <> '' AND (batch_id = ''
			OR batch_id IN (SELECT id FROM batches WHERE location_id = $1 AND finished_at = 0 AND event_id = '' AND settled_at = 0))`,
		`UPDATE license_wishes SET op = '', send_location = '', batch_id = '' WHERE send_location = $1 AND op <> '' AND (batch_id = ''
			OR batch_id IN (SELECT id FROM batches WHERE location_id = $1 AND finished_at = 0 AND event_id = '' AND settled_at = 0))`,
		"UPDATE batches SET finished_at = $2 WHERE location_id = $1 AND finished_at = 0 AND event_id = '' AND settled_at = 0",
		`UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = ` + why + ` WHERE outcome IN ('queued', 'deferred')
			AND (claim = '' OR claimed_until < $2) AND ` + ofLocation,
		"UPDATE invitations SET withdrawn_at = $2 WHERE location_id = $1 AND withdrawn_at = 0",
		`UPDATE tasks SET skipped = skipped + (SELECT count(*) FROM task_items i WHERE i.task_id = tasks.id AND i.state IN ('queued', 'waiting'))
			WHERE ` + open,
		"UPDATE task_items SET state = 'skipped', detail = " + why + `, updated_at = $2 WHERE state IN ('queued', 'waiting')
			AND task_id IN (SELECT id FROM tasks WHERE ` + open + ")",
		"UPDATE tasks SET canceled_at = $2, note = 'The location was moved to another server.' WHERE " + open,
	}
}
