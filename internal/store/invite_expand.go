package store

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	expandPage = 256 // people per transaction: few, for the tender and the letters wait their turn meanwhile
	expandRows = 128 // rows per statement
)

// ExpandInvite carries out the next stretch of a run in one transaction, the
// cursor included: whatever is repeated after a crash repeats nobody.
func (db *DB) ExpandInvite(ctx context.Context, run vpp.InviteRun, secrets vpp.Secrets, decide func(vpp.Person) vpp.InviteStep) (done bool, err error) {
	people := 0
	err = db.inTx(ctx, func(t tx) error {
		task, err := one(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", run.Task.ID)
		if err != nil {
			return err
		}
		if done = !task.ExpandedAt.IsZero() || !task.CanceledAt.IsZero() || !task.FinishedAt.IsZero(); done {
			return nil
		}
		cursor, err := one(ctx, t, scanString, "SELECT cursor FROM tasks WHERE id = $1", task.ID)
		if err != nil {
			return err
		}
		chosen, next, err := db.nextPeople(ctx, t, task.LocationID, run.Selection, cursor)
		if err != nil {
			return err
		}
		people = len(chosen)
		done = next == ""
		w := expansion{db: db, t: t, run: run, now: ms(db.now()), secrets: secrets}
		for _, p := range chosen {
			w.add(p, decide(p))
		}
		return w.write(ctx, cursor, next)
	})
	if errors.Is(err, errOvertaken) {
		return false, nil
	}
	if err == nil {
		db.grew(ctx, people, "program_users", "invitations", "deliveries", "task_items")
	}
	return done, err
}

// nextPeople reads a stretch of the selection and keeps its rows still until
// the transaction ends: program must not turn somebody Registered between our
// reading that they are not and our queueing a letter that waits for it.
func (db *DB) nextPeople(ctx context.Context, t tx, location vpp.LocationID, s vpp.Selection, cursor string) ([]vpp.Person, string, error) {
	if !s.All {
		if err := db.insertPlaces(ctx, t, location, s.IDs, cursor); err != nil {
			return nil, "", err
		}
	}
	people, next, err := db.selectPeople(ctx, t, s, cursor, expandPage)
	if err != nil || db.dialect() == sqliteDialect || len(people) == 0 { // SQLite has one writer
		return people, next, err
	}
	ids := make([]any, len(people))
	for i, p := range people {
		ids[i] = p.Program.ID
	}
	if _, err := t.Exec(ctx, "SELECT 1 FROM program_users WHERE id IN ("+marks(1, len(ids))+") ORDER BY seq FOR UPDATE", ids...); err != nil {
		return nil, "", err
	}
	people, err = all(ctx, t, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
		WHERE p.id IN (`+marks(1, len(ids))+") ORDER BY p.seq", ids...)
	return people, next, err
}

// insertPlaces gives people chosen one by one a place at the location, where
// they have none yet. The stretch is the one that selectPeople reads next.
func (db *DB) insertPlaces(ctx context.Context, t tx, location vpp.LocationID, ids []vpp.UserID, cursor string) error {
	from, err := strconv.Atoi("0" + cursor)
	if err != nil {
		return err
	}
	ids = ids[min(from, len(ids)):min(from+expandPage, len(ids))]
	if len(ids) == 0 {
		return nil
	}
	people, err := db.placeless(ctx, t, location, ids)
	if err != nil {
		return err
	}
	now := ms(db.now())
	for some := range steps(people, expandRows) {
		var args []any
		for _, u := range some {
			args = append(args, db.ids(), u.ID, location, u.SortKey(), u.Email == "", u.Paused(), now)
		}
		if _, err := t.Exec(ctx, "INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, paused, row_at) VALUES "+
			rowsOf(len(some), "", "", "", "", "", "", "")+" ON CONFLICT DO NOTHING", args...); err != nil {
			return err
		}
	}
	return nil
}

// expansion gathers what one stretch of a run writes.
type expansion struct {
	db      *DB
	t       tx
	run     vpp.InviteRun
	now     int64
	secrets vpp.Secrets

	items   []item
	create  []vpp.Person
	invite  []vpp.Person // with the generation that the invitation is for
	mail    []vpp.Person
	device  []vpp.Person
	again   []vpp.Person // of these, who may have had letters before
	ready   bool         // a letter may go at once
	invited map[vpp.ProgramUserID]string
}

func (w *expansion) add(p vpp.Person, step vpp.InviteStep) {
	w.items = append(w.items, item{p.Program.ID, step.State, step.Detail})
	if (step.Mail || step.Device) && (p.Program.Generation > 0 || p.Program.AppleStatus != vpp.AppleNone) {
		w.again = append(w.again, p)
	}
	if step.Create {
		w.create = append(w.create, p)
		p.Program.Generation++
	}
	if step.Invite {
		w.invite = append(w.invite, p)
	}
	if step.Mail {
		w.mail = append(w.mail, p)
	}
	if step.Device {
		w.device = append(w.device, p)
	}
}

// write is ordered so that the tasks' rows are locked after the people's: the
// same order as everywhere.
func (w *expansion) write(ctx context.Context, cursor, next string) error {
	if err := w.writeInvitations(ctx); err != nil {
		return err
	}
	if err := w.wishRecords(ctx); err != nil {
		return err
	}
	if err := w.replaceLetters(ctx); err != nil {
		return err
	}
	n, err := w.t.Exec(ctx, "UPDATE tasks SET cursor = $3 WHERE id = $1 AND cursor = $2 AND expanded_at = 0 AND canceled_at = 0", w.run.Task.ID, cursor, next)
	if err != nil {
		return err
	}
	if n == 0 {
		return errOvertaken
	}
	if err := w.db.publishMany(ctx, w.t, w.told); err != nil {
		return err
	}
	if err := w.db.insertItems(ctx, w.t, w.run.Task.ID, w.items); err != nil {
		return err
	}
	if next == "" {
		if err := w.db.expanded(ctx, w.t, w.run.Task.ID); err != nil {
			return err
		}
	}
	return w.promise(ctx)
}

// told are the people who are invited, for webhooks.
func (w *expansion) told() []event {
	ways := map[vpp.ProgramUserID][]vpp.Channel{}
	for _, p := range w.mail {
		ways[p.Program.ID] = append(ways[p.Program.ID], vpp.ChannelMail)
	}
	for _, p := range w.device {
		ways[p.Program.ID] = append(ways[p.Program.ID], vpp.ChannelDevice)
	}
	events := make([]event, len(w.invite))
	for i, p := range w.invite {
		channels := ways[p.Program.ID]
		if len(channels) == 0 {
			channels = []vpp.Channel{vpp.ChannelLink}
		}
		events[i] = event{kind: vpp.EventInvited, place: p.Program.ID, what: map[string]any{
			"channels": channels, "task_id": w.run.Task.ID, "invited_by": w.run.Task.CreatedBy,
		}}
	}
	return events
}

// writeInvitations makes one invitation per generation. One that is there is
// renewed (F-11); if it was withdrawn, or its reader was somebody else, its
// old link stays dead.
func (w *expansion) writeInvitations(ctx context.Context) error {
	w.invited = make(map[vpp.ProgramUserID]string, len(w.invite))
	for some := range steps(w.invite, expandRows) {
		args := make([]any, 0, 4*len(some)+4)
		for _, p := range some {
			args = append(args, w.db.ids(), p.Program.ID, p.ID, p.Program.Generation)
		}
		n := len(args)
		args = append(args, w.run.Task.LocationID, w.now, ms(w.run.ExpiresAt), w.run.Task.CreatedBy)
		// WHERE true keeps SQLite from reading ON CONFLICT as part of a join.
		rows, err := all(ctx, w.t, func(s scanner) (v [2]string, err error) { err = s.Scan(&v[0], &v[1]); return },
			"WITH v (id, place, person, generation) AS ("+given(len(some), "TEXT", "TEXT", "TEXT", "BIGINT")+`)
			INSERT INTO invitations (id, program_user_id, user_id, generation, location_id, created_at, expires_at, invited_by)
			SELECT v.id, v.place, v.person, v.generation, `+casts(n+1, "TEXT", "BIGINT", "BIGINT", "TEXT")+` FROM v WHERE true
			ON CONFLICT (program_user_id, generation) DO UPDATE SET expires_at = excluded.expires_at,
				revision = invitations.revision + CASE WHEN invitations.not_me_at > 0 THEN 1 ELSE 0 END,
				withdrawn_at = 0, not_me_at = 0
			RETURNING program_user_id, id`, args...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			w.invited[vpp.ProgramUserID(r[0])] = r[1]
		}
	}
	return nil
}

// wishRecords queues the creation at Apple, with the name that Apple will
// know the person by.
func (w *expansion) wishRecords(ctx context.Context) error {
	var fresh, before []vpp.Person
	for _, p := range w.create {
		if p.Program.HandedOverAt.IsZero() && p.Program.MailProblem == "" && p.Program.AppleError == 0 {
			fresh = append(fresh, p)
		} else {
			before = append(before, p)
		}
	}
	// A column that is set costs its indexes, changed or not: who has nothing
	// to forget is not made to.
	if err := w.wish(ctx, fresh, ""); err != nil {
		return err
	}
	return w.wish(ctx, before, "handed_over_at = 0, mail_problem = '', apple_error = 0,")
}

func (w *expansion) wish(ctx context.Context, people []vpp.Person, forget string) error {
	for some := range steps(people, expandRows) {
		args := make([]any, 0, 2*len(some)+1)
		for _, p := range some {
			args = append(args, p.Program.ID, w.secrets())
		}
		args = append(args, w.now)
		if _, err := w.t.Exec(ctx, "WITH v (id, client) AS ("+given(len(some), "TEXT", "TEXT")+`)
			UPDATE program_users SET pending = 'create', pending_since = $`+strconv.Itoa(len(args))+`, batch_id = '',
				generation = generation + 1, `+forget+`
				client_user_id = CASE WHEN client_user_id = '' THEN v.client ELSE client_user_id END
			FROM v WHERE program_users.id = v.id`, args...); err != nil {
			return err
		}
	}
	return nil
}

// replaceLetters queues the letters of this run in place of older ones that
// have not gone out yet.
func (w *expansion) replaceLetters(ctx context.Context) error {
	var replaced []item
	for some := range steps(w.again, expandRows) {
		ids := make([]vpp.ProgramUserID, len(some))
		stuck := false
		for i, p := range some {
			ids[i] = p.Program.ID
			stuck = stuck || p.Program.MailProblem != ""
		}
		if stuck { // the old letter's trouble says nothing about the new one
			if _, err := w.t.Exec(ctx, "UPDATE program_users SET mail_problem = '' WHERE mail_problem <> '' AND id IN ("+marks(1, len(ids))+")", anys(ids)...); err != nil {
				return err
			}
		}
		gone, err := w.endOlder(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range gone {
			replaced = append(replaced, item{vpp.ProgramUserID(id), vpp.ItemSkipped, "A newer run sends the invitation."})
		}
	}
	if err := w.insertLetters(ctx); err != nil {
		return err
	}
	if err := w.insertCommands(ctx); err != nil {
		return err
	}
	return w.db.settleItems(ctx, w.t, inviteKinds(), replaced)
}

// endOlder takes back what has not gone out yet and returns whose parts of
// older runs that ends. A run for some devices leaves all other ways alone,
// and the older run's part ends as its own does.
func (w *expansion) endOlder(ctx context.Context, places []vpp.ProgramUserID) ([]string, error) {
	const sentence = "A newer letter goes out in its place."
	if len(w.run.Devices) == 0 {
		return endLetters(ctx, w.t, w.now, sentence, places...)
	}
	_, err := w.t.Exec(ctx, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $1, sentence = $2 WHERE outcome IN ('queued', 'deferred')
		AND program_user_id IN (`+marks(3, len(places))+") AND device_id IN ("+marks(3+len(places), len(w.run.Devices))+")",
		append(append([]any{w.now, sentence}, anys(places)...), anys(w.run.Devices)...)...)
	return nil, err
}

func (w *expansion) insertLetters(ctx context.Context) error {
	for some := range steps(w.mail, expandRows) {
		args := make([]any, 0, 5*len(some)+3)
		for _, p := range some {
			ready := int64(0)
			if p.Program.AppleStatus == vpp.AppleRegistered && p.Program.Pending == vpp.WriteNone {
				ready, w.ready = w.now, true
			}
			args = append(args, w.db.ids(), w.invited[p.Program.ID], p.Program.ID, p.Email, ready)
		}
		n := len(args)
		args = append(args, w.run.Task.ID, vpp.ChannelMail, w.now)
		if _, err := w.t.Exec(ctx, "WITH v (id, invitation, place, address, ready) AS ("+given(len(some), "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT")+`)
			INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, task_id, channel, queued_at)
			SELECT v.id, v.invitation, v.place, v.address, v.ready, `+casts(n+1, "TEXT", "TEXT", "BIGINT")+" FROM v", args...); err != nil {
			return err
		}
	}
	return nil
}

// casts writes placeholders of the given types, from a number on.
func casts(from int, types ...string) string {
	parts := make([]string, len(types))
	for i, t := range types {
		parts[i] = "CAST($" + strconv.Itoa(from+i) + " AS " + t + ")"
	}
	return strings.Join(parts, ", ")
}

func (w *expansion) promise(ctx context.Context) error {
	var jobs []vpp.Job
	if len(w.create) > 0 {
		jobs = append(jobs, vpp.TendLocation{LocationID: w.run.Task.LocationID})
	}
	if w.ready {
		jobs = append(jobs, vpp.SendMail{})
	}
	if len(jobs) == 0 {
		return nil
	}
	return w.t.enqueue(ctx, jobs...)
}
