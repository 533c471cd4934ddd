package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// accountsOf are the Apple Accounts that people are registered with before or
// after facts about them.
func accountsOf(facts []vpp.Fact) map[string]bool {
	hashes := map[string]bool{}
	for _, f := range facts {
		hashes[f.WasHash] = true
		if f.AppleStatus == vpp.AppleAssociated {
			hashes[f.AccountHash] = true
		}
	}
	delete(hashes, "")
	return hashes
}

// recountAccounts keeps the list of Apple Accounts that several people are
// registered with.
func recountAccounts(ctx context.Context, t tx, location vpp.LocationID, hashes map[string]bool) error {
	list := slices.Sorted(maps.Keys(hashes))
	for some := range slices.Chunk(list, 500) {
		args := append([]any{location}, anys(some)...)
		in := " IN (" + marks(2, len(some)) + ")"
		if _, err := t.Exec(ctx, "DELETE FROM same_accounts WHERE location_id = $1 AND account_hash"+in, args...); err != nil {
			return err
		}
		// Counted one by one, because PostgreSQL's planner takes the index for
		// empty during a first read, and would go through all of it for each list.
		_, err := t.Exec(ctx, "WITH v (hash) AS ("+givenFrom(2, len(some), "TEXT")+`), counted AS (SELECT hash, (SELECT count(*) FROM program_users
				WHERE location_id = $1 AND apple_status = 'Associated' AND account_hash <> '' AND account_hash = v.hash) AS people FROM v)
			INSERT INTO same_accounts (location_id, account_hash, people) SELECT CAST($1 AS TEXT), hash, people FROM counted WHERE people > 1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// sameAccount reads who else is registered with somebody's Apple Account.
func (db *DB) sameAccount(ctx context.Context, p vpp.ProgramUser) ([]vpp.User, error) {
	if p.AppleStatus != vpp.AppleAssociated || p.AccountHash == "" {
		return nil, nil
	}
	return all(ctx, db, scanUser, "SELECT "+userColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
		WHERE p.location_id = $1 AND p.apple_status = 'Associated' AND p.account_hash <> '' AND p.account_hash = $2 AND p.id <> $3
		ORDER BY p.sort_key LIMIT 10`, p.LocationID, p.AccountHash, p.ID)
}

// CountConflicts counts what does not go together at a location, and remembers
// the numbers for ConflictCounts.
func (db *DB) CountConflicts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error) {
	location, err := db.locationOr(ctx, db, location)
	if err != nil {
		return nil, err
	}
	counts := vpp.ConflictCounts{}
	for kind, query := range map[vpp.ConflictKind]string{
		vpp.ConflictAccount:  "SELECT count(*) FROM same_accounts WHERE location_id = $1",
		vpp.ConflictRecords:  "SELECT count(*) FROM (" + otherRecords("$1", "s.client_user_id") + ") x",
		vpp.ConflictUnusable: "SELECT count(*) FROM program_users p WHERE p.location_id = $1 AND " + unusableAccount,
		vpp.ConflictDevice:   "SELECT count(*) FROM (SELECT 1" + wrongDevices + " LIMIT 10000) x",
		vpp.ConflictStranger: "SELECT count(*) FROM " + livingStrangers,
	} {
		if counts[kind], err = one(ctx, db, scanInt, query, location); err != nil {
			return nil, err
		}
	}
	return counts, db.keepCounts(ctx, location, counts)
}

func (db *DB) keepCounts(ctx context.Context, location vpp.LocationID, counts vpp.ConflictCounts) error {
	return db.inTx(ctx, func(t tx) error {
		for _, kind := range vpp.ConflictKinds {
			if _, err := t.Exec(ctx, `INSERT INTO conflict_counts (location_id, kind, n, counted_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (location_id, kind) DO UPDATE SET n = excluded.n, counted_at = excluded.counted_at`,
				location, kind, counts[kind], ms(db.now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// ConflictCounts returns the numbers of the last count; those that cost little
// are counted anew.
func (db *DB) ConflictCounts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error) {
	counts := vpp.ConflictCounts{}
	_, err := all(ctx, db, func(s scanner) (struct{}, error) {
		var kind vpp.ConflictKind
		var n int
		err := s.Scan(&kind, &n)
		counts[kind] = n
		return struct{}{}, err
	}, "SELECT kind, n FROM conflict_counts WHERE location_id = $1", location)
	if err != nil {
		return nil, err
	}
	counts[vpp.ConflictAccount], err = one(ctx, db, scanInt, "SELECT count(*) FROM same_accounts WHERE location_id = $1", location)
	return counts, err
}

// UncountedConflicts lists locations that were read since their conflicts were
// counted, not counted again within a while.
func (db *DB) UncountedConflicts(ctx context.Context, while time.Duration) ([]vpp.LocationID, error) {
	ids, err := all(ctx, db, scanString, `SELECT l.id FROM locations l WHERE l.read_at > 0 AND NOT EXISTS (SELECT 1 FROM conflict_counts c
		WHERE c.location_id = l.id AND (c.counted_at >= l.read_at OR c.counted_at > $1))`, ms(db.now().Add(-while)))
	list := make([]vpp.LocationID, len(ids))
	for i, id := range ids {
		list[i] = vpp.LocationID(id)
	}
	return list, err
}

// unusableAccount says in SQL whose Managed Apple Account Apple would not link.
// It is the condition of an index, word for word.
const unusableAccount = "p.apple_status <> 'Associated' AND (p.managed_error <> 0 OR p.apple_error IN (9635, 9641))"

// livingStrangers are the living records of a location that are nobody's here.
const livingStrangers = "strangers s WHERE s.location_id = $1 AND s.apple_status IN ('Registered', 'Associated')" + notOurs

// wrongDevices are the channels of devices on which another account is signed
// in than their person accepted with, at this location or any other.
const wrongDevices = ` FROM enrollments e JOIN devices d ON d.id = e.device_id
	JOIN program_users p ON p.user_id = CASE WHEN e.owner_id <> '' THEN e.owner_id ELSE d.owner_id END JOIN users u ON u.id = p.user_id
	WHERE e.account_hash <> '' AND NOT e.disabled AND d.gone_at = 0 AND e.user_channel = (d.platform = 'mac' OR d.shared)
		AND p.location_id = $1 AND p.apple_status = 'Associated' AND p.account_hash NOT IN ('', e.account_hash)
		AND NOT EXISTS (SELECT 1 FROM program_users o WHERE o.user_id = p.user_id AND o.apple_status = 'Associated' AND o.account_hash = e.account_hash)`

// otherRecords asks for living records that are nobody's here and seem to be a
// person's who has a living record of ours: one Apple Account, or one address.
func otherRecords(location, columns string) string {
	living := "s.location_id = " + location + " AND s.apple_status IN ('Registered', 'Associated')" + notOurs
	return "SELECT " + columns + ` FROM strangers s WHERE ` + living + ` AND (
		EXISTS (SELECT 1 FROM program_users p WHERE p.location_id = s.location_id AND p.apple_status = 'Associated'
			AND p.account_hash <> '' AND p.account_hash = s.account_hash)
		OR EXISTS (SELECT 1 FROM users u CROSS JOIN program_users p WHERE u.email_key <> '' AND u.email_key = s.email_key
			AND p.user_id = u.id AND p.location_id = s.location_id AND p.apple_status IN ('Registered', 'Associated'))
		OR EXISTS (SELECT 1 FROM users u CROSS JOIN program_users p WHERE u.managed_apple_id <> '' AND lower(u.managed_apple_id) = s.email_key
			AND p.user_id = u.id AND p.location_id = s.location_id AND p.apple_status IN ('Registered', 'Associated')))`
}

// ListConflicts reads one page of the conflicts of a kind.
func (db *DB) ListConflicts(ctx context.Context, location vpp.LocationID, kind vpp.ConflictKind, page vpp.Page) (vpp.List[vpp.MappingConflict], error) {
	location, err := db.locationOr(ctx, db, location)
	if err != nil {
		return vpp.List[vpp.MappingConflict]{}, err
	}
	switch kind {
	case vpp.ConflictAccount:
		return db.listSameAccounts(ctx, location, page)
	case vpp.ConflictRecords:
		return db.listOtherRecords(ctx, location, page)
	case vpp.ConflictUnusable:
		return db.listUnusable(ctx, location, page)
	case vpp.ConflictDevice:
		return db.listWrongDevices(ctx, location, page)
	case vpp.ConflictStranger:
		return db.listStrangers(ctx, location, page)
	}
	return vpp.List[vpp.MappingConflict]{}, vpp.Errorf(vpp.Invalid, "There are no conflicts of the kind %q: choose same_account, two_records, unusable_account, account_on_device or stranger.", kind)
}

// shownPeople bounds how many people of one account are shown.
const shownPeople = 10

type sharedAccount struct {
	hash   string
	people int
	key    string
}

func (db *DB) listSameAccounts(ctx context.Context, location vpp.LocationID, page vpp.Page) (list vpp.List[vpp.MappingConflict], err error) {
	for _, cursor := range []string{page.After, page.Before} {
		if _, err := strconv.ParseInt("0"+cursor, 10, 64); err != nil {
			return list, vpp.Errorf(vpp.Invalid, "This page does not belong to the list any more: begin at its first page.")
		}
	}
	accounts, err := byKey(ctx, db, keyed[sharedAccount]{
		"SELECT account_hash, people, seq FROM same_accounts s WHERE location_id = $1", []any{location}, "s.seq", false,
		func(s scanner) (a sharedAccount, err error) {
			var seq int64
			err = s.Scan(&a.hash, &a.people, &seq)
			a.key = strconv.FormatInt(seq, 10)
			return
		}, func(a sharedAccount) string { return a.key },
	}, page)
	if err != nil {
		return list, err
	}
	list.Next, list.Prev = accounts.Next, accounts.Prev
	for _, a := range accounts.Items {
		people, err := all(ctx, db, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
			WHERE p.location_id = $1 AND p.apple_status = 'Associated' AND p.account_hash <> '' AND p.account_hash = $2
			ORDER BY p.associated_at, p.seq LIMIT $3`, location, a.hash, shownPeople)
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, vpp.MappingConflict{Kind: vpp.ConflictAccount, People: people, More: a.people - len(people)})
	}
	return list, db.markConflicts(ctx, list.Items)
}

func (db *DB) listOtherRecords(ctx context.Context, location vpp.LocationID, page vpp.Page) (list vpp.List[vpp.MappingConflict], err error) {
	type stranger struct {
		vpp.OtherRecord
		email, hash string
	}
	found, err := byKey(ctx, db, keyed[stranger]{
		otherRecords("$1", "s.client_user_id, s.apple_status, s.apple_email, s.email_key, s.account_hash"), []any{location}, "s.client_user_id", false,
		func(s scanner) (r stranger, err error) {
			err = s.Scan(&r.ClientUserID, &r.AppleStatus, &r.AppleEmail, &r.email, &r.hash)
			return
		}, func(r stranger) string { return string(r.ClientUserID) },
	}, page)
	if err != nil {
		return list, err
	}
	list.Next, list.Prev = found.Next, found.Prev
	for _, r := range found.Items {
		people, err := all(ctx, db, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
			WHERE p.location_id = $1 AND p.apple_status = 'Associated' AND p.account_hash <> '' AND p.account_hash = $2 ORDER BY p.seq LIMIT $3`,
			location, r.hash, shownPeople)
		if r.ByAccount = len(people) > 0; err == nil && !r.ByAccount {
			people, err = all(ctx, db, scanPerson, "SELECT "+personColumns+` FROM users u CROSS JOIN program_users p
				WHERE (u.email_key <> '' AND u.email_key = $2 OR u.managed_apple_id <> '' AND lower(u.managed_apple_id) = $2)
				AND p.user_id = u.id AND p.location_id = $1 AND p.apple_status IN ('Registered', 'Associated') ORDER BY p.seq LIMIT $3`,
				location, r.email, shownPeople)
		}
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, vpp.MappingConflict{Kind: vpp.ConflictRecords, People: people, Other: &r.OtherRecord})
	}
	return list, db.markConflicts(ctx, list.Items)
}

func (db *DB) listUnusable(ctx context.Context, location vpp.LocationID, page vpp.Page) (list vpp.List[vpp.MappingConflict], err error) {
	page = page.Clamp()
	q := peopleQuery{
		from: "program_users p CROSS JOIN users u", where: "p.location_id = $1 AND u.id = p.user_id AND " + unusableAccount, args: []any{location},
		order: []string{"p.sort_key", "p.seq"}, textual: []bool{true, false},
	}
	people, err := db.readPage(ctx, q, page)
	list.Next, list.Prev = people.Next, people.Prev
	for _, p := range people.Items {
		number := p.Program.ManagedError
		if number == 0 {
			number = p.Program.AppleError
		}
		c := vpp.MappingConflict{Kind: vpp.ConflictUnusable, People: []vpp.Person{p}, Number: number}
		if number == appleBound && err == nil {
			c.Holder, err = db.holderOf(ctx, location, p.User)
		}
		list.Items = append(list.Items, c)
	}
	return list, err
}

// appleBound is Apple's number for a Managed Apple Account that another record has.
const appleBound = 9641

// holderOf names whose a Managed Apple Account is already, as far as that can
// be known here: a registered person with the same one, or a record at Apple
// that is nobody's here and has it as its address.
func (db *DB) holderOf(ctx context.Context, location vpp.LocationID, u vpp.User) (string, error) {
	found, err := all(ctx, db, scanString, `SELECT u.full_name FROM users u JOIN program_users p ON p.user_id = u.id
		WHERE u.managed_apple_id <> '' AND lower(u.managed_apple_id) = lower($2) AND u.id <> $3 AND p.location_id = $1 AND p.apple_status = 'Associated'
		ORDER BY p.associated_at LIMIT 1`, location, u.ManagedAppleID, u.ID)
	if err != nil || len(found) > 0 {
		return strings.Join(found, ""), err
	}
	found, err = all(ctx, db, scanString, "SELECT s.client_user_id FROM "+livingStrangers+" AND s.email_key <> '' AND s.email_key = $2 ORDER BY s.client_user_id LIMIT 1",
		location, vpp.FoldKey(u.ManagedAppleID))
	if err != nil || len(found) == 0 {
		return "", err
	}
	return "the record " + found[0] + " at Apple, which is nobody's here", nil
}

// listWrongDevices goes by channel: one device may be wrong for several people.
func (db *DB) listWrongDevices(ctx context.Context, location vpp.LocationID, page vpp.Page) (list vpp.List[vpp.MappingConflict], err error) {
	type wrong struct {
		vpp.WrongDevice
		place vpp.ProgramUserID
		key   string
	}
	const key = "e.mdm || ' ' || e.id"
	found, err := byKey(ctx, db, keyed[wrong]{
		"SELECT d.id, d.name, CASE WHEN e.user_long_name <> '' THEN e.user_long_name ELSE e.user_short_name END, p.id, " + key + wrongDevices, []any{location}, key, false,
		func(s scanner) (w wrong, err error) { err = s.Scan(&w.ID, &w.Name, &w.User, &w.place, &w.key); return },
		func(w wrong) string { return w.key },
	}, page)
	if err != nil {
		return list, err
	}
	list.Next, list.Prev = found.Next, found.Prev
	for _, w := range found.Items {
		person, err := one(ctx, db, scanPerson, "SELECT "+personColumns+" FROM program_users p JOIN users u ON u.id = p.user_id WHERE p.id = $1", w.place)
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, vpp.MappingConflict{Kind: vpp.ConflictDevice, People: []vpp.Person{person}, Device: &w.WrongDevice})
	}
	return list, db.markConflicts(ctx, list.Items)
}

func (db *DB) listStrangers(ctx context.Context, location vpp.LocationID, page vpp.Page) (list vpp.List[vpp.MappingConflict], err error) {
	found, err := byKey(ctx, db, keyed[vpp.OtherRecord]{
		"SELECT s.client_user_id, s.apple_status, s.apple_email FROM " + livingStrangers, []any{location}, "s.client_user_id", false,
		func(s scanner) (r vpp.OtherRecord, err error) {
			err = s.Scan(&r.ClientUserID, &r.AppleStatus, &r.AppleEmail)
			return
		},
		func(r vpp.OtherRecord) string { return string(r.ClientUserID) },
	}, page)
	list.Next, list.Prev = found.Next, found.Prev
	for _, r := range found.Items {
		list.Items = append(list.Items, vpp.MappingConflict{Kind: vpp.ConflictStranger, Other: &r})
	}
	return list, err
}

func (db *DB) markConflicts(ctx context.Context, list []vpp.MappingConflict) error {
	var places []*vpp.ProgramUser
	for _, c := range list {
		for i := range c.People {
			places = append(places, &c.People[i].Program)
		}
	}
	return db.markRemoving(ctx, places)
}

// SharingAccounts counts the people of a selection who are registered with the
// same Apple Account as somebody else at the location, and names the first of
// them with one of the others.
func (db *DB) SharingAccounts(ctx context.Context, s vpp.Selection) (people int, first, other string, err error) {
	parts, err := db.parts(ctx, s)
	if err != nil || len(parts) == 0 {
		return 0, "", "", err
	}
	// Where no account is shared, which is the rule, one small question is enough.
	location := parts[0].args[0]
	shared, err := one(ctx, db, scanInt, "SELECT count(*) FROM (SELECT 1 FROM same_accounts WHERE location_id = $1 LIMIT 1) x", location)
	if err != nil || shared == 0 {
		return 0, "", "", err
	}
	return db.countSharing(ctx, parts)
}

func (db *DB) countSharing(ctx context.Context, parts []part) (people int, first, other string, err error) {
	for _, part := range parts {
		from := "same_accounts a CROSS JOIN " + part.from
		where := part.where + ` AND a.location_id = p.location_id AND a.account_hash = p.account_hash AND p.apple_status = 'Associated' AND p.account_hash <> ''`
		n, err := one(ctx, db, scanInt, "SELECT count(*) FROM "+from+" WHERE "+where, part.args...)
		if err != nil {
			return 0, "", "", err
		}
		people += part.sign * n
		if n == 0 || part.sign < 0 || first != "" {
			continue
		}
		p, err := one(ctx, db, scanPerson, "SELECT "+personColumns+" FROM "+from+" WHERE "+where+" ORDER BY p.sort_key, p.seq LIMIT 1", part.args...)
		if err != nil {
			return 0, "", "", err
		}
		others, err := db.sameAccount(ctx, p.Program)
		if err != nil {
			return 0, "", "", err
		}
		if len(others) > 0 {
			first, other = p.FullName, others[0].FullName
		}
	}
	return people, first, other, nil
}
