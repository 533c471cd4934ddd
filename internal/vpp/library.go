package vpp

import (
	"slices"
	"time"
)

// AssetID names an app or a book of a location, in one of its two qualities.
type AssetID struct {
	AdamID       string
	PricingParam string // STDQ or PLUS
}

// Asset is an app or a book that a location holds licenses of, as Apple counts
// them. Total is Assigned + Available + Retired.
type Asset struct {
	AssetID
	LocationID       LocationID
	ProductType      string // App or Book
	Total            int
	Assigned         int
	Available        int
	Retired          int // books that stayed with people who were removed
	Unlimited        bool
	DeviceAssignable bool
	Revocable        bool // books never are
	Platforms        []string
	ReadAt           time.Time
}

// Same says whether Apple counts both in the same way.
func (a Asset) Same(b Asset) bool {
	return slices.Equal(a.Platforms, b.Platforms) && a.AssetID == b.AssetID && a.ProductType == b.ProductType && a.Unlimited == b.Unlimited &&
		a.Total == b.Total && a.Assigned == b.Assigned && a.Available == b.Available && a.Retired == b.Retired &&
		a.DeviceAssignable == b.DeviceAssignable && a.Revocable == b.Revocable
}

// Kept says whether licenses of it never come back once they are given (F-69).
func (a Asset) Kept() bool { return !a.Revocable }

// License is one app or book that a person holds, as far as it has been read.
type License struct {
	AssetID
	LocationID  LocationID
	ProductType string // App or Book; "" when the asset is not known
	Revocable   bool
	ReadAt      time.Time
}

// Holder is whose hands a license is in: a VPP user's or a device's.
type Holder struct {
	ClientUserID ClientUserID // "" for a device
	SerialNumber string       // "" for a VPP user
}

// Assignment is one license with whom it is: a VPP user or a device.
type Assignment struct {
	AssetID
	ClientUserID ClientUserID // "" when a device has it
	SerialNumber string       // "" when a VPP user has it
}
