package builtin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/micromdm/nanolib/log"
	"github.com/micromdm/nanomdm/cryptoutil"
	mdmhttp "github.com/micromdm/nanomdm/http/mdm"
	nano "github.com/micromdm/nanomdm/push"
	"github.com/micromdm/nanomdm/push/service"
	"github.com/micromdm/nanomdm/service/certauth"
	"github.com/micromdm/nanomdm/service/nanomdm"
	"github.com/micromdm/nanomdm/storage"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store is what the server keeps.
type Store interface {
	storage.AllStorage
	enrolling
	queueing
	PushCertStore
}

// Config is what cmd decides.
type Config struct {
	URL          string                       // where devices reach this server, "https://rsvpp.example.com"
	Name         func(context.Context) string // of the organization, on the profile
	Push         push.Config                  // how Apple's push service is reached
	AccessRights int                          // what profiles ask for; 0 is Rights
	ChallengeFor time.Duration
	Repush       time.Duration // devices with open commands are woken again after
	Logger       *slog.Logger
	Now          vpp.Clock
	IDs          vpp.IDs
	Random       io.Reader
}

// Rights are the least that invitations need: to ask what a device is (16),
// which apps it has (256), and to manage apps (4096).
const Rights = 16 | 256 | vpp.AllowAppInstallation

// Server is the MDM server inside.
type Server struct {
	config Config
	store  Store
	told   mdm.Told
	pusher nano.Pusher
	waker  *waker
	logger log.Logger

	mu sync.Mutex
	ca *authority // see authority

	verified sync.Map // SHA-256 of certificates that our authority issued → nothing
}

var _ mdm.Server = (*Server)(nil)

// New makes the server; nothing is read or written yet.
func New(store Store, told mdm.Told, config Config) *Server {
	if config.AccessRights == 0 {
		config.AccessRights = Rights
	}
	if config.ChallengeFor == 0 {
		config.ChallengeFor = 7 * 24 * time.Hour
	}
	if config.Repush == 0 {
		config.Repush = 15 * time.Minute
	}
	logger := nanoLogger{config.Logger}
	s := &Server{
		config: config, store: store, told: told, logger: logger,
		pusher: service.New(store, store, push.Factory{Config: config.Push}, logger),
	}
	s.waker = newWaker(s.wake, config.Logger)
	return s
}

// Stop ends what goes on by itself; what is left over is the next start's.
func (s *Server) Stop() { s.waker.stop() }

// Abilities implements mdm.Server: it can do all there is.
func (s *Server) Abilities() vpp.Abilities {
	return vpp.Abilities{ListsDevices: true, MapsUsers: true, UserChannel: true, Results: true}
}

// Protocol answers devices: check-ins and commands, at one address. A message
// passes the guard, then shows by its signature which certificate it comes
// with; that certificate is ours, and the same as ever for this device; then
// NanoMDM keeps it, then it is told.
func (s *Server) Protocol() http.Handler {
	core := nanomdm.New(s.store, nanomdm.WithLogger(s.logger),
		nanomdm.WithUserAuthenticate(nanomdm.NewUAService(s.store, true)), nanomdm.WithGetToken(nanomdm.NewTokenMux()))
	pinned := certauth.New(&hook{CheckinAndCommandService: core, server: s}, s.store, certauth.WithLogger(s.logger))
	handler := mdmhttp.CertVerifyMiddleware(sorted(mdmhttp.CheckinAndCommandHandler(pinned, s.logger)), ours{s}, s.logger)
	handler = mdmhttp.CertExtractMdmSignatureMiddleware(handler, mdmhttp.MdmSignatureVerifierFunc(cryptoutil.VerifyMdmSignature), mdmhttp.SigLogWithLogger(s.logger))
	return guarded(handler)
}
