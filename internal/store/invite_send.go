package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ClaimLetters takes up to limit due letters and commands for this claim until
// a time; without mail, commands alone. What no longer should go is withdrawn
// on the way, so fewer than taken may come back.
func (db *DB) ClaimLetters(ctx context.Context, claim string, until time.Time, limit int, mail bool) (due []vpp.DueLetter, taken int, err error) {
	err = db.inTx(ctx, func(t tx) error {
		now := ms(db.now())
		skip, only := "", ""
		if !mail {
			only = " AND channel = 'device'"
		}
		if db.dialect() == postgresDialect { // other nodes take others
			skip = " FOR UPDATE SKIP LOCKED"
		}
		// A claimed letter stays where it is among the due ones, and is passed
		// over until its claim ends: the dead need no further care.
		ids, err := all(ctx, t, scanString, `UPDATE deliveries SET claim = $1, claimed_until = $2 WHERE id IN (
			SELECT id FROM deliveries WHERE next_attempt_at <= $3 AND ready_at > 0 AND outcome IN ('queued', 'deferred') AND claimed_until <= $3`+only+`
			ORDER BY next_attempt_at, id LIMIT $4`+skip+`) RETURNING id`, claim, ms(until), now, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		taken = len(ids)
		claimed, err := all(ctx, t, scanDue, "SELECT "+dueColumns+` FROM deliveries d
			JOIN invitations i ON i.id = d.invitation_id JOIN program_users p ON p.id = d.program_user_id
			JOIN users u ON u.id = p.user_id JOIN locations l ON l.id = p.location_id
			WHERE d.id IN (`+marks(1, len(ids))+") ORDER BY d.id", anys(ids)...)
		if err != nil {
			return err
		}
		due, err = db.dropStale(ctx, t, claimed, now)
		return err
	})
	return due, taken, err
}

const dueColumns = `d.id, d.program_user_id, d.task_id, l.id, l.name, i.id, i.revision, i.generation, i.expires_at, i.withdrawn_at,
	d.address, u.first_name, u.full_name, d.attempts, d.queued_at, p.apple_status, p.generation, p.pending,
	d.channel, d.mdm, d.device_id, CASE WHEN d.device_id = '' THEN '' ELSE COALESCE((SELECT name FROM devices WHERE devices.id = d.device_id), '') END,
	d.address = u.bad_email, u.paused_at > 0, ` + elsewhere

// claimedLetter is a due letter with the facts that may keep it back.
type claimedLetter struct {
	vpp.DueLetter
	place     vpp.ProgramUser
	paused    bool // the person is
	elsewhere bool // another server has the location
}

func scanDue(s scanner) (c claimedLetter, err error) {
	i := &c.Invitation
	err = s.Scan((*string)(&c.Delivery), (*string)(&c.Place), (*string)(&c.Task), (*string)(&c.Location), &c.LocationName,
		(*string)(&i.ID), wholeAt{&i.Revision}, wholeAt{&i.Generation},
		timeAt{&i.ExpiresAt}, timeAt{&i.WithdrawnAt}, &c.Address, &c.FirstName, &c.FullName, wholeAt{&c.Attempts}, timeAt{&c.QueuedAt},
		(*string)(&c.place.AppleStatus), wholeAt{&c.place.Generation}, (*string)(&c.place.Pending),
		(*string)(&c.Channel), (*string)(&c.MDM), (*string)(&c.DeviceID), &c.DeviceName, &c.Doubted, &c.paused, &c.elsewhere)
	return
}

// stale says why a letter must not go any more, "" if it may.
func (c claimedLetter) stale(now int64) (sentence string, state vpp.ItemState) {
	switch {
	case c.place.AppleStatus == vpp.AppleAssociated:
		return "Registered before the letter went out.", vpp.ItemDone
	case !c.Invitation.WithdrawnAt.IsZero(), c.Invitation.Generation != c.place.Generation:
		return "The invitation was withdrawn before the letter went out.", vpp.ItemSkipped
	case c.place.AppleStatus != vpp.AppleRegistered, c.place.Pending == vpp.WriteRetire:
		return "The person was removed before the letter went out.", vpp.ItemSkipped
	case !c.Invitation.ExpiresAt.IsZero() && ms(c.Invitation.ExpiresAt) <= now:
		return "The link expired before the letter went out: resend the invitation.", vpp.ItemFailed
	}
	return "", ""
}

func (db *DB) dropStale(ctx context.Context, t tx, claimed []claimedLetter, now int64) ([]vpp.DueLetter, error) {
	var due []vpp.DueLetter
	var items []item
	var elsewhere, paused []vpp.DueLetter
	for _, c := range claimed {
		sentence, state := c.stale(now)
		switch {
		case sentence == "" && c.elsewhere:
			elsewhere = append(elsewhere, c.DueLetter)
			continue
		case sentence == "" && c.paused:
			paused = append(paused, c.DueLetter)
			items = append(items, item{c.Place, vpp.ItemWaiting, personPaused})
			continue
		case sentence == "":
			due = append(due, c.DueLetter)
			continue
		}
		items = append(items, item{c.Place, state, sentence})
		if _, err := t.Exec(ctx, "UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = $3, claim = '', claimed_until = 0 WHERE id = $1",
			c.Delivery, now, sentence); err != nil {
			return nil, err
		}
	}
	if err := putOff(ctx, t, elsewhere, vpp.PausedPrefix+"another server has the location.", now); err != nil {
		return nil, err
	}
	if err := putOff(ctx, t, paused, personPaused, now); err != nil {
		return nil, err
	}
	return due, db.settleItems(ctx, t, inviteKinds(), items)
}

// personPaused is why a paused person's letters wait (F-13).
const personPaused = vpp.PausedPrefix + "it goes out when the person is resumed."

// putOff lets letters wait that may not go just now: those whose location is
// not ours, for their links lead to records that another server manages, and
// those of paused people. Taking back, and resuming, wakes them.
func putOff(ctx context.Context, t tx, letters []vpp.DueLetter, why string, now int64) error {
	for some := range slices.Chunk(letters, 500) {
		args := []any{now + time.Hour.Milliseconds(), why}
		for _, d := range some {
			args = append(args, d.Delivery)
		}
		_, err := t.Exec(ctx, "UPDATE deliveries SET claim = '', claimed_until = 0, next_attempt_at = $1, sentence = $2 WHERE id IN ("+
			marks(3, len(some))+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ReleaseLetters gives claimed letters back, unsent, to be taken again at once.
func (db *DB) ReleaseLetters(ctx context.Context, claim string, due []vpp.DueLetter) error {
	if len(due) == 0 {
		return nil
	}
	args := []any{claim}
	for _, d := range due {
		args = append(args, d.Delivery)
	}
	_, err := db.Exec(ctx, "UPDATE deliveries SET claim = '', claimed_until = 0 WHERE claim = $1 AND id IN ("+marks(2, len(due))+")", args...)
	return err
}

// RecordLetters writes what became of letters of one claim. A letter that was
// withdrawn while it was on the wire counts as what the mail server made of it.
func (db *DB) RecordLetters(ctx context.Context, claim string, sent []vpp.SentLetter) error {
	return db.inTx(ctx, func(t tx) error {
		for some := range steps(sent, expandRows) {
			recorded, err := recordOutcomes(ctx, t, claim, some)
			if err != nil {
				return err
			}
			if err := recordAddresses(ctx, t, recorded); err != nil {
				return err
			}
			if err := db.recordPlaces(ctx, t, recorded); err != nil {
				return err
			}
			if err := db.publishMany(ctx, t, func() []event { return sentEvents(recorded) }); err != nil {
				return err
			}
			if err := db.recordItems(ctx, t, recorded); err != nil {
				return err
			}
		}
		return nil
	})
}

// sentEvents are what became of letters, as far as that is final.
func sentEvents(sent []vpp.SentLetter) []event {
	var events []event
	for _, l := range sent {
		e := event{place: l.Due.Place, what: map[string]any{"channel": l.Due.Channel}}
		switch {
		case l.Outcome == vpp.DeliveryAccepted:
			e.kind = vpp.EventDelivered
		case l.Outcome == vpp.DeliveryRefused && l.Due.Channel == vpp.ChannelDevice:
			e.kind, e.what["reason"], e.what["device"] = vpp.EventPushFailed, l.Sentence, deviceFacts(l.Due)
		case l.Outcome == vpp.DeliveryRefused:
			e.kind, e.what["outcome"], e.what["reason"] = vpp.EventBounced, l.Outcome, l.Sentence
		default:
			continue
		}
		events = append(events, e)
	}
	return events
}

// recordOutcomes returns those letters that the claim still held.
func recordOutcomes(ctx context.Context, t tx, claim string, sent []vpp.SentLetter) ([]vpp.SentLetter, error) {
	args := make([]any, 0, 6*len(sent)+1)
	for _, l := range sent {
		args = append(args, l.Due.Delivery, l.Outcome, ms(l.At), ms(l.Next), l.Answer, l.Sentence)
	}
	ids, err := all(ctx, t, scanString, "WITH v (id, outcome, at, next, answer, sentence) AS ("+
		given(len(sent), "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT")+`)
		UPDATE deliveries SET outcome = CASE WHEN deliveries.outcome = 'withdrawn' AND v.outcome <> 'accepted' THEN 'withdrawn' ELSE v.outcome END,
			command_state = CASE WHEN v.outcome = 'underway' AND command_state = '' THEN 'queued' ELSE command_state END,
			outcome_at = v.at, next_attempt_at = v.next, answer = v.answer, sentence = v.sentence,
			attempts = attempts + 1, claim = '', claimed_until = 0
		FROM v WHERE deliveries.id = v.id AND deliveries.claim = $`+strconv.Itoa(len(args)+1)+" RETURNING deliveries.id", append(args, claim)...)
	if len(ids) == len(sent) || err != nil {
		return sent, err
	}
	return slices.DeleteFunc(slices.Clone(sent), func(l vpp.SentLetter) bool {
		return !slices.Contains(ids, string(l.Due.Delivery))
	}), nil
}

// recordAddresses notes which addresses letters do not reach, and forgets it of
// those that they reach again. The people's rows are written before their
// places, as everywhere.
func recordAddresses(ctx context.Context, t tx, sent []vpp.SentLetter) error {
	for _, l := range sent { // rare: most letters are taken, and nothing was known against them
		switch {
		case l.Due.Channel == vpp.ChannelDevice:
		case l.Outcome == vpp.DeliveryRefused && l.BadAddress:
			if err := noteBadAddress(ctx, t, l.Due.Place, l.Due.Address, vpp.DeliveryRefused); err != nil {
				return err
			}
		case l.Outcome == vpp.DeliveryAccepted && l.Due.Doubted:
			if _, err := t.Exec(ctx, "UPDATE users SET bad_email = '', bad_email_why = '' WHERE bad_email = $2 AND id = (SELECT user_id FROM program_users WHERE id = $1)",
				l.Due.Place, l.Due.Address); err != nil {
				return err
			}
		}
	}
	return nil
}

func noteBadAddress(ctx context.Context, t tx, place vpp.ProgramUserID, address string, why vpp.DeliveryOutcome) error {
	_, err := t.Exec(ctx, "UPDATE users SET bad_email = $2, bad_email_why = $3 WHERE email = $2 AND id = (SELECT user_id FROM program_users WHERE id = $1)",
		place, address, why)
	return err
}

// recordPlaces writes the second fact of "Invited": handed over (S0-11). A
// letter of an earlier generation says nothing about this one.
func (db *DB) recordPlaces(ctx context.Context, t tx, sent []vpp.SentLetter) error {
	// What a command says of the person comes with the device's answer.
	sent = slices.DeleteFunc(slices.Clone(sent), func(l vpp.SentLetter) bool { return l.Due.Channel == vpp.ChannelDevice })
	if len(sent) == 0 {
		return nil
	}
	args := make([]any, 0, 4*len(sent))
	for _, l := range sent {
		handed, problem := int64(0), l.Outcome
		if l.Outcome == vpp.DeliveryAccepted {
			handed, problem = ms(l.At), ""
		}
		args = append(args, l.Due.Place, l.Due.Invitation.Generation, handed, problem)
	}
	const handedOver = "CASE WHEN handed_over_at = 0 THEN v.handed ELSE handed_over_at END"
	_, err := t.Exec(ctx, "WITH v (id, generation, handed, problem) AS ("+given(len(sent), "TEXT", "BIGINT", "BIGINT", "TEXT")+`)
		UPDATE program_users SET mail_problem = v.problem,
			handed_over_at = `+handedOver+db.dialect().filing("apple_status", handedOver)+`
		FROM v WHERE program_users.id = v.id AND program_users.generation = v.generation`, args...)
	return err
}

func (db *DB) recordItems(ctx context.Context, t tx, sent []vpp.SentLetter) error {
	var refused []vpp.ProgramUserID
	for _, l := range sent {
		if l.Outcome == vpp.DeliveryRefused {
			refused = append(refused, l.Due.Place)
		}
	}
	hopes, err := hoping(ctx, t, refused)
	if err != nil {
		return err
	}
	var settled []item
	for _, l := range sent {
		if l.Due.Task == "" {
			continue
		}
		switch {
		case l.Outcome == vpp.DeliveryRefused && hopes[l.Due.Place]:
			settled = append(settled, item{l.Due.Place, vpp.ItemWaiting, l.Sentence + " Another way is still open."})
		case l.Outcome == vpp.DeliveryAccepted:
			settled = append(settled, item{l.Due.Place, vpp.ItemDone, "The mail server took the letter: " + l.Answer})
		case l.Outcome == vpp.DeliveryRefused:
			settled = append(settled, item{l.Due.Place, vpp.ItemFailed, l.Sentence})
		default:
			settled = append(settled, item{l.Due.Place, vpp.ItemWaiting, l.Sentence})
		}
	}
	return db.settleItems(ctx, t, inviteKinds(), settled)
}

// WakeLetters promises to send when a letter is due, and mends letters whose
// person moved on without them. It is called from time to time.
func (db *DB) WakeLetters(ctx context.Context) error {
	if err := db.mendLetters(ctx); err != nil {
		return err
	}
	due, err := all(ctx, db, scanString, `SELECT id FROM deliveries WHERE next_attempt_at <= $1 AND ready_at > 0
		AND outcome IN ('queued', 'deferred') AND claimed_until <= $1 ORDER BY next_attempt_at, id LIMIT 1`, ms(db.now()))
	if err != nil || len(due) == 0 {
		return err
	}
	return db.inTx(ctx, func(t tx) error { return t.enqueue(ctx, vpp.SendMail{}) })
}

// HurryLetters makes letters that were put off due now, and promises to send.
func (db *DB) HurryLetters(ctx context.Context) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE deliveries SET next_attempt_at = $1 WHERE next_attempt_at > $1 AND ready_at > 0
			AND outcome IN ('queued', 'deferred') AND claim = ''`, ms(db.now()))
		if err != nil {
			return err
		}
		if err := hurryNotices(ctx, t, db.now()); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.SendMail{})
	})
}

// mendLetters readies open letters of people who no longer wait for Apple;
// whether they still should go is asked when they are claimed.
func (db *DB) mendLetters(ctx context.Context) error {
	// A letter that is not ready belongs to an open part of an open run.
	lost, err := all(ctx, db, scanString, `SELECT d.id FROM tasks t CROSS JOIN task_items i CROSS JOIN program_users p CROSS JOIN deliveries d
		WHERE t.finished_at = 0 AND t.canceled_at = 0 AND t.kind IN ('invite', 'resend')
		AND i.task_id = t.id AND i.state <> 'done' AND i.state IN ('queued', 'waiting')
		AND p.id = i.program_user_id AND p.pending = '' AND p.apple_status <> ''
		AND d.program_user_id = p.id AND d.outcome IN ('queued', 'deferred') AND d.ready_at = 0 LIMIT 1000`)
	if err != nil || len(lost) == 0 {
		return err
	}
	_, err = db.Exec(ctx, "UPDATE deliveries SET ready_at = $1 WHERE ready_at = 0 AND id IN ("+marks(2, len(lost))+")",
		append([]any{ms(db.now())}, anys(lost)...)...)
	return err
}
