package api

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

type listUsersInput struct {
	Filter
	Sort string `query:"sort" enum:"name,-name,since,-since,status,-status" default:"name" doc:"A leading - turns the order round. Results of a search come in the order in which people came."`
	Paging
}

func (d *Door) listUsers(ctx context.Context, in *listUsersInput) (*answer[List[Person]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	people, err := d.People.List(ctx, in.filter(), vpp.Sort(in.Sort), page)
	return listOf(people, err, personOf)
}

// UserPath names a person.
type UserPath struct {
	ID string `path:"id" maxLength:"64" doc:"The user's id."`
}

func (in UserPath) id() vpp.UserID { return vpp.UserID(in.ID) }

func (d *Door) getUser(ctx context.Context, in *UserPath) (*answer[Profile], error) {
	p, err := d.People.Profile(ctx, in.id())
	return answered(profileOf(p), err)
}

type findUserInput struct {
	Name string `query:"name" required:"true" minLength:"1" maxLength:"320" doc:"An e-mail address, user name or external id, whole."`
}

func (d *Door) findUser(ctx context.Context, in *findUserInput) (*answer[Profile], error) {
	user, err := d.People.Find(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return d.getUser(ctx, &UserPath{string(user.ID)})
}

// NewUser is what is said about a person who is added.
type NewUser struct {
	Location       string   `json:"location,omitempty" maxLength:"64" doc:"The location that the person is added to; the default one if missing."`
	ExternalID     string   `json:"external_id,omitempty"`
	UserName       string   `json:"user_name,omitempty"`
	FirstName      string   `json:"first_name,omitempty"`
	LastName       string   `json:"last_name,omitempty"`
	FullName       string   `json:"full_name,omitempty" doc:"Made of first and last name if missing."`
	Email          string   `json:"email,omitempty"`
	ManagedAppleID string   `json:"managed_apple_id,omitempty"`
	Groups         []string `json:"groups,omitempty" nullable:"false"`
	Locale         string   `json:"locale,omitempty"`
	Notes          string   `json:"notes,omitempty"`
}

type createUserInput struct{ Body NewUser }

func (d *Door) createUser(ctx context.Context, in *createUserInput) (*answer[User], error) {
	b := in.Body
	user, err := d.People.Create(ctx, actor(ctx), vpp.LocationID(b.Location), vpp.UserInput{
		ExternalID: b.ExternalID, UserName: b.UserName, FirstName: b.FirstName, LastName: b.LastName, FullName: b.FullName,
		Email: b.Email, ManagedAppleID: b.ManagedAppleID, Groups: b.Groups, Locale: b.Locale, Notes: b.Notes, Source: "api",
	})
	return answered(userOf(user), err)
}

// UserPatch changes the fields that are sent; "" empties one.
type UserPatch struct {
	ExternalID     *string   `json:"external_id,omitempty"`
	UserName       *string   `json:"user_name,omitempty"`
	FirstName      *string   `json:"first_name,omitempty"`
	LastName       *string   `json:"last_name,omitempty"`
	FullName       *string   `json:"full_name,omitempty"`
	Email          *string   `json:"email,omitempty"`
	ManagedAppleID *string   `json:"managed_apple_id,omitempty"`
	Groups         *[]string `json:"groups,omitempty" nullable:"false"`
	Locale         *string   `json:"locale,omitempty"`
	Notes          *string   `json:"notes,omitempty"`
}

type updateUserInput struct {
	UserPath
	Body UserPatch
}

func (d *Door) updateUser(ctx context.Context, in *updateUserInput) (*answer[User], error) {
	user, err := d.People.Update(ctx, actor(ctx), in.id(), roster.Patch(in.Body))
	return answered(userOf(user), err)
}

func (d *Door) deleteUser(ctx context.Context, in *UserPath) (*none, error) {
	return &none{}, d.People.Remove(ctx, actor(ctx), in.id())
}

type placeInput struct {
	Body struct {
		Chosen
		To string `json:"to" minLength:"1" maxLength:"64" doc:"The location in which they get a place. The other one is where a selection of all is seen from."`
	}
}

// Placed says how many people got a place.
type Placed struct {
	Placed int `json:"placed" doc:"People who had no place there before."`
}

func (d *Door) placeUsers(ctx context.Context, in *placeInput) (*answer[Placed], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	n, err := d.People.Place(ctx, actor(ctx), vpp.LocationID(in.Body.To), selection)
	return answered(Placed{n}, err)
}

type unplaceInput struct{ Body Chosen }

// Unplaced says what became of people who were to be taken out of a location.
type Unplaced struct {
	Taken  int `json:"taken" doc:"People who are out of the location."`
	Living int `json:"living" doc:"People who stay, because a record of theirs lives at Apple or is being written."`
	Only   int `json:"only" doc:"People who stay, because they have no other place: remove them, or place them elsewhere first."`
}

func (d *Door) unplaceUsers(ctx context.Context, in *unplaceInput) (*answer[Unplaced], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	done, err := d.People.Unplace(ctx, actor(ctx), selection)
	return answered(Unplaced(done), err)
}

type pauseInput struct{ Body Chosen }

// Paused says how many people were paused.
type Paused struct {
	Paused int `json:"paused" doc:"People who were not paused before."`
}

func (d *Door) pauseUsers(ctx context.Context, in *pauseInput) (*answer[Paused], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	n, err := d.People.Pause(ctx, actor(ctx), selection)
	return answered(Paused{n}, err)
}

// Resumed says how many people were resumed.
type Resumed struct {
	Resumed int `json:"resumed" doc:"People who were paused before."`
}

func (d *Door) resumeUsers(ctx context.Context, in *pauseInput) (*answer[Resumed], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	n, err := d.People.Resume(ctx, actor(ctx), selection)
	return answered(Resumed{n}, err)
}

func (d *Door) exportUsers(ctx context.Context, in *Filter) (*huma.StreamResponse, error) {
	return file(ctx, "users.csv", func(w io.Writer) error { return d.People.Export(ctx, in.filter(), w) }), nil
}

// AtLocation says from which location to look.
type AtLocation struct {
	Location string `query:"location" maxLength:"64" doc:"The default one if missing."`
}

func (in AtLocation) location() vpp.LocationID { return vpp.LocationID(in.Location) }

// Counts are the numbers of one location.
type Counts struct {
	Total     int            `json:"total"`
	Status    map[string]int `json:"status" doc:"By vpp_status."`
	Attention map[string]int `json:"attention" doc:"By attention; 10000 means that many or more."`
}

func (d *Door) countUsers(ctx context.Context, in *AtLocation) (*answer[Counts], error) {
	c, err := d.People.Counts(ctx, in.location())
	out := Counts{Total: c.Total, Status: map[string]int{}, Attention: map[string]int{}}
	for _, s := range vpp.VPPStatuses {
		out.Status[string(s)] = c.Status[s]
	}
	for a, n := range c.Attention {
		out.Attention[string(a)] = n
	}
	return answered(out, err)
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

func (d *Door) funnel(ctx context.Context, in *AtLocation) (*answer[Funnel], error) {
	f, err := d.People.Funnel(ctx, in.location())
	return answered(Funnel(f), err)
}
