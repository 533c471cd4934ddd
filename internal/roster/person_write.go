package roster

import (
	"cmp"
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Sources of people.
const (
	fromConsole = "console"
	fromFile    = "csv"
)

// Patch changes a person: nil leaves a field as it is. The full name follows
// the first and last name, and the other way round, unless both are given.
type Patch struct {
	ExternalID     *string
	UserName       *string
	FirstName      *string
	LastName       *string
	FullName       *string
	Email          *string
	ManagedAppleID *string
	Groups         *[]string
	Locale         *string
	Notes          *string
}

// Create adds a person, with a place in the given location, "" for the default
// one. Somebody who is here already is vpp.Conflict
// with that person's name.
func (s *Service) Create(ctx context.Context, by vpp.Actor, location vpp.LocationID, in vpp.UserInput) (vpp.User, error) {
	home, err := s.locate(ctx, location)
	if err != nil {
		return vpp.User{}, err
	}
	p := sheet.Person{
		ExternalID: in.ExternalID, UserName: in.UserName, FirstName: in.FirstName, LastName: in.LastName, FullName: in.FullName,
		Email: in.Email, ManagedAppleID: in.ManagedAppleID, Groups: in.Groups, Locale: in.Locale, Notes: in.Notes,
	}
	if fault := sheet.CheckPerson(&p); fault != nil {
		return vpp.User{}, fault
	}
	u := s.newUser(p, cmp.Or(in.Source, fromConsole))
	if err := s.alone(ctx, u); err != nil {
		return vpp.User{}, err
	}
	places, _ := home.places("")
	if err := s.store.CreateUser(ctx, by, u, places); err != nil {
		return vpp.User{}, err
	}
	return s.store.User(ctx, u.ID)
}

func (s *Service) newUser(p sheet.Person, source string) vpp.User {
	u := merge(vpp.User{}, p)
	u.ID, u.Source = vpp.UserID(s.ids()), source
	u.CreatedAt, u.UpdatedAt = s.now(), s.now()
	return u
}

// Update changes a person. A changed address goes to Apple with the next sync.
func (s *Service) Update(ctx context.Context, by vpp.Actor, id vpp.UserID, patch Patch) (vpp.User, error) {
	was, err := s.store.User(ctx, id)
	if err != nil {
		return was, err
	}
	p := patch.over(personOf(was))
	if fault := sheet.CheckPerson(&p); fault != nil {
		return was, fault
	}
	now := userOf(was, p)
	if was.Same(now) {
		return was, nil
	}
	if err := s.alone(ctx, now); err != nil {
		return was, err
	}
	now.UpdatedAt = s.after(was.UpdatedAt)
	if err := s.store.UpdateUser(ctx, by, was, now); err != nil {
		return was, err
	}
	return s.store.User(ctx, id)
}

// after is now, but later than a time that is already stored: a user's
// UpdatedAt tells whether somebody else changed the user meanwhile.
func (s *Service) after(was time.Time) time.Time {
	now := s.now()
	if least := was.Add(time.Millisecond); now.Before(least) {
		return least
	}
	return now
}

// Remove takes a person off the list. While a record at Apple lives it is
// refused: Delete from VPP comes first.
func (s *Service) Remove(ctx context.Context, by vpp.Actor, id vpp.UserID) error {
	return s.store.RemoveUser(ctx, by, id)
}

// alone says who else is known by what the person is known by. An address may
// be shared, as families do, unless it is all we know of the person.
func (s *Service) alone(ctx context.Context, u vpp.User) error {
	var keys vpp.Identities
	if u.ExternalID != "" {
		keys.ExternalIDs = []string{u.ExternalID}
	}
	if u.UserName != "" {
		keys.UserNames = []string{u.UserName}
	}
	byAddress := u.ExternalID == "" && u.UserName == ""
	if byAddress {
		keys.Emails = []string{u.Email}
	}
	known, err := s.store.FindUsers(ctx, keys)
	if err != nil {
		return err
	}
	for _, other := range known {
		switch {
		case other.ID == u.ID:
		case u.ExternalID != "" && other.ExternalID == u.ExternalID:
			return taken(sheet.ExternalID, u.ExternalID, other.User)
		case u.UserName != "" && vpp.FoldKey(other.UserName) == vpp.FoldKey(u.UserName):
			return taken(sheet.UserName, u.UserName, other.User)
		case byAddress:
			return taken(sheet.Email, u.Email, other.User)
		}
	}
	return nil
}

func taken(f sheet.Field, value string, other vpp.User) *vpp.Error {
	more := ""
	if f == sheet.Email {
		more = " Give the person a user name or an external id if two people share the address."
	}
	e := vpp.Errorf(vpp.Conflict, "The %s %q belongs to %s already.%s", f.Word(), value, other.FullName, more)
	e.Field = string(f)
	return e
}
