package vpp

import "time"

// DefaultLocationName names the empty location that every installation begins
// with, so that people always belong somewhere; the first content token fills it.
const DefaultLocationName = "Your organization"

// Location is one organizational unit of Apple Business Manager or Apple
// School Manager, as one content token opens it.
type Location struct {
	ID      LocationID
	Name    string // Apple's locationName, or DefaultLocationName
	Default bool   // people go here when nobody says where

	Token ContentToken

	UID          string // Apple's uId; "" without a token
	Country      string // ISO 3166 alpha-2 of the storefront, upper case
	Platform     string // Apple's defaultPlatform: volumestore (education), enterprisestore (business)
	Website      string
	VerifiedAt   time.Time // last time Apple answered client/config with this token
	TokenProblem int       // Apple's error number that ended the token's use, 0 if none

	Consent    Consent // that people's data may go to Apple
	ConsentOwn string  // the organization's words for it, the same at every location; "" for rsvpp's

	WaitUntil time.Time // Apple asked us to make no call before

	Claim     Claim     // whose claim Apple's answers carry; zero when nobody's
	ClaimedAt time.Time // our own claim was written; zero before the first time
	FrozenAt  time.Time // another's claim was seen in place of ours; zero when all is well
	FrozenBy  Claim     // whose that was
	MovedAt   time.Time // we handed the location over to another server; zero while it is ours
	ReadFirst time.Time // taken back then: nothing is sent before a full read begun later has ended; zero when that is done

	UsersVersion string    // versionId up to which users have been read
	ReadAt       time.Time // last completed read of users
	FullReadAt   time.Time // last completed full read
	AtApple      int       // living records seen by the last full read
	Schedule     Schedule
	NextReadAt   time.Time // when the schedule reads next what changed
	NextFullAt   time.Time // when the schedule reads next everything

	AssetsReadAt          time.Time
	AssignmentsVersion    string    // versionId up to which assignments have been read
	AssignmentsReadAt     time.Time // last completed read of assignments
	AssignmentsFullReadAt time.Time // last completed full read of them

	NotifyURL     string    // where Apple has been told to reach us; "" means we ask
	NotifiedAt    time.Time // last notification
	NotifyTestAt  time.Time // Apple's last test notification came
	NotifyNext    time.Time // Apple is told anew then where to reach us; zero when there is nothing to tell
	NotifyTries   int       // how often in a row that failed
	NotifyProblem string    // why Apple does not notify us, a sentence; "" when it does or was not asked
	WarnedDays    int       // the latest warning that the token expires was sent this many days before; 0 for none, WarnedExpired once it has
	CreatedAt     time.Time
	ReadProblem   string    // the sentence of the last failed read, "" after a good one
	ReadStarted   time.Time // a read is under way since
	ReadProgress  Progress
}

// Progress counts work done of work due.
type Progress struct{ Done, Total int }

// ContentToken is what a .vpptoken file says; the secret itself is sealed.
type ContentToken struct {
	Organization string // Apple's orgName: an opaque code
	ExpiresAt    time.Time
	AddedAt      time.Time
}

// TokenState is derived from a token's facts.
type TokenState string

// The states of a content token (F-53).
const (
	TokenMissing    TokenState = "missing"
	TokenValid      TokenState = "valid"
	TokenExpiring   TokenState = "expiring" // within 60 days
	TokenExpired    TokenState = "expired"
	TokenRevoked    TokenState = "revoked"
	TokenInvalid    TokenState = "invalid"
	TokenNotAllowed TokenState = "not_allowed" // may read and not write (9637)
	TokenElsewhere  TokenState = "elsewhere"   // another server manages the location
	TokenNoConsent  TokenState = "no_consent"  // nobody confirmed that people's data may go to Apple
)

// TokenStates lists every state.
func TokenStates() []TokenState {
	return []TokenState{TokenMissing, TokenValid, TokenExpiring, TokenExpired, TokenRevoked, TokenInvalid, TokenNotAllowed, TokenElsewhere, TokenNoConsent}
}

// TokenState derives the state of the location's token.
func (l Location) TokenState(now time.Time) TokenState {
	switch {
	case l.Token.AddedAt.IsZero():
		return TokenMissing
	case l.TokenProblem == AppleTokenRevoked:
		return TokenRevoked
	case l.TokenProblem == AppleTokenExpired || !now.Before(l.Token.ExpiresAt):
		return TokenExpired
	case l.TokenProblem == AppleNotAllowed:
		return TokenNotAllowed
	case l.TokenProblem != 0:
		return TokenInvalid
	case l.Elsewhere():
		return TokenElsewhere
	case !l.Consent.Given():
		return TokenNoConsent
	case l.Token.ExpiresAt.Sub(now) <= 60*24*time.Hour:
		return TokenExpiring
	}
	return TokenValid
}

// Usable says whether reading from Apple makes sense with this token.
func (l Location) Usable(now time.Time) bool {
	switch l.TokenState(now) {
	case TokenValid, TokenExpiring, TokenNotAllowed, TokenElsewhere, TokenNoConsent:
		return true
	}
	return false
}

// Writable says whether anything may be changed at Apple: the token allows it,
// the location is ours, and somebody confirmed that data may go there.
func (l Location) Writable(now time.Time) bool {
	s := l.TokenState(now)
	return s == TokenValid || s == TokenExpiring
}

// LocationFacts is what Apple says of the location that a token opens.
type LocationFacts struct {
	UID, Name, Country, Platform, Website string
	ExpiresAt                             time.Time // as Apple reports; zero when it does not
	Claim                                 Claim     // who manages it; zero when nobody says so
}
