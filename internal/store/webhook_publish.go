package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// event is something that webhooks may want to be told of. What it says of the
// person and the location is added when somebody wants it.
type event struct {
	kind     vpp.EventKind
	location vpp.LocationID    // of an event that is about no person
	place    vpp.ProgramUserID // of one that is
	what     map[string]any    // never a link, a code, a token or a secret
}

// subject is whom or what events are about.
type subject struct {
	place                vpp.ProgramUserID
	user                 vpp.UserID
	externalID, userName string
	client               vpp.ClientUserID
	location             vpp.LocationID
	locationName         string
}

// listeners are the webhooks that are on: seldom more than a few, and asked
// for once in an act, so that nobody pays who has none.
func listeners(ctx context.Context, t tx) ([]webhookRow, error) {
	return all(ctx, t, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE off_at = 0 ORDER BY id")
}

// publish writes what happened for every webhook that wants to know, in the
// transaction of the fact, and promises to post it.
func (db *DB) publish(ctx context.Context, t tx, events ...event) error {
	if len(events) == 0 {
		return nil
	}
	return db.publishMany(ctx, t, func() []event { return events })
}

// publishMany is publish for events that are only gathered when somebody listens.
func (db *DB) publishMany(ctx context.Context, t tx, gather func() []event) error {
	hooks, err := listeners(ctx, t)
	if err != nil || len(hooks) == 0 {
		return err
	}
	events := slices.DeleteFunc(slices.Clone(gather()), func(e event) bool {
		return !slices.ContainsFunc(hooks, func(w webhookRow) bool { return w.wantsKind(e.kind) })
	})
	for some := range steps(events, publishRows) {
		if err := db.publishSome(ctx, t, hooks, some); err != nil {
			return err
		}
	}
	return db.wakeWebhooks(ctx, t, hooks, events)
}

// publishRows is how many events are written in one statement.
const publishRows = 128

// outgoing is one event for one webhook.
type outgoing struct {
	webhook vpp.WebhookID
	kind    vpp.EventKind
	body    string
}

func (db *DB) publishSome(ctx context.Context, t tx, hooks []webhookRow, events []event) error {
	about, err := subjects(ctx, t, events)
	if err != nil {
		return err
	}
	now := db.now()
	var rows []outgoing
	for _, e := range events {
		s, known := about[e.key()]
		if !known {
			continue // the person was removed at this moment
		}
		body, err := eventBody(e, s, now)
		if err != nil {
			return err
		}
		for _, w := range hooks {
			if w.Wants(e.kind, s.location) {
				rows = append(rows, outgoing{w.ID, e.kind, body})
			}
		}
	}
	for some := range steps(rows, publishRows) {
		args := make([]any, 0, 7*len(some))
		for _, o := range some {
			args = append(args, db.ids(), o.webhook, o.kind, ms(now), o.body, ms(now), ms(now))
		}
		if _, err := t.Exec(ctx, "INSERT INTO webhook_messages (id, webhook_id, kind, at, body, queued_at, next_at) VALUES "+
			rowsOf(len(some), "", "", "", "", "", "", ""), args...); err != nil {
			return err
		}
	}
	return nil
}

func (e event) key() string {
	if e.place != "" {
		return string(e.place)
	}
	return string(e.location)
}

// subjects reads whom and what events are about, by place or by location.
func subjects(ctx context.Context, t tx, events []event) (map[string]subject, error) {
	var places []vpp.ProgramUserID
	about := map[string]subject{}
	for _, e := range events {
		if e.place != "" {
			places = append(places, e.place)
			continue
		}
		name, err := one(ctx, t, scanString, "SELECT name FROM locations WHERE id = $1", e.location)
		if err != nil {
			return nil, missing(err, "There is no such location.")
		}
		about[e.key()] = subject{location: e.location, locationName: name}
	}
	if len(places) == 0 {
		return about, nil
	}
	people, err := all(ctx, t, func(s scanner) (p subject, err error) {
		err = s.Scan(&p.place, &p.user, &p.externalID, &p.userName, &p.client, &p.location, &p.locationName)
		return
	}, `SELECT p.id, u.id, u.external_id, u.user_name, p.client_user_id, l.id, l.name FROM program_users p
		JOIN users u ON u.id = p.user_id JOIN locations l ON l.id = p.location_id WHERE p.id IN (`+marks(1, len(places))+")", anys(places)...)
	for _, p := range people {
		about[string(p.place)] = p
	}
	return about, err
}

// eventBody is what is posted: small, and without anything that opens anything.
func eventBody(e event, s subject, at time.Time) (string, error) {
	data := map[string]any{"location": map[string]any{"id": s.location, "name": s.locationName}}
	if s.place != "" {
		data["user"] = map[string]any{"id": s.user, "external_id": s.externalID, "user_name": s.userName, "client_user_id": s.client}
	}
	maps.Copy(data, e.what)
	return messageBody(e.kind, at, data)
}

func messageBody(kind vpp.EventKind, at time.Time, data map[string]any) (string, error) {
	text, err := json.Marshal(struct {
		Type      vpp.EventKind  `json:"type"`
		Timestamp string         `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}{kind, at.UTC().Format(time.RFC3339), data})
	return string(text), err
}

// wakeWebhooks promises to post. Who posts to a webhook just now looks for more
// before it goes; one that is paused is woken by the sweep.
func (db *DB) wakeWebhooks(ctx context.Context, t tx, hooks []webhookRow, events []event) error {
	now := db.now()
	var jobs []vpp.Job
	for _, w := range hooks {
		if w.claimedUntil.After(now) || w.NextAt.After(now) {
			continue
		}
		if slices.ContainsFunc(events, func(e event) bool { return w.wantsKind(e.kind) }) {
			jobs = append(jobs, vpp.PostWebhook{WebhookID: w.ID})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return t.enqueue(ctx, jobs...)
}
