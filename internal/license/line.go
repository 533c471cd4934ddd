package license

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Stocks returns what each location has of an app or book, in the order in
// which they give it. vpp.NotFound when none has it.
func (s *Service) Stocks(ctx context.Context, asset vpp.AssetID) ([]vpp.Stock, error) {
	if asset.PricingParam == "" {
		asset.PricingParam = "STDQ"
	}
	stocks, err := s.store.Stocks(ctx, asset)
	if err == nil && len(stocks) == 0 {
		err = vpp.Errorf(vpp.NotFound, "No location has this app or book: buy licenses of it, and sync the location.")
	}
	return stocks, err
}

// SetOrder says from which locations an app or book is taken, one after the
// other (F-57). Without any, all locations give it, the default one first.
func (s *Service) SetOrder(ctx context.Context, by vpp.Actor, asset vpp.AssetID, order []vpp.LocationID) ([]vpp.Stock, error) {
	stocks, err := s.Stocks(ctx, asset)
	if err != nil {
		return nil, err
	}
	for i, id := range order {
		if slices.Contains(order[:i], id) {
			return nil, vpp.Errorf(vpp.Invalid, "A location stands twice in the order.")
		}
	}
	if err := s.store.SetLicenseOrder(ctx, by, stocks[0].AssetID, order); err != nil {
		return nil, err
	}
	return s.Stocks(ctx, asset)
}

// Line returns a page of those who wait for an app or book, first who is served
// first (F-63).
func (s *Service) Line(ctx context.Context, asset vpp.AssetID, page vpp.Page) (vpp.List[vpp.Wish], error) {
	stocks, err := s.Stocks(ctx, asset)
	if err != nil {
		return vpp.List[vpp.Wish]{}, err
	}
	return s.store.Line(ctx, stocks[0].AssetID, page)
}

// Counts says how many wishes for an app or book stand how.
func (s *Service) Counts(ctx context.Context, asset vpp.AssetID) (map[vpp.WishState]int, error) {
	stocks, err := s.Stocks(ctx, asset)
	if err != nil {
		return nil, err
	}
	return s.store.CountWishes(ctx, stocks[0].AssetID)
}

// Wishes returns what a person is to have, or had to give back.
func (s *Service) Wishes(ctx context.Context, user vpp.UserID) ([]vpp.Wish, error) {
	return s.store.Wishes(ctx, user)
}

// Preview is what Assign and TakeBack would do to a selection.
type Preview struct {
	Asset   vpp.AssetID
	Product string // App or Book
	Kept    bool   // Apple never takes it back
	Stocks  []vpp.Stock
	Free    int // licenses that are not promised to anybody
	Before  int // people who wait already, and are served first unless they accepted later

	Grants  map[vpp.Grant]int  // of assigning
	Refused map[string]int     // people by the sentence that says why not
	Returns map[vpp.Return]int // of taking back
}

// Now is how many of them may get a license at once, as far as licenses last.
func (p Preview) Now() int { return min(p.Grants[vpp.GrantReady], max(p.Free-p.Before, 0)) }

// Several says whether more than one location has licenses free. Now may then
// be too many: who is registered where is not counted.
func (p Preview) Several() bool {
	some := 0
	for _, k := range p.Stocks {
		if k.Free() > 0 {
			some++
		}
	}
	return some > 1
}

// Waiting is how many of them wait in line for one.
func (p Preview) Waiting() int { return p.Grants[vpp.GrantReady] - p.Now() }

// Preview counts what Assign, with or without hold, and TakeBack would do, and
// writes nothing.
func (s *Service) Preview(ctx context.Context, sel vpp.Selection, asset vpp.AssetID, hold bool) (Preview, error) {
	p := Preview{Grants: map[vpp.Grant]int{}, Refused: map[string]int{}, Returns: map[vpp.Return]int{}}
	stocks, err := s.Stocks(ctx, asset)
	if err != nil {
		return p, err
	}
	p.Stocks, p.Asset, p.Product, p.Kept = stocks, stocks[0].AssetID, stocks[0].ProductType, !revocable(stocks)
	for _, k := range stocks {
		p.Free += k.Free()
	}
	waits, err := s.store.CountWishes(ctx, p.Asset)
	if err != nil {
		return p, err
	}
	p.Before = waits[vpp.WishInLine]
	counts, err := s.store.CountWishCases(ctx, sel, p.Asset)
	if err != nil {
		return p, err
	}
	for _, c := range counts {
		grant, why := c.Case.Grant(hold)
		p.Grants[grant] += c.N
		if grant == vpp.GrantRefused || grant == vpp.GrantBusy {
			p.Refused[why] += c.N
		}
		back, _ := c.Case.Return(!p.Kept)
		p.Returns[back] += c.N
	}
	return p, nil
}
