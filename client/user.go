package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Our words for where somebody stands.
const (
	NotInvited = "not_invited"
	Invited    = "invited"
	Registered = "registered"
	Removed    = "removed"
)

// User is a person of the organization.
type User struct {
	ID             string    `json:"id"`
	ExternalID     string    `json:"external_id,omitempty"`
	UserName       string    `json:"user_name,omitempty"`
	FirstName      string    `json:"first_name,omitempty"`
	LastName       string    `json:"last_name,omitempty"`
	FullName       string    `json:"full_name"`
	Email          string    `json:"email,omitempty"`
	ManagedAppleID string    `json:"managed_apple_id,omitempty"`
	Groups         []string  `json:"groups"`
	Locale         string    `json:"locale,omitempty"`
	Notes          string    `json:"notes,omitempty"`
	Source         string    `json:"source,omitempty"`
	PausedAt       time.Time `json:"paused_at,omitzero"` // nothing is sent to the person since
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
}

// Place is a person's place in the program at one location. AppleStatus is
// Apple's own word, which means something else: Apple's Registered is our Invited.
type Place struct {
	VPPUserID      string    `json:"vpp_user_id"`
	LocationID     string    `json:"location_id"`
	VPPStatus      string    `json:"vpp_status"`
	AppleStatus    string    `json:"apple_status"`
	Step           string    `json:"step"`
	Since          time.Time `json:"since,omitzero"`
	NotAssignable  string    `json:"not_assignable,omitempty"` // why no license may be assigned here
	ClientUserID   string    `json:"client_user_id,omitempty"`
	Generation     int       `json:"generation"`
	Pending        string    `json:"pending,omitempty"`
	PendingSince   time.Time `json:"pending_since,omitzero"`
	AppleEmail     string    `json:"apple_email,omitempty"`
	AppleCreatedAt time.Time `json:"apple_created_at,omitzero"`
	HandedOverAt   time.Time `json:"handed_over_at,omitzero"`
	AssociatedAt   time.Time `json:"associated_at,omitzero"`
	RetiredAt      time.Time `json:"retired_at,omitzero"`
	ReadAt         time.Time `json:"read_at,omitzero"`
	AppleError     int       `json:"apple_error,omitempty"`
	AppleErrorText string    `json:"apple_error_text,omitempty"`
	AppleErrorAt   time.Time `json:"apple_error_at,omitzero"`
	ManagedError   int       `json:"managed_error,omitempty"`
	Differs        bool      `json:"differs,omitempty"` // Apple does not have what stands here
	EditedAt       time.Time `json:"edited_at,omitzero"`
	Relinked       bool      `json:"relinked,omitempty"` // another Managed Apple Account than the linked one: never sent
	MailProblem    string    `json:"mail_problem,omitempty"`
	AccountLinked  bool      `json:"account_linked"`
	RemovalAt      time.Time `json:"removal_at,omitzero"` // a removal is sent then, and can be undone until then
	RemovalTask    string    `json:"removal_task,omitempty"`
}

// Person is a user as seen from one location.
type Person struct {
	User
	Place
}

// Profile is a user with every place.
type Profile struct {
	User
	Places []Place `json:"places"`
}

// Filter narrows the people of one location. The zero value is everybody.
type Filter struct {
	Location  string `json:"location,omitempty"` // "" for the default location
	Status    string `json:"status,omitempty"`
	Attention string `json:"attention,omitempty"` // waiting, differs, mail_problem, apple_refused, no_address, paused, stuck
	Search    string `json:"search,omitempty"`
	Group     string `json:"group,omitempty"`
}

func (f Filter) query() url.Values {
	q := at(f.Location)
	set(q, "status", f.Status)
	set(q, "attention", f.Attention)
	set(q, "search", f.Search)
	set(q, "group", f.Group)
	return q
}

// ListUsers reads a page of the people of a location. Sort is name, since or
// status, with a "-" in front for the other way round; "" is name.
func (c *Client) ListUsers(ctx context.Context, f Filter, sort string, p Page) (List[Person], error) {
	q := f.query()
	set(q, "sort", sort)
	return getPage[Person](ctx, c, "/users", q, p)
}

// Users walks through all people of a filter.
func (c *Client) Users(ctx context.Context, f Filter, sort string) iter.Seq2[Person, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Person], error) { return c.ListUsers(ctx, f, sort, p) })
}

// User reads one person.
func (c *Client) User(ctx context.Context, user string) (Profile, error) {
	return get[Profile](ctx, c, "/users/"+id(user), nil)
}

// FindUser reads the one person with this e-mail address, user name or external id.
func (c *Client) FindUser(ctx context.Context, name string) (Profile, error) {
	return get[Profile](ctx, c, "/users/find", url.Values{"name": {name}})
}

// NewUser is what is said about a person who is added.
type NewUser struct {
	Location       string   `json:"location,omitempty"` // "" for the default one
	ExternalID     string   `json:"external_id,omitempty"`
	UserName       string   `json:"user_name,omitempty"`
	FirstName      string   `json:"first_name,omitempty"`
	LastName       string   `json:"last_name,omitempty"`
	FullName       string   `json:"full_name,omitempty"`
	Email          string   `json:"email,omitempty"`
	ManagedAppleID string   `json:"managed_apple_id,omitempty"`
	Groups         []string `json:"groups,omitempty"`
	Locale         string   `json:"locale,omitempty"`
	Notes          string   `json:"notes,omitempty"`
}

// CreateUser adds a person.
func (c *Client) CreateUser(ctx context.Context, u NewUser) (User, error) {
	return send[User](ctx, c, http.MethodPost, "/users", u)
}

// UserPatch changes the fields that are not nil.
type UserPatch struct {
	ExternalID     *string   `json:"external_id,omitempty"`
	UserName       *string   `json:"user_name,omitempty"`
	FirstName      *string   `json:"first_name,omitempty"`
	LastName       *string   `json:"last_name,omitempty"`
	FullName       *string   `json:"full_name,omitempty"`
	Email          *string   `json:"email,omitempty"`
	ManagedAppleID *string   `json:"managed_apple_id,omitempty"`
	Groups         *[]string `json:"groups,omitempty"`
	Locale         *string   `json:"locale,omitempty"`
	Notes          *string   `json:"notes,omitempty"`
}

// UpdateUser changes a person.
func (c *Client) UpdateUser(ctx context.Context, user string, patch UserPatch) (User, error) {
	return send[User](ctx, c, http.MethodPatch, "/users/"+id(user), patch)
}

// DeleteUser takes a person off the list; refused while a record lives at Apple.
func (c *Client) DeleteUser(ctx context.Context, user string) error {
	return c.do(ctx, http.MethodDelete, "/users/"+id(user), nil, nil)
}

// PlaceUsers gives people a place in a location, to be invited there, and says
// how many had none. A selection of all is seen from from, "" for the default
// location.
func (c *Client) PlaceUsers(ctx context.Context, who Selection, from, to string) (int, error) {
	var out struct {
		Placed int `json:"placed"`
	}
	in := struct {
		Selection Selection `json:"selection"`
		Location  string    `json:"location,omitempty"`
		To        string    `json:"to"`
	}{who, from, to}
	err := c.ask(ctx, call{method: http.MethodPost, path: "/users/place", long: true}, in, &out)
	return out.Placed, err
}

// Unplaced says what became of people who were to be taken out of a location.
type Unplaced struct {
	Taken  int `json:"taken"`
	Living int `json:"living"` // stay: a record of theirs lives at Apple, or is being written
	Only   int `json:"only"`   // stay: they have no other place
}

// UnplaceUsers takes people out of a location, "" for the default one. Nobody
// loses a living record by it, or the last place.
func (c *Client) UnplaceUsers(ctx context.Context, who Selection, location string) (out Unplaced, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/users/unplace", long: true}, chosen{who, location}, &out)
	return out, err
}

// PauseUsers keeps everything from being sent to people until they are resumed,
// at every location, and says how many were not paused. A selection of all is
// seen from location, "" for the default one.
func (c *Client) PauseUsers(ctx context.Context, who Selection, location string) (int, error) {
	var out struct {
		Paused int `json:"paused"`
	}
	err := c.ask(ctx, call{method: http.MethodPost, path: "/users/pause", long: true}, chosen{who, location}, &out)
	return out.Paused, err
}

// ResumeUsers ends what PauseUsers began, and says how many were paused. What
// waited for them goes out.
func (c *Client) ResumeUsers(ctx context.Context, who Selection, location string) (int, error) {
	var out struct {
		Resumed int `json:"resumed"`
	}
	err := c.ask(ctx, call{method: http.MethodPost, path: "/users/resume", long: true}, chosen{who, location}, &out)
	return out.Resumed, err
}

// chosen is a selection at a location.
type chosen struct {
	Selection Selection `json:"selection"`
	Location  string    `json:"location,omitempty"`
}

// ExportUsers writes the people of a filter as CSV.
func (c *Client) ExportUsers(ctx context.Context, f Filter, w io.Writer) error {
	return c.download(ctx, "/users/export", f.query(), w)
}

// Counts are the numbers of one location.
type Counts struct {
	Total     int            `json:"total"`
	Status    map[string]int `json:"status"`
	Attention map[string]int `json:"attention"`
}

// CountUsers reads the numbers of a location, "" for the default one.
func (c *Client) CountUsers(ctx context.Context, location string) (Counts, error) {
	return get[Counts](ctx, c, "/users/counts", at(location))
}

// Funnel says how far the people of a location have come.
type Funnel struct {
	People     int `json:"people"`
	Reachable  int `json:"reachable"`
	Invited    int `json:"invited"`
	Opened     int `json:"opened"`
	Registered int `json:"registered"`
	Removed    int `json:"removed"`
}

// Funnel reads how far the people of a location have come.
func (c *Client) Funnel(ctx context.Context, location string) (Funnel, error) {
	return get[Funnel](ctx, c, "/funnel", at(location))
}
