package appsandbooks

import (
	"encoding/json"
	"fmt"
)

// NotificationType is what a notification is about. Unknown words are kept as
// they came.
type NotificationType string

// The types of notification.
const (
	TestNotification       NotificationType = "TEST_NOTIFICATION"
	UserManagement         NotificationType = "USER_MANAGEMENT"
	UserAssociated         NotificationType = "USER_ASSOCIATED"
	AssetManagement        NotificationType = "ASSET_MANAGEMENT"
	AssetCount             NotificationType = "ASSET_COUNT"
	SubscriptionManagement NotificationType = "SUBSCRIPTION_MANAGEMENT"
	SubscriptionCount      NotificationType = "SUBSCRIPTION_COUNT"
	UnlimitedAsset         NotificationType = "UNLIMITED_ASSET"
)

// Notification is what Apple posts to the notification URL. Apple tries a few
// times and no more, splits large events, and repeats itself: know
// notifications by ID, and never rely on them alone.
// https://developer.apple.com/documentation/devicemanagement/subscribing-to-notifications
type Notification struct {
	ID   string           `json:"notificationId"`
	Type NotificationType `json:"notificationType"`
	UID  string           `json:"uId"`

	// The one that belongs to Type is filled, the others are nil. Types that
	// are not here have no body, or none that Apple describes: see Raw.
	Managed              *ManagedUsers         `json:"-"` // of UserManagement
	Associated           *AssociatedUsers      `json:"-"` // of UserAssociated
	ManagedAssets        *ManagedAssets        `json:"-"` // of AssetManagement
	AssetCount           *AssetCountChange     `json:"-"` // of AssetCount
	ManagedSubscriptions *ManagedSubscriptions `json:"-"` // of SubscriptionManagement
	SubscriptionCount    *SubscriptionSeats    `json:"-"` // of SubscriptionCount
	Raw                  RawJSON               `json:"-"` // the body of any type; nil when there is none
}

// Result is how part of an event went. Unknown words are kept as they came.
type Result string

// The results. Mind that events themselves say Complete and Failed.
const (
	Success Result = "SUCCESS"
	Failure Result = "FAILURE"
)

// NotificationError says why a body is no notification. It quotes none of it.
type NotificationError struct {
	Problem string
	Err     error // the decoder's complaint, if any
}

// Error says what is wrong.
func (e *NotificationError) Error() string {
	return "this is not a notification of Apple's: " + e.Problem
}

// Unwrap gives the decoder's complaint.
func (e *NotificationError) Unwrap() error { return e.Err }

// DecodeNotification reads the body of a notification. Types it does not know
// are no error: Raw holds what they bring. Where the envelope can be read and
// the body cannot, the error comes with a notification that has ID, Type, UID
// and Raw, and no body. The caller checks the bearer token and limits the size
// before.
func DecodeNotification(body []byte) (Notification, error) {
	var outer struct {
		Notification
		Body json.RawMessage `json:"notification"`
	}
	if !isObject(body) {
		return Notification{}, &NotificationError{Problem: "it is not a JSON object"}
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return Notification{}, &NotificationError{Problem: complaint(err), Err: err}
	}
	n := outer.Notification
	if n.ID == "" || n.Type == "" || n.UID == "" {
		return Notification{}, &NotificationError{Problem: "notificationId, notificationType or uId is missing"}
	}
	n.Raw = RawJSON(outer.Body)
	if err := n.decodeBody(); err != nil {
		return Notification{ID: n.ID, Type: n.Type, UID: n.UID, Raw: n.Raw}, err
	}
	return n, nil
}

// decodeBody fills the member that belongs to the type.
func (n *Notification) decodeBody() error {
	var into any
	switch n.Type {
	case UserManagement:
		n.Managed = new(ManagedUsers)
		into = n.Managed
	case UserAssociated:
		n.Associated = new(AssociatedUsers)
		into = n.Associated
	case AssetManagement:
		n.ManagedAssets = new(ManagedAssets)
		into = n.ManagedAssets
	case AssetCount:
		n.AssetCount = new(AssetCountChange)
		into = n.AssetCount
	case SubscriptionManagement:
		n.ManagedSubscriptions = new(ManagedSubscriptions)
		into = n.ManagedSubscriptions
	case SubscriptionCount:
		n.SubscriptionCount = new(SubscriptionSeats)
		into = n.SubscriptionCount
	default:
		return nil
	}
	if !isObject(n.Raw) {
		return &NotificationError{Problem: fmt.Sprintf("its type %s needs a body", n.Type)}
	}
	if err := decode(n.Raw, into); err != nil {
		return &NotificationError{Problem: "in its body, " + complaint(err), Err: err}
	}
	if o, ok := into.(interface{ complete() }); ok {
		o.complete()
	}
	return nil
}
