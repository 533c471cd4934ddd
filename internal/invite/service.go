package invite

import (
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store is everything this service keeps. Each part stands beside the acts
// that use it.
type Store interface {
	DoctorStore
	RunStore
	SendStore
	LinkStore
	WelcomeStore
	StoryStore
	BounceStore
	SettingsStore
	CommandStore
	EnrollStore
}

// Config holds what cmd decides. Zero values get the usual ones.
type Config struct {
	BaseURL   string          // the server's public address, "https://rsvpp.example.com"
	LinkKey   []byte          // at least 32 bytes; whoever has it can make links
	LinkLife  time.Duration   // how long a link works when a run does not say; 30 days
	Senders   int             // letters handed over at once by one job; 16
	SendFor   time.Duration   // how long one job sends before it makes room; 10 s
	ClaimFor  time.Duration   // after which the letters of a dead node are taken again; 2 min
	BackOff   []time.Duration // waits after the 1st, 2nd … deferral, the last repeats; 1m 5m 15m 1h 4h
	GiveUp    time.Duration   // a letter deferred for so long is refused; 5 days
	Silence   time.Duration   // a device that is silent for so long is given up; 14 days, while the link of a letter still has as long to live
	AppleHost []string        // hosts that a link may lead to; ".apple.com" stands for all below; loopback always may
}

func (c Config) withUsual() Config {
	if c.LinkLife == 0 {
		c.LinkLife = 30 * 24 * time.Hour
	}
	if c.Senders == 0 {
		c.Senders = 16
	}
	if c.SendFor == 0 {
		c.SendFor = 10 * time.Second
	}
	if c.ClaimFor == 0 {
		c.ClaimFor = 2 * time.Minute
	}
	if len(c.BackOff) == 0 {
		c.BackOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}
	}
	if c.GiveUp == 0 {
		c.GiveUp = 5 * 24 * time.Hour
	}
	if c.Silence == 0 {
		c.Silence = 14 * 24 * time.Hour
	}
	if len(c.AppleHost) == 0 {
		c.AppleHost = []string{".apple.com"}
	}
	return c
}

// Service invites.
type Service struct {
	store   Store
	carrier Carrier
	devices Devices
	letters Letters
	bounces Bounces
	box     Sealer
	apple   Apple
	now     vpp.Clock
	ids     vpp.IDs
	secrets vpp.Secrets
	config  Config

	mu   sync.Mutex
	used time.Time // of the mail settings that the carrier was last given
}

// Ports are the outside of the service.
type Ports struct {
	Carrier Carrier
	Devices Devices // nil where there are none
	Letters Letters
	Bounces Bounces // nil where nothing comes back
	Sealer  Sealer
	Apple   Apple
	Clock   vpp.Clock
	IDs     vpp.IDs
	Secrets vpp.Secrets // clientUserIds
}

// New wires the service; it does nothing yet.
func New(store Store, p Ports, config Config) *Service {
	return &Service{
		store: store, carrier: p.Carrier, devices: p.Devices, letters: p.Letters, bounces: p.Bounces, box: p.Sealer, apple: p.Apple,
		now: p.Clock, ids: p.IDs, secrets: p.Secrets, config: config.withUsual(),
	}
}
