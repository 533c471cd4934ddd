package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// enrollRule is the name of the setting that holds a vpp.EnrollRule.
const enrollRule = "enroll_rule"

// EnrollRule reads whether people are invited when their devices enroll.
func (db *DB) EnrollRule(ctx context.Context) (vpp.EnrollRule, error) { return readEnrollRule(ctx, db) }

func readEnrollRule(ctx context.Context, q querier) (rule vpp.EnrollRule, err error) {
	text, err := one(ctx, q, scanString, "SELECT value FROM settings WHERE name = $1", enrollRule)
	if vpp.KindOf(err) == vpp.NotFound {
		return rule, nil
	}
	if err != nil {
		return rule, err
	}
	return rule, json.Unmarshal([]byte(text), &rule)
}

// SaveEnrollRule writes it, with its history entry.
func (db *DB) SaveEnrollRule(ctx context.Context, by vpp.Actor, rule vpp.EnrollRule) error {
	text, err := json.Marshal(rule)
	if err != nil {
		return err
	}
	was, err := db.EnrollRule(ctx)
	if err != nil {
		return err
	}
	summary := "People are invited when their devices enroll"
	if !rule.On {
		summary = "People are no longer invited when their devices enroll"
	}
	return db.SaveSetting(ctx, by, enrollRule, string(text), summary, was, rule)
}

// promiseInvites notes whom the rule invites on a device: everybody who is
// reached there, once for each time that it enrolls.
func (db *DB) promiseInvites(ctx context.Context, t tx, id vpp.DeviceID) error {
	rule, err := readEnrollRule(ctx, t)
	if err != nil || !rule.On {
		return err
	}
	people, err := db.concerned(ctx, t, id)
	if err != nil || len(people) == 0 {
		return err
	}
	targets, err := db.targetsOf(ctx, t, people)
	if err != nil {
		return err
	}
	_, channels, err := db.deviceWithChannels(ctx, t, id)
	if err != nil {
		return err
	}
	due := ms(db.now().Add(time.Duration(rule.AfterMinutes) * time.Minute))
	for _, person := range people {
		for _, target := range targets[person] {
			i := slices.IndexFunc(channels, func(e vpp.Enrollment) bool { return e.ID == target.Enrollment && e.MDM == target.MDM })
			if target.DeviceID != id || !target.Reach.Open() || i < 0 || channels[i].EnrolledAt.Before(rule.Since) {
				continue
			}
			_, err := t.Exec(ctx, "INSERT INTO auto_invites (device_id, user_id, enrolled_at, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
				id, person, ms(channels[i].EnrolledAt), due)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// EnrolledInvites lists whom the rule invites by now, the longest due first.
func (db *DB) EnrolledInvites(ctx context.Context, limit int) ([]vpp.EnrolledInvite, error) {
	scan := func(s scanner) (i vpp.EnrolledInvite, err error) {
		var groups string
		err = s.Scan(&i.UserID, &i.DeviceID, &i.LocationID, &groups, timeAt{&i.EnrolledAt})
		i.Groups = splitGroups(groups)
		return
	}
	return all(ctx, db, scan, `SELECT a.user_id, a.device_id, COALESCE((SELECT p.location_id FROM program_users p JOIN locations l ON l.id = p.location_id
			WHERE p.user_id = a.user_id ORDER BY l.is_default DESC, l.id LIMIT 1), ''),
		COALESCE((SELECT u.groups FROM users u WHERE u.id = a.user_id), ''), a.enrolled_at
		FROM auto_invites a WHERE a.done_at = 0 AND a.due_at <= $1 ORDER BY a.due_at LIMIT $2`, ms(db.now()), limit)
}

// EnrolledInvited notes that the rule did what it could for one. A reason why
// nobody was invited is put on the person's record.
func (db *DB) EnrolledInvited(ctx context.Context, i vpp.EnrolledInvite, reason string) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE auto_invites SET done_at = $4 WHERE device_id = $1 AND user_id = $2 AND enrolled_at = $3 AND done_at = 0",
			i.DeviceID, i.UserID, ms(i.EnrolledAt), ms(db.now()))
		if err != nil || n == 0 || reason == "" {
			return err
		}
		return db.insertEntry(ctx, t, vpp.Server, "invite.enrolled", "user:"+string(i.UserID), "Not invited on a newly enrolled device. "+reason, nil, nil)
	})
}

// keepToOwners takes back what is open on a device for people whose it is no
// more: nobody is to be shown another's invitation.
func (db *DB) keepToOwners(ctx context.Context, t tx, id vpp.DeviceID) error {
	type open struct {
		id   vpp.DeliveryID
		user vpp.UserID
	}
	scan := func(s scanner) (o open, err error) { err = s.Scan(&o.id, &o.user); return }
	list, err := all(ctx, t, scan, `SELECT d.id, p.user_id FROM deliveries d JOIN program_users p ON p.id = d.program_user_id
		WHERE d.device_id = $1 AND d.device_id <> '' AND d.outcome IN ('queued', 'deferred', 'underway') ORDER BY d.id`, id)
	if err != nil || len(list) == 0 {
		return err
	}
	owners, err := db.concerned(ctx, t, id)
	if err != nil {
		return err
	}
	for _, o := range list {
		if slices.Contains(owners, o.user) {
			continue
		}
		if err := db.takeFrom(ctx, t, o.id); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) takeFrom(ctx context.Context, t tx, id vpp.DeliveryID) error {
	const sentence = "The device belongs to somebody else now."
	c, err := one(ctx, t, scanCommand, "SELECT "+commandColumns+commandTables+" WHERE d.id = $1", id)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = $3 WHERE id = $1", id, ms(db.now()), sentence); err != nil {
		return err
	}
	return db.answered(ctx, t, c, vpp.SentCommand{ID: id, MDM: c.MDM, State: vpp.CommandFailed, At: db.now(), Sentence: sentence, Mail: true})
}
