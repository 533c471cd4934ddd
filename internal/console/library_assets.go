package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// assetsPage lists the apps and books of a location with their licenses.
func (d *Door) assetsPage(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	assets, err := d.Program.Assets(r.Context(), l.ID)
	if err != nil {
		return err
	}
	m := view.Assets{Page: d.page(r), Read: d.when(l.AssetsReadAt), Totals: totalsOf(assets)}
	m.Page.Title, m.Page.Crumbs = "Apps and books of "+l.Name, []view.Link{{Text: "Locations", Href: "/locations"}}
	if m.Tabs, err = d.locationTabs(r.Context(), l.ID, tabAssets); err != nil {
		return err
	}
	for _, a := range assets {
		line := view.AssetLine{
			Key: assetKey(a.AssetID), Number: a.AdamID, Store: storePage(l.Country, a.AdamID, a.ProductType), Kind: a.ProductType, Kept: a.Kept(), Unlimited: a.Unlimited,
			Total: a.Total, Assigned: a.Assigned, Available: a.Available, Retired: a.Retired, Platforms: strings.Join(a.Platforms, ", "),
		}
		if a.PricingParam == "PLUS" {
			line.Quality = "high quality"
		}
		m.Lines = append(m.Lines, line)
	}
	return d.render(w, r, view.AssetsPage(m))
}

// totalsOf adds up apps and books apart: books never come back.
func totalsOf(assets []vpp.Asset) []view.Fact {
	sums := map[bool]*vpp.Asset{false: {}, true: {}}
	n := map[bool]int{}
	for _, a := range assets {
		s := sums[a.Kept()]
		n[a.Kept()]++
		s.Total, s.Assigned, s.Available, s.Retired = s.Total+a.Total, s.Assigned+a.Assigned, s.Available+a.Available, s.Retired+a.Retired
	}
	words := func(s *vpp.Asset) string {
		return thousands(s.Total) + " licenses: " + thousands(s.Assigned) + " assigned, " + thousands(s.Available) + " available, " + thousands(s.Retired) + " retired"
	}
	var facts []view.Fact
	if n[false] > 0 {
		facts = append(facts, view.Fact{Term: "Licenses that come back", Text: words(sums[false])})
	}
	if n[true] > 0 {
		facts = append(facts, view.Fact{Term: "Licenses that never come back", Text: words(sums[true])})
	}
	return facts
}

// storePage is where Apple's store shows an app or a book: names are not known
// here, and nobody is asked for them.
func storePage(country, number, kind string) string {
	at := "https://apps.apple.com/"
	if kind == "Book" {
		at = "https://books.apple.com/"
	}
	if country != "" {
		at += strings.ToLower(url.PathEscape(country)) + "/"
	}
	if kind == "Book" {
		return at + "book/id" + url.PathEscape(number)
	}
	return at + "app/id" + url.PathEscape(number)
}

// licenses lists what a person holds, location by location.
func (d *Door) licenses(ctx context.Context, user vpp.UserID, locations []vpp.Location) ([]view.LicenseLine, error) {
	held, err := d.Program.Licenses(ctx, user)
	if err != nil {
		return nil, err
	}
	at := map[vpp.LocationID]vpp.Location{}
	for _, l := range locations {
		at[l.ID] = l
	}
	var lines []view.LicenseLine
	for _, h := range held {
		kind := h.ProductType
		if kind == "" {
			kind = "App or book"
		}
		lines = append(lines, view.LicenseLine{
			Number: h.AdamID, Store: storePage(at[h.LocationID].Country, h.AdamID, h.ProductType), Kind: kind, Location: at[h.LocationID].Name,
			Kept: h.ProductType != "" && !h.Revocable,
		})
	}
	return lines, nil
}
