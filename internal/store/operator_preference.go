package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Preference returns what an operator chose, or vpp.NotFound.
func (db *DB) Preference(ctx context.Context, id vpp.OperatorID, name string) (string, error) {
	value, err := one(ctx, db, scanString, "SELECT value FROM preferences WHERE operator_id = $1 AND name = $2", string(id), name)
	return value, missing(err, "Nothing was chosen.")
}

// SetPreference remembers what an operator chose; "" forgets it.
func (db *DB) SetPreference(ctx context.Context, id vpp.OperatorID, name, value string) error {
	if value == "" {
		_, err := db.Exec(ctx, "DELETE FROM preferences WHERE operator_id = $1 AND name = $2", string(id), name)
		return err
	}
	_, err := db.Exec(ctx, `INSERT INTO preferences (operator_id, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (operator_id, name) DO UPDATE SET value = excluded.value`, string(id), name, value)
	return err
}
