package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// EndToken notes that Apple refuses what the content token is for, with the
// line in the history and the notice to administrators. A token that was
// renewed since l was read is not meant.
func (db *DB) EndToken(ctx context.Context, l vpp.Location, number int, why string, n vpp.Notice) error {
	return db.inTx(ctx, func(t tx) error {
		changed, err := t.Exec(ctx, `UPDATE locations SET token_problem = $2, read_problem = $3
			WHERE id = $1 AND token_problem <> $2 AND token_added_at = $4`, l.ID, number, why, ms(l.Token.AddedAt))
		if err != nil || changed == 0 {
			return err
		}
		if err := db.insertEntry(ctx, t, vpp.Server, "token.ended", "location:"+string(l.ID), why, nil, nil); err != nil {
			return err
		}
		if err := db.publish(ctx, t, tokenEnded(l, number, db.now())...); err != nil {
			return err
		}
		return db.insertNotice(ctx, t, n)
	})
}

// TokenWrites notes that Apple let the content token write again.
func (db *DB) TokenWrites(ctx context.Context, l vpp.Location) error {
	return db.inTx(ctx, func(t tx) error {
		changed, err := t.Exec(ctx, `UPDATE locations SET token_problem = 0, read_problem = ''
			WHERE id = $1 AND token_problem = $2 AND token_added_at = $3`, l.ID, vpp.AppleNotAllowed, ms(l.Token.AddedAt))
		if err != nil || changed == 0 {
			return err
		}
		err = db.insertEntry(ctx, t, vpp.Server, "token.writes", "location:"+string(l.ID), "Apple lets the content token of "+l.Name+" write again.", nil, nil)
		if err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.TendLocation{LocationID: l.ID})
	})
}

// TokenExpires notes when Apple says that the content token ends, earlier or
// later than was known. Warnings begin anew when it is later.
func (db *DB) TokenExpires(ctx context.Context, l vpp.Location, when time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		changed, err := t.Exec(ctx, `UPDATE locations SET token_expires_at = $2, warned_days = CASE WHEN token_expires_at < $2 THEN 0 ELSE warned_days END
			WHERE id = $1 AND token_added_at = $3 AND token_expires_at <> $2`, l.ID, ms(when), ms(l.Token.AddedAt))
		if err != nil || changed == 0 {
			return err
		}
		return db.insertEntry(ctx, t, vpp.Server, "token.expiry", "location:"+string(l.ID),
			"Apple says that the content token of "+l.Name+" expires on "+when.Format("2 January 2006")+".",
			map[string]any{"expires_at": l.Token.ExpiresAt}, map[string]any{"expires_at": when})
	})
}

// TokenWarned notes that a warning about the token's end was given, with the
// notice itself. One that is not nearer to the end than the last is dropped.
func (db *DB) TokenWarned(ctx context.Context, l vpp.Location, days int, n vpp.Notice) error {
	return db.inTx(ctx, func(t tx) error {
		changed, err := t.Exec(ctx, `UPDATE locations SET warned_days = $2 WHERE id = $1 AND token_added_at = $3 AND token_expires_at = $4
			AND (warned_days = 0 OR warned_days > $2)`, l.ID, days, ms(l.Token.AddedAt), ms(l.Token.ExpiresAt))
		if err != nil || changed == 0 {
			return err
		}
		if err := db.publish(ctx, t, tokenWarning(l, days)); err != nil {
			return err
		}
		return db.insertNotice(ctx, t, n)
	})
}

// tokenWarning tells webhooks what a warning tells administrators.
func tokenWarning(l vpp.Location, days int) event {
	e := event{kind: vpp.EventTokenExpiring, location: l.ID, what: map[string]any{"expires_at": l.Token.ExpiresAt.UTC().Format(time.RFC3339)}}
	if days == vpp.WarnedExpired {
		e.kind = vpp.EventTokenEnded
		e.what["token_state"], e.what["apple_error"] = vpp.TokenExpired, 0
	} else {
		e.what["days"] = days
	}
	return e
}

// tokenEnded says what Apple refuses; an end that was told when it came is not
// told again when Apple says so, too.
func tokenEnded(l vpp.Location, number int, now time.Time) []event {
	if number == vpp.AppleTokenExpired && l.WarnedDays == vpp.WarnedExpired {
		return nil
	}
	l.TokenProblem = number
	return []event{{kind: vpp.EventTokenEnded, location: l.ID, what: map[string]any{
		"token_state": l.TokenState(now), "apple_error": number, "expires_at": l.Token.ExpiresAt.UTC().Format(time.RFC3339),
	}}}
}
