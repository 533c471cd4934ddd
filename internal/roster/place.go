package roster

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// home says where people get their place: in the chosen location, which is the
// default one only while none is named.
type home struct {
	all    []vpp.Location
	chosen vpp.Location
}

// locate finds the chosen location; "" chooses the default one.
func (s *Service) locate(ctx context.Context, id vpp.LocationID) (home, error) {
	all, err := s.store.Locations(ctx)
	if err != nil {
		return home{}, err
	}
	h := home{all: all}
	found := false
	for _, l := range all {
		if l.ID == id || id == "" && l.Default {
			h.chosen, found = l, true
		}
	}
	if !found {
		return h, vpp.Errorf(vpp.NotFound, "There is no such location.")
	}
	return h, nil
}

// places lists where a person goes who is to be in the chosen location, or in
// the one that a row of a file names.
func (h home) places(named string) ([]vpp.LocationID, *vpp.Error) {
	chosen := h.chosen.ID
	if named != "" {
		var fits []vpp.LocationID
		for _, l := range h.all {
			if string(l.ID) == named || strings.EqualFold(l.Name, named) {
				fits = append(fits, l.ID)
			}
		}
		switch len(fits) {
		case 0:
			return nil, invalid("location", "There is no location “%s”: write the name of one that is here, or leave the cell empty.", named)
		case 1:
			chosen = fits[0]
		default:
			return nil, invalid("location", "There are %d locations with the name “%s”: write the id of the one that is meant.", len(fits), named)
		}
	}
	return []vpp.LocationID{chosen}, nil
}
