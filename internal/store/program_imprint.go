package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// An imprint's first part says whether it is whole; each of the others holds
// the marks of so many rows by their numbers. From the moment that the first
// part is there, rows that are written are noted as touched.
const (
	imprintHead = 0
	markSize    = 12
	partRows    = 16 * stretch
	mostPatched = 100_000 // touched rows; of more the imprint is made anew
)

// partOf is where the mark of a row belongs.
func partOf(seq int64) int64 { return (seq-1)/partRows + 1 }

// Imprint reads how everything stood after the last full read; vpp.NotFound
// when that was not kept.
func (db *DB) Imprint(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) (*vpp.Imprint, error) {
	whole, err := imprinted(ctx, db, id, kind)
	if err != nil {
		return nil, err
	}
	if !whole {
		return nil, errNone
	}
	i := &vpp.Imprint{}
	if i.Stale, err = all(ctx, db, scanInt64, "SELECT seq FROM touched WHERE location_id = $1 AND kind = $2", id, kind); err != nil {
		return nil, err
	}
	if kind == vpp.ImprintedUsers { // whoever waits may be confirmed by what is as it was
		waiting, err := all(ctx, db, scanInt64, "SELECT seq FROM program_users WHERE location_id = $1 AND pending <> ''", id)
		if err != nil {
			return nil, err
		}
		i.Stale = append(i.Stale, waiting...)
	}
	i.Marks, err = readMarks(ctx, db, id, kind)
	return i, err
}

// imprinted says whether there is an imprint and whether it is whole; without
// one the error is vpp.NotFound.
func imprinted(ctx context.Context, q querier, id vpp.LocationID, kind vpp.Imprinted) (whole bool, err error) {
	head, err := one(ctx, q, scanBytes, "SELECT marks FROM imprints WHERE location_id = $1 AND kind = $2 AND part = $3", id, kind, imprintHead)
	return err == nil && len(head) > 0 && head[0] == 1, err
}

func scanBytes(s scanner) (b []byte, err error) { err = s.Scan(&b); return }

// readMarks reads all marks of an imprint, part by part.
func readMarks(ctx context.Context, q querier, id vpp.LocationID, kind vpp.Imprinted) ([]vpp.Mark, error) {
	const of = " FROM imprints WHERE location_id = $1 AND kind = $2 AND part > $3"
	size, err := one(ctx, q, scanInt, "SELECT COALESCE(SUM(LENGTH(marks)), 0)"+of, id, kind, imprintHead)
	if err != nil {
		return nil, err
	}
	marks := make([]vpp.Mark, 0, size/markSize)
	_, err = all(ctx, q, func(s scanner) (none struct{}, err error) {
		b, err := scanBytes(s)
		marks = appendMarks(marks, b)
		return none, err
	}, "SELECT marks"+of+" ORDER BY part", id, kind, imprintHead)
	return marks, err
}

func appendMarks(marks []vpp.Mark, b []byte) []vpp.Mark {
	for ; len(b) >= markSize; b = b[markSize:] {
		marks = append(marks, vpp.MarkOf(binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:])))
	}
	return marks
}

// RenewImprint keeps how everything stands now, after a full read. Most of it
// is as it was: only rows that were touched are read again. One part is in
// memory at a time.
func (db *DB) RenewImprint(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) error {
	whole, err := imprinted(ctx, db, id, kind)
	if err != nil && vpp.KindOf(err) != vpp.NotFound {
		return err
	}
	if whole {
		n, err := one(ctx, db, scanInt, "SELECT count(*) FROM touched WHERE location_id = $1 AND kind = $2", id, kind)
		if err != nil || n == 0 {
			return err
		}
		whole = n <= mostPatched
	}
	if !whole {
		if err := db.imprintAnew(ctx, id, kind); err != nil {
			return err
		}
	}
	return db.inTx(ctx, func(t tx) error {
		// First forget, then read: who touches a row from now on waits for this to end.
		touched, err := all(ctx, t, scanInt64, "DELETE FROM touched WHERE location_id = $1 AND kind = $2 RETURNING seq", id, kind)
		if err != nil {
			return err
		}
		slices.Sort(touched)
		for len(touched) > 0 && touched[0] <= math.MaxUint32 { // larger ones are not imprinted
			part := partOf(touched[0])
			n, _ := slices.BinarySearch(touched, part*partRows+1)
			if err := patchPart(ctx, t, id, kind, part, touched[:n]); err != nil {
				return err
			}
			touched = touched[n:]
		}
		return writeHead(ctx, t, id, kind, 1)
	})
}

// imprintAnew writes all parts from the rows. Until the head says that the
// imprint is whole nobody reads them; rows that are written meanwhile are
// touched.
func (db *DB) imprintAnew(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) error {
	err := db.inTx(ctx, func(t tx) error {
		if err := writeHead(ctx, t, id, kind, 0); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM imprints WHERE location_id = $1 AND kind = $2 AND part > $3", id, kind, imprintHead); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "DELETE FROM touched WHERE location_id = $1 AND kind = $2", id, kind)
		return err
	})
	if err != nil {
		return err
	}
	of := imprintOf[kind]
	last, err := lastSeq(ctx, db, of.table)
	var marks []vpp.Mark
	for part := int64(1); err == nil && (part-1)*partRows < last; part++ {
		marks = marks[:0]
		for after := (part - 1) * partRows; err == nil && after < min(part*partRows, last); after += stretch {
			var some []vpp.Mark
			some, err = all(ctx, db, scanMark, "SELECT seq, "+of.columns+" FROM "+of.table+" WHERE "+inStretch+" AND "+of.where+" ORDER BY seq",
				id, after, after+stretch)
			marks = append(marks, some...)
		}
		if err == nil && len(marks) > 0 {
			err = db.inTx(ctx, func(t tx) error { return writePart(ctx, t, id, kind, part, marks) })
		}
	}
	return err
}

// imprintOf is what of a row is imprinted, and which rows are.
var imprintOf = map[vpp.Imprinted]struct{ columns, table, where string }{
	vpp.ImprintedUsers: {"client_user_id, apple_status, apple_email, account_hash, code_mark", "program_users",
		"apple_status IN ('Registered', 'Associated')"},
	vpp.ImprintedAssignments: {"adam_id, pricing_param, client_user_id, serial_number, ''", "assignments", "TRUE"},
}

func scanMark(s scanner) (m vpp.Mark, err error) {
	var seq int64
	var t [5]string
	if err = s.Scan(&seq, &t[0], &t[1], &t[2], &t[3], &t[4]); err != nil || seq > math.MaxUint32 {
		return m, err
	}
	return vpp.MarkOf(vpp.Digest(t[:]...), uint32(seq)), nil
}

// patchPart replaces the marks of rows of one part that were touched, given in
// their order.
func patchPart(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, part int64, touched []int64) error {
	b, err := one(ctx, t, scanBytes, "SELECT marks FROM imprints WHERE location_id = $1 AND kind = $2 AND part = $3", id, kind, part)
	if err != nil && vpp.KindOf(err) != vpp.NotFound {
		return err
	}
	marks := slices.DeleteFunc(appendMarks(nil, b), func(m vpp.Mark) bool {
		_, again := slices.BinarySearch(touched, int64(m.Seq))
		return again
	})
	of := imprintOf[kind]
	for some := range slices.Chunk(touched, 500) {
		now, err := all(ctx, t, scanMark, "SELECT seq, "+of.columns+" FROM "+of.table+" WHERE "+of.where+" AND seq IN ("+marksFor(some)+")", anys(some)...)
		if err != nil {
			return err
		}
		marks = append(marks, now...)
	}
	slices.SortFunc(marks, func(a, b vpp.Mark) int { return cmp.Compare(a.Seq, b.Seq) })
	return writePart(ctx, t, id, kind, part, marks)
}

func marksFor(some []int64) string { return marks(1, len(some)) }

func writeHead(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, whole byte) error {
	return writeImprint(ctx, t, id, kind, imprintHead, []byte{whole})
}

func writePart(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, part int64, marks []vpp.Mark) error {
	b := make([]byte, 0, markSize*len(marks))
	for _, m := range marks {
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(b, m.Digest()), m.Seq)
	}
	return writeImprint(ctx, t, id, kind, part, b)
}

func writeImprint(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, part int64, b []byte) error {
	_, err := t.Exec(ctx, `INSERT INTO imprints (location_id, kind, part, marks) VALUES ($1, $2, $3, $4)
		ON CONFLICT (location_id, kind, part) DO UPDATE SET marks = excluded.marks`, id, kind, part, b)
	return err
}

// touch notes which VPP users were written since the last full read, where
// there was one: an imprint says nothing of them any more.
func (db *DB) touch(ctx context.Context, t tx, facts []vpp.Fact) error {
	seqs := map[vpp.LocationID][]int64{}
	for _, f := range facts {
		seqs[f.LocationID] = append(seqs[f.LocationID], f.Seq)
	}
	for location, list := range seqs {
		if err := touchRows(ctx, t, location, vpp.ImprintedUsers, list); err != nil {
			return err
		}
	}
	return nil
}

func touchRows(ctx context.Context, t tx, location vpp.LocationID, kind vpp.Imprinted, seqs []int64) error {
	if _, err := imprinted(ctx, t, location, kind); vpp.KindOf(err) == vpp.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	for some := range slices.Chunk(seqs, 200) {
		args := make([]any, 0, 3*len(some))
		for _, seq := range some {
			args = append(args, location, kind, seq)
		}
		_, err := t.Exec(ctx, "INSERT INTO touched (location_id, kind, seq) VALUES "+rowsOf(len(some), "", "", "")+" ON CONFLICT DO NOTHING", args...)
		if err != nil {
			return err
		}
	}
	return nil
}
