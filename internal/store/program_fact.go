package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// PlacesByClient reads the VPP users of a location by Apple's names for them.
// Names that are nobody's are missing from the answer.
func (db *DB) PlacesByClient(ctx context.Context, location vpp.LocationID, ids []vpp.ClientUserID) (map[vpp.ClientUserID]vpp.PlaceNow, error) {
	places := make(map[vpp.ClientUserID]vpp.PlaceNow, len(ids))
	for some := range slices.Chunk(ids, 500) {
		found, err := all(ctx, db, func(s scanner) (p vpp.PlaceNow, err error) {
			p.LocationID = location
			err = s.Scan((*string)(&p.ID), (*string)(&p.ClientUserID), wholeAt{&p.Generation}, (*string)(&p.Pending), (*string)(&p.AppleStatus), &p.AppleEmail,
				&p.AccountHash, into(&p.CreatedAt), into(&p.AssociatedAt), into(&p.RetiredAt), into(&p.ReadAt), wholeAt{&p.ManagedError}, &p.Differs,
				into(&p.EditedAt), &p.Seq, &p.CodeMark, &p.Email, &p.Managed)
			return
		}, `SELECT p.id, p.client_user_id, p.generation, p.pending, p.apple_status, p.apple_email, p.account_hash, p.created_at, p.associated_at, p.retired_at,
			p.read_at, p.managed_error, p.differs, p.edited_at, p.seq, p.code_mark, u.email, u.managed_apple_id
			FROM program_users p JOIN users u ON u.id = p.user_id WHERE p.location_id = $1 AND p.client_user_id <> '' AND p.client_user_id IN (`+marks(2, len(some))+")",
			append([]any{location}, anys(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			places[p.ClientUserID] = p
		}
	}
	return places, nil
}

// WriteFacts stores Apple's word about people: the only act that does. In the
// same transaction it ends the writes that are thereby confirmed, releases or
// withdraws the letters, and settles what tasks waited for.
func (db *DB) WriteFacts(ctx context.Context, facts []vpp.Fact) error {
	if len(facts) == 0 {
		return nil
	}
	filing := ""
	if !db.leave(len(facts)) {
		filing = db.dialect().filing("v.status", "handed_over_at")
	}
	err := db.inTx(ctx, func(t tx) error {
		for some := range steps(facts, 128) {
			if err := writeFacts(ctx, t, some, filing); err != nil {
				return err
			}
			if err := recountAccounts(ctx, t, some[0].LocationID, accountsOf(some)); err != nil {
				return err
			}
		}
		if err := db.touch(ctx, t, facts); err != nil {
			return err
		}
		if err := db.publish(ctx, t, factEvents(facts)...); err != nil {
			return err
		}
		return db.followFacts(ctx, t, facts)
	})
	if err == nil {
		db.grew(ctx, len(facts), "program_users")
	}
	return err
}

// factEvents are who was found to be registered, or removed, by these facts: the
// time since when that is so is that of the read.
func factEvents(facts []vpp.Fact) []event {
	var events []event
	for _, f := range facts {
		switch {
		case f.AppleStatus == vpp.AppleAssociated && f.AssociatedAt.Equal(f.ReadAt):
			events = append(events, event{kind: vpp.EventRegistered, place: f.ID, what: map[string]any{"managed": f.Managed}})
		case !f.AppleStatus.Living() && f.RetiredAt.Equal(f.ReadAt):
			events = append(events, event{kind: vpp.EventRemoved, place: f.ID})
		}
	}
	return events
}

// editedMeanwhile says of a row whose write is confirmed that the person was
// changed here after it had been asked for: that change goes next.
const editedMeanwhile = `v.confirms <> 'retire' AND edited_at > pending_since AND (v.differs OR edited_at <> v.edited)`

func writeFacts(ctx context.Context, t tx, facts []vpp.Fact, filing string) error {
	args := make([]any, 0, 13*len(facts))
	for _, f := range facts {
		args = append(args, f.ID, f.AppleStatus, f.AppleEmail, f.AccountHash, f.CodeSealed, f.CodeMark,
			ms(f.CreatedAt), ms(f.AssociatedAt), ms(f.RetiredAt), ms(f.ReadAt), f.Confirms, f.Differs, ms(f.EditedAt))
	}
	_, err := t.Exec(ctx, `WITH v (id, status, email, hash, code, mark, created, associated, retired, read, confirms, differs, edited) AS (`+
		given(len(facts), "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BOOLEAN", "BIGINT")+`)
		UPDATE program_users SET apple_status = v.status, apple_email = v.email, account_hash = v.hash, code_sealed = v.code, code_mark = v.mark,
			created_at = v.created, associated_at = v.associated, retired_at = v.retired, read_at = v.read,
			apple_error = CASE WHEN v.confirms <> '' AND pending = v.confirms OR v.status = 'Associated' THEN 0 ELSE apple_error END,
			differs = CASE WHEN v.status NOT IN ('Registered', 'Associated') THEN FALSE WHEN edited_at = v.edited THEN v.differs ELSE TRUE END,
			batch_id = CASE WHEN v.confirms <> '' AND pending = v.confirms THEN '' ELSE batch_id END,
			pending_since = CASE WHEN v.confirms = '' OR pending <> v.confirms THEN pending_since WHEN `+editedMeanwhile+` THEN edited_at ELSE 0 END,
			pending = CASE WHEN v.confirms = '' OR pending <> v.confirms THEN pending WHEN `+editedMeanwhile+` THEN 'update' ELSE '' END`+filing+`
		FROM v WHERE program_users.id = v.id`, args...)
	return err
}

// followFacts does what follows from facts outside of program_users.
func (db *DB) followFacts(ctx context.Context, t tx, facts []vpp.Fact) error {
	var ready, linked, gone []vpp.ProgramUserID
	var settled []item
	for _, f := range facts {
		switch {
		case f.AppleStatus == vpp.AppleRegistered:
			ready = append(ready, f.ID)
		case f.AppleStatus == vpp.AppleAssociated:
			linked = append(linked, f.ID)
		case !f.AppleStatus.Living():
			gone = append(gone, f.ID)
		}
	}
	if err := db.followLine(ctx, t, append(slices.Clone(linked), gone...)); err != nil {
		return err
	}
	mailed, err := db.releaseLetters(ctx, t, ready)
	if err != nil {
		return err
	}
	if err := db.withdrawLetters(ctx, t, linked, "Not sent: the person is registered."); err != nil {
		return err
	}
	if gone, err = withoutNew(ctx, t, gone); err != nil {
		return err
	}
	if err := db.withdrawLetters(ctx, t, gone, "Not sent: the person was removed from the program."); err != nil {
		return err
	}
	if err := db.withdrawInvitations(ctx, t, gone); err != nil {
		return err
	}
	for _, f := range facts {
		switch {
		case f.AppleStatus == vpp.AppleAssociated && f.Managed:
			settled = append(settled, item{f.ID, vpp.ItemDone, "Linked by the Managed Apple Account: no invitation is needed."})
		case f.AppleStatus == vpp.AppleAssociated:
			settled = append(settled, item{f.ID, vpp.ItemDone, "Registered."})
		case f.Confirms == vpp.WriteCreate && f.AppleStatus == vpp.AppleRegistered && !mailed[f.ID]:
			settled = append(settled, item{f.ID, vpp.ItemDone, "Created at Apple. Nothing was mailed: hand over the link."})
		}
	}
	if err := db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend}, settled); err != nil {
		return err
	}
	if err := db.noteRegistered(ctx, t, facts); err != nil {
		return err
	}
	return db.settleConfirmed(ctx, t, facts)
}

// withoutNew leaves out people for whom a new record is on its way: a late word
// about the old one must not end the new invitation.
func withoutNew(ctx context.Context, t tx, ids []vpp.ProgramUserID) ([]vpp.ProgramUserID, error) {
	var kept []vpp.ProgramUserID
	for some := range slices.Chunk(ids, 500) {
		found, err := all(ctx, t, func(s scanner) (id vpp.ProgramUserID, err error) { err = s.Scan(&id); return },
			"SELECT id FROM program_users WHERE pending <> 'create' AND id IN ("+marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		kept = append(kept, found...)
	}
	return kept, nil
}

// settleConfirmed ends the items of removals and pushes that Apple confirmed.
func (db *DB) settleConfirmed(ctx context.Context, t tx, facts []vpp.Fact) error {
	var removed, pushed []item
	var gone []vpp.ProgramUserID
	for _, f := range facts {
		switch {
		case !f.AppleStatus.Living():
			gone = append(gone, f.ID)
			removed = append(removed, item{f.ID, vpp.ItemDone, "Removed at Apple."})
		case f.Confirms == vpp.WriteUpdate:
			pushed = append(pushed, item{f.ID, vpp.ItemDone, "Apple has what changed here."})
		}
	}
	if err := db.lookAtRemoved(ctx, t, gone); err != nil {
		return err
	}
	if len(removed) > 0 {
		if err := db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskDelete}, removed); err != nil {
			return err
		}
	}
	if len(pushed) > 0 {
		return db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskSync}, pushed)
	}
	return nil
}

// releaseLetters lets queued letters go, now that the record exists, and
// returns who has one.
func (db *DB) releaseLetters(ctx context.Context, t tx, ids []vpp.ProgramUserID) (map[vpp.ProgramUserID]bool, error) {
	mailed := map[vpp.ProgramUserID]bool{}
	released := false
	for some := range slices.Chunk(ids, 500) {
		found, err := all(ctx, t, func(s scanner) (d struct {
			id    vpp.ProgramUserID
			fresh bool
		}, err error,
		) {
			err = s.Scan(&d.id, &d.fresh)
			return
		}, "SELECT program_user_id, ready_at = 0 FROM deliveries WHERE outcome IN ('queued', 'deferred') AND program_user_id IN ("+
			marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		var fresh []vpp.ProgramUserID
		for _, d := range found {
			mailed[d.id] = true
			if d.fresh {
				fresh = append(fresh, d.id)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		released = true
		_, err = t.Exec(ctx, `UPDATE deliveries SET ready_at = $1, next_attempt_at = $1 WHERE ready_at = 0
			AND outcome IN ('queued', 'deferred') AND program_user_id IN (`+marks(2, len(fresh))+")", append([]any{ms(db.now())}, anys(fresh)...)...)
		if err != nil {
			return nil, err
		}
	}
	if !released {
		return mailed, nil
	}
	return mailed, t.enqueue(ctx, vpp.SendMail{})
}

func (db *DB) withdrawLetters(ctx context.Context, t tx, ids []vpp.ProgramUserID, why string) error {
	for some := range slices.Chunk(ids, 500) {
		_, err := t.Exec(ctx, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $1, sentence = $2
			WHERE outcome IN ('queued', 'deferred') AND program_user_id IN (`+marks(3, len(some))+")",
			append([]any{ms(db.now()), why}, anys(some)...)...)
		if err == nil {
			err = endUnderway(ctx, t, ms(db.now()), why, some...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) withdrawInvitations(ctx context.Context, t tx, ids []vpp.ProgramUserID) error {
	for some := range slices.Chunk(ids, 500) {
		_, err := t.Exec(ctx, "UPDATE invitations SET withdrawn_at = $1 WHERE withdrawn_at = 0 AND program_user_id IN ("+marks(2, len(some))+")",
			append([]any{ms(db.now())}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// RefusePeople ends the writes of people whom Apple refused, with its number
// and the sentence to show. Only what waited for that write ends with it.
func (db *DB) RefusePeople(ctx context.Context, refusals []vpp.Refusal) error {
	return db.inTx(ctx, func(t tx) error {
		var created []vpp.ProgramUserID
		items := map[vpp.Write][]item{}
		for _, r := range refusals {
			_, err := t.Exec(ctx, `UPDATE program_users SET apple_error = $2, apple_error_at = $3, pending = '', pending_since = 0, batch_id = ''
				WHERE id = $1`, r.ID, r.Number, ms(db.now()))
			if err != nil {
				return err
			}
			if err := markRefused(ctx, t, r); err != nil {
				return err
			}
			if r.Op == vpp.WriteCreate {
				created = append(created, r.ID)
			}
			items[r.Op] = append(items[r.Op], item{r.ID, vpp.ItemFailed, r.Sentence})
		}
		if err := db.publishMany(ctx, t, func() []event { return refusalEvents(refusals) }); err != nil {
			return err
		}
		if err := db.withdrawLetters(ctx, t, created, "Not sent: Apple refused the person."); err != nil {
			return err
		}
		for _, op := range []vpp.Write{vpp.WriteCreate, vpp.WriteUpdate, vpp.WriteRetire} {
			if err := db.settleItems(ctx, t, waiting(op), items[op]); err != nil {
				return err
			}
		}
		return nil
	})
}

func refusalEvents(refusals []vpp.Refusal) []event {
	events := make([]event, len(refusals))
	for i, r := range refusals {
		events[i] = event{kind: vpp.EventAppleRefused, place: r.ID, what: map[string]any{"write": r.Op, "apple_error": r.Number, "reason": r.Sentence}}
	}
	return events
}

// waiting are the kinds of task whose people wait for a write.
func waiting(op vpp.Write) []vpp.TaskKind {
	switch op {
	case vpp.WriteCreate:
		return []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend}
	case vpp.WriteUpdate:
		return []vpp.TaskKind{vpp.TaskSync}
	}
	return []vpp.TaskKind{vpp.TaskDelete}
}

// markRefused notes Apple's number with the items that end by it.
func markRefused(ctx context.Context, t tx, r vpp.Refusal) error {
	kinds := waiting(r.Op)
	_, err := t.Exec(ctx, `UPDATE task_items SET apple_error = $1 WHERE program_user_id = $2 AND state IN ('queued', 'waiting')
		AND task_id IN (SELECT id FROM tasks WHERE finished_at = 0 AND canceled_at = 0 AND kind IN (`+marks(3, len(kinds))+"))",
		append([]any{r.Number, r.ID}, anys(kinds)...)...)
	return err
}
