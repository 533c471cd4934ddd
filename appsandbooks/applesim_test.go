package appsandbooks_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

const unit = "1000000000000001"

// newSim serves one unit and makes a client of it.
func newSim(t *testing.T, o applesim.Options) (*applesim.Server, *appsandbooks.Client) {
	t.Helper()
	o.Locations = []applesim.Location{{UID: unit}}
	o.Limits = applesim.UnlimitedRate()
	sim, err := applesim.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	token, err := sim.MintToken(unit, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := appsandbooks.New(appsandbooks.Config{Token: appsandbooks.Secret(token.Content), BaseURL: sim.BaseURL()})
	if err != nil {
		t.Fatal(err)
	}
	return sim, c
}

// holders reads assignments into a set.
func holders(t *testing.T, c *appsandbooks.Client, q appsandbooks.AssignmentsQuery) ([]string, appsandbooks.Walk) {
	t.Helper()
	var read []string
	walk, err := c.WalkAssignments(t.Context(), q, func(p *appsandbooks.AssignmentsPage) error {
		for _, a := range p.Assignments {
			read = append(read, fmt.Sprint(a.Key(), a.ClientUserID, a.SerialNumber))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(read)
	return read, walk
}

// What is read is what the other side, written by somebody else, holds true.
func TestReadsThePretendedTruth(t *testing.T) {
	for _, quirks := range []applesim.Quirks{{}, {EmptyListAbsent: true, NullMDMInfo: true}} {
		sim, c := newSim(t, applesim.Options{PageSize: 7, Quirks: quirks})
		for n := range 3 {
			must(sim.AddAsset(unit, applesim.App(strconv.Itoa(100+n), 50)))
		}
		must(sim.Seed(unit, 20, applesim.SeedOptions{}))
		must(sim.SeedAssignments(unit, 50, applesim.SeedAssignmentsOptions{}))
		must(sim.AssignByHand(unit, applesim.AssetKey{AdamID: "100", PricingParam: "STDQ"}, "", "C02"))

		var want []string
		for a := range sim.Assignments(unit) {
			want = append(want, fmt.Sprint(appsandbooks.AssetKey(a.AssetKey), a.ClientUserID, a.SerialNumber))
		}
		slices.Sort(want)
		got, walk := holders(t, c, appsandbooks.AssignmentsQuery{})
		if diff := cmp.Diff(want, got); diff != "" || walk.Records != 51 || walk.Pages != 8 || walk.Moved {
			t.Fatalf("%+v (-want +got):\n%s", walk, diff)
		}
		if got, _ := holders(t, c, appsandbooks.AssignmentsQuery{SerialNumber: "C02"}); len(got) != 1 {
			t.Errorf("the device has %v", got)
		}
		if got, _ := holders(t, c, appsandbooks.AssignmentsQuery{SinceVersionID: walk.VersionID}); len(got) != 0 {
			t.Errorf("nothing changed, but %v", got)
		}

		// Assigning and taking back, and the delta that follows.
		assets := []appsandbooks.AssetKey{{AdamID: "101"}, {AdamID: "102"}}
		e, err := c.AssociateAssets(t.Context(), appsandbooks.ManageAssets{Assets: assets, SerialNumbers: []string{"C03", "C04"}})
		must(err)
		sim.Settle()
		if status, err := c.EventStatus(t.Context(), e.EventID); err != nil || status.State != appsandbooks.Complete || status.NumCompleted != 4 || status.Type != appsandbooks.Associate {
			t.Errorf("%+v, %v", status, err)
		}
		if got, _ := holders(t, c, appsandbooks.AssignmentsQuery{SinceVersionID: walk.VersionID}); len(got) != 4 {
			t.Errorf("the delta is %v", got)
		}
		_, err = c.RevokeAssets(t.Context(), appsandbooks.RevokeAssets{SerialNumbers: []string{"C02", "C03"}})
		must(err)
		sim.Settle()
		if got, walk := holders(t, c, appsandbooks.AssignmentsQuery{}); walk.Records != 52 {
			t.Errorf("%d are left: %v", walk.Records, got)
		}
	}
}

// Section 1.7: the three ways in which the unlimited come.
func TestUnlimitedAssets(t *testing.T) {
	sim, c := newSim(t, applesim.Options{})
	free := applesim.App("200", 0)
	free.Unlimited = true
	must(sim.AddAsset(unit, free))
	must(sim.AddAsset(unit, applesim.App("201", 5)))
	for name, tc := range map[string]struct {
		asked *bool
		want  map[string]bool
	}{
		"omitted": {nil, map[string]bool{"200": true, "201": false}},
		"true":    {new(true), map[string]bool{"200": true, "201": false}},
		"false":   {new(false), map[string]bool{"201": false}},
	} {
		page, err := c.Assets(t.Context(), appsandbooks.AssetsQuery{Unlimited: tc.asked})
		must(err)
		got := map[string]bool{}
		for _, a := range page.Assets {
			got[a.AdamID] = a.Unlimited
		}
		if !maps.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
