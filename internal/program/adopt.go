package program

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

type adoptions interface {
	WriteStrangers(ctx context.Context, id vpp.LocationID, strangers []vpp.Stranger, gone []vpp.ClientUserID, read time.Time) error
	// Strangers returns them by name, those after a name.
	Strangers(ctx context.Context, id vpp.LocationID, after vpp.ClientUserID, limit int) ([]vpp.Stranger, error)
	CountStrangers(ctx context.Context, id vpp.LocationID) (int, error)
	Stranger(ctx context.Context, id vpp.LocationID, name vpp.ClientUserID) (vpp.Stranger, error)
	// Candidates returns people to whom strangers may belong, the strongest match first.
	Candidates(ctx context.Context, id vpp.LocationID, strangers []vpp.Stranger) (map[vpp.ClientUserID][]vpp.Candidate, error)
	// SharedAddresses says which folded addresses several strangers have.
	SharedAddresses(ctx context.Context, id vpp.LocationID, emails []string) (map[string]bool, error)
	// EnsurePlaces returns everybody's place, made where there was none.
	EnsurePlaces(ctx context.Context, id vpp.LocationID, users []vpp.UserID) (map[vpp.UserID]vpp.Person, error)
	// Adopt returns those that could not be given, because the person has a
	// living record, or one is being written, or the stranger is gone.
	Adopt(ctx context.Context, by vpp.Actor, id vpp.LocationID, list []vpp.Adoption) ([]vpp.Adoption, error)
}

// People adds a person; roster.Service is one.
type People interface {
	Create(ctx context.Context, by vpp.Actor, location vpp.LocationID, in vpp.UserInput) (vpp.User, error)
}

// Found is a record at Apple that is nobody's here, with whom it may belong to
// and what is best done with it.
type Found struct {
	vpp.Stranger
	Candidates []vpp.Candidate
	Proposal   vpp.Proposal
}

// Finds counts proposals.
type Finds struct {
	Total    int
	Adopt    int // one person fits
	Choose   int // somebody has to say who it is
	Conflict int // the one who fits has a living record of their own
	Unknown  int // nobody fits
}

// Choice says to whom a stranger is given: a person, or a new one made from
// its address.
type Choice struct {
	ClientUserID vpp.ClientUserID
	UserID       vpp.UserID
	Create       bool
}

// Adopted is what an adoption came to.
type Adopted struct {
	Adopted int
	Created int // of these, people who were added for it
	Left    []Left
}

// Left is a stranger that was not adopted, and why.
type Left struct {
	ClientUserID vpp.ClientUserID
	Why          string
}

const adoptStretch = 200

// Strangers lists records of a location that are nobody's here (F-07).
func (s *Service) Strangers(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[Found], error) {
	var list vpp.List[Found]
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return list, err
	}
	page = page.Clamp()
	some, err := s.store.Strangers(ctx, l.ID, vpp.ClientUserID(page.After), page.Limit+1)
	if err != nil {
		return list, err
	}
	if len(some) > page.Limit {
		some = some[:page.Limit]
		list.Next = string(some[len(some)-1].ClientUserID)
	}
	list.Items, err = s.match(ctx, l.ID, some)
	return list, err
}

// CountStrangers counts them.
func (s *Service) CountStrangers(ctx context.Context, id vpp.LocationID) (int, error) {
	return s.store.CountStrangers(ctx, id)
}

// match finds whom strangers may belong to.
func (s *Service) match(ctx context.Context, id vpp.LocationID, some []vpp.Stranger) ([]Found, error) {
	emails := make([]string, 0, len(some))
	for _, r := range some {
		if r.Email != "" {
			emails = append(emails, vpp.FoldKey(r.Email))
		}
	}
	shared, err := s.store.SharedAddresses(ctx, id, emails)
	if err != nil {
		return nil, err
	}
	candidates, err := s.store.Candidates(ctx, id, some)
	if err != nil {
		return nil, err
	}
	found := make([]Found, len(some))
	for i, r := range some {
		c := candidates[r.ClientUserID]
		found[i] = Found{Stranger: r, Candidates: c, Proposal: vpp.Propose(c, shared[vpp.FoldKey(r.Email)])}
	}
	return found, nil
}

// eachFound walks through all strangers of a location.
func (s *Service) eachFound(ctx context.Context, id vpp.LocationID, fn func([]Found) error) error {
	for after := vpp.ClientUserID(""); ; {
		some, err := s.store.Strangers(ctx, id, after, adoptStretch)
		if err != nil || len(some) == 0 {
			return err
		}
		found, err := s.match(ctx, id, some)
		if err != nil {
			return err
		}
		if err := fn(found); err != nil {
			return err
		}
		after = some[len(some)-1].ClientUserID
	}
}

// PreviewAdopt counts what is best done with a location's strangers; nothing
// is written.
func (s *Service) PreviewAdopt(ctx context.Context, id vpp.LocationID) (n Finds, err error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return n, err
	}
	err = s.eachFound(ctx, l.ID, func(found []Found) error {
		for _, f := range found {
			n.add(f.Proposal)
		}
		return nil
	})
	return n, err
}

func (n *Finds) add(p vpp.Proposal) {
	n.Total++
	switch p {
	case vpp.ProposeAdopt:
		n.Adopt++
	case vpp.ProposeChoose:
		n.Choose++
	case vpp.ProposeConflict:
		n.Conflict++
	case vpp.ProposeCreate:
		n.Unknown++
	}
}

// AdoptClear adopts every stranger that one person fits; with create, people
// are added for those whom nobody fits and who have an address. It goes on
// stretch by stretch: when it is broken off, doing it again does the rest.
func (s *Service) AdoptClear(ctx context.Context, by vpp.Actor, id vpp.LocationID, create bool) (a Adopted, err error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return a, err
	}
	err = s.eachFound(ctx, l.ID, func(found []Found) error {
		var choices []Choice
		for _, f := range found {
			switch {
			case f.Proposal == vpp.ProposeAdopt:
				choices = append(choices, Choice{ClientUserID: f.ClientUserID, UserID: f.Candidates[0].UserID})
			case f.Proposal == vpp.ProposeCreate && create && f.Email != "":
				choices = append(choices, Choice{ClientUserID: f.ClientUserID, Create: true})
			}
		}
		done, err := s.Adopt(ctx, by, l.ID, choices)
		a.Adopted, a.Created, a.Left = a.Adopted+done.Adopted, a.Created+done.Created, append(a.Left, done.Left...)
		return err
	})
	return a, err
}

// Adopt gives strangers to people as somebody chose. Nothing is asked of
// Apple: the records stay as they are, with their licenses.
func (s *Service) Adopt(ctx context.Context, by vpp.Actor, id vpp.LocationID, choices []Choice) (a Adopted, err error) {
	if len(choices) == 0 {
		return a, nil
	}
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return a, err
	}
	made := map[vpp.ClientUserID]bool{}
	var users []vpp.UserID
	for i, c := range choices {
		if c.Create {
			u, err := s.newPerson(ctx, by, l.ID, c.ClientUserID)
			switch {
			case err == nil:
				choices[i].UserID, made[c.ClientUserID] = u.ID, true
			case vpp.KindOf(err) == vpp.Internal:
				return a, err
			default:
				a.Left = append(a.Left, Left{c.ClientUserID, vpp.MessageOf(err)})
				continue
			}
		}
		users = append(users, choices[i].UserID)
	}
	places, err := s.store.EnsurePlaces(ctx, l.ID, users)
	if err != nil {
		return a, err
	}
	list, left, err := s.adoptionsOf(ctx, l.ID, choices, places)
	if err != nil {
		return a, err
	}
	a.Left = append(a.Left, left...)
	refused, err := s.store.Adopt(ctx, by, l.ID, list)
	if err != nil {
		return a, err
	}
	for _, r := range refused {
		a.Left = append(a.Left, Left{r.ClientUserID, r.Place.FullName + " has a living record at Apple already, or one is being written: keep one of the two."})
	}
	a.Adopted = len(list) - len(refused)
	for _, r := range list {
		if made[r.ClientUserID] {
			a.Created++
		}
	}
	return a, nil
}

// newPerson adds a person for a stranger, known by its address.
func (s *Service) newPerson(ctx context.Context, by vpp.Actor, id vpp.LocationID, name vpp.ClientUserID) (vpp.User, error) {
	r, err := s.store.Stranger(ctx, id, name)
	if err != nil {
		return vpp.User{}, err
	}
	if s.config.People == nil || r.Email == "" {
		return vpp.User{}, vpp.Errorf(vpp.Conflict, "Apple has no address of this record: choose the person it belongs to.")
	}
	local, _, _ := strings.Cut(r.Email, "@")
	return s.config.People.Create(ctx, by, id, vpp.UserInput{FullName: local, Email: r.Email})
}

// adoptionsOf looks up what was chosen and seals the codes for their people.
func (s *Service) adoptionsOf(ctx context.Context, id vpp.LocationID, choices []Choice, places map[vpp.UserID]vpp.Person) (list []vpp.Adoption, left []Left, err error) {
	for _, c := range choices {
		if c.UserID == "" { // could not be made, and is on the list
			continue
		}
		r, err := s.store.Stranger(ctx, id, c.ClientUserID)
		place, known := places[c.UserID]
		if err == nil && !known {
			err = vpp.Errorf(vpp.NotFound, "There is no such person here.")
		}
		if vpp.KindOf(err) == vpp.NotFound {
			left = append(left, Left{c.ClientUserID, vpp.MessageOf(err)})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		a := vpp.Adoption{Stranger: r, Place: place}
		if r.CodeSealed != "" {
			code, err := s.sealer.Open(r.CodeSealed, r.SealContext())
			if err != nil {
				return nil, nil, err
			}
			if a.CodeSealed, err = s.sealCode(place.Program.ID, string(code)); err != nil {
				return nil, nil, err
			}
		}
		list = append(list, a)
	}
	return list, left, nil
}
