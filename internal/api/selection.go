package api

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Filter narrows the people of one location.
type Filter struct {
	Location  string `json:"location,omitempty" query:"location" maxLength:"64" doc:"The location to look from; the default one if missing."`
	Status    string `json:"status,omitempty" query:"status" enum:"not_invited,invited,registered,removed"`
	Attention string `json:"attention,omitempty" query:"attention" enum:"waiting,differs,mail_problem,apple_refused,no_address,paused,stuck" doc:"People whose case needs somebody."`
	Search    string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Part of a name, address, user name or id."`
	Group     string `json:"group,omitempty" query:"group" maxLength:"200"`
}

func (f Filter) filter() vpp.Filter {
	return vpp.Filter{
		Location: vpp.LocationID(f.Location), Status: vpp.VPPStatus(f.Status),
		Attention: vpp.Attention(f.Attention), Search: f.Search, Group: f.Group,
	}
}

// Selection is who an act is about: all that match a filter less some, or
// chosen people.
type Selection struct {
	All    bool     `json:"all,omitempty" doc:"Everybody who matches the filter, less except."`
	Filter *Filter  `json:"filter,omitempty"`
	Except []string `json:"except,omitempty" nullable:"false" maxItems:"100000" doc:"Ids of people to leave out."`
	Users  []string `json:"users,omitempty" nullable:"false" maxItems:"100000" doc:"Ids of the people meant."`
	User   string   `json:"user,omitempty" doc:"One person by e-mail address, user name or external id."`
	Names  []string `json:"names,omitempty" nullable:"false" maxItems:"1000" doc:"People by e-mail address, user name or external id."`
}

// Chosen is a selection at a location.
type Chosen struct {
	Selection Selection `json:"selection"`
	Location  string    `json:"location,omitempty" maxLength:"64" doc:"The location to act in; that of the filter, or the default one, if missing."`
}

// choose translates a selection and looks up people who are named.
func (d *Door) choose(ctx context.Context, c Chosen) (vpp.Selection, error) {
	s := c.Selection
	out := vpp.Selection{All: s.All}
	if s.Filter != nil {
		out.Filter = s.Filter.filter()
	}
	if c.Location != "" {
		out.Filter.Location = vpp.LocationID(c.Location)
	}
	named := s.Names
	if s.User != "" {
		named = append(slices.Clone(named), s.User)
	}
	switch {
	case s.All && (len(s.Users) > 0 || len(named) > 0):
		return out, invalid("selection", "Choose either all or single people: leave out all, or users, user and names.")
	case !s.All && len(s.Except) > 0:
		return out, invalid("selection.except", "Except leaves people out of all: set all too.")
	case !s.All && s.Filter != nil && *s.Filter != (Filter{Location: s.Filter.Location}):
		return out, invalid("selection.filter", "A filter narrows all: set all too, or leave the filter out.")
	case !s.All && len(s.Users) == 0 && len(named) == 0:
		return out, invalid("selection", "Nobody is chosen: send all, users, user or names.")
	case s.All:
		out.IDs = idsOf(s.Except)
		return out, nil
	}
	out.IDs = idsOf(s.Users)
	for _, name := range named {
		user, err := d.People.Find(ctx, name)
		if err != nil {
			return out, err
		}
		out.IDs = append(out.IDs, user.ID)
	}
	out.IDs = unique(out.IDs)
	return out, nil
}

func idsOf(texts []string) []vpp.UserID {
	ids := make([]vpp.UserID, len(texts))
	for i, t := range texts {
		ids[i] = vpp.UserID(t)
	}
	return ids
}

// unique drops doubles, so that nobody is counted or written to twice.
func unique(ids []vpp.UserID) []vpp.UserID {
	slices.Sort(ids)
	return slices.Compact(ids)
}
