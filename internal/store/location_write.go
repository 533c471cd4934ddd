package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// EnsureDefaultLocation makes the empty location that every installation
// begins with, unless there is one.
func (db *DB) EnsureDefaultLocation(ctx context.Context) error {
	return db.inTx(ctx, func(t tx) error {
		// Several nodes may start at once: the index on is_default lets one win.
		id := db.ids()
		n, err := t.Exec(ctx, `INSERT INTO locations (id, name, is_default, created_at) SELECT $1, $2, TRUE, $3
			WHERE NOT EXISTS (SELECT 1 FROM locations WHERE is_default) ON CONFLICT DO NOTHING`, id, vpp.DefaultLocationName, ms(db.now()))
		if err != nil || n == 0 {
			return err
		}
		return insertTender(ctx, t, vpp.LocationID(id))
	})
}

func insertTender(ctx context.Context, t tx, id vpp.LocationID) error {
	_, err := t.Exec(ctx, "INSERT INTO tenders (location_id) VALUES ($1) ON CONFLICT DO NOTHING", id)
	return err
}

var errSecondToken = vpp.Errorf(vpp.Conflict, "Another token for the same location was added at this moment: look at the list of locations.")

// AddLocation writes a location that a first content token opened: a new one,
// or the empty default one that has waited for it. Its people are then read.
func (db *DB) AddLocation(ctx context.Context, by vpp.Actor, l vpp.Location, sealed string) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `INSERT INTO locations (id, name, is_default, created_at) VALUES ($1, $2, FALSE, $3)
			ON CONFLICT (id) DO NOTHING`, l.ID, l.Name, ms(l.CreatedAt))
		if err != nil {
			return err
		}
		if err := insertTender(ctx, t, l.ID); err != nil {
			return err
		}
		if err := writeToken(ctx, t, l, "", sealed); err != nil {
			return err
		}
		_, err = t.Exec(ctx, "UPDATE locations SET "+setClaim+", claimed_at = $5 WHERE id = $1", l.ID, l.Claim.ID, l.Claim.Name, l.Claim.Metadata, ms(l.ClaimedAt))
		if err != nil {
			return err
		}
		if l.Consent.Given() {
			if err := db.writeConsent(ctx, t, by, l); err != nil {
				return err
			}
		}
		err = db.insertEntry(ctx, t, by, "token.add", "location:"+string(l.ID), "A content token for "+l.Name+" was added.", nil, tokenFacts(l))
		if err != nil {
			return err
		}
		return db.wantRead(ctx, t, l.ID, true)
	})
}

// RenewToken replaces a location's content token by another of the same uId.
// Everything is then read anew.
func (db *DB) RenewToken(ctx context.Context, by vpp.Actor, was, now vpp.Location, sealed string) error {
	return db.inTx(ctx, func(t tx) error {
		// The tender's row before the location's, as reads lock them. Apple's wish
		// to wait and our own failures were about the old token.
		if err := db.wantRead(ctx, t, now.ID, true); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tenders SET failures = 0 WHERE location_id = $1", now.ID); err != nil {
			return err
		}
		if err := writeToken(ctx, t, now, was.UID, sealed); err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, by, "token.renew", "location:"+string(now.ID), "The content token of "+now.Name+" was renewed.",
			tokenFacts(was), tokenFacts(now)); err != nil {
			return err
		}
		return db.publish(ctx, t, event{kind: vpp.EventTokenRenewed, location: now.ID, what: map[string]any{"expires_at": now.Token.ExpiresAt.UTC().Format(time.RFC3339)}})
	})
}

// writeToken writes a token and what Apple said of its location, if the
// location still has the uId that it was read with.
func writeToken(ctx context.Context, t tx, l vpp.Location, uid, sealed string) error {
	n, err := t.Exec(ctx, `UPDATE locations SET name = $2, token_sealed = $3, token_org = $4, token_expires_at = $5, token_added_at = $6,
		token_problem = 0, verified_at = $7, uid = $8, country = $9, platform = $10, website = $11, read_problem = '', wait_until = 0,
		warned_days = 0, notify_problem = ''
		WHERE id = $1 AND uid = $12`,
		l.ID, l.Name, sealed, l.Token.Organization, ms(l.Token.ExpiresAt), ms(l.Token.AddedAt), ms(l.VerifiedAt),
		l.UID, l.Country, l.Platform, l.Website, uid)
	if isDuplicate(err) || err == nil && n == 0 {
		return errSecondToken
	}
	return err
}

func tokenFacts(l vpp.Location) map[string]any {
	return map[string]any{"name": l.Name, "uid": l.UID, "country": l.Country, "organization": l.Token.Organization, "expires_at": l.Token.ExpiresAt}
}

// LocationChecked notes what Apple says of a location now.
func (db *DB) LocationChecked(ctx context.Context, by vpp.Actor, l vpp.Location) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE locations SET name = $2, country = $3, platform = $4, website = $5, token_expires_at = $6,
			warned_days = CASE WHEN token_expires_at < $6 THEN 0 ELSE warned_days END,
			verified_at = $7, token_problem = 0, read_problem = CASE WHEN token_problem <> 0 THEN '' ELSE read_problem END WHERE id = $1`,
			l.ID, l.Name, l.Country, l.Platform, l.Website, ms(l.Token.ExpiresAt), ms(l.VerifiedAt))
		if err != nil {
			return err
		}
		err = db.insertEntry(ctx, t, by, "location.check", "location:"+string(l.ID), l.Name+" was checked at Apple.", nil, nil)
		if err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.TendLocation{LocationID: l.ID})
	})
}

// SetDefaultLocation makes a location the one where people go from now on
// when nobody says where. Places that people have stay as they are.
func (db *DB) SetDefaultLocation(ctx context.Context, by vpp.Actor, id vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error {
		name := func(where string, args ...any) (string, error) {
			return one(ctx, t, scanString, "SELECT name FROM locations WHERE "+where, args...)
		}
		now, err := name("id = $1", id)
		if err != nil {
			return missing(err, "There is no such location.")
		}
		was, err := name("is_default AND id <> $1", id)
		if vpp.KindOf(err) == vpp.NotFound { // it is the default already
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE locations SET is_default = FALSE WHERE is_default"); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE locations SET is_default = TRUE WHERE id = $1", id); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "location.default", "location:"+string(id), now+" is the default location.",
			map[string]string{"default": was}, map[string]string{"default": now})
	})
}
