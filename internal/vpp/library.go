package vpp

import "time"

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

// Assignment is one license with whom it is: a VPP user or a device.
type Assignment struct {
	AssetID
	ClientUserID ClientUserID // "" when a device has it
	SerialNumber string       // "" when a VPP user has it
}
