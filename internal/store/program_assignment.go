package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// assignmentRow is a license with the number of its row.
type assignmentRow struct {
	seq int64
	vpp.Assignment
}

func scanAssignment(s scanner) (r assignmentRow, err error) {
	err = s.Scan(&r.seq, &r.AdamID, &r.PricingParam, &r.ClientUserID, &r.SerialNumber)
	return
}

// AssignmentRows reads the numbers of the rows of licenses; those that are not
// known are missing from the answer.
func (db *DB) AssignmentRows(ctx context.Context, id vpp.LocationID, list []vpp.Assignment) (map[vpp.Assignment]int64, error) {
	rows := make(map[vpp.Assignment]int64, len(list))
	// CROSS JOIN keeps SQLite to the order of the tables, as in peopleQuery.
	for some := range slices.Chunk(list, 200) {
		args := make([]any, 0, 4*len(some)+1)
		for _, a := range some {
			args = append(args, a.ClientUserID, a.SerialNumber, a.AdamID, a.PricingParam)
		}
		found, err := all(ctx, db, scanAssignment, "WITH v (client, serial, adam, pricing) AS ("+given(len(some), "TEXT", "TEXT", "TEXT", "TEXT")+`)
			SELECT s.seq, s.adam_id, s.pricing_param, s.client_user_id, s.serial_number FROM v CROSS JOIN assignments s
			WHERE s.location_id = $`+strconv.Itoa(len(args)+1)+` AND s.client_user_id = v.client AND s.serial_number = v.serial
			AND s.adam_id = v.adam AND s.pricing_param = v.pricing`, append(args, id)...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rows[r.Assignment] = r.seq
		}
	}
	return rows, nil
}

// AddAssignments stores licenses that were not known, and returns the numbers
// of their rows.
func (db *DB) AddAssignments(ctx context.Context, id vpp.LocationID, list []vpp.Assignment, read time.Time) (map[vpp.Assignment]int64, error) {
	rows := make(map[vpp.Assignment]int64, len(list))
	if len(list) == 0 {
		return rows, nil
	}
	err := db.inTx(ctx, func(t tx) error {
		var seqs []int64
		for some := range slices.Chunk(list, 200) {
			args := make([]any, 0, 6*len(some))
			for _, a := range some {
				args = append(args, id, a.AdamID, a.PricingParam, a.ClientUserID, a.SerialNumber, ms(read))
			}
			added, err := all(ctx, t, scanAssignment, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at)
				VALUES `+rowsOf(len(some), make([]string, 6)...)+` ON CONFLICT (location_id, client_user_id, serial_number, adam_id, pricing_param)
				DO UPDATE SET read_at = excluded.read_at RETURNING seq, adam_id, pricing_param, client_user_id, serial_number`, args...)
			if err != nil {
				return err
			}
			for _, r := range added {
				rows[r.Assignment], seqs = r.seq, append(seqs, r.seq)
			}
		}
		if err := touchRows(ctx, t, id, vpp.ImprintedAssignments, seqs); err != nil {
			return err
		}
		return db.settleShown(ctx, t, id, list)
	})
	if err == nil {
		db.grew(ctx, len(list), "assignments")
	}
	return rows, err
}

// RemoveAssignments forgets licenses by the numbers of their rows, and returns
// how many there were.
func (db *DB) RemoveAssignments(ctx context.Context, id vpp.LocationID, seqs []int64) (removed int, err error) {
	if len(seqs) == 0 {
		return 0, nil
	}
	err = db.inTx(ctx, func(t tx) error {
		var gone []assignmentRow
		for some := range slices.Chunk(seqs, 500) {
			found, err := all(ctx, t, scanAssignment, "DELETE FROM assignments WHERE location_id = $1 AND seq IN ("+marks(2, len(some))+`)
				RETURNING seq, adam_id, pricing_param, client_user_id, serial_number`, append([]any{id}, anys(some)...)...)
			if err != nil {
				return err
			}
			gone = append(gone, found...)
		}
		removed = len(gone)
		if err := touchRows(ctx, t, id, vpp.ImprintedAssignments, seqs); err != nil {
			return err
		}
		return db.settleGone(ctx, t, id, gone)
	})
	return removed, err
}

// AssignmentsUnseen calls unseen with the row of every license that is known,
// and returns those for which it says true.
func (db *DB) AssignmentsUnseen(ctx context.Context, id vpp.LocationID, unseen func(seq int64) bool) ([]int64, error) {
	var found []int64
	last, err := lastSeq(ctx, db, "assignments")
	for after := int64(-1); err == nil && after < last; after += stretch {
		var seqs []int64
		seqs, err = all(ctx, db, scanInt64, "SELECT seq FROM assignments WHERE "+inStretch+" ORDER BY seq", id, after, after+stretch)
		for _, seq := range seqs {
			if unseen(seq) {
				found = append(found, seq)
			}
		}
	}
	return found, err
}

// WantLooks notes that the holders of these licenses are to be asked for by
// name.
func (db *DB) WantLooks(ctx context.Context, id vpp.LocationID, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(seqs, 500) {
			_, err := t.Exec(ctx, `INSERT INTO license_looks (location_id, client_user_id, serial_number)
				SELECT DISTINCT location_id, client_user_id, serial_number FROM assignments WHERE location_id = $1 AND seq IN (`+marks(2, len(some))+
				") ON CONFLICT DO NOTHING", append([]any{id}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// lookAtRemoved lets the licenses of people who were removed be looked at.
func (db *DB) lookAtRemoved(ctx context.Context, t tx, ids []vpp.ProgramUserID) error {
	locations := map[string]bool{}
	for some := range slices.Chunk(ids, 500) {
		at, err := all(ctx, t, scanString, `INSERT INTO license_looks (location_id, client_user_id, serial_number)
			SELECT DISTINCT p.location_id, p.client_user_id, '' FROM program_users p JOIN assignments s
			ON s.location_id = p.location_id AND s.client_user_id = p.client_user_id
			WHERE p.client_user_id <> '' AND p.id IN (`+marks(1, len(some))+") ON CONFLICT DO NOTHING RETURNING location_id", anys(some)...)
		if err != nil {
			return err
		}
		for _, id := range at {
			locations[id] = true
		}
	}
	for id := range locations {
		if err := db.wantLibrary(ctx, t, vpp.LocationID(id), false); err != nil {
			return err
		}
	}
	return nil
}

// Looks reads holders who are to be asked for by name.
func (db *DB) Looks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Holder, error) {
	return all(ctx, db, func(s scanner) (h vpp.Holder, err error) {
		err = s.Scan(&h.ClientUserID, &h.SerialNumber)
		return
	}, "SELECT client_user_id, serial_number FROM license_looks WHERE location_id = $1 ORDER BY client_user_id, serial_number LIMIT $2", id, limit)
}

// Looked stores which licenses a holder has, all of them, and returns how many
// came and went.
func (db *DB) Looked(ctx context.Context, id vpp.LocationID, h vpp.Holder, has []vpp.AssetID, read time.Time) (added, removed int, err error) {
	rows, err := all(ctx, db, scanAssignment, `SELECT seq, adam_id, pricing_param, client_user_id, serial_number FROM assignments
		WHERE location_id = $1 AND client_user_id = $2 AND serial_number = $3`, id, h.ClientUserID, h.SerialNumber)
	if err != nil {
		return 0, 0, err
	}
	var gone []int64
	var fresh []vpp.Assignment
	for _, r := range rows {
		if !slices.Contains(has, r.AssetID) {
			gone = append(gone, r.seq)
		}
	}
	for _, a := range has {
		if !slices.ContainsFunc(rows, func(r assignmentRow) bool { return r.AssetID == a }) {
			fresh = append(fresh, vpp.Assignment{AssetID: a, ClientUserID: h.ClientUserID, SerialNumber: h.SerialNumber})
		}
	}
	if _, err := db.RemoveAssignments(ctx, id, gone); err != nil {
		return 0, 0, err
	}
	if _, err := db.AddAssignments(ctx, id, fresh, read); err != nil {
		return 0, 0, err
	}
	_, err = db.Exec(ctx, "DELETE FROM license_looks WHERE location_id = $1 AND client_user_id = $2 AND serial_number = $3", id, h.ClientUserID, h.SerialNumber)
	return len(fresh), len(gone), err
}
