package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) licenseRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET /licenses/{asset}", operator.ScopeRead, d.assetPage),
		d.route("POST /licenses/{asset}/order", operator.ScopeProgram, d.saveLicenseOrder),
		d.route("POST /licenses/ask", operator.ScopeProgram, d.askAssign),
		d.route("POST /licenses/assign", operator.ScopeProgram, d.assign),
		d.route("POST /licenses/take-back", operator.ScopeProgram, d.takeLicenseBack),
	}
}

// An app or book is named by its number, with its quality behind a dot.
func assetKey(a vpp.AssetID) string { return a.AdamID + "." + a.PricingParam }

func assetID(key string) vpp.AssetID {
	number, quality, _ := strings.Cut(key, ".")
	return vpp.AssetID{AdamID: number, PricingParam: quality}
}

func licensePath(a vpp.AssetID) string { return "/licenses/" + url.PathEscape(assetKey(a)) }

// assetName is what is said of an app or book: its name is not known here.
func assetName(kind string, a vpp.AssetID) string {
	if kind == "" {
		kind = "App or book"
	}
	if a.PricingParam == "PLUS" {
		return kind + " " + a.AdamID + ", high quality"
	}
	return kind + " " + a.AdamID
}

// assetPage shows an app or book: the order of locations (F-57), and who waits
// for it (F-63).
func (d *Door) assetPage(w http.ResponseWriter, r *http.Request) error {
	ctx, asset := r.Context(), assetID(r.PathValue("asset"))
	stocks, err := d.Licenses.Stocks(ctx, asset)
	if err != nil {
		return err
	}
	asset = stocks[0].AssetID
	here, err := d.here(r)
	if err != nil {
		return err
	}
	counts, err := d.Licenses.Counts(ctx, asset)
	if err != nil {
		return err
	}
	line, err := d.Licenses.Line(ctx, asset, vpp.Page{After: r.URL.Query().Get("after"), Before: r.URL.Query().Get("before"), Limit: vpp.DefaultPage})
	if err != nil {
		return err
	}
	m := view.AssetPage{
		Page: d.page(r), Key: assetKey(asset), Store: storePage(here.Country, asset.AdamID, stocks[0].ProductType), Kind: stocks[0].ProductType,
		Kept: !stocks[0].Revocable, Location: string(here.ID), Everyone: "Assign to everybody at " + here.Name, Stocks: stockLines(stocks),
		Pager: pager(r, line.Prev, line.Next, ""), May: caller(r).Scopes.Allow(operator.ScopeProgram),
	}
	m.Page.Title, m.Page.Crumbs = assetName(m.Kind, asset), []view.Link{{Text: "Apps and books", Href: "/locations/" + url.PathEscape(string(here.ID)) + "/assets"}}
	for _, s := range vpp.WishStates() {
		if counts[s] > 0 {
			m.Counts = append(m.Counts, view.Fact{Term: s.Word(), Text: thousands(counts[s])})
		}
	}
	for _, wish := range line.Items {
		m.Line = append(m.Line, d.wishLine(wish, ""))
	}
	return d.render(w, r, view.OneAssetPage(m))
}

func stockLines(stocks []vpp.Stock) []view.StockLine {
	lines := make([]view.StockLine, len(stocks))
	for i, k := range stocks {
		lines[i] = view.StockLine{
			ID: string(k.LocationID), Name: k.Name, Total: thousands(k.Total), Assigned: thousands(k.Assigned), Asked: thousands(k.Asked), Free: thousands(k.Free()), Usable: k.Usable,
		}
		if k.Position > 0 {
			lines[i].Position = strconv.Itoa(k.Position)
		}
		if k.Unlimited {
			lines[i].Total, lines[i].Free = "unlimited", "unlimited"
		}
	}
	return lines
}

func wishTone(s vpp.WishState) view.Tone {
	switch s {
	case vpp.WishAssigned:
		return view.Good
	case vpp.WishRefused:
		return view.Bad
	case vpp.WishWaiting, vpp.WishTakingBack:
		return view.Info
	case vpp.WishHeld, vpp.WishPaused, vpp.WishInLine, vpp.WishTakenBack:
	}
	return view.Neutral
}

// wishLine is a wish on screen; kind is App, Book or "".
func (d *Door) wishLine(w vpp.Wish, kind string) view.WishLine {
	s, why := w.State(), w.Why()
	if s == vpp.WishWaiting || s == vpp.WishTakingBack || s == vpp.WishTakenBack && w.EndedBy != vpp.EndedOutside {
		why = "" // the state says it
	}
	return view.WishLine{
		UserID: string(w.UserID), Name: w.FullName, Key: assetKey(w.AssetID), Number: assetName(kind, w.AssetID), Href: licensePath(w.AssetID), Tone: wishTone(s),
		State: s.Word(), Why: why, Position: w.Position, Since: d.when(w.WantedAt), By: byWords(w.WantedBy),
		CanTake: s != vpp.WishTakenBack && s != vpp.WishTakingBack && s != vpp.WishWaiting,
	}
}

// wishes lists what a person is to have.
func (d *Door) wishes(ctx context.Context, user vpp.UserID, locations []vpp.Location, scopes operator.Scopes) ([]view.WishLine, error) {
	all, err := d.Licenses.Wishes(ctx, user)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	assets, err := d.assets(ctx, locations)
	kinds := map[vpp.AssetID]string{}
	for _, a := range assets {
		kinds[a.AssetID] = a.ProductType
	}
	lines := make([]view.WishLine, len(all))
	for i, w := range all {
		lines[i] = d.wishLine(w, kinds[w.AssetID])
		lines[i].CanTake = lines[i].CanTake && scopes.Allow(operator.ScopeProgram)
	}
	return lines, err
}

// saveLicenseOrder stores the order of locations as they were numbered.
func (d *Door) saveLicenseOrder(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	type numbered struct {
		at int
		id vpp.LocationID
	}
	var list []numbered
	for name, given := range values {
		id, found := strings.CutPrefix(name, "position-")
		if at, err := strconv.Atoi(strings.TrimSpace(given[0])); found && err == nil && at > 0 {
			list = append(list, numbered{at, vpp.LocationID(id)})
		}
	}
	slices.SortFunc(list, func(a, b numbered) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return strings.Compare(string(a.id), string(b.id))
	})
	order := make([]vpp.LocationID, len(list))
	for i, n := range list {
		order[i] = n.id
	}
	asset := assetID(r.PathValue("asset"))
	if _, err := d.Licenses.SetOrder(r.Context(), actor(r), asset, order); err != nil {
		return err
	}
	return d.done(w, r, licensePath(asset), view.Notice{Tone: view.Good, Text: "The order of locations is saved."})
}

// askAssign asks which app or book the chosen people are to have, and says what
// assigning it, and taking it back, would do. It writes nothing.
func (d *Door) askAssign(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	m := view.Assign{
		Page: d.programPage(r, "Assign an app or book"), Back: backTo(r, "/users"), Asset: typed(r, "asset"), Hold: typed(r, "hold") == "1",
		Take: typed(r, "take") == "1",
	}
	m.Page.Section = "users"
	if m.Take {
		m.Page.Title = "Take back a license"
	}
	if m.Selection, err = d.confirming(r.Context(), selection); err != nil {
		return err
	}
	if m.Asset == "" {
		if m.Assets, err = d.assetChoices(r.Context()); err != nil {
			return err
		}
		return d.render(w, r, view.AssignPage(m))
	}
	p, err := d.Licenses.Preview(r.Context(), selection, assetID(m.Asset), m.Hold)
	if err != nil {
		return err
	}
	sayWhat(&m, p)
	return d.render(w, r, view.AssignPage(m))
}

// sayWhat says in words what was counted.
func sayWhat(m *view.Assign, p license.Preview) {
	m.Asset, m.Number, m.Kept = assetKey(p.Asset), assetName(p.Product, p.Asset), p.Kept
	m.Now, m.Waiting, m.Before, m.Held = p.Now(), p.Waiting(), p.Before, p.Grants[vpp.GrantHeld]
	m.Gets = p.Grants[vpp.GrantReady] + p.Grants[vpp.GrantHeld] + p.Grants[vpp.GrantPaused]
	m.Taken, m.Ended, m.Keeps = p.Returns[vpp.ReturnTaken], p.Returns[vpp.ReturnEnded], p.Returns[vpp.ReturnKept]
	m.Several = p.Several()
	m.Stocks = stockLines(p.Stocks)
	for _, reason := range [...]view.Reason{
		{Text: "with a license of it already", Count: p.Grants[vpp.GrantHas]},
		{Text: "asked for before", Count: p.Grants[vpp.GrantWished]},
		{Text: "paused: served when they are resumed", Count: p.Grants[vpp.GrantPaused]},
	} {
		if reason.Count > 0 {
			m.Others = append(m.Others, reason)
		}
	}
	var whys []string
	for why := range p.Refused {
		whys = append(whys, why)
	}
	slices.Sort(whys)
	for _, why := range whys {
		m.Others = append(m.Others, view.Reason{Text: why, Count: p.Refused[why]})
	}
}

// assetChoices are the apps and books of all locations.
func (d *Door) assetChoices(ctx context.Context) ([]view.Choice, error) {
	locations, err := d.Locations.List(ctx)
	if err != nil {
		return nil, err
	}
	assets, err := d.assets(ctx, locations)
	list := make([]view.Choice, len(assets))
	for i, a := range assets {
		list[i] = view.Choice{Value: assetKey(a.AssetID), Text: assetName(a.ProductType, a.AssetID)}
	}
	return list, err
}

// assets are the apps and books of locations, each once.
func (d *Door) assets(ctx context.Context, locations []vpp.Location) ([]vpp.Asset, error) {
	var list []vpp.Asset
	seen := map[vpp.AssetID]bool{}
	for _, l := range locations {
		assets, err := d.Program.Assets(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range assets {
			if !seen[a.AssetID] {
				seen[a.AssetID] = true
				list = append(list, a)
			}
		}
	}
	return list, nil
}

// assign begins to assign (F-60), and leads to what becomes of each person.
func (d *Door) assign(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	task, err := d.Licenses.Assign(r.Context(), actor(r), selection, assetID(typed(r, "asset")), typed(r, "hold") == "1", formKey(r))
	if err != nil {
		return err
	}
	return d.seeOther(w, r, taskPath(task.ID))
}

// takeLicenseBack begins to take an app back; books stay (F-69).
func (d *Door) takeLicenseBack(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	task, err := d.Licenses.TakeBack(r.Context(), actor(r), selection, assetID(typed(r, "asset")), formKey(r))
	if err != nil {
		return err
	}
	return d.seeOther(w, r, taskPath(task.ID))
}
