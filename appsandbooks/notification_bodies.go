package appsandbooks

// Outcome tells how a part of an event went. One event may give Success for
// some parts and Failure for others.
type Outcome struct {
	EventID string    `json:"eventId"`
	Type    EventType `json:"type"`
	Result  Result    `json:"result"`
	Error   *Error    `json:"error"` // on Failure; whom it hit is in the list beside it
	// Failures is on no page of Apple's; some have seen it in place of Error,
	// which is its first then.
	Failures []Error `json:"failures"`
}

func (o *Outcome) complete() {
	if o.Error == nil && len(o.Failures) > 0 {
		o.Error = &o.Failures[0]
	}
}

// ManagedUsers tells how a part of CreateUsers, UpdateUsers or RetireUsers
// went.
type ManagedUsers struct {
	Outcome
	Users []User `json:"users"`
}

// AssociatedUsers names people who accepted an invitation.
type AssociatedUsers struct {
	Users []User `json:"associatedUsers"`
}

// ManagedAssets tells how a part of AssociateAssets, DisassociateAssets or
// RevokeAssets went.
type ManagedAssets struct {
	Outcome
	Assignments []Assignment `json:"assignments"`
}

// AssetCountChange says that licenses were bought, refunded or moved to
// another organizational unit.
type AssetCountChange struct {
	Asset      AssetKey
	CountDelta int // negative when there are fewer
}

// ManagedSubscriptions tells how a part of an assignment of subscriptions
// went. This package makes no such requests; another service of the same
// token may.
type ManagedSubscriptions struct {
	Outcome
	Assignments []SubscriptionAssignment `json:"assignments"`
}

// SubscriptionAssignment is a seat of a subscription in a user's hands.
// https://developer.apple.com/documentation/devicemanagement/responsesubscriptionassignment
type SubscriptionAssignment struct {
	AdamID       string `json:"adamId"` // a number on the wire
	ClientUserID string `json:"clientUserId"`
	Renewing     bool   `json:"renewing"` // false: it ends with the billing period
}

// SubscriptionSeats tells how many seats of a subscription there are now.
// https://developer.apple.com/documentation/devicemanagement/subscriptioncounts
type SubscriptionSeats struct {
	ParentAdamID string `json:"parentAdamId"` // of the app; a number on the wire
	AdamID       string `json:"adamId"`       // of the subscription; a number on the wire
	Counts       struct {
		Available Seats `json:"available"`
		Total     Seats `json:"total"`
	} `json:"counts"`
}

// Seats are counted by what becomes of them when the billing period ends.
type Seats struct {
	Renewing int `json:"renewing"`
	Expiring int `json:"expiring"`
}

func (m *ManagedUsers) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "users", &m.Users)
}

func (a *AssociatedUsers) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "associatedUsers", &a.Users)
}

func (m *ManagedAssets) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "assignments", &m.Assignments)
}

func (m *ManagedSubscriptions) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "assignments", &m.Assignments)
}

func (a *SubscriptionAssignment) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "clientUserId":
		r.text("clientUserId", &a.ClientUserID)
	case "renewing":
		r.flag("renewing", &a.Renewing)
	default:
		r.raw()
	}
}

// byHand reads the names, which may be numbers or strings.
func (s *SubscriptionSeats) byHand(r *jsonReader, name []byte) bool {
	switch string(name) {
	case "parentAdamId":
		r.adamID("parentAdamId", &s.ParentAdamID)
	case "adamId":
		r.adamID("adamId", &s.AdamID)
	default:
		return false
	}
	return true
}

func (c *AssetCountChange) byHand(r *jsonReader, name []byte) bool {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &c.Asset.AdamID)
	case "pricingParam":
		r.word("pricingParam", &c.Asset.PricingParam)
	case "countDelta":
		r.number("countDelta", &c.CountDelta)
	default:
		return false
	}
	return true
}
