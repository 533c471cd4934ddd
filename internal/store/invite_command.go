package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// insertCommands queues one command for each device on which a person is
// reached. A device that has one open already keeps that: nobody is shown two
// prompts for one invitation.
func (w *expansion) insertCommands(ctx context.Context) error {
	if len(w.device) == 0 {
		return nil
	}
	people, places := make([]vpp.UserID, len(w.device)), make([]vpp.ProgramUserID, len(w.device))
	for i, p := range w.device {
		people[i], places[i] = p.ID, p.Program.ID
	}
	targets, err := w.db.targetsOf(ctx, w.t, people)
	if err != nil {
		return err
	}
	open, err := openCommands(ctx, w.t, places)
	if err != nil {
		return err
	}
	const columns = 10
	var args []any
	for _, p := range w.device {
		ready := int64(0)
		if p.Program.AppleStatus == vpp.AppleRegistered && p.Program.Pending == vpp.WriteNone {
			ready = w.now
		}
		made := false
		for _, target := range targets[p.ID] {
			if !target.Reach.Open() || len(w.run.Devices) > 0 && !slices.Contains(w.run.Devices, target.DeviceID) {
				continue
			}
			made = true
			if open[openCommand{p.Program.ID, target.DeviceID}] {
				continue
			}
			w.ready = w.ready || ready > 0
			args = append(args, w.db.ids(), w.invited[p.Program.ID], p.Program.ID, target.Enrollment, ready, w.run.Task.ID, vpp.ChannelDevice, w.now, target.MDM, target.DeviceID)
		}
		if !made {
			w.unreached(p.Program.ID)
		}
	}
	for some := range slices.Chunk(args, columns*expandRows) {
		_, err := w.t.Exec(ctx, "INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, task_id, channel, queued_at, mdm, device_id) VALUES "+
			rowsOf(len(some)/columns, make([]string, columns)...), some...)
		if err != nil {
			return err
		}
	}
	return nil
}

// unreached ends the part of somebody whose device went away while the run
// was being expanded, unless a letter goes to them, too.
func (w *expansion) unreached(place vpp.ProgramUserID) {
	if slices.ContainsFunc(w.mail, func(p vpp.Person) bool { return p.Program.ID == place }) {
		return
	}
	for i := range w.items {
		if w.items[i].programUser == place {
			w.items[i].state, w.items[i].detail = vpp.ItemFailed, "The device can no longer be reached."
		}
	}
}

type openCommand struct {
	place  vpp.ProgramUserID
	device vpp.DeviceID
}

// openCommands finds what is with MDM servers already.
func openCommands(ctx context.Context, t tx, places []vpp.ProgramUserID) (map[openCommand]bool, error) {
	open := map[openCommand]bool{}
	for some := range slices.Chunk(places, 500) {
		list, err := all(ctx, t, func(s scanner) (c openCommand, err error) { err = s.Scan(&c.place, &c.device); return },
			"SELECT program_user_id, device_id FROM deliveries WHERE outcome = 'underway' AND program_user_id IN ("+marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			open[c] = true
		}
	}
	return open, nil
}

// endUnderway takes back commands that are with MDM servers; these are told
// afterwards, see UncanceledCommands.
func endUnderway[ID ~string](ctx context.Context, t tx, now int64, sentence string, places ...ID) error {
	if len(places) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $1, sentence = $2
		WHERE outcome = 'underway' AND program_user_id IN (`+marks(3, len(places))+")", append([]any{now, sentence}, anys(places)...)...)
	return err
}

// hoping finds those for whom another delivery is still open.
func hoping(ctx context.Context, q querier, places []vpp.ProgramUserID) (map[vpp.ProgramUserID]bool, error) {
	hopes := map[vpp.ProgramUserID]bool{}
	for some := range slices.Chunk(places, 500) {
		for _, which := range [...]string{"outcome IN ('queued', 'deferred')", "outcome = 'underway'"} {
			ids, err := all(ctx, q, scanString, "SELECT program_user_id FROM deliveries WHERE "+which+" AND program_user_id IN ("+marks(1, len(some))+")", anys(some)...)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				hopes[vpp.ProgramUserID(id)] = true
			}
		}
	}
	return hopes, nil
}

// commandRow is a delivery by device with what its answer turns on.
type commandRow struct {
	vpp.DueLetter
	outcome  vpp.DeliveryOutcome
	state    vpp.CommandState
	email    string
	elseMail bool
	current  bool // of the person's present generation
}

const commandColumns = `d.id, d.program_user_id, d.task_id, d.invitation_id, d.address, d.mdm, d.device_id,
	COALESCE((SELECT name FROM devices WHERE devices.id = d.device_id), ''), d.outcome, d.command_state, u.email,
	COALESCE((SELECT params LIKE '%"else_mail":"yes"%' FROM tasks WHERE tasks.id = d.task_id), FALSE), i.generation = p.generation`

func scanCommand(s scanner) (c commandRow, err error) {
	err = s.Scan(&c.Delivery, &c.Place, &c.Task, &c.Invitation.ID, &c.Address, &c.MDM, &c.DeviceID, &c.DeviceName, &c.outcome, &c.state, &c.email, &c.elseMail, &c.current)
	c.Channel = vpp.ChannelDevice
	return
}

const commandTables = ` FROM deliveries d JOIN program_users p ON p.id = d.program_user_id JOIN users u ON u.id = p.user_id
	JOIN invitations i ON i.id = d.invitation_id`

// RecordCommand writes what a device said of an invitation. An answer to a
// command that nobody knows, that another device was sent, or that was answered
// before, changes nothing. An
// invitation that was taken back, or given up, and shown all the same counts
// as shown.
func (db *DB) RecordCommand(ctx context.Context, a vpp.SentCommand) error {
	return db.inTx(ctx, func(t tx) error { return db.recordCommand(ctx, t, a) })
}

func (db *DB) recordCommand(ctx context.Context, t tx, a vpp.SentCommand) error {
	c, err := one(ctx, t, scanCommand, "SELECT "+commandColumns+commandTables+" WHERE d.id = $1 AND d.channel = 'device' AND d.mdm = $2", a.ID, a.MDM)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil
	}
	if err != nil || c.answered() || a.From != "" && !strings.EqualFold(string(a.From), c.Address) {
		return err
	}
	ended := c.outcome == vpp.DeliveryWithdrawn || c.outcome == vpp.DeliveryRefused
	if ended && a.State != vpp.CommandAcknowledged {
		_, err := t.Exec(ctx, "UPDATE deliveries SET command_state = $2, answer = $3 WHERE id = $1", a.ID, a.State, a.Answer)
		return err
	}
	outcome := map[vpp.CommandState]vpp.DeliveryOutcome{vpp.CommandAcknowledged: vpp.DeliveryAccepted, vpp.CommandFailed: vpp.DeliveryRefused}[a.State]
	if outcome == "" {
		outcome = vpp.DeliveryUnderway
	}
	carried := a.State
	if a.GivenUp {
		carried = c.state // so that UncanceledCommands finds it
	}
	_, err = t.Exec(ctx, `UPDATE deliveries SET outcome = $2, outcome_at = $3, command_state = $4, answer = $5, sentence = $6, claim = '', claimed_until = 0,
		put_offs = put_offs + CASE WHEN $4 = 'not_now' THEN 1 ELSE 0 END
		WHERE id = $1`, a.ID, outcome, ms(a.At), carried, a.Answer, a.Sentence)
	if err != nil {
		return err
	}
	if err := db.publish(ctx, t, commandEvents(c, a)...); err != nil {
		return err
	}
	return db.answered(ctx, t, c, a)
}

// deviceFacts say which device an event is about.
func deviceFacts(d vpp.DueLetter) map[string]any {
	return map[string]any{"id": d.DeviceID, "name": d.DeviceName}
}

// commandEvents are a device's last word, or that none is waited for any more.
func commandEvents(c commandRow, a vpp.SentCommand) []event {
	e := event{place: c.Place, what: map[string]any{"channel": vpp.ChannelDevice, "device": deviceFacts(c.DueLetter)}}
	switch a.State {
	case vpp.CommandAcknowledged:
		e.kind = vpp.EventPushAcknowledged
	case vpp.CommandFailed:
		e.kind, e.what["reason"] = vpp.EventPushFailed, a.Sentence
	default:
		return nil
	}
	return []event{e}
}

// answered says whether a device's last word is known. One that was given up
// said nothing.
func (c commandRow) answered() bool {
	return c.outcome == vpp.DeliveryAccepted || c.outcome == vpp.DeliveryRefused && c.state == vpp.CommandFailed
}

// loseCommands ends what waits for a device at its MDM server: one that
// enrolls anew, or is no longer managed, never fetches it.
func (db *DB) loseCommands(ctx context.Context, t tx, id vpp.DeviceID, why string) error {
	lost, err := all(ctx, t, func(s scanner) (c vpp.SentCommand, err error) { err = s.Scan(&c.ID, &c.MDM); return },
		"SELECT id, mdm FROM deliveries WHERE device_id = $1 AND device_id <> '' AND outcome = 'underway' ORDER BY id", id)
	for _, c := range lost {
		if err != nil {
			return err
		}
		c.State, c.At, c.Sentence, c.Mail, c.GivenUp = vpp.CommandFailed, db.now(), why, true, true
		err = db.recordCommand(ctx, t, c)
	}
	return err
}

// answered writes what an answer means for the person and their part of a task.
func (db *DB) answered(ctx context.Context, t tx, c commandRow, a vpp.SentCommand) error {
	part := item{c.Place, vpp.ItemWaiting, a.Sentence}
	switch a.State {
	case vpp.CommandAcknowledged:
		part.state = vpp.ItemDone
		if c.current {
			if _, err := t.Exec(ctx, "UPDATE program_users SET handed_over_at = $2"+db.dialect().filing("apple_status", "$2")+" WHERE id = $1 AND handed_over_at = 0", c.Place, ms(a.At)); err != nil {
				return err
			}
		}
	case vpp.CommandFailed:
		hopes, err := db.stillHoping(ctx, t, c)
		if err != nil || hopes {
			return err // whatever is open, or was shown, says how it went
		}
		if a.Mail && c.elseMail && c.email != "" && c.current {
			part.detail += " An e-mail goes out instead."
			if err := db.mailInstead(ctx, t, c); err != nil {
				return err
			}
			break
		}
		part.state = vpp.ItemFailed
	}
	if c.Task == "" {
		return nil
	}
	return db.settleItems(ctx, t, inviteKinds(), []item{part})
}

// stillHoping says whether a person may do without this device: another way is
// open, or the same run showed the invitation elsewhere.
func (db *DB) stillHoping(ctx context.Context, t tx, c commandRow) (bool, error) {
	hopes, err := hoping(ctx, t, []vpp.ProgramUserID{c.Place})
	if err != nil || hopes[c.Place] {
		return true, err
	}
	shown, err := all(ctx, t, scanString, "SELECT id FROM deliveries WHERE program_user_id = $1 AND task_id = $2 AND outcome = 'accepted' LIMIT 1", c.Place, c.Task)
	return len(shown) > 0, err
}

// mailInstead queues the letter that takes over, once for all devices.
func (db *DB) mailInstead(ctx context.Context, t tx, c commandRow) error {
	now := ms(db.now())
	n, err := t.Exec(ctx, `INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, next_attempt_at, task_id, channel, queued_at)
		SELECT $1, $2, $3, $4, $5, $5, $6, 'mail', $5 WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE invitation_id = $2 AND task_id = $6 AND channel = 'mail')`,
		db.ids(), c.Invitation.ID, c.Place, c.email, now, c.Task)
	if err != nil || n == 0 {
		return err
	}
	return t.enqueue(ctx, vpp.SendMail{})
}

// CommandsPushed notes that devices were woken to fetch commands.
func (db *DB) CommandsPushed(ctx context.Context, ids []string) error {
	for some := range slices.Chunk(ids, 500) {
		if _, err := db.Exec(ctx, `UPDATE deliveries SET wakes = wakes + 1,
			command_state = CASE WHEN command_state IN ('', 'queued') THEN 'pushed' ELSE command_state END
			WHERE id IN (`+marks(1, len(some))+`) AND channel = 'device'`, anys(some)...); err != nil {
			return err
		}
	}
	return nil
}

// UncanceledCommands lists commands that were taken back or given up, or are for
// people who need no invitation any more, and that an MDM server may still hand
// out.
func (db *DB) UncanceledCommands(ctx context.Context, limit int) ([]vpp.Command, error) {
	now := ms(db.now())
	err := db.inTx(ctx, func(t tx) error { // whom Apple calls Associated, or no longer knows, is not asked any more
		done, err := all(ctx, t, scanCommand, "SELECT "+commandColumns+commandTables+` WHERE d.outcome = 'underway'
			AND (p.apple_status <> 'Registered' OR p.pending = 'retire' OR i.generation <> p.generation OR i.withdrawn_at > 0) LIMIT $1`, limit)
		if err != nil {
			return err
		}
		var parts []item
		for _, c := range done {
			if _, err := t.Exec(ctx, "UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = 'Not needed any more.' WHERE id = $1", c.Delivery, now); err != nil {
				return err
			}
			parts = append(parts, item{c.Place, vpp.ItemDone, "Registered, or taken out, before the device showed it."})
		}
		return db.settleItems(ctx, t, inviteKinds(), parts)
	})
	if err != nil {
		return nil, err
	}
	return all(ctx, db, func(s scanner) (c vpp.Command, err error) {
		c.Kind = vpp.CommandInvite
		err = s.Scan(&c.ID, &c.MDM, &c.DeviceID, &c.Enrollment)
		return
	}, "SELECT id, mdm, device_id, address FROM deliveries WHERE outcome IN ('withdrawn', 'refused') AND command_state IN ('queued', 'pushed', 'not_now') ORDER BY id LIMIT $1", limit)
}

// CommandsCanceled notes that MDM servers were told.
func (db *DB) CommandsCanceled(ctx context.Context, ids []string) error {
	for some := range slices.Chunk(ids, 500) {
		if _, err := db.Exec(ctx, "UPDATE deliveries SET command_state = 'canceled' WHERE outcome IN ('withdrawn', 'refused') AND id IN ("+marks(1, len(some))+")", anys(some)...); err != nil {
			return err
		}
	}
	return nil
}

// LostCommands lists what no device will answer any more: the device left, or
// is another person's now.
func (db *DB) LostCommands(ctx context.Context, limit int) ([]vpp.SentCommand, error) {
	return all(ctx, db, func(s scanner) (c vpp.SentCommand, err error) { err = s.Scan(&c.ID, &c.MDM); return },
		`SELECT d.id, d.mdm FROM deliveries d JOIN devices v ON v.id = d.device_id JOIN program_users p ON p.id = d.program_user_id
			LEFT JOIN enrollments e ON e.mdm = d.mdm AND e.id = d.address
			WHERE d.outcome = 'underway' AND (v.gone_at > 0 OR p.user_id <> CASE WHEN COALESCE(e.owner_id, '') <> '' THEN e.owner_id ELSE v.owner_id END)
			ORDER BY d.id LIMIT $1`, limit)
}

// SilentCommands lists commands that no device answered since a time.
func (db *DB) SilentCommands(ctx context.Context, since time.Time, limit int) ([]vpp.SentCommand, error) {
	return all(ctx, db, func(s scanner) (c vpp.SentCommand, err error) { err = s.Scan(&c.ID, &c.MDM); return },
		"SELECT id, mdm FROM deliveries WHERE outcome = 'underway' AND queued_at < $1 ORDER BY id LIMIT $2", ms(since), limit)
}
