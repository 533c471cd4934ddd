package api_test

import (
	"errors"
	"testing"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-47: a schedule is set, kept, and refused where it makes no sense.
func TestSchedule(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	all, err := c.Locations(ctx)
	must(t, err)
	l, err := c.SetSchedule(ctx, all[0].ID, client.Schedule{Every: "20m", FullEvery: "12h"})
	must(t, err)
	if l.Schedule != (client.Schedule{Every: "20m0s", FullEvery: "12h0m0s"}) {
		t.Errorf("the schedule is %+v", l.Schedule)
	}
	for _, s := range []client.Schedule{{Every: "soon"}, {Every: "1s"}, {FullEvery: "1000h"}} {
		_, err := c.SetSchedule(ctx, l.ID, s)
		var p *client.Problem
		if !errors.As(err, &p) || p.Kind() != "invalid" {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// F-52: apps, books, and what a person holds; F-07: records of others.
func TestLibraryAndAdoption(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	ids := h.people(c, 2)
	all, err := c.Locations(ctx)
	must(t, err)
	at := vpp.LocationID(all[0].ID)
	storetest.Exec(t, h.db, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired, unlimited, device_assignable,
		revocable, platforms, read_at) VALUES ($1, '361309726', 'STDQ', 'App', 5, 1, 4, 0, FALSE, TRUE, TRUE, 'iOS macOS', 7)`, at)
	storetest.Exec(t, h.db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at) VALUES ($1, '361309726', 'STDQ', 'theirs', '', 7)`, at)
	storetest.Exec(t, h.db, `INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, email_key, account_hash, read_at, seen_at)
		VALUES ($1, 'theirs', 'Registered', 'P01@school.test', 'p01@school.test', '', 7, 7), ($1, 'nobodys', 'Registered', 'x@school.test', 'x@school.test', '', 7, 7)`, at)

	assets, err := c.Assets(ctx, all[0].ID)
	must(t, err)
	if len(assets) != 1 || assets[0].Available != 4 || len(assets[0].Platforms) != 2 {
		t.Errorf("assets: %+v", assets)
	}
	strangers, err := c.ListStrangers(ctx, all[0].ID, client.Page{})
	must(t, err)
	if len(strangers.Items) != 2 || strangers.Items[1].Proposal != "adopt" || strangers.Items[1].Candidates[0].UserID != ids[0] || strangers.Items[0].Proposal != "unknown" {
		t.Errorf("strangers: %+v", strangers.Items)
	}
	finds, err := c.PreviewAdopt(ctx, all[0].ID)
	must(t, err)
	if finds != (client.Finds{Total: 2, Adopt: 1, Unknown: 1}) {
		t.Errorf("finds: %+v", finds)
	}
	done, err := c.Adopt(ctx, all[0].ID, client.AdoptRequest{Clear: true})
	must(t, err)
	if done.Adopted != 1 || len(done.Left) != 0 {
		t.Errorf("adopted: %+v", done)
	}
	licenses, err := c.Licenses(ctx, ids[0])
	must(t, err)
	if len(licenses) != 1 || licenses[0].AdamID != "361309726" || !licenses[0].Revocable {
		t.Errorf("licenses: %+v", licenses)
	}
	done, err = c.Adopt(ctx, all[0].ID, client.AdoptRequest{Choices: []client.AdoptChoice{{ClientUserID: "nobodys", User: "p02@school.test"}, {ClientUserID: "gone", User: ids[1]}}})
	must(t, err)
	if done.Adopted != 1 || len(done.Left) != 1 {
		t.Errorf("chosen: %+v", done)
	}
	p, err := c.User(ctx, ids[1])
	must(t, err)
	if p.Places[0].ClientUserID != "nobodys" || !p.Places[0].Differs {
		t.Errorf("the person has %+v", p.Places[0])
	}
	path := "/api/v1/locations/" + all[0].ID + "/strangers/adopt"
	for body, status := range map[string]int{
		`{}`: 422, `{"clear":true,"choices":[{"client_user_id":"a","user":"b"}]}`: 422, `{"choices":[{"client_user_id":"a"}]}`: 422, `{"clear":true,"create":true}`: 403,
	} {
		if r := h.ask("POST", path, h.key(operator.ScopeProgram), "application/json", body); r.status != status {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}
