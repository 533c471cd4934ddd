package applesim

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// AssetKey names an asset of a location.
type AssetKey struct {
	AdamID       string `json:"adamId"`       // decimal digits
	PricingParam string `json:"pricingParam"` // PricingStandard or PricingPlus
}

// The quality of a license; PLUS exists for a few items only.
const (
	PricingStandard = "STDQ"
	PricingPlus     = "PLUS"
)

// What an asset is.
const (
	ProductApp  = "App"
	ProductBook = "Book"
)

// Asset is an app or a book that a location has licenses for.
type Asset struct {
	AssetKey
	ProductType string `json:"productType"`
	// Total is the number of licenses; Unlimited assets never run out, whatever Total says.
	Total              int      `json:"total,omitempty"`
	Unlimited          bool     `json:"unlimited,omitempty"`
	DeviceAssignable   bool     `json:"deviceAssignable,omitempty"`
	Revocable          bool     `json:"revocable,omitempty"`
	SupportedPlatforms []string `json:"supportedPlatforms,omitempty"`
	// Assigned licenses have a holder; Retired ones went away with a retired user, for good. Both are counted here, never set.
	Assigned int `json:"-"`
	Retired  int `json:"-"`
}

// App is an app with that many licenses as most are: for users and devices, revocable, for iOS.
func App(adamID string, total int) Asset {
	return Asset{
		AssetKey: AssetKey{adamID, PricingStandard}, ProductType: ProductApp, Total: total,
		DeviceAssignable: true, Revocable: true, SupportedPlatforms: []string{"iOS"},
	}
}

// Book is a book with that many licenses: for users only, never to be taken back.
func Book(adamID string, total int) Asset {
	return Asset{
		AssetKey: AssetKey{adamID, PricingStandard}, ProductType: ProductBook, Total: total,
		SupportedPlatforms: []string{"iOS", "macOS"},
	}
}

// unlimitedTotal is the totalCount that stands for "without limit".
const unlimitedTotal = math.MaxInt32

// AllLicenses is Total, or Apple's number for an unlimited asset.
func (s Asset) AllLicenses() int {
	if s.Unlimited {
		return unlimitedTotal
	}
	return s.Total
}

// Available is the number of licenses left.
func (s Asset) Available() int { return s.AllLicenses() - s.Assigned - s.Retired }

// What is wrong with an asset or a purchase.
var (
	ErrNoAsset  = errors.New("applesim: the location does not have this asset")
	ErrBadAsset = errors.New("applesim: an asset needs an adamId of digits, STDQ or PLUS, App or Book, and licenses")
	ErrTooFew   = errors.New("applesim: not so many licenses are left")
)

// AddAsset gives a location an asset, silently, or changes one that it has. An empty PricingParam means STDQ, an empty ProductType App.
func (a *Apple) AddAsset(uID string, s Asset) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	if s.PricingParam == "" {
		s.PricingParam = PricingStandard
	}
	if s.ProductType == "" {
		s.ProductType = ProductApp
	}
	if !s.sound() {
		return fmt.Errorf("%w: %+v", ErrBadAsset, s.AssetKey)
	}
	if old := l.asset(s.AssetKey); old != nil && s.AllLicenses() < old.Assigned+old.Retired {
		return ErrTooFew
	}
	isNew := l.asset(s.AssetKey) == nil
	a.putAsset(l, s)
	if isNew && s.Unlimited {
		a.notifyUnlimited(l, s.AssetKey)
	}
	return a.flush()
}

func (s Asset) sound() bool {
	digits := s.AdamID != ""
	for _, c := range s.AdamID {
		digits = digits && c >= '0' && c <= '9'
	}
	return digits && soundPricing(s.PricingParam) && (s.ProductType == ProductApp || s.ProductType == ProductBook) &&
		s.Total >= 0 && s.Total < unlimitedTotal
}

func soundPricing(p string) bool { return p == PricingStandard || p == PricingPlus }

// putAsset notes an asset's new shape and moves the version of the assets.
func (a *Apple) putAsset(l *location, s Asset) {
	l.assetChanges++
	a.put(line{Kind: lineAsset, UID: l.UID, Asset: &s, Position: l.assetChanges})
}

// Buy buys n licenses of an asset, as somebody does in Apple's portal; a negative n is a refund or a transfer away.
// The location is told with ASSET_COUNT. The asset must be there: see AddAsset, with Total zero for a first purchase.
func (a *Apple) Buy(uID string, key AssetKey, n int) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	if err := a.buy(l, key, n); err != nil {
		return err
	}
	return a.flush()
}

func (a *Apple) buy(l *location, key AssetKey, n int) error {
	old := l.asset(key)
	switch {
	case old == nil:
		return ErrNoAsset
	case old.Unlimited, n == 0:
		return nil
	case n < -old.Available(), old.Total+n >= unlimitedTotal:
		return ErrTooFew
	}
	next := *old
	next.Total += n
	a.putAsset(l, next)
	a.notifyCount(l, key, n)
	return nil
}

// Assets lists a location's assets as they truly are, in the order they were added.
func (a *Apple) Assets(uID string) []Asset {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil
	}
	var out []Asset
	for _, s := range l.assets {
		s := *s
		s.SupportedPlatforms = slices.Clone(s.SupportedPlatforms)
		out = append(out, s)
	}
	return out
}

// Asset is one asset as it truly is, or false.
func (a *Apple) Asset(uID string, key AssetKey) (Asset, bool) {
	for _, s := range a.Assets(uID) {
		if s.AssetKey == key {
			return s, true
		}
	}
	return Asset{}, false
}
