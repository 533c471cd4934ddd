package vpp

import "time"

type (
	// DeviceID is our name for a device.
	DeviceID string
	// EnrollmentID is the name by which an MDM server knows one channel of a
	// device: "UDID", "UDID:user" or, under User Enrollment, an id of its own.
	EnrollmentID string
	// MDMID names an MDM server: BuiltinMDM, or a connector's id.
	MDMID string
)

// BuiltinMDM is the MDM server inside rsvpp.
const BuiltinMDM MDMID = "builtin"

// Platform is the kind of a device.
type Platform string

// The platforms.
const (
	PlatformUnknown Platform = ""
	PlatformIPhone  Platform = "iphone"
	PlatformIPad    Platform = "ipad"
	PlatformMac     Platform = "mac"
	PlatformAppleTV Platform = "appletv"
	PlatformVision  Platform = "vision"
	PlatformWatch   Platform = "watch"
	PlatformIPod    Platform = "ipod"
)

// EnrollmentKind is how a device came under management.
type EnrollmentKind string

// The kinds of enrollment.
const (
	EnrolledDevice        EnrollmentKind = "device"         // by profile or automated
	EnrolledUser          EnrollmentKind = "user"           // User Enrollment: a person's own device
	EnrolledAccountDriven EnrollmentKind = "account_driven" // account-driven device enrollment
)

// AllowAppInstallation is the access right that InviteToProgram and questions
// about the signed-in account need.
const AllowAppInstallation = 4096

// Device is an Apple device as its MDM server knows it.
type Device struct {
	ID           DeviceID
	MDM          MDMID
	Key          EnrollmentID // of its own channel at the MDM server
	UDID         string       // "" under User Enrollment
	SerialNumber string       // "" under User Enrollment, and when not told
	Name         string
	Product      string // "iPad13,4"
	ModelName    string // "iPad Air"
	OSVersion    string
	Build        string
	Platform     Platform
	Kind         EnrollmentKind
	Shared       bool // Shared iPad
	SharedKnown  bool // the device said whether it is; it may be another the next time it enrolls
	AccessRights int  // as granted at enrollment; 0 when not known
	OwnerID      UserID
	OwnerSource  string    // "hand", "csv", "connector", "enrollment"; "" without an owner
	CertifiedAt  time.Time // told at enrollment here, and not kept: since when its certificate is its own
	EnrolledAt   time.Time
	SeenAt       time.Time
	GoneAt       time.Time     // checked out, or gone from its MDM server
	InSetup      bool          // Setup Assistant waits to be released
	Account      DeviceAccount // on the channel of its owner
}

// Enrollment is one channel of a device: the device's own, or one user's.
type Enrollment struct {
	ID            EnrollmentID
	MDM           MDMID
	DeviceID      DeviceID
	User          bool   // a user channel
	UserID        string // the MDM user's GUID, "" on the device channel
	UserShortName string // on a Shared iPad the Managed Apple Account
	UserLongName  string
	OwnerID       UserID // the person whose user channel it is, as far as known
	EnrolledAt    time.Time
	SeenAt        time.Time
	Disabled      bool
	Account       DeviceAccount // of who uses the channel
}

// DeviceAccount is what a device says of the account that is signed in to its
// App Store.
type DeviceAccount struct {
	AskedAt time.Time
	ReadAt  time.Time // the answer's; zero before the first
	Active  bool
	Hash    string // Apple's iTunesStoreAccountHash; compared byte for byte
}

// AccountState compares the account on a device with the one that a person
// accepted with.
type AccountState string

// The states of the account on a device.
const (
	AccountUnknown   AccountState = "unknown"    // never asked, or not answered
	AccountSignedOut AccountState = "signed_out" // nobody is signed in
	AccountRight     AccountState = "right"
	AccountOther     AccountState = "other"     // signed in with another one than the person accepted with
	AccountSignedIn  AccountState = "signed_in" // somebody is; the person has not accepted yet
)

// AccountState derives it from the device's answer and the person's account.
func (a DeviceAccount) AccountState(accepted string) AccountState {
	switch {
	case a.ReadAt.IsZero():
		return AccountUnknown
	case !a.Active && a.Hash == "":
		return AccountSignedOut
	case accepted == "":
		return AccountSignedIn
	case a.Hash == "":
		return AccountUnknown
	case a.Hash == accepted:
		return AccountRight
	}
	return AccountOther
}
