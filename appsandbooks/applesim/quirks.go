package applesim

import "time"

// Quirks settles what Apple's pages leave unsaid. Every zero value is this simulator's default;
// a client should be right whichever way each one falls.
type Quirks struct {
	// InvalidToken401 answers an unknown token (9622) with HTTP 401. Default: inside HTTP 200, as seen live.
	InvalidToken401 bool
	// AuthErrorsIn200 puts every error about the token or its header inside HTTP 200. Default: HTTP 401, but see InvalidToken401.
	AuthErrorsIn200 bool
	// Empty401 leaves the body of a 401 empty. Default: Apple's error.
	Empty401 bool
	// MissingAuth9722 answers a missing Authorization header with 9722. Default 9601.
	MissingAuth9722 bool
	// NoContentTypeRefused answers a POST without Content-Type with 9727, as one with a wrong type. Default: taken for JSON,
	// as a client lived by that sent none.
	NoContentTypeRefused bool
	// ExpirationInLast15Days sends tokenExpirationDate only then, as documented. Default: always, as in every sample.
	ExpirationInLast15Days bool
	// NullMDMInfo sends "mdmInfo": null when nobody wrote it. Default: absent.
	NullMDMInfo bool
	// EmptyListAbsent leaves out an empty users, assets, unlimitedAssets or assignments list. Default [].
	EmptyListAbsent bool
	// LengthInBytes counts notification and mdmInfo lengths in bytes. Default: characters.
	LengthInBytes bool

	// PostReplacesConfig makes POST client/config drop what it does not mention. Default: omitted means unchanged.
	PostReplacesConfig bool
	// ClearingRefused answers empty notificationUrl and notificationAuthToken with 9712. Default: they clear.
	ClearingRefused bool
	// EmptyMDMInfo says what an mdmInfo of empty strings does.
	EmptyMDMInfo EmptyMDMInfo
	// TestFailureNumber is the error for an unaccepted TEST_NOTIFICATION. Default 9728; negative: the configuration is
	// taken all the same.
	TestFailureNumber int

	// UnknownUserRead9609 answers GET users for an unknown clientUserId with 9609. Default: empty list.
	UnknownUserRead9609 bool
	// BothFlagsEmpty answers activeOnly and retiredOnly together with an empty list. Default 9602.
	BothFlagsEmpty bool
	// ManagedAppleIDIgnored makes GET users pass over managedAppleId, which Apple does not list: all users come back, and a
	// client that takes the first takes somebody else. Default: only who is bound to that account, as a client lived by that asks so.
	ManagedAppleIDIgnored bool
	// DeltaIgnoresFilters ignores activeOnly, retiredOnly, adamId, pricingParam and excludeInactiveUsers beside sinceVersionId. Default: both apply.
	DeltaIgnoresFilters bool
	// DeltaRepeats lists a user once per change in a delta. Default: once.
	DeltaRepeats bool
	// DeltaListsRemoved lists a removed assignment in a delta of GET assignments, as an entry like any other: Apple's has
	// no member that could tell. Default: it is not listed, and a delta says nothing of removals.
	DeltaListsRemoved bool
	// ReadLag hides every change from GET users and GET assignments, and from the lists of version 1, for this long after
	// it happened: they show what was. Assets and single users of version 1 are always shown as they are.
	ReadLag time.Duration
	// SparsePages cuts pages before it filters, so that they may hold few records, or none, with more behind them. Default:
	// every page but the last is full.
	SparsePages bool
	// VersionTTL makes older versionIds unknown (9721). Zero: valid for ever.
	VersionTTL time.Duration

	// UnknownUserSync answers update and retire of unknown users with 9609/400 at once. Default: asynchronous failure.
	UnknownUserSync bool
	// RetireTwiceSucceeds lets a retired user be retired again. Default: 9609.
	RetireTwiceSucceeds bool
	// ReuseRetired brings a retired, never associated record back on create, as v1 does. Default: a further record.
	ReuseRetired bool
	// SameAccount says which record survives when a returning person signs in with the same account.
	SameAccount SameAccount
	// RotateInviteOnEmail gives a new inviteCode with a new address. Default: it stays.
	RotateInviteOnEmail bool
	// InviteTTL makes an inviteCode expire. Zero: never.
	InviteTTL time.Duration
	// InviteCodeOnAssociated keeps the inviteCode on associated users in GET users. Default: idHash only.
	InviteCodeOnAssociated bool
	// MaxClientUserID is the longest clientUserId in characters (longer: 9602). Zero: no limit.
	MaxClientUserID int

	// UnknownAssigneeAsync lets an event about assets fail with 9609 for unknown users. Default: 9609/400 at once, and
	// nothing is done, as seen live.
	UnknownAssigneeAsync bool
	// RegisteredHoldsNothing treats users who have not accepted yet as unknown when assets are assigned. Default: they may hold licenses.
	RegisteredHoldsNothing bool
	// UnknownAssetSync answers an asset that the location does not own with 9602/400 at once. Default: the event fails for it
	// with 9709, none left.
	UnknownAssetSync bool
	// DefaultPricing says what an absent pricingParam means.
	DefaultPricing DefaultPricing
	// AssignTwiceNumber is the asynchronous error for assigning what the holder has, such as v1's 9616. Default: success,
	// and no count changes.
	AssignTwiceNumber int
	// UnassignAbsentNumber is the asynchronous error for taking back what the holder does not have, such as v1's 9619. Default: success.
	UnassignAbsentNumber int
	// RevokeCountsAssignments makes numRequested of a revoke the assignments found. Default: the users and devices named.
	RevokeCountsAssignments bool

	// EventTTL makes a finished event unknown (9708) after this time. Zero: known for ever.
	EventTTL time.Duration
	// StatusLag keeps the status PENDING for this long after the work is done and notified.
	StatusLag time.Duration
	// RetryAfterOn429 sends Retry-After (one second) with 9646. Default: without.
	RetryAfterOn429 bool
	// NotifyManaged sends USER_ASSOCIATED for managed accounts too. Default: only for accepted invitations.
	NotifyManaged bool
	// NotifyPortal sends USER_MANAGEMENT and ASSET_MANAGEMENT for what administrators do in Apple's portal. Default: silent.
	NotifyPortal bool
	// NotifyRetireAssets sends ASSET_MANAGEMENT (REVOKE, with the retire's eventId) for licenses that a retire sets free. Default: silent.
	NotifyRetireAssets bool
	// LookupForbidden answers the store's metadata lookup with 403 and the code 40300, as seen live, where the cookie is no
	// content token. Default: isAuthenticated is false.
	LookupForbidden bool
	// OldAddressMoved answers version 1 under /WebObjects/MZFinance.woa/wa with 9617, its service config excepted.
	OldAddressMoved bool
	// SameManageLimit makes version 1 answer 9632 to identical calls to manage licenses beyond so many within five minutes.
	// Zero: any number.
	SameManageLimit int
	// SameFailureLimit makes version 1 answer 9630 (assigned already) or 9631 (none left) where the same assignment failed so
	// often within five minutes. Zero: 9616 and 9610 for ever.
	SameFailureLimit int
	// EditRetired9609 answers editVPPUserSrv of version 1 with 9609 where it names a retired user. Default: edited, as the
	// tests written against Apple's own simulator expect.
	EditRetired9609 bool
	// UnlimitedNote is the body of UNLIMITED_ASSET, sent when an unlimited asset is added. Default: none is sent.
	UnlimitedNote UnlimitedNote
	// ParallelReadsRefused answers a sixth parallel page read with 9646. Default: only counted.
	ParallelReadsRefused bool
}

// EmptyMDMInfo says what an mdmInfo whose id, name and metadata are all empty does.
type EmptyMDMInfo int

const (
	// EmptyKept keeps and echoes it like any other.
	EmptyKept EmptyMDMInfo = iota
	// EmptyClears makes the location nobody's: mdmInfo is no longer sent.
	EmptyClears
	// EmptyRefused answers 9723.
	EmptyRefused
)

// DefaultPricing says what an absent pricingParam means in a request about assets.
type DefaultPricing int

const (
	// PricingAssumed is STDQ.
	PricingAssumed DefaultPricing = iota
	// PricingOwned is what the location owns: STDQ first, else PLUS.
	PricingOwned
	// PricingRequired refuses the request with 9602.
	PricingRequired
)

// UnlimitedNote says what the UNLIMITED_ASSET notification of a new unlimited asset looks like.
type UnlimitedNote int

const (
	// UnlimitedSilent sends none.
	UnlimitedSilent UnlimitedNote = iota
	// UnlimitedKeyed sends adamId and pricingParam.
	UnlimitedKeyed
	// UnlimitedEmpty sends an empty object.
	UnlimitedEmpty
)

// SameAccount says which record survives when the same Apple Account accepts again for a clientUserId
// whose retired record it was once bound to.
type SameAccount int

const (
	// NewSurvives associates the new record; the old stays Retired.
	NewSurvives SameAccount = iota
	// OldSurvives retires the new record and associates the old one again (v1's register page).
	OldSurvives
	// OldDeleted associates the new record and marks the old one Deleted (v1's get-user page).
	OldDeleted
)
