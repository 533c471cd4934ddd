package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Setting reads one named setting and when it was saved; "" and the zero time
// when it never was.
func (db *DB) Setting(ctx context.Context, name string) (string, time.Time, error) {
	type saved struct {
		value string
		at    time.Time
	}
	list, err := all(ctx, db, func(s scanner) (v saved, err error) { err = s.Scan(&v.value, timeAt{&v.at}); return },
		"SELECT value, updated_at FROM settings WHERE name = $1", name)
	if err != nil || len(list) == 0 {
		return "", time.Time{}, err
	}
	return list[0].value, list[0].at, nil
}

// SaveSetting writes one named setting with its history entry. Before and
// after hold no secrets.
func (db *DB) SaveSetting(ctx context.Context, by vpp.Actor, name, value, summary string, before, after any) error {
	return db.inTx(ctx, func(t tx) error {
		// Always later than before, so that whoever compares times sees the change.
		_, err := t.Exec(ctx, `INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value,
				updated_at = CASE WHEN settings.updated_at >= excluded.updated_at THEN settings.updated_at + 1 ELSE excluded.updated_at END`,
			name, value, ms(db.now()))
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, name+".save", "setting:"+name, summary, before, after)
	})
}

// RunLetter returns the letter that a run goes out with in place of the saved
// one; own is false when it has none.
func (db *DB) RunLetter(ctx context.Context, task vpp.TaskID) (letter vpp.Letter, own bool, err error) {
	list, err := all(ctx, db, func(s scanner) (l vpp.Letter, err error) { err = s.Scan(&l.Subject, &l.Text, &l.HTML); return },
		"SELECT subject, body, html FROM task_letters WHERE task_id = $1", task)
	if err != nil || len(list) == 0 {
		return vpp.Letter{}, false, err
	}
	return list[0], true, nil
}
