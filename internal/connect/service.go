package connect

import (
	"context"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps servers, and what is asked of them.
type Store interface {
	MDMServers(ctx context.Context) ([]vpp.MDMServer, error)
	MDMServer(ctx context.Context, id vpp.MDMID) (vpp.MDMServer, vpp.SealedMDM, error)
	// AddMDMServer is vpp.Conflict when the address is connected already.
	AddMDMServer(ctx context.Context, by vpp.Actor, s vpp.MDMServer, sealed vpp.SealedMDM) error
	ChangeMDMKey(ctx context.Context, by vpp.Actor, s vpp.MDMServer, sealed string) error
	// RemoveMDMServer makes its devices gone.
	RemoveMDMServer(ctx context.Context, by vpp.Actor, s vpp.MDMServer) error
	MDMServerChecked(ctx context.Context, id vpp.MDMID, problem string) error
	MDMServerSynced(ctx context.Context, id vpp.MDMID) error
	Devices
}

// Devices are what the servers have, and what is open with them.
type Devices interface {
	DeviceKeys(ctx context.Context, id vpp.MDMID) ([]string, error)
	PersonNamed(ctx context.Context, name string) (vpp.UserID, error)
	CommandsToAsk(ctx context.Context, id vpp.MDMID, limit int) ([]vpp.Command, error)
	CommandsAsked(ctx context.Context, commands []vpp.Command) error
	DevicesToDescribe(ctx context.Context, id vpp.MDMID, before time.Time, limit int) ([]vpp.Device, error)
	AccountAsked(ctx context.Context, questions []vpp.Command) error
}

// Box locks secrets at rest; the context binds them to their record.
type Box interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// Told is whom servers tell what devices do; mdm.Told says more.
type Told interface {
	Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error
	Gone(ctx context.Context, server vpp.MDMID, key string) error
	Answered(ctx context.Context, a vpp.CommandAnswer) error
	Pushed(ctx context.Context, server vpp.MDMID, commands []string, at time.Time) error
}

// Server speaks to one MDM server; mdm/connector says more.
type Server interface {
	Send(ctx context.Context, commands []vpp.Command) []error
	Cancel(ctx context.Context, commands []vpp.Command) error
	Abilities() vpp.Abilities
	Check(ctx context.Context) error
	Devices(ctx context.Context, told Told) error
	Report(ctx context.Context, told Told, body []byte) error
	Ask(ctx context.Context, told Told, commands []vpp.Command) error
}

// Dial makes the speaker to a server; vpp.Invalid names the field that is wrong.
type Dial func(id vpp.MDMID, kind, url, key string) (Server, error)

// Config is what cmd decides.
type Config struct {
	URL     string        // where this server is reached: reports go there
	Every   time.Duration // between two reads of a server's devices
	Clock   vpp.Clock
	IDs     vpp.IDs
	Secrets func() string // long and random
}

// Service is the room.
type Service struct {
	store  Store
	box    Box
	dial   Dial
	told   Told
	config Config

	syncing sync.Mutex
	mu      sync.Mutex
	open    map[vpp.MDMID]opened
}

// opened is a speaker that is kept: it remembers a little of what it heard.
type opened struct {
	Server
	url, key string              // with which it was made; the key sealed
	marks    map[string][32]byte // of devices that were passed on
}

// New makes the service.
func New(store Store, box Box, dial Dial, told Told, config Config) *Service {
	return &Service{store: store, box: box, dial: dial, told: &owners{told, store}, config: config, open: map[vpp.MDMID]opened{}}
}

// List returns the connected servers, by name.
func (s *Service) List(ctx context.Context) ([]vpp.MDMServer, error) {
	list, err := s.store.MDMServers(ctx)
	for i := range list {
		list[i].Abilities = s.abilities(list[i])
	}
	return list, err
}

func (s *Service) abilities(m vpp.MDMServer) vpp.Abilities {
	server, err := s.dial(m.ID, m.Kind, m.URL, "unused")
	if err != nil {
		return vpp.Abilities{}
	}
	return server.Abilities()
}

// Server returns the speaker to a connected server, or vpp.NotFound. Which
// there are is looked up each time: another node may have changed it.
func (s *Service) Server(ctx context.Context, id vpp.MDMID) (Server, error) {
	m, sealed, err := s.store.MDMServer(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.speaker(m, sealed)
}

func (s *Service) speaker(m vpp.MDMServer, sealed vpp.SealedMDM) (Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, there := s.open[m.ID]; there && o.url == m.URL && o.key == sealed.Key {
		return o.Server, nil
	}
	key, err := s.box.Open(sealed.Key, KeyContext(m.ID))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "the key for the MDM server cannot be unlocked")
	}
	server, err := s.dial(m.ID, m.Kind, m.URL, string(key))
	if err != nil {
		return nil, err
	}
	s.open[m.ID] = opened{server, m.URL, sealed.Key, map[string][32]byte{}}
	return server, nil
}

// KeyContext says what the key for a server is sealed for.
func KeyContext(id vpp.MDMID) string { return "mdm " + string(id) + " key" }

// HookContext says what the secrets of a server's reports are sealed for.
func HookContext(id vpp.MDMID) string { return "mdm " + string(id) + " hook" }

// owners adds whose a device is, where its server names the person.
type owners struct {
	Told
	store Store
}

// Enrolled implements Told.
func (o *owners) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	for _, c := range channels {
		if c.User || c.UserShortName == "" || d.OwnerID != "" {
			continue
		}
		person, err := o.store.PersonNamed(ctx, c.UserShortName)
		if err != nil {
			return err
		}
		if person != "" {
			d.OwnerID, d.OwnerSource = person, "connector"
		}
	}
	return o.Told.Enrolled(ctx, d, channels)
}
