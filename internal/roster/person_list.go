package roster

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// List returns a page of the people of one location. Results of a search come
// in the order in which the people came, whatever the sort.
func (s *Service) List(ctx context.Context, f vpp.Filter, sort vpp.Sort, page vpp.Page) (vpp.List[vpp.Person], error) {
	if err := checkFilter(f); err != nil {
		return vpp.List[vpp.Person]{}, err
	}
	switch sort {
	case "", vpp.SortName, vpp.SortNameRev, vpp.SortStatus, "-" + vpp.SortStatus, vpp.SortSince, vpp.SortSinceRv:
		return s.store.ListPeople(ctx, f, sort, page)
	}
	return vpp.List[vpp.Person]{}, invalid("sort", "There is no order %q: choose name, status or since, with a minus in front for the other way round.", sort)
}

func checkFilter(f vpp.Filter) error {
	if f.Status != "" && !slices.Contains(vpp.VPPStatuses[:], f.Status) {
		return invalid("status", "There is no VPP status %q: choose not_invited, invited, registered or removed.", f.Status)
	}
	switch f.Attention {
	case "", vpp.AttentionWaiting, vpp.AttentionDiffers, vpp.AttentionMail, vpp.AttentionRefused, vpp.AttentionNoAddress, vpp.AttentionPaused, vpp.AttentionStuck:
		return nil
	}
	return invalid("attention", "There is no attention %q: choose waiting, differs, mail_problem, apple_refused, no_address, paused or stuck.", f.Attention)
}

// Counts returns the numbers behind the filter chips of a location.
func (s *Service) Counts(ctx context.Context, location vpp.LocationID) (vpp.Counts, error) {
	return s.store.CountPeople(ctx, location)
}

// Funnel counts how far the people of a location have come.
func (s *Service) Funnel(ctx context.Context, location vpp.LocationID) (vpp.Funnel, error) {
	return s.store.Funnel(ctx, location)
}

// Profile is one person with the person's place in every location.
type Profile struct {
	User   vpp.User
	Places []vpp.ProgramUser
}

// Profile returns one person.
func (s *Service) Profile(ctx context.Context, id vpp.UserID) (Profile, error) {
	u, err := s.store.User(ctx, id)
	if err != nil {
		return Profile{}, err
	}
	places, err := s.store.Places(ctx, id)
	return Profile{u, places}, err
}

// Unplace takes people out of the location that the selection is seen from.
// Nobody loses a living record by it, or the last place.
func (s *Service) Unplace(ctx context.Context, by vpp.Actor, selection vpp.Selection) (vpp.Unplaced, error) {
	if err := checkFilter(selection.Filter); err != nil {
		return vpp.Unplaced{}, err
	}
	return s.store.UnplacePeople(ctx, by, selection)
}

// Place gives people a place in a location, and returns how many had none
// there. A selection of all is seen from its own location.
func (s *Service) Place(ctx context.Context, by vpp.Actor, location vpp.LocationID, selection vpp.Selection) (int, error) {
	if err := checkFilter(selection.Filter); err != nil {
		return 0, err
	}
	home, err := s.locate(ctx, location)
	if err != nil {
		return 0, err
	}
	return s.store.PlacePeople(ctx, by, home.chosen.ID, selection)
}

// Pause keeps everything from being sent to people until they are resumed, at
// every location, and returns how many were not paused. Their records at Apple
// stay (F-13).
func (s *Service) Pause(ctx context.Context, by vpp.Actor, selection vpp.Selection) (int, error) {
	if err := checkFilter(selection.Filter); err != nil {
		return 0, err
	}
	return s.store.PausePeople(ctx, by, selection, true)
}

// Resume ends what Pause began, and returns how many were paused. What waited
// for them goes out.
func (s *Service) Resume(ctx context.Context, by vpp.Actor, selection vpp.Selection) (int, error) {
	if err := checkFilter(selection.Filter); err != nil {
		return 0, err
	}
	return s.store.PausePeople(ctx, by, selection, false)
}

// Export writes the people of a filter as a CSV that an import reads back, by
// name, with their status in columns beside.
func (s *Service) Export(ctx context.Context, f vpp.Filter, w io.Writer) error {
	if err := checkFilter(f); err != nil {
		return err
	}
	home, err := s.locate(ctx, f.Location)
	if err != nil {
		return err
	}
	out, err := sheet.NewPeopleWriter(w, sheet.Comma, "vpp_status", "apple_status", "paused")
	if err != nil {
		return err
	}
	err = s.store.EachPerson(ctx, vpp.Selection{Filter: f, All: true}, func(people []vpp.Person) error {
		for _, p := range people {
			row := personOf(p.User)
			row.Location = home.chosen.Name
			paused := ""
			if p.Paused() {
				paused = p.PausedAt.UTC().Format(time.RFC3339)
			}
			if err := out.Write(row, string(p.Program.VPPStatus()), string(p.Program.AppleStatus), paused); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Close()
}

func invalid(field, format string, args ...any) *vpp.Error {
	e := vpp.Errorf(vpp.Invalid, format, args...)
	e.Field = field
	return e
}
