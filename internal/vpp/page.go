package vpp

import "time"

// PageSize bounds.
const (
	DefaultPage = 100
	MaxPage     = 1000
)

// Page asks for a stretch of a list. Cursors are opaque outside the store and
// never skip or repeat a row that stood still.
type Page struct {
	After  string // the cursor of the page before, "" for the first
	Before string // the cursor of the page after, to go back
	Limit  int    // 1…MaxPage, 0 for DefaultPage
}

// Clamp returns the page with a limit within bounds.
func (p Page) Clamp() Page {
	if p.Limit <= 0 {
		p.Limit = DefaultPage
	}
	p.Limit = min(p.Limit, MaxPage)
	return p
}

// List is one stretch of a list and the cursors of its neighbours.
type List[T any] struct {
	Items []T
	Next  string // "" at the end
	Prev  string // "" at the beginning
}

// Sort orders the Users list.
type Sort string

// The orders of the Users list; a leading "-" turns them round.
const (
	SortName    Sort = "name"
	SortStatus  Sort = "status"
	SortSince   Sort = "since" // latest change of status
	SortNameRev Sort = "-name"
	SortSinceRv Sort = "-since"
)

// Attention filters people whose case needs somebody.
type Attention string

// The attentions.
const (
	AttentionWaiting   Attention = "waiting"       // a write waits for Apple
	AttentionMail      Attention = "mail_problem"  // mail refused or deferred
	AttentionRefused   Attention = "apple_refused" // Apple refused
	AttentionNoAddress Attention = "no_address"
	AttentionDiffers   Attention = "differs" // changed here, not yet at Apple
	AttentionPaused    Attention = "paused"  // nothing is sent until somebody resumes them
	AttentionStuck     Attention = "stuck"   // invited for StuckAfter and not registered; the longest first
)

// StuckAfter is how long an invitation may go unanswered before it wants
// attention (pain 1).
const StuckAfter = 7 * 24 * time.Hour

// Filter narrows the Users list of one location. The zero value is everybody.
type Filter struct {
	Location  LocationID // "" for the default location
	Status    VPPStatus
	Attention Attention
	Search    string // part of a name, address, user name or id
	Group     string
}

// Selection is who an action is about: chosen people, or all that match a
// filter less some. Locations are those of the filter.
type Selection struct {
	Filter Filter
	All    bool
	IDs    []UserID // with All: these are left out; without: these are meant
}

// Audience narrows an invitation to those it can concern (S4-12, S4-13).
type Audience string

// The audiences.
const (
	AudienceNotInvited    Audience = "not-invited"
	AudienceNotRegistered Audience = "not-registered"
	AudienceRemoved       Audience = "removed" // to register again
)

// Counts are the numbers behind the chips and the funnel of one location.
type Counts struct {
	Status    map[VPPStatus]int
	Attention map[Attention]int
	Total     int
}

// Funnel counts how far the people of a location have come.
type Funnel struct{ People, Reachable, Invited, Opened, Registered, Removed int }
