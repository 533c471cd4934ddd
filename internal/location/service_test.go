package location_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ location.Store = (*store.DB)(nil)

var (
	anna  = vpp.Actor{ID: "op", Name: "anna"}
	epoch = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
)

// promises keeps what is promised.
type promises struct{ jobs []vpp.Job }

func (p *promises) InsertSQL(_ context.Context, _ *sql.Tx, jobs []vpp.Job) error {
	p.jobs = append(p.jobs, jobs...)
	return nil
}

func (p *promises) InsertPgx(_ context.Context, _ pgx.Tx, jobs []vpp.Job) error {
	p.jobs = append(p.jobs, jobs...)
	return nil
}

// apple answers by what stands in the token: the place of the real client,
// which program's tests have in the loop.
type apple struct {
	facts map[string]vpp.LocationFacts // by the token's org name
	err   error
}

func (a *apple) Verify(_ context.Context, token string) (vpp.LocationFacts, error) {
	t, err := appsandbooks.ParseContentToken([]byte(token))
	if err == nil {
		err = a.err
	}
	return a.facts[t.OrgName], err
}

func (a *apple) Ours(_ context.Context, c vpp.Claim) (bool, error) { return c.ID == "ours", nil }

// box is a lock that only opens in its own row.
type box struct{}

func (box) Seal(plain []byte, context string) (string, error) {
	return context + "|" + base64.StdEncoding.EncodeToString(plain), nil
}

func (box) Open(sealed, context string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, context+"|")
	if !ok {
		return nil, errors.New("sealed for another row")
	}
	return base64.StdEncoding.DecodeString(text)
}

type house struct {
	*location.Service
	db    *store.DB
	apple apple
	promises
}

func build(t *testing.T, url string) *house {
	t.Helper()
	clock := func() time.Time { return epoch }
	h := &house{db: storetest.Open(t, url, clock), apple: apple{facts: map[string]vpp.LocationFacts{
		"north": {UID: "uid-n", Name: "North School", Country: "DE", Platform: "volumestore"},
		"south": {UID: "uid-s", Name: "South School", Country: "FR", ExpiresAt: epoch.AddDate(0, 1, 0)},
	}}}
	h.db.Use(&h.promises)
	h.Service = location.New(h.db, &h.apple, box{}, clock, storetest.NewID)
	for range 2 {
		if err := h.EnsureDefault(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func file(org, serial string, days int) []byte {
	text, _ := json.Marshal(map[string]string{
		"token": "secret-" + serial, "expDate": epoch.AddDate(0, 0, days).Format("2006-01-02T15:04:05-0700"), "orgName": org,
	})
	return []byte(base64.StdEncoding.EncodeToString(text))
}

func wantKind(t *testing.T, err error, kind vpp.Kind, parts ...string) {
	t.Helper()
	if err == nil || vpp.KindOf(err) != kind {
		t.Fatalf("error %v, want one of kind %s", err, kind)
	}
	for _, part := range parts {
		if !strings.Contains(vpp.MessageOf(err), part) {
			t.Errorf("sentence %q lacks %q", vpp.MessageOf(err), part)
		}
	}
}

func TestLocations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		empty, err := h.Get(t.Context(), "")
		if err != nil || !empty.Default || empty.Name != vpp.DefaultLocationName || empty.TokenState(epoch) != vpp.TokenMissing {
			t.Fatal(empty, err)
		}
		_, err = h.Token(t.Context(), empty.ID)
		wantKind(t, err, vpp.Conflict, "no content token")
		_, err = h.Renew(t.Context(), anna, empty.ID, file("north", "1", 300), false)
		wantKind(t, err, vpp.Conflict, "add the token")

		// The first token fills the default location, the second makes one.
		north, err := h.Add(t.Context(), anna, file("north", "1", 300), true)
		if err != nil || north.ID != empty.ID || !north.Default || north.Name != "North School" || north.TokenState(epoch) != vpp.TokenValid {
			t.Fatal(north, err)
		}
		south, err := h.Add(t.Context(), anna, file("south", "1", 300), true)
		if err != nil || south.Default || south.Country != "FR" {
			t.Fatal(south, err)
		}
		if !south.Token.ExpiresAt.Equal(epoch.AddDate(0, 1, 0)) { // pain 11: the earlier of the two
			t.Error(south.Token.ExpiresAt)
		}
		for _, id := range []vpp.LocationID{north.ID, south.ID} {
			rows, err := h.db.Query(t.Context(), "SELECT full_wanted_at FROM tenders WHERE location_id = $1", id)
			if err != nil {
				t.Fatal(err)
			}
			var wanted int64
			if !rows.Next() || rows.Scan(&wanted) != nil || wanted == 0 {
				t.Error("its people are not to be read")
			}
			rows.Close()
		}
		if secret, err := h.Token(t.Context(), south.ID); err != nil || secret != string(file("south", "1", 300)) {
			t.Error(secret, err)
		}
		// A sealed token that is moved to another row does not open there.
		if _, err := h.db.Exec(t.Context(), "UPDATE locations SET token_sealed = (SELECT token_sealed FROM locations WHERE id = $1) WHERE id = $2", south.ID, north.ID); err != nil {
			t.Fatal(err)
		}
		if _, err = h.Token(t.Context(), north.ID); err == nil {
			t.Error("a moved token was opened")
		}

		_, err = h.Add(t.Context(), anna, file("south", "2", 300), true) // pain 14
		wantKind(t, err, vpp.Conflict, "South School")
		_, err = h.Renew(t.Context(), anna, north.ID, file("south", "2", 300), false)
		wantKind(t, err, vpp.Conflict, "South School", "North School")

		if err := h.db.EndToken(t.Context(), south, vpp.AppleTokenRevoked, "revoked", south.RefusedNotice(vpp.AppleTokenRevoked, epoch)); err != nil {
			t.Fatal(err)
		}
		h.jobs = nil
		south, err = h.Renew(t.Context(), anna, south.ID, file("south", "2", 300), false)
		if err != nil || south.TokenProblem != 0 || south.ReadProblem != "" {
			t.Error(south, err)
		}
		if fmt.Sprint(h.jobs) != fmt.Sprint([]vpp.Job{vpp.TendLocation{LocationID: south.ID}}) {
			t.Errorf("the tender was not woken: %v", h.jobs)
		}

		if err := h.SetDefault(t.Context(), anna, south.ID); err != nil {
			t.Fatal(err)
		}
		list, err := h.List(t.Context())
		if err != nil || len(list) != 2 || list[0].ID != south.ID || list[1].Default {
			t.Error(list, err)
		}
		wantKind(t, h.SetDefault(t.Context(), anna, "nowhere"), vpp.NotFound)
		if err := h.EnsureDefault(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list, err = h.List(t.Context()); err != nil || len(list) != 2 {
			t.Error(list, err)
		}
		var actions []string
		rows, err := h.db.Query(t.Context(), "SELECT action FROM entries ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var a string
			if err := rows.Scan(&a); err != nil {
				t.Fatal(err)
			}
			actions = append(actions, a)
		}
		if got := strings.Join(actions, " "); got != "location.consent token.add location.consent token.add token.ended token.renew location.default" {
			t.Error(got)
		}
	})
}

// A broken, expired, truncated, twice-encoded or foreign token gets a sentence.
func TestBadTokens(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	good := file("north", "1", 300)
	for _, c := range []struct {
		name string
		file []byte
		kind vpp.Kind
		part string
	}{
		{"empty", nil, vpp.Invalid, "empty"},
		{"truncated", good[:len(good)/2], vpp.Invalid, "cut off"},
		{"twice encoded", []byte(base64.StdEncoding.EncodeToString(good)), vpp.Invalid, "second time"},
		{"foreign", []byte("%PDF-1.7"), vpp.Invalid, "PDF"},
		{"expired", file("north", "1", -1), vpp.Denied, "expired on 2 February 2031"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.Add(t.Context(), anna, c.file, true)
			wantKind(t, err, c.kind, c.part)
		})
	}
	if said, err := h.Inspect(good); err != nil || said.Organization != "north" || !said.ExpiresAt.Equal(epoch.AddDate(0, 0, 300)) {
		t.Error(said, err)
	}
}

// F-53: expired and revoked are told apart, and kept with the location.
func TestCheck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		l, err := h.Add(t.Context(), anna, file("north", "1", 300), true)
		if err != nil {
			t.Fatal(err)
		}
		h.apple.err = &appsandbooks.Error{Number: appsandbooks.ErrorNumber(vpp.AppleTokenRevoked), Message: "raw words"}
		_, err = h.Add(t.Context(), anna, file("south", "1", 300), true)
		wantKind(t, err, vpp.Denied, "revoked", "Renew")
		_, err = h.Check(t.Context(), anna, l.ID)
		wantKind(t, err, vpp.Denied, "revoked")
		if l, err = h.Get(t.Context(), l.ID); err != nil || l.TokenState(epoch) != vpp.TokenRevoked {
			t.Error(l, err)
		}
		h.apple.err = errors.New("dial tcp: no route to host")
		_, err = h.Check(t.Context(), anna, l.ID)
		wantKind(t, err, vpp.Unavailable, "could not be asked")
		h.apple.err = nil
		north := h.apple.facts["north"]
		north.Name, north.ExpiresAt = "North School renamed", epoch.AddDate(0, 0, 5)
		h.apple.facts["north"] = north
		if l, err = h.Check(t.Context(), anna, ""); err != nil || l.Name != north.Name || l.TokenState(epoch) != vpp.TokenExpiring {
			t.Error(l, err)
		}
		h.apple.facts["north"] = h.apple.facts["south"]
		_, err = h.Check(t.Context(), anna, l.ID)
		wantKind(t, err, vpp.Conflict, "South School", "North School")
	})
}

// F-56: what another server claims is added only when somebody says so who saw
// whose it is; what nobody claims, or we do, without a word.
func TestAddClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		claimedBy := func(org string, c vpp.Claim) {
			f := h.apple.facts[org]
			f.Claim = c
			h.apple.facts[org] = f
		}
		claimedBy("north", vpp.Claim{ID: "other", Name: "Other MDM"})
		seen, err := h.Preview(t.Context(), file("north", "1", 300))
		if err != nil || seen.ClaimState() != vpp.ClaimOthers || seen.Claim.Name != "Other MDM" {
			t.Fatalf("%+v %v", seen, err)
		}
		_, err = h.Add(t.Context(), anna, file("north", "1", 300), true)
		wantKind(t, err, vpp.Conflict, "“Other MDM” manages North School")
		if e, ok := errors.AsType[*vpp.Error](err); !ok || e.Field != "claim" {
			t.Errorf("%+v", err)
		}
		_, err = h.AddOver(t.Context(), anna, file("north", "1", 300), "somebody else", true)
		wantKind(t, err, vpp.Conflict, "Meanwhile “Other MDM”")
		if l, err := h.Get(t.Context(), ""); err != nil || l.UID != "" {
			t.Errorf("something was stored: %+v %v", l, err)
		}
		north, err := h.AddOver(t.Context(), anna, file("north", "1", 300), "other", true)
		if err != nil || north.ClaimState() != vpp.ClaimOthers {
			t.Errorf("%+v %v", north, err)
		}
		claimedBy("south", vpp.Claim{ID: "ours"})
		south, err := h.Add(t.Context(), anna, file("south", "1", 300), true)
		if err != nil || south.ClaimState() != vpp.ClaimOurs {
			t.Errorf("%+v %v", south, err)
		}
	})
}
