package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// An imprint's first part says whether it is whole; the others hold its marks.
// From the moment that the first part is there, rows that are written are
// noted as touched.
const (
	imprintHead  = 0
	markSize     = 12
	marksPerPart = 80_000
)

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

func readMarks(ctx context.Context, q querier, id vpp.LocationID, kind vpp.Imprinted) ([]vpp.Mark, error) {
	parts, err := all(ctx, q, scanBytes, "SELECT marks FROM imprints WHERE location_id = $1 AND kind = $2 AND part > $3 ORDER BY part", id, kind, imprintHead)
	if err != nil {
		return nil, err
	}
	size := 0
	for _, p := range parts {
		size += len(p) / markSize
	}
	marks := make([]vpp.Mark, 0, size)
	for _, p := range parts {
		for ; len(p) >= markSize; p = p[markSize:] {
			marks = append(marks, vpp.MarkOf(binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint32(p[8:])))
		}
	}
	return marks, nil
}

// RenewImprint keeps how everything stands now, after a full read. Most of it
// is as it was: only rows that were touched are read again.
func (db *DB) RenewImprint(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) error {
	whole, err := imprinted(ctx, db, id, kind)
	if vpp.KindOf(err) == vpp.NotFound {
		err = db.inTx(ctx, func(t tx) error { return writeHead(ctx, t, id, kind, 0) })
	}
	if err != nil {
		return err
	}
	var marks []vpp.Mark
	if whole {
		if n, err := one(ctx, db, scanInt, "SELECT count(*) FROM touched WHERE location_id = $1 AND kind = $2", id, kind); err != nil || n == 0 {
			return err
		}
		marks, err = readMarks(ctx, db, id, kind)
	} else {
		marks, err = db.allMarks(ctx, id, kind)
	}
	if err != nil {
		return err
	}
	return db.inTx(ctx, func(t tx) error {
		// First forget, then read: who touches a row from now on waits for this to end.
		touched, err := all(ctx, t, scanInt64, "DELETE FROM touched WHERE location_id = $1 AND kind = $2 RETURNING seq", id, kind)
		if err != nil {
			return err
		}
		if marks, err = patchMarks(ctx, t, kind, marks, touched); err != nil {
			return err
		}
		return writeMarks(ctx, t, id, kind, marks)
	})
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

// allMarks reads every row, stretch by stretch.
func (db *DB) allMarks(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) ([]vpp.Mark, error) {
	var marks []vpp.Mark
	of := imprintOf[kind]
	last, err := lastSeq(ctx, db, of.table)
	// At once: the copies of a list that grows are much of what a first read of a million holds.
	marks = slices.Grow(marks, int(min(last, 1<<21)))
	for after := int64(-1); err == nil && after < last; after += stretch {
		var some []vpp.Mark
		some, err = all(ctx, db, scanMark, "SELECT seq, "+of.columns+" FROM "+of.table+" WHERE "+inStretch+" AND "+of.where+" ORDER BY seq",
			id, after, after+stretch)
		marks = append(marks, some...)
	}
	return marks, err
}

// patchMarks replaces the marks of rows that were touched.
func patchMarks(ctx context.Context, t tx, kind vpp.Imprinted, marks []vpp.Mark, touched []int64) ([]vpp.Mark, error) {
	again := make(map[uint32]bool, len(touched))
	for _, seq := range touched {
		again[uint32(seq)] = true //nolint:gosec // larger ones are not imprinted
	}
	if len(again) > 0 {
		marks = slices.DeleteFunc(marks, func(m vpp.Mark) bool { return again[m.Seq] })
	}
	of := imprintOf[kind]
	for some := range slices.Chunk(touched, 500) {
		now, err := all(ctx, t, scanMark, "SELECT seq, "+of.columns+" FROM "+of.table+" WHERE "+of.where+" AND seq IN ("+marksFor(some)+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		marks = append(marks, now...)
	}
	slices.SortFunc(marks, func(a, b vpp.Mark) int { return cmp.Compare(a.Seq, b.Seq) })
	return marks, nil
}

func marksFor(some []int64) string { return marks(1, len(some)) }

func writeHead(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, whole byte) error {
	_, err := t.Exec(ctx, `INSERT INTO imprints (location_id, kind, part, marks) VALUES ($1, $2, $3, $4)
		ON CONFLICT (location_id, kind, part) DO UPDATE SET marks = excluded.marks`, id, kind, imprintHead, []byte{whole})
	return err
}

func writeMarks(ctx context.Context, t tx, id vpp.LocationID, kind vpp.Imprinted, marks []vpp.Mark) error {
	if _, err := t.Exec(ctx, "DELETE FROM imprints WHERE location_id = $1 AND kind = $2 AND part > $3", id, kind, imprintHead); err != nil {
		return err
	}
	part := imprintHead
	for some := range slices.Chunk(marks, marksPerPart) {
		part++
		b := make([]byte, 0, markSize*len(some))
		for _, m := range some {
			b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(b, m.Digest()), m.Seq)
		}
		if _, err := t.Exec(ctx, "INSERT INTO imprints (location_id, kind, part, marks) VALUES ($1, $2, $3, $4)", id, kind, part, b); err != nil {
			return err
		}
	}
	return writeHead(ctx, t, id, kind, 1)
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
