package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// WriteStrangers stores living records at Apple that are nobody's here, and
// forgets those that live no longer.
func (db *DB) WriteStrangers(ctx context.Context, id vpp.LocationID, strangers []vpp.Stranger, gone []vpp.ClientUserID, read time.Time) error {
	if len(strangers)+len(gone) == 0 {
		return nil
	}
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(strangers, 200) {
			args := make([]any, 0, 10*len(some))
			for _, r := range some {
				args = append(args, id, r.ClientUserID, r.Status, r.Email, vpp.FoldKey(r.Email), r.AccountHash, r.CodeSealed, r.CodeMark, ms(read), ms(read))
			}
			_, err := t.Exec(ctx, `INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, email_key, account_hash,
				code_sealed, code_mark, read_at, seen_at) VALUES `+rowsOf(len(some), make([]string, 10)...)+`
				ON CONFLICT (location_id, client_user_id) DO UPDATE SET apple_status = excluded.apple_status, apple_email = excluded.apple_email,
				email_key = excluded.email_key, account_hash = excluded.account_hash, code_sealed = excluded.code_sealed,
				code_mark = excluded.code_mark, read_at = excluded.read_at`, args...)
			if err != nil {
				return err
			}
		}
		for some := range slices.Chunk(gone, 500) {
			if _, err := t.Exec(ctx, "DELETE FROM strangers WHERE location_id = $1 AND client_user_id IN ("+marks(2, len(some))+")",
				append([]any{id}, anys(some)...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

const strangerColumns = `s.location_id, s.client_user_id, s.apple_status, s.apple_email, s.account_hash, s.code_sealed, s.code_mark, s.seen_at, s.read_at`

func scanStranger(s scanner) (r vpp.Stranger, err error) {
	err = s.Scan(&r.LocationID, &r.ClientUserID, &r.Status, &r.Email, &r.AccountHash, &r.CodeSealed, &r.CodeMark, into(&r.SeenAt), into(&r.ReadAt))
	return
}

// notOurs leaves out records that became somebody's here in another way.
const notOurs = ` AND NOT EXISTS (SELECT 1 FROM program_users p WHERE p.location_id = s.location_id AND p.client_user_id = s.client_user_id AND p.client_user_id <> '')`

// Strangers reads the living records of a location that are nobody's here, in
// the order of Apple's names for them.
func (db *DB) Strangers(ctx context.Context, id vpp.LocationID, after vpp.ClientUserID, limit int) ([]vpp.Stranger, error) {
	return all(ctx, db, scanStranger, "SELECT "+strangerColumns+" FROM strangers s WHERE s.location_id = $1 AND s.client_user_id > $2"+notOurs+
		" ORDER BY s.client_user_id LIMIT "+strconv.Itoa(limit), id, after)
}

// Stranger reads one of them.
func (db *DB) Stranger(ctx context.Context, id vpp.LocationID, name vpp.ClientUserID) (vpp.Stranger, error) {
	s, err := one(ctx, db, scanStranger, "SELECT "+strangerColumns+" FROM strangers s WHERE s.location_id = $1 AND s.client_user_id = $2"+notOurs, id, name)
	return s, missing(err, "There is no such record at Apple any more, or it is somebody's here by now.")
}

// CountStrangers counts them.
func (db *DB) CountStrangers(ctx context.Context, id vpp.LocationID) (int, error) {
	return one(ctx, db, scanInt, "SELECT count(*) FROM strangers s WHERE s.location_id = $1"+notOurs, id)
}

// Candidates finds people to whom strangers may belong: by Apple's name for
// the record, by the Managed Apple Account, by the address. A person found in
// several ways is named once, by the strongest.
func (db *DB) Candidates(ctx context.Context, id vpp.LocationID, strangers []vpp.Stranger) (map[vpp.ClientUserID][]vpp.Candidate, error) {
	found := make(map[vpp.ClientUserID][]vpp.Candidate, len(strangers))
	for some := range slices.Chunk(strangers, 200) {
		for _, way := range waysToMatch {
			if err := db.candidatesBy(ctx, id, some, way.by, way.fit, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// waysToMatch are the ways from a stranger (v) to a person (u), the strongest
// first. Others name VPP users by ids, names or numbers of theirs.
var waysToMatch = []struct {
	by  vpp.MatchBy
	fit string
}{
	{vpp.MatchClientUserID, "u.external_id = v.name AND u.external_id <> ''"},
	{vpp.MatchClientUserID, "u.user_name_key = lower(v.name) AND u.user_name_key <> ''"},
	{vpp.MatchClientUserID, "u.id = v.name"},
	{vpp.MatchManagedAppleID, "lower(u.managed_apple_id) = v.email AND u.managed_apple_id <> ''"},
	{vpp.MatchEmail, "u.email_key = v.email AND u.email_key <> ''"},
}

func (db *DB) candidatesBy(ctx context.Context, id vpp.LocationID, some []vpp.Stranger, by vpp.MatchBy, fit string, found map[vpp.ClientUserID][]vpp.Candidate) error {
	args := make([]any, 0, 2*len(some)+1)
	for _, s := range some {
		args = append(args, s.ClientUserID, vpp.FoldKey(s.Email))
	}
	args = append(args, id)
	type row struct {
		name vpp.ClientUserID
		vpp.Candidate
	}
	rows, err := all(ctx, db, func(s scanner) (r row, err error) {
		err = s.Scan(&r.name, &r.UserID, &r.FullName, &r.Email, &r.ClientUserID, &r.Status, &r.Pending)
		return
	}, "WITH v (name, email) AS ("+given(len(some), "TEXT", "TEXT")+`) SELECT v.name, u.id, u.full_name, u.email,
		COALESCE(p.client_user_id, ''), COALESCE(p.apple_status, ''), COALESCE(p.pending, '')
		FROM v CROSS JOIN users u LEFT JOIN program_users p ON p.user_id = u.id AND p.location_id = $`+strconv.Itoa(len(args))+" WHERE "+fit+" ORDER BY u.full_name, u.id", args...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		known := func(c vpp.Candidate) bool { return c.UserID == r.UserID }
		if !slices.ContainsFunc(found[r.name], known) && len(found[r.name]) < vpp.MostCandidates {
			r.By = by
			found[r.name] = append(found[r.name], r.Candidate)
		}
	}
	return nil
}

// SharedAddresses says which of the addresses several strangers of a location
// have: which of them a person is, is then for somebody to say.
func (db *DB) SharedAddresses(ctx context.Context, id vpp.LocationID, emails []string) (map[string]bool, error) {
	shared := map[string]bool{}
	for some := range slices.Chunk(emails, 500) {
		found, err := all(ctx, db, scanString, "SELECT s.email_key FROM strangers s WHERE s.location_id = $1 AND s.email_key <> '' AND s.email_key IN ("+
			marks(2, len(some))+")"+notOurs+" GROUP BY s.email_key HAVING count(*) > 1", append([]any{id}, anys(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, key := range found {
			shared[key] = true
		}
	}
	return shared, nil
}
