package console_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// S0-01, F-52, F-69: apps and books with their counts, on the location's page and on
// the person's; books are marked as never coming back.
func TestAssetsPage(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	bo := s.invited(anna, "Bo Berg")[0]
	anna.get("/locations/"+string(s.here.ID)+"/assets").has(t, "No apps or books")
	book := applesim.Asset{AssetKey: applesim.AssetKey{AdamID: "1435797751", PricingParam: applesim.PricingStandard}, ProductType: applesim.ProductBook, Total: 9, SupportedPlatforms: []string{"iOS"}}
	s.must(s.apple.AddAsset(s.uid, applesim.App("361309726", 1300)))
	s.must(s.apple.AddAsset(s.uid, book))
	p, err := s.roster.Profile(t.Context(), bo)
	s.must(err)
	s.must(s.apple.AssignByHand(s.uid, book.AssetKey, string(p.Places[0].ClientUserID), ""))
	s.must(s.db.WantLibraryRead(t.Context(), s.here.ID))
	s.tend(s.here.ID)
	anna.get("/locations/"+string(s.here.ID)+"/assets").has(t, "361309726", "1,300 licenses", "never comes back", "https://apps.apple.com/us/app/id361309726", "Apps and books of Nordschule")
	anna.get("/locations/"+string(s.here.ID)).has(t, "Apps and books", "Found at Apple", "Next read of everything")
	anna.get("/users/"+string(bo)).has(t, "1435797751", "never comes back", "https://books.apple.com/us/book/id1435797751")
}

// S0-02, S0-23: once somebody is registered, licenses are assigned to their
// account, and stand on their page. S2-03: one that is assigned to a device is
// nobody's, and asks for no registration.
func TestAssignedAfterwards(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	bo := s.invited(anna, "Bo Berg")[0]
	s.must(s.apple.AddAsset(s.uid, applesim.App("361309726", 5)))
	token, err := s.apple.MintToken(s.uid, applesim.TokenOptions{})
	s.must(err)
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: s.apple.BaseURL(), Token: appsandbooks.Secret(token.Content)})
	s.must(err)
	assign := func(m appsandbooks.ManageAssets) {
		t.Helper()
		m.Assets = []appsandbooks.AssetKey{{AdamID: "361309726"}}
		_, err := c.AssociateAssets(t.Context(), m)
		s.must(err)
		s.must(s.db.WantLibraryRead(t.Context(), s.here.ID))
		s.tend(s.here.ID)
	}
	page := "/users/" + string(bo)
	assign(appsandbooks.ManageAssets{SerialNumbers: []string{"C02SERIAL001"}})
	anna.get("/locations/"+string(s.here.ID)+"/assets").has(t, "361309726", "1 assigned, 4 available")
	anna.get(page).lacks(t, "361309726")

	s.accept(bo)
	assign(appsandbooks.ManageAssets{ClientUserIDs: []string{string(s.place(bo).ClientUserID)}})
	anna.get("/locations/"+string(s.here.ID)+"/assets").has(t, "2 assigned, 3 available")
	anna.get(page).has(t, "Registered", "361309726")
}

// F-47, S1-20, S2-10: the schedule is set under Settings, VPP server.
func TestSchedulesPage(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	s.tend(s.here.ID)
	anna.get("/settings/vpp").has(t, "VPP server", "Nordschule", "every hour", "Pause")
	at := "/settings/vpp/" + string(s.here.ID)
	if p := anna.post(at, "every", "20 m", "full_every", "12h"); p.at != "/settings/vpp" {
		t.Errorf("saving leads to %s", p.at)
	}
	l, err := s.places.Get(t.Context(), s.here.ID)
	s.must(err)
	if l.Schedule != (vpp.Schedule{Every: 20 * time.Minute, FullEvery: 12 * time.Hour}) {
		t.Errorf("the schedule is %+v", l.Schedule)
	}
	anna.get("/settings/vpp").has(t, `value="20m"`, `value="12h"`)
	anna.post(at, "every", "soon", "full_every", "1m").has(t, "This is not a span of time", `value="soon"`)
	anna.post(at, "full_every", "1m").has(t, "every 10 minutes at most")
	anna.post(at, "paused", "1")
	anna.get("/settings/vpp").has(t, "paused: only when asked")
	if p := s.somebody("bob", operator.ScopeRead).post(at, "every", "1h"); p.status != 403 {
		t.Errorf("somebody who may only read changed it: %d", p.status)
	}
}

// F-07: records of others are adopted: what is clear at once, the rest one by one.
func TestStrangersPage(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	bo := s.add("Bo Berg", "bo@school.test")
	zoe := s.add("Zoë Alm", "zoe@school.test")
	token, err := s.apple.MintToken(s.uid, applesim.TokenOptions{})
	s.must(err)
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: s.apple.BaseURL(), Token: appsandbooks.Secret(token.Content)})
	s.must(err)
	_, err = c.CreateUsers(t.Context(), []appsandbooks.RequestUser{
		{ClientUserID: "one", Email: "bo@school.test"}, {ClientUserID: "two", Email: "old@school.test"}, {ClientUserID: "three", Email: "new@school.test"},
	})
	s.must(err)
	at := "/locations/" + string(s.here.ID) + "/strangers"
	anna.get(at).has(t, "Everybody at Apple is known here")
	s.must(s.db.WantRead(t.Context(), s.here.ID, true))
	s.tend(s.here.ID)
	anna.get(at).has(t, "3 records at Apple are nobody’s here", "Adopt 1 clear match", "Bo Berg", "same address", "Nobody fits")
	anna.post(at, "clear", "1")
	anna.get(at).has(t, "2 records at Apple").lacks(t, "Bo Berg")
	anna.post(at, "record", "two", "person", "zoe@school.test")
	anna.post(at, "record", "three", "create", "1")
	anna.get(at).has(t, "Everybody at Apple is known here")
	for id, name := range map[vpp.UserID]vpp.ClientUserID{bo: "one", zoe: "two"} {
		p, err := s.roster.Profile(t.Context(), id)
		s.must(err)
		if p.Places[0].ClientUserID != name || p.Places[0].AppleStatus != vpp.AppleRegistered {
			t.Errorf("%s has %+v", id, p.Places[0])
		}
	}
	anna.get("/users/"+string(zoe)).has(t, "Changed here, not yet at Apple", "old@school.test")
	anna.get("/users?attention=differs").has(t, "Zoë Alm", "changed here").lacks(t, "Bo Berg")
	anna.get("/users?q=new@school.test").has(t, "new@school.test")
}

// F-12: an edit waits for Apple, and says so.
func TestEditedPerson(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	bo := s.invited(anna, "Bo Berg")[0]
	form := anna.get("/users/"+string(bo)+"/edit").hidden("first_name", "last_name", "full_name", "user_name", "external_id", "locale", "notes", "groups", "managed_apple_id")
	form.Set("full_name", "Bo Berg")
	form.Set("user_name", "boberg")
	form.Set("email", "bo.berg@school.test")
	anna.send("/users/"+string(bo), form)
	anna.get("/users/"+string(bo)).has(t, "Waiting for Apple: what was changed here is on its way", "Apple still has boberg@school.test")
	s.tend(s.here.ID)
	anna.get("/users/"+string(bo)).lacks(t, "Waiting for Apple:", "not yet at Apple")
}
