package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Location is one organizational unit at Apple.
type Location struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Default        bool      `json:"default"`
	TokenState     string    `json:"token_state"`              // missing, valid, expiring, expired, revoked, invalid, not_allowed, elsewhere, no_consent
	TokenSentence  string    `json:"token_sentence,omitempty"` // how it stands and what to do; "" while all is well
	TokenProblem   int       `json:"token_problem,omitempty"`
	Organization   string    `json:"organization,omitempty"`
	TokenExpiresAt time.Time `json:"token_expires_at,omitzero"`
	TokenAddedAt   time.Time `json:"token_added_at,omitzero"`
	UID            string    `json:"uid,omitempty"`
	Country        string    `json:"country,omitempty"`
	Platform       string    `json:"platform,omitempty"`
	Website        string    `json:"website,omitempty"`
	VerifiedAt     time.Time `json:"verified_at,omitzero"`
	WaitUntil      time.Time `json:"wait_until,omitzero"`
	ReadAt         time.Time `json:"read_at,omitzero"`
	FullReadAt     time.Time `json:"full_read_at,omitzero"`
	AtApple        int       `json:"at_apple"`
	ReadProblem    string    `json:"read_problem,omitempty"`
	Notified       bool      `json:"notified"`
	NotifiedAt     time.Time `json:"notified_at,omitzero"`
	Schedule       Schedule  `json:"schedule"`
	NextReadAt     time.Time `json:"next_read_at,omitzero"` // zero while the schedule is paused
	NextFullAt     time.Time `json:"next_full_at,omitzero"`
	AssetsReadAt   time.Time `json:"assets_read_at,omitzero"`
	NotifyTestAt   time.Time `json:"notify_test_at,omitzero"` // Apple's test arrived then
	NotifyProblem  string    `json:"notify_problem,omitempty"`
	CreatedAt      time.Time `json:"created_at"`

	ClaimState string    `json:"claim_state"` // unclaimed, ours, others, taken, moved_out
	Claim      *Claim    `json:"claim,omitempty"`
	ClaimedAt  time.Time `json:"claimed_at,omitzero"`
	FrozenAt   time.Time `json:"frozen_at,omitzero"`
	FrozenBy   *Claim    `json:"frozen_by,omitempty"`
	MovedAt    time.Time `json:"moved_at,omitzero"`
	Elsewhere  string    `json:"elsewhere,omitempty"`  // who has the location and what to do; "" while it is the server's own
	ReadFirst  bool      `json:"read_first,omitempty"` // taken back, and nothing is sent before everything was read

	Consent     *Consent `json:"consent,omitempty"` // nil: nothing is written to Apple before somebody confirms
	ConsentText string   `json:"consent_text"`      // what is to be confirmed, as it reads now

	ConsentVersion  string `json:"consent_version"`            // tells it from other texts
	ConsentOutdated bool   `json:"consent_outdated,omitempty"` // other words were confirmed, and stay in force
}

// Consent is who confirmed that people's data may go to Apple.
type Consent struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Text    string    `json:"text,omitempty"`
	Version string    `json:"version,omitempty"`
	Assumed bool      `json:"assumed,omitempty"` // the location is older than the question
}

// Claim is what stands in Apple's mdmInfo: a server that says it manages the
// location.
type Claim struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Metadata string `json:"metadata,omitempty"`
}

// Locations reads all locations, the default one first.
func (c *Client) Locations(ctx context.Context) ([]Location, error) {
	list, err := get[List[Location]](ctx, c, "/locations", nil)
	return list.Items, err
}

// Location reads one location.
func (c *Client) Location(ctx context.Context, location string) (Location, error) {
	return get[Location](ctx, c, "/locations/"+id(location), nil)
}

const tokenKind = "application/octet-stream"

// AddLocation adds a content token; the server asks Apple what it opens. With
// consent the caller confirms Location.ConsentText; without, the location is
// read, and nothing is written to Apple until ConsentLocation.
func (c *Client) AddLocation(ctx context.Context, token File, consent bool) (Location, error) {
	return uploadWith[Location](ctx, c, http.MethodPost, "/locations", consented(url.Values{}, consent), tokenKind, token)
}

// TakeOverLocation is AddLocation for a location that another server claims: it
// is taken over from that one, which takes consent.
func (c *Client) TakeOverLocation(ctx context.Context, token File, consent bool) (Location, error) {
	return uploadWith[Location](ctx, c, http.MethodPost, "/locations", consented(url.Values{"take_over": {"true"}}, consent), tokenKind, token)
}

func consented(v url.Values, consent bool) url.Values {
	if consent {
		v.Set("consent", "true")
	}
	return v
}

// ConsentLocation confirms Location.ConsentText: people's data may go to Apple
// from this location. Version is the Location.ConsentVersion that was read: if
// the words are others by now the server answers 409; "" is whichever.
func (c *Client) ConsentLocation(ctx context.Context, location, version string) (out Location, err error) {
	q := url.Values{}
	set(q, "version", version)
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/consent", query: q, long: true}, nil, &out)
	return out, err
}

// TakeBack makes a location the server's own that another server has; claim is
// the id of the claim that was seen. When it is another's by now the server
// answers 409.
func (c *Client) TakeBack(ctx context.Context, location, claim string) (out Location, err error) {
	in := struct {
		Claim string `json:"claim"`
	}{claim}
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/take-back", long: true}, in, &out)
	return out, err
}

// Token is what a token file says by itself.
type Token struct {
	Organization string    `json:"organization"`
	ExpiresAt    time.Time `json:"expires_at"`
}

// InspectToken reads what a token file says by itself; nothing is stored.
func (c *Client) InspectToken(ctx context.Context, token File) (Token, error) {
	return upload[Token](ctx, c, http.MethodPost, "/locations/inspect", tokenKind, token)
}

// RenewToken replaces the content token of a location. One that expires before
// the token that is stored is refused as a conflict, unless sooner says that it
// is meant.
func (c *Client) RenewToken(ctx context.Context, location string, token File, sooner bool) (Location, error) {
	path := "/locations/" + id(location) + "/token"
	if sooner {
		return uploadWith[Location](ctx, c, http.MethodPut, path, url.Values{"sooner": {"true"}}, tokenKind, token)
	}
	return upload[Location](ctx, c, http.MethodPut, path, tokenKind, token)
}

// CheckLocation asks Apple again what the token opens.
func (c *Client) CheckLocation(ctx context.Context, location string) (out Location, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/check", long: true}, nil, &out)
	return out, err
}

// DefaultLocation makes it the location where people go when nobody says where.
func (c *Client) DefaultLocation(ctx context.Context, location string) (Location, error) {
	return send[Location](ctx, c, http.MethodPost, "/locations/"+id(location)+"/default", nil)
}

// Check is one line of a test.
type Check struct {
	Name         string `json:"name"`  // apple, token, clock, ownership, notifications
	State        string `json:"state"` // ok, note (it works all the same), bad
	Sentence     string `json:"sentence"`
	Next         string `json:"next,omitempty"` // what to do
	Milliseconds int64  `json:"milliseconds,omitempty"`
}

// ConnectionTest is how everything between the server and Apple fares.
type ConnectionTest struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// TestLocation tries everything between the server and Apple about a location.
func (c *Client) TestLocation(ctx context.Context, location string) (out ConnectionTest, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/test", long: true}, nil, &out)
	return out, err
}

// NotificationTest is what came of having Apple try the server's address.
type NotificationTest struct {
	OK        bool      `json:"ok"`
	ReachedAt time.Time `json:"reached_at,omitzero"`
	Address   string    `json:"address,omitempty"`
	Sentence  string    `json:"sentence"`
	Next      string    `json:"next,omitempty"` // what to do
}

// TestNotifications has Apple try the address for its notifications.
func (c *Client) TestNotifications(ctx context.Context, location string) (out NotificationTest, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/notifications/test", long: true}, nil, &out)
	return out, err
}
