package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const locationColumns = `id, name, is_default, created_at, token_org, token_expires_at, token_added_at, token_problem, verified_at,
	uid, country, platform, website, wait_until, notify_url, notified_at, users_version, read_at, full_read_at, read_started_at,
	read_done, read_total, read_problem, at_apple, claim_id, claim_name, claim_metadata, claimed_at, frozen_at, frozen_id, frozen_name,
	frozen_metadata, moved_at, read_first_at, sync_every, full_every, sync_paused, next_read_at, next_full_at, assets_read_at, assignments_version,
	assignments_read_at, assignments_full_read_at, notify_test_at, notify_next_at, notify_failures,
	notify_problem, warned_days, consent_at, consent_by, consent_text,
	COALESCE((SELECT value FROM settings WHERE name = 'consent_text'), '')`

func scanLocation(s scanner) (l vpp.Location, err error) {
	var every, full int64
	err = s.Scan(&l.ID, &l.Name, &l.Default, timeAt{&l.CreatedAt}, &l.Token.Organization, timeAt{&l.Token.ExpiresAt}, timeAt{&l.Token.AddedAt},
		&l.TokenProblem, timeAt{&l.VerifiedAt}, &l.UID, &l.Country, &l.Platform, &l.Website, timeAt{&l.WaitUntil}, &l.NotifyURL,
		timeAt{&l.NotifiedAt}, &l.UsersVersion, timeAt{&l.ReadAt}, timeAt{&l.FullReadAt}, timeAt{&l.ReadStarted},
		&l.ReadProgress.Done, &l.ReadProgress.Total, &l.ReadProblem, &l.AtApple, &l.Claim.ID, &l.Claim.Name, &l.Claim.Metadata,
		timeAt{&l.ClaimedAt}, timeAt{&l.FrozenAt}, &l.FrozenBy.ID, &l.FrozenBy.Name, &l.FrozenBy.Metadata, timeAt{&l.MovedAt}, timeAt{&l.ReadFirst},
		&every, &full, &l.Schedule.Paused, timeAt{&l.NextReadAt}, timeAt{&l.NextFullAt}, timeAt{&l.AssetsReadAt}, &l.AssignmentsVersion,
		timeAt{&l.AssignmentsReadAt}, timeAt{&l.AssignmentsFullReadAt}, timeAt{&l.NotifyTestAt}, timeAt{&l.NotifyNext},
		&l.NotifyTries, &l.NotifyProblem, &l.WarnedDays, timeAt{&l.Consent.At}, &l.Consent.By, &l.Consent.Text, &l.ConsentOwn)
	l.Schedule.Every, l.Schedule.FullEvery = time.Duration(every)*time.Millisecond, time.Duration(full)*time.Millisecond
	return
}

// Location reads one location; "" is the default one.
func (db *DB) Location(ctx context.Context, id vpp.LocationID) (vpp.Location, error) {
	l, err := one(ctx, db, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE id = $1 OR ($1 = '' AND is_default)", id)
	return l, missing(err, "There is no such location.")
}

// Locations reads all locations, the default one first.
func (db *DB) Locations(ctx context.Context) ([]vpp.Location, error) {
	return all(ctx, db, scanLocation, "SELECT "+locationColumns+" FROM locations ORDER BY is_default DESC, name, id")
}

// SealedToken reads the location's content token as it was sealed, "" when it
// has none.
func (db *DB) SealedToken(ctx context.Context, id vpp.LocationID) (string, error) {
	v, err := one(ctx, db, scanString, "SELECT token_sealed FROM locations WHERE id = $1", id)
	return v, missing(err, "There is no such location.")
}
