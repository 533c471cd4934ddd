package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Asset is an app or a book that a location holds licenses of, as Apple
// counted them last.
type Asset struct {
	AdamID           string    `json:"adam_id" doc:"Apple's number of the app or book in its stores."`
	PricingParam     string    `json:"pricing_param" doc:"STDQ, or PLUS for books of high quality."`
	ProductType      string    `json:"product_type" doc:"App or Book."`
	Total            int       `json:"total"`
	Assigned         int       `json:"assigned"`
	Available        int       `json:"available"`
	Retired          int       `json:"retired" doc:"Licenses that stayed with people who were removed, as those of books do."`
	Unlimited        bool      `json:"unlimited,omitempty" doc:"Licenses never run out; only assigned is meant."`
	DeviceAssignable bool      `json:"device_assignable"`
	Revocable        bool      `json:"revocable" doc:"False where a license never comes back once it is given."`
	Platforms        []string  `json:"platforms" nullable:"false"`
	ReadAt           time.Time `json:"read_at" doc:"When Apple was asked when it was last different."`
}

func assetOf(a vpp.Asset) Asset {
	platforms := a.Platforms
	if platforms == nil {
		platforms = []string{}
	}
	return Asset{
		AdamID: a.AdamID, PricingParam: a.PricingParam, ProductType: a.ProductType, Total: a.Total, Assigned: a.Assigned, Available: a.Available,
		Retired: a.Retired, Unlimited: a.Unlimited, DeviceAssignable: a.DeviceAssignable, Revocable: a.Revocable, Platforms: platforms, ReadAt: a.ReadAt.UTC(),
	}
}

func (d *Door) listAssets(ctx context.Context, in *LocationPath) (*answer[List[Asset]], error) {
	all, err := d.Program.Assets(ctx, in.id())
	return answered(List[Asset]{Items: each(all, assetOf)}, err)
}

// License is an app or a book that a person holds.
type License struct {
	LocationID   string    `json:"location_id"`
	AdamID       string    `json:"adam_id"`
	PricingParam string    `json:"pricing_param"`
	ProductType  string    `json:"product_type,omitempty" doc:"App or Book; missing when the asset is not known."`
	Revocable    bool      `json:"revocable"`
	ReadAt       time.Time `json:"read_at"`
}

func licenseOf(l vpp.License) License {
	return License{string(l.LocationID), l.AdamID, l.PricingParam, l.ProductType, l.Revocable, l.ReadAt.UTC()}
}

func (d *Door) userLicenses(ctx context.Context, in *UserPath) (*answer[List[License]], error) {
	if _, err := d.People.Profile(ctx, in.id()); err != nil {
		return nil, err
	}
	all, err := d.Program.Licenses(ctx, in.id())
	return answered(List[License]{Items: each(all, licenseOf)}, err)
}
