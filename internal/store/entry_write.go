package store

import (
	"context"
	"encoding/json"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// insertEntry writes a line of the history. Before and after are marshalled
// as they are; nil stands for nothing. Secrets do not belong in either.
func (db *DB) insertEntry(ctx context.Context, t tx, by vpp.Actor, action, object, summary string, before, after any) error {
	was, err := entryJSON(before)
	if err != nil {
		return err
	}
	is, err := entryJSON(after)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, `INSERT INTO entries (id, at, actor, from_ip, action, object, summary, before, after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		db.ids(), ms(db.now()), by.Name, by.From, action, object, summary, was, is)
	return err
}

func entryJSON(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// Note writes down an act that changes nothing else.
func (db *DB) Note(ctx context.Context, by vpp.Actor, action, object, summary string) error {
	return db.inTx(ctx, func(t tx) error { return db.insertEntry(ctx, t, by, action, object, summary, nil, nil) })
}
