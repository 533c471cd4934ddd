package store

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// FindSession returns what is kept under a session's hashed token; a session
// that has ended or never was is vpp.NotFound.
func (db *DB) FindSession(ctx context.Context, token string) ([]byte, error) {
	text, err := one(ctx, db, scanString, "SELECT data FROM sessions WHERE token = $1 AND expires_at > $2", token, ms(db.now()))
	if err != nil {
		return nil, missing(err, "The session has ended.")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "A stored session is damaged.")
	}
	return data, nil
}

// CommitSession keeps data under a session's hashed token.
func (db *DB) CommitSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, err := db.Exec(ctx, `INSERT INTO sessions (token, data, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
		token, base64.StdEncoding.EncodeToString(data), ms(expires))
	return err
}

// DeleteSession forgets a session, if there is one.
func (db *DB) DeleteSession(ctx context.Context, token string) error {
	_, err := db.Exec(ctx, "DELETE FROM sessions WHERE token = $1", token)
	return err
}
