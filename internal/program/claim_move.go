package program

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MoveOut lets a location go: from now on nothing is written there, what was
// not sent is dropped, open letters and links are withdrawn. Our claim at Apple
// makes room for one that says so; somebody else's is left as it is. Asked
// again it does what is left to do.
func (s *Service) MoveOut(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	if l.UID == "" {
		return l, vpp.Errorf(vpp.Conflict, "%s has no content token: there is nothing to move out.", l.Name)
	}
	if l.MovedAt.IsZero() {
		if err := s.store.MovedOut(ctx, by, l); err != nil {
			return l, err
		}
	}
	if l.Usable(s.config.Now()) {
		if err := s.release(ctx, l); err != nil {
			why := explain(err)
			return l, vpp.Wrap(vpp.KindOf(why), err, "%s was moved out here, but our claim still stands at Apple: move it out once more. %s", l.Name, vpp.MessageOf(why))
		}
	}
	return s.store.Location(ctx, id)
}

// release takes our claim at Apple away, as far as Apple lets us. Notifications
// are ended where Apple takes empty values for that; the next server sets its
// own anyway.
func (s *Service) release(ctx context.Context, l vpp.Location) error {
	c, err := s.client(ctx, l)
	if err != nil {
		return err
	}
	got, err := c.ClientConfig(ctx)
	if err != nil {
		return err
	}
	stands := claimOf(got.MDMInfo)
	ours, err := s.Ours(ctx, stands)
	if err != nil {
		return err
	}
	if ours {
		if got, err = s.letGo(ctx, c); err != nil {
			return err
		}
		stands = claimOf(got.MDMInfo)
	}
	if l, err = s.store.Location(ctx, l.ID); err == nil {
		err = s.store.SawClaim(ctx, l, stands)
	}
	if err == nil {
		s.settled(l.ID, stands.ID, s.doubts(l.ID))
	}
	return err
}

// letGo clears our claim. No page of Apple's says how, or whether that can be:
// where empty values are refused, or our claim still stands, another takes its
// place that every administrator can read, and that no rsvpp takes for anybody's.
func (s *Service) letGo(ctx context.Context, c *appsandbooks.Client) (*appsandbooks.ClientConfig, error) {
	own, err := s.Claim(ctx)
	if err != nil {
		return nil, err
	}
	got, err := c.SetClientConfig(ctx, appsandbooks.ClientConfigChange{MDMInfo: &appsandbooks.MDMInfo{}})
	if err == nil { // what stands there counts, and not that it was taken
		got, err = c.ClientConfig(ctx)
	}
	switch {
	case err == nil && claimOf(got.MDMInfo).ID == "":
		return got, endNotifications(ctx, c, nil)
	case err != nil && !badRequest(err):
		return nil, err
	}
	info := &appsandbooks.MDMInfo{ID: vpp.ReleasedClaim, Name: cutName("released by " + own.Name), Metadata: own.Metadata}
	if got, err = c.SetClientConfig(ctx, appsandbooks.ClientConfigChange{MDMInfo: info}); err != nil {
		return nil, err
	}
	return got, endNotifications(ctx, c, info)
}

// endNotifications has Apple notify us no longer, where it takes empty values
// for that. The claim goes with it, lest what is not sent is taken away.
func endNotifications(ctx context.Context, c *appsandbooks.Client, claim *appsandbooks.MDMInfo) error {
	none, secret := "", appsandbooks.Secret("")
	_, err := c.SetClientConfig(ctx, appsandbooks.ClientConfigChange{
		MDMInfo: claim, NotificationURL: &none, NotificationAuthToken: &secret, NotificationTypes: []appsandbooks.NotificationType{},
	})
	if badRequest(err) {
		return nil
	}
	return err
}

func badRequest(err error) bool {
	said, ok := errors.AsType[*appsandbooks.Error](err)
	return ok && said.HTTPStatus == 400
}

// cutName keeps a claim's name as short as Apple wants it, counted in bytes.
func cutName(name string) string {
	const longest = 100
	for len(name) > longest {
		r := []rune(name)
		name = string(r[:len(r)-1])
	}
	return name
}
