package roster

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Find returns the one person whose id, address, user name or external id is
// ref; vpp.NotFound for none, vpp.Conflict for several.
func (s *Service) Find(ctx context.Context, ref string) (vpp.User, error) {
	ref = strings.TrimSpace(ref)
	if u, err := s.store.User(ctx, vpp.UserID(ref)); vpp.KindOf(err) != vpp.NotFound {
		return u, err
	}
	found, err := s.store.FindUsers(ctx, vpp.Identities{ExternalIDs: []string{ref}, UserNames: []string{ref}, Emails: []string{ref}})
	switch {
	case err != nil:
		return vpp.User{}, err
	case ref == "" || len(found) == 0:
		return vpp.User{}, vpp.Errorf(vpp.NotFound, "Nobody has the address, user name or external id %q.", ref)
	case len(found) > 1:
		return vpp.User{}, vpp.Errorf(vpp.Conflict, "%q is said of %s and %s: use the user name or the external id.", ref, found[0].FullName, found[1].FullName)
	}
	return found[0].User, nil
}
