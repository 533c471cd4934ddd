package connect

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	askAtOnce      = 200            // commands that a server is asked after at a time
	describeAtOnce = 100            // devices that are asked what they are at a time
	describeAgain  = 24 * time.Hour // when they do not say
)

// Tend asks every server for what is due: answers, devices, and what devices
// are that only their names are known of. What fails with one server keeps no
// other back and stands with it.
func (s *Service) Tend(ctx context.Context) error {
	list, err := s.store.MDMServers(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.tend(ctx, m); vpp.KindOf(err) == vpp.Internal && err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tend(ctx context.Context, m vpp.MDMServer) error {
	server, err := s.Server(ctx, m.ID)
	if err != nil {
		return err
	}
	can := server.Abilities()
	if can.Asked {
		err = s.ask(ctx, m, server)
	}
	switch due := s.config.Clock().Sub(m.SyncedAt) >= s.config.Every; {
	case due && can.ListsDevices:
		err = errors.Join(err, s.sync(ctx, m, server))
	case due && s.config.Clock().Sub(m.CheckedAt) >= s.config.Every:
		err = errors.Join(err, s.noted(ctx, m.ID, server.Check(ctx)))
	}
	return errors.Join(err, s.describe(ctx, m, server))
}

// ask asks after open invitations. Those that were asked after are noted also
// when a question failed: the next ones shall have their turn.
func (s *Service) ask(ctx context.Context, m vpp.MDMServer, server Server) error {
	open, err := s.store.CommandsToAsk(ctx, m.ID, askAtOnce)
	if err != nil || len(open) == 0 {
		return err
	}
	answered := server.Ask(ctx, s.told, open)
	return errors.Join(s.store.CommandsAsked(ctx, open), s.noted(ctx, m.ID, answered))
}

// Sync reads a server's devices now.
func (s *Service) Sync(ctx context.Context, id vpp.MDMID) (Connected, error) {
	m, sealed, err := s.store.MDMServer(ctx, id)
	if err != nil {
		return Connected{}, err
	}
	server, err := s.speaker(m, sealed)
	if err != nil {
		return Connected{}, err
	}
	if !server.Abilities().ListsDevices {
		return Connected{}, vpp.Errorf(vpp.Conflict, "This kind of MDM server lists no devices: each becomes known when it next reports.")
	}
	if err := s.sync(ctx, m, server); err != nil {
		return Connected{}, err
	}
	return s.Get(ctx, id)
}

// sync reads all devices of a server; those that it has no more are gone.
func (s *Service) sync(ctx context.Context, m vpp.MDMServer, server Server) error {
	s.syncing.Lock() // marks are one sync's at a time
	defer s.syncing.Unlock()
	before, err := s.store.DeviceKeys(ctx, m.ID)
	if err != nil {
		return err
	}
	heard := s.listing(m.ID, before)
	if err := server.Devices(ctx, heard); err != nil {
		return s.noted(ctx, m.ID, err)
	}
	// A server that forgot everything is broken more likely than empty.
	if len(heard.here) == 0 && len(before) > 0 {
		return s.noted(ctx, m.ID, vpp.Errorf(vpp.Unavailable, "The MDM server lists no device any more, though it had some: nothing was changed here. If that is right, disconnect it."))
	}
	for _, key := range before {
		if heard.here[key] {
			continue
		}
		if err := s.told.Gone(ctx, m.ID, key); err != nil {
			return err
		}
	}
	return s.store.MDMServerSynced(ctx, m.ID)
}

// listing notes which devices were told of, and passes on what is news: most
// of a long list is as it was a quarter of an hour ago.
type listing struct {
	Told
	here   map[string]bool     // were told of
	before map[string]bool     // are known
	marks  map[string][32]byte // of what was passed on
	round  time.Time           // everything is passed on again now and then
}

func (s *Service) listing(id vpp.MDMID, before []string) *listing {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &listing{Told: s.told, here: map[string]bool{}, before: map[string]bool{}, marks: s.open[id].marks, round: s.config.Clock().Truncate(6 * time.Hour)}
	for _, key := range before {
		l.before[key] = true
	}
	return l
}

// Enrolled implements Told.
func (l *listing) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	key := string(d.Key)
	l.here[key] = true
	name, mark := key, markOf(l.round, d, channels)
	if len(channels) > 0 {
		name = string(channels[0].ID)
	}
	if l.before[key] && l.marks[name] == mark {
		return nil
	}
	if err := l.Told.Enrolled(ctx, d, channels); err != nil {
		return err
	}
	if l.marks != nil {
		l.marks[name] = mark
	}
	return nil
}

// markOf stands for what is said of a device; when it was last there counts
// by the hour.
func markOf(round time.Time, d vpp.Device, channels []vpp.Enrollment) [32]byte {
	d.SeenAt = d.SeenAt.Truncate(time.Hour)
	channels = slices.Clone(channels)
	for i := range channels {
		channels[i].SeenAt, channels[i].EnrolledAt = time.Time{}, time.Time{}
	}
	d.EnrolledAt = time.Time{}
	return sha256.Sum256(fmt.Appendf(nil, "%d %+v %+v", round.Unix(), d, channels))
}

// Gone implements Told: the server did list it.
func (l *listing) Gone(ctx context.Context, server vpp.MDMID, key string) error {
	l.here[key] = true
	if !l.before[key] {
		return nil
	}
	return l.Told.Gone(ctx, server, key)
}

// describe asks devices what they are where their server does not say, so that
// it is known how their people are reached.
func (s *Service) describe(ctx context.Context, m vpp.MDMServer, server Server) error {
	unknown, err := s.store.DevicesToDescribe(ctx, m.ID, s.config.Clock().Add(-describeAgain), describeAtOnce)
	if err != nil || len(unknown) == 0 {
		return err
	}
	commands := make([]vpp.Command, len(unknown))
	for i, d := range unknown {
		commands[i] = vpp.Command{ID: s.config.IDs(), Kind: vpp.CommandAccount, MDM: m.ID, DeviceID: d.ID, Enrollment: d.Key}
	}
	if err := s.store.AccountAsked(ctx, commands); err != nil {
		return err
	}
	_ = server.Send(ctx, commands) // tomorrow again
	return nil
}
