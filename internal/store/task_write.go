package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// request is what a task is written for: under which key, "" for none, and a
// digest of what is asked for.
type request struct{ key, asked string }

// requestFor makes it of the key and of all that the caller chose. A key that
// the server makes says by itself what is asked for.
func requestFor(key string, chosen ...any) (request, error) {
	if key == "" || vpp.IsOurKey(key) {
		return request{key: key}, nil
	}
	text, err := json.Marshal(chosen)
	sum := sha256.Sum256(text)
	return request{key, hex.EncodeToString(sum[:])}, err
}

// insertTask writes a new task with its selection. When the idempotency key
// was used before, the task of then is returned and known is true: the caller
// does nothing more.
func (db *DB) insertTask(ctx context.Context, t tx, task vpp.Task, s vpp.Selection, r request) (was vpp.Task, known bool, err error) {
	if was, known, err = db.keyedTask(ctx, t, task, r); err != nil || known {
		return was, known, err
	}
	selection, err := json.Marshal(s)
	if err != nil {
		return was, false, err
	}
	params, err := json.Marshal(task.Params)
	if err != nil {
		return was, false, err
	}
	_, err = t.Exec(ctx, `INSERT INTO tasks (id, kind, location_id, title, created_by, created_at, params, selection, idempotency, asked, hold_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		task.ID, task.Kind, task.LocationID, task.Title, task.CreatedBy, ms(task.CreatedAt), string(params), string(selection), keyOf(task, r.key), r.asked, ms(task.HoldUntil))
	if isDuplicate(err) {
		return was, false, vpp.Errorf(vpp.Conflict, "This request is already under way.")
	}
	return task, false, err
}

// keyedTask finds the task for which an idempotency key was used before. A key
// under which something else was asked for is vpp.Invalid.
func (db *DB) keyedTask(ctx context.Context, t tx, task vpp.Task, r request) (was vpp.Task, known bool, err error) {
	if r.key == "" {
		return was, false, nil
	}
	was, err = one(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE idempotency = $1", keyOf(task, r.key))
	if vpp.KindOf(err) == vpp.NotFound {
		return was, false, nil
	}
	if err != nil {
		return was, false, err
	}
	asked, err := one(ctx, t, scanString, "SELECT asked FROM tasks WHERE id = $1", was.ID)
	if err == nil && asked != r.asked && asked != "" {
		return was, false, errOtherRequest
	}
	return was, err == nil, err
}

var errOtherRequest = &vpp.Error{
	Kind: vpp.Invalid, Field: "Idempotency-Key",
	Message: "This was asked for before, and differently: begin anew, or send another Idempotency-Key.",
}

// keyOf: a caller's key is the caller's own, and one kind of act's. What the
// server makes of what is repeated is one whoever asks: two administrators who
// press Retry start one run.
func keyOf(task vpp.Task, key string) string {
	kind := task.Kind
	if kind == vpp.TaskResend { // asked for in the same place as inviting
		kind = vpp.TaskInvite
	}
	switch {
	case key == "":
		return ""
	case vpp.IsOurKey(key):
		return string(kind) + "|" + key
	}
	return string(kind) + "|" + task.CreatedBy + "|" + key
}

const taskColumns = `id, kind, location_id, title, created_by, created_at, hold_until, released_at, expanded_at, finished_at, canceled_at,
	total, done, failed, skipped, note, result, params`

func scanTask(s scanner) (t vpp.Task, err error) {
	var result, params string
	err = s.Scan(&t.ID, &t.Kind, &t.LocationID, &t.Title, &t.CreatedBy, timeAt{&t.CreatedAt}, timeAt{&t.HoldUntil}, timeAt{&t.ReleasedAt}, timeAt{&t.ExpandedAt},
		timeAt{&t.FinishedAt}, timeAt{&t.CanceledAt}, &t.Total, &t.Done, &t.Failed, &t.Skipped, &t.Note, &result, &params)
	if err == nil {
		err = json.Unmarshal([]byte(result), &t.Result)
	}
	if err == nil {
		err = json.Unmarshal([]byte(params), &t.Params)
	}
	return
}

// item is one person's part of a task, as written.
type item struct {
	programUser vpp.ProgramUserID
	state       vpp.ItemState
	detail      string
}

// insertItems adds people to a task, ignoring those who are in it already, and
// counts them.
func (db *DB) insertItems(ctx context.Context, t tx, task vpp.TaskID, items []item) error {
	counts := map[vpp.ItemState]int{}
	now := ms(db.now())
	for some := range steps(items, expandRows) {
		args := make([]any, 0, 5*len(some))
		for _, i := range some {
			args = append(args, task, i.programUser, i.state, i.detail, now)
		}
		states, err := all(ctx, t, scanString, `INSERT INTO task_items (task_id, program_user_id, state, detail, updated_at)
			VALUES `+rowsOf(len(some), "", "", "", "", "")+` ON CONFLICT DO NOTHING RETURNING state`, args...)
		if err != nil {
			return err
		}
		for _, s := range states {
			counts[vpp.ItemState(s)]++
		}
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	return db.addCounts(ctx, t, task, total, counts)
}

// oneEach keeps of each person's results, who may be sent a letter and commands
// at once, the one that counts: that something got there, else that something
// still may. A statement that updates a row from several takes any of them.
func oneEach(items []item) []item {
	weight := map[vpp.ItemState]int{vpp.ItemDone: 2, vpp.ItemWaiting: 1}
	at := make(map[vpp.ProgramUserID]int, len(items))
	kept := make([]item, 0, len(items))
	for _, i := range items {
		n, again := at[i.programUser]
		switch {
		case !again:
			at[i.programUser] = len(kept)
			kept = append(kept, i)
		case weight[i.state] > weight[kept[n].state]:
			kept[n] = i
		}
	}
	return kept
}

// settleItems ends or moves on the open items that people have in tasks of
// the given kinds, and counts them. It is the last write of a transaction, so
// that nodes take the tasks' locks in one order.
//
// The CAST keeps SQLite from going through everybody in the tasks to look for
// them among the few given ones, which it does as soon as these are more than
// the ten that it believes a task to have.
func (db *DB) settleItems(ctx context.Context, t tx, kinds []vpp.TaskKind, items []item) error {
	if len(items) == 0 {
		return nil
	}
	items = oneEach(items)
	// Most facts come while nobody waits for any.
	open, err := all(ctx, t, scanString, `SELECT id FROM tasks WHERE finished_at = 0 AND canceled_at = 0
		AND kind IN (`+marks(1, len(kinds))+")", anys(kinds)...)
	if err != nil || len(open) == 0 {
		return err
	}
	counts := map[vpp.TaskID]map[vpp.ItemState]int{}
	for some := range steps(items, expandRows) {
		args := make([]any, 0, 3*len(some)+1+len(open))
		for _, i := range some {
			args = append(args, i.programUser, i.state, i.detail)
		}
		n := len(args)
		args = append(append(args, ms(db.now())), anys(open)...)
		moved, err := all(ctx, t, func(s scanner) (i struct {
			task  vpp.TaskID
			state vpp.ItemState
		}, err error,
		) {
			err = s.Scan(&i.task, &i.state)
			return
		}, `WITH v (id, state, detail) AS (`+given(len(some), "TEXT", "TEXT", "TEXT")+`)
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = $`+strconv.Itoa(n+1)+`
			FROM v WHERE task_items.program_user_id = CAST(v.id AS TEXT) AND task_items.state IN ('queued', 'waiting')
			AND task_items.task_id IN (`+marks(n+2, len(open))+`)
			RETURNING task_items.task_id, task_items.state`, args...)
		if err != nil {
			return err
		}
		for _, m := range moved {
			if counts[m.task] == nil {
				counts[m.task] = map[vpp.ItemState]int{}
			}
			counts[m.task][m.state]++
		}
	}
	for _, task := range slices.Sorted(maps.Keys(counts)) {
		if err := db.addCounts(ctx, t, task, 0, counts[task]); err != nil {
			return err
		}
	}
	return nil
}

// addCounts adds to a task's numbers and finishes it when everybody is done.
func (db *DB) addCounts(ctx context.Context, t tx, task vpp.TaskID, total int, n map[vpp.ItemState]int) error {
	_, err := t.Exec(ctx, `UPDATE tasks SET total = total + $2, done = done + $3, failed = failed + $4, skipped = skipped + $5 WHERE id = $1`,
		task, total, n[vpp.ItemDone], n[vpp.ItemFailed], n[vpp.ItemSkipped])
	if err != nil {
		return err
	}
	return db.finishTask(ctx, t, task)
}

// expanded marks that everybody whom a task is about is in it.
func (db *DB) expanded(ctx context.Context, t tx, task vpp.TaskID) error {
	if _, err := t.Exec(ctx, "UPDATE tasks SET expanded_at = $2 WHERE id = $1 AND expanded_at = 0", task, ms(db.now())); err != nil {
		return err
	}
	return db.finishTask(ctx, t, task)
}

// finishTask ends the task if nothing of it is open. A sync also waits for
// its reads, which the tender notes in the cursor column.
func (db *DB) finishTask(ctx context.Context, t tx, task vpp.TaskID) error {
	_, err := t.Exec(ctx, `UPDATE tasks SET finished_at = $2, note = CASE WHEN note LIKE '`+vpp.PausedPrefix+`%' THEN '' ELSE note END
		WHERE id = $1 AND finished_at = 0 AND canceled_at = 0
		AND expanded_at > 0 AND done + failed + skipped >= total AND cursor NOT IN ('reading', 'library')`, task, ms(db.now()))
	return err
}
