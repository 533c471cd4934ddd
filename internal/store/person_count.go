package store

import (
	"context"
	"fmt"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// attentionLimit bounds what is counted one by one; more is "that many and more".
const attentionLimit = 10_000

// CountPeople reads the numbers behind the chips of a location: the statuses
// from their kept sums, the attentions counted up to 10,000.
func (db *DB) CountPeople(ctx context.Context, location vpp.LocationID) (vpp.Counts, error) {
	counts := vpp.Counts{Status: map[vpp.VPPStatus]int{}, Attention: map[vpp.Attention]int{}}
	location, err := db.locationOr(ctx, db, location)
	if err != nil {
		return counts, err
	}
	if counts.Status, err = db.countStatuses(ctx, location); err != nil {
		return counts, err
	}
	for _, n := range counts.Status {
		counts.Total += n
	}
	for attention, condition := range map[vpp.Attention]string{
		vpp.AttentionWaiting: "pending <> ''", vpp.AttentionDiffers: "differs", vpp.AttentionMail: "mail_problem <> ''",
		vpp.AttentionRefused: "apple_error <> 0", vpp.AttentionNoAddress: "no_address", vpp.AttentionPaused: "paused",
		vpp.AttentionStuck: fmt.Sprintf("vpp_status = 'invited' AND since < %d", db.stuckBefore()),
	} {
		counts.Attention[attention], err = one(ctx, db, scanInt, `SELECT count(*) FROM
			(SELECT 1 FROM program_users WHERE location_id = $1 AND `+condition+` LIMIT $2) x`, location, attentionLimit)
		if err != nil {
			return counts, err
		}
	}
	return counts, nil
}

// countStatuses reads the kept sums of a location.
func (db *DB) countStatuses(ctx context.Context, location vpp.LocationID) (map[vpp.VPPStatus]int, error) {
	counts := map[vpp.VPPStatus]int{}
	_, err := all(ctx, db, func(s scanner) (struct{}, error) {
		var status vpp.VPPStatus
		var n int
		err := s.Scan(&status, &n)
		counts[status] += n
		return struct{}{}, err
	}, "SELECT vpp_status, CAST(sum(n) AS BIGINT) FROM status_counts WHERE location_id = $1 GROUP BY vpp_status", location)
	return counts, err
}

// FoldCounts adds up the differences that PostgreSQL's writers leave behind.
func (db *DB) FoldCounts(ctx context.Context) error {
	if db.dialect() == sqliteDialect { // one row each already
		return nil
	}
	_, err := db.Exec(ctx, `WITH gone AS (DELETE FROM status_counts RETURNING location_id, vpp_status, n)
		INSERT INTO status_counts SELECT location_id, vpp_status, sum(n) FROM gone GROUP BY location_id, vpp_status`)
	return err
}
