// Package program registers, updates and retires VPP users at Apple, and reads
// what Apple says of them.
//
// It owns Apple's truth: it is its only writer. It tends each location from
// one node at a time, in one loop that sends queued writes, looks at Apple's
// receipts and reads. It never decides who is to be invited, and never takes
// Apple's "accepted" for done.
package program

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Cadence says when Apple is asked. Apple's page asks for the first three.
type Cadence struct {
	FirstLook   time.Duration // from the receipt to the first look at its event, unless a notification comes
	LookEvery   time.Duration // between looks while Apple works
	ResendAfter time.Duration // a request that still waits is sent again after
	Settle      time.Duration // results of several batches are read together within
	ReadEvery   time.Duration // what changed is read at least this often
	FullEvery   time.Duration // everything is read at least this often
}

// Apple is the cadence of production.
var Apple = Cadence{
	FirstLook: appsandbooks.StatusAfter, LookEvery: appsandbooks.StatusEvery, ResendAfter: appsandbooks.ResendAfter,
	Settle: 3 * time.Second, ReadEvery: 15 * time.Minute, FullEvery: 24 * time.Hour,
}

// Config is what cmd decides.
type Config struct {
	Client        appsandbooks.Config // how Apple is reached; token, pacer, clock and hooks are set here
	PublicURL     string              // where this server is reached, for notifications
	ClaimName     string              // how this server is called at Apple, and by other servers
	ClaimMetadata string              // what else it says of itself there
	NotifyKey     []byte              // by which secrets of ours for notifications are known
	Cadence       Cadence
	Lease         time.Duration // a dead node's location is free after; more than a request takes
	Slice         time.Duration // a job works at most this long at a time
	Parallel      int           // calls of one location at once
	Attempts      int           // a write that never shows a result is given up after
	Undo          time.Duration // a removal can be undone for; 0 sends it at once
	Logger        *slog.Logger
	Now           vpp.Clock
	IDs           vpp.IDs
	Secrets       vpp.Secrets
	Sleep         func(context.Context, time.Duration) error
	Skew          func() (time.Duration, bool)                // how far our clock is ahead of Apple's; false when nobody knows yet
	Observe       func(vpp.LocationID, appsandbooks.CallInfo) // each HTTP call, may be nil
	People        People                                      // adds people for strangers; nil adds none
}

// Service is the room.
type Service struct {
	config Config
	store  Store
	tokens Tokens
	sealer Sealer

	mu           sync.Mutex
	clients      map[string]*appsandbooks.Client // by content token
	good         map[vpp.LocationID]time.Time    // when Apple last answered well
	ends         map[string]time.Time            // when Apple says that content tokens end
	watches      map[vpp.LocationID]*watch
	installation string // the id of our claims, once it was asked for
}

// New makes the service.
func New(store Store, tokens Tokens, sealer Sealer, config Config) *Service {
	return &Service{config: config, store: store, tokens: tokens, sealer: sealer, clients: map[string]*appsandbooks.Client{}, good: map[vpp.LocationID]time.Time{}, ends: map[string]time.Time{}, watches: map[vpp.LocationID]*watch{}}
}

// Tokens opens the content token of a location; location.Service is one.
type Tokens interface {
	Token(ctx context.Context, id vpp.LocationID) (string, error)
}

// Sealer locks secrets at rest; the context binds them to their row.
type Sealer interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// Store keeps what program writes. Each method is one transaction.
type Store interface {
	tending
	batches
	facts
	reads
	tasks
	removals
	conflicts
	notifying
	Claiming
	schedules
	libraries
	licensing
	adoptions
	removing
	custody
}

type tending interface {
	Location(ctx context.Context, id vpp.LocationID) (vpp.Location, error)
	HoldLocation(ctx context.Context, id vpp.LocationID, holder string, until time.Time) (bool, error)
	LetGo(ctx context.Context, id vpp.LocationID, holder string, keep bool) (time.Time, error)
	Pace(ctx context.Context, id vpp.LocationID, interval time.Duration) (time.Time, error)
	Pause(ctx context.Context, id vpp.LocationID, until time.Time, why string) error
	Stumble(ctx context.Context, id vpp.LocationID) (int, error)
	Recover(ctx context.Context, id vpp.LocationID) error
	WakeTenders(ctx context.Context) error
}

type batches interface {
	UnsentBatches(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Batch, error)
	DueLooks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Batch, error)
	SettledBatches(ctx context.Context, id vpp.LocationID) ([]vpp.Batch, error)
	ClaimBatch(ctx context.Context, location vpp.LocationID, id vpp.BatchID, limit int) (vpp.Batch, error)
	BatchMembers(ctx context.Context, id vpp.BatchID) ([]vpp.Person, error)
	BatchSent(ctx context.Context, id vpp.BatchID, eventID string, look time.Time) error
	BatchLater(ctx context.Context, id vpp.BatchID, when time.Time) error
	BatchAgain(ctx context.Context, id vpp.BatchID, when time.Time) error
	BatchSettled(ctx context.Context, id vpp.BatchID) error
	// FinishBatches closes those that nobody is in.
	FinishBatches(ctx context.Context, ids ...vpp.BatchID) error
	SplitBatch(ctx context.Context, b vpp.Batch, id vpp.BatchID) error
	Requeue(ctx context.Context, ids []vpp.ProgramUserID, when time.Time, withoutManaged int) error
	Doubt(ctx context.Context, ids []vpp.ProgramUserID, number int) error
	RefusePeople(ctx context.Context, refusals []vpp.Refusal) error
}

type facts interface {
	PlacesByClient(ctx context.Context, location vpp.LocationID, ids []vpp.ClientUserID) (map[vpp.ClientUserID]vpp.PlaceNow, error)
	WriteFacts(ctx context.Context, facts []vpp.Fact) error
	SealedCode(ctx context.Context, id vpp.ProgramUserID) (string, vpp.ProgramUser, error)
}

type reads interface {
	ReadWanted(ctx context.Context, id vpp.LocationID) (vpp.ReadWanted, error)
	BeginRead(ctx context.Context, id vpp.LocationID, full bool, walk string, started time.Time) error
	KeepRead(ctx context.Context, id vpp.LocationID, walk string, p vpp.Progress) error
	// Unread says whether people have names at Apple of which nothing was read.
	Unread(ctx context.Context, id vpp.LocationID) (bool, error)
	FinishRead(ctx context.Context, id vpp.LocationID, r vpp.ReadResult) error
	LivingAmong(ctx context.Context, id vpp.LocationID, seqs []int64, limit int) ([]vpp.Numbered, error)
	Imprint(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) (*vpp.Imprint, error)
	RenewImprint(ctx context.Context, id vpp.LocationID, kind vpp.Imprinted) error
	LivingUnseen(ctx context.Context, id vpp.LocationID, after int64, limit int, unseen func(seq int64) bool) ([]vpp.Numbered, error)
	WantRead(ctx context.Context, id vpp.LocationID, full bool) error
	WantedLooks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.ClientUserID, error)
	LookedAt(ctx context.Context, id vpp.LocationID, names []vpp.ClientUserID) error
}

type tasks interface {
	BeginTask(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, key string) (vpp.Task, error)
	PlanTask(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (bool, error)
	EachPerson(ctx context.Context, s vpp.Selection, fn func([]vpp.Person) error) error
}

type removals interface {
	BeginDelete(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, detail, key string) (vpp.Task, error)
	SortRemoval(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (done bool, err error)
	ReleaseRemoval(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (done, wait bool, err error)
	CountRemovals(ctx context.Context, s vpp.Selection) ([]vpp.RemovalCount, error)
	CountHoldings(ctx context.Context, s vpp.Selection, keepers int) (vpp.Holdings, error)
	CountHeldBefore(ctx context.Context, s vpp.Selection) (vpp.HeldByAll, error)
}

type conflicts interface {
	CountConflicts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error)
	ConflictCounts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error)
	UncountedConflicts(ctx context.Context, while time.Duration) ([]vpp.LocationID, error)
	ListConflicts(ctx context.Context, location vpp.LocationID, kind vpp.ConflictKind, page vpp.Page) (vpp.List[vpp.MappingConflict], error)
	RetireOther(ctx context.Context, by vpp.Actor, task vpp.Task, location vpp.LocationID, other vpp.ClientUserID, detail, key string) (vpp.Task, error)
}

// custody is about content tokens as Apple sees them; each act means the token
// that l was read with.
type custody interface {
	EndToken(ctx context.Context, l vpp.Location, number int, why string, n vpp.Notice) error
	TokenWrites(ctx context.Context, l vpp.Location) error
	TokenExpires(ctx context.Context, l vpp.Location, when time.Time) error
}

type notifying interface {
	SealedNotify(ctx context.Context, id vpp.LocationID) ([]string, error)
	KeepNotify(ctx context.Context, id vpp.LocationID, sealed string, rotate bool, useless string) (string, error)
	Announced(ctx context.Context, id vpp.LocationID, url, problem string, again time.Time) error
	AnnounceAnew(ctx context.Context, was vpp.Location, why string) error
	// These keep what came, each with what it wakes, in one transaction.
	NotifyTested(ctx context.Context, n vpp.Notification) error
	Notified(ctx context.Context, n vpp.Notification, eventID string) (bool, error)
	LicensesNotified(ctx context.Context, n vpp.Notification, holders []vpp.Holder) (bool, error)
	NotifyRefused(ctx context.Context, n vpp.Notification) error
	ListNotifications(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[vpp.Notification], error)
	ForgetNotifications(ctx context.Context, before time.Time) error
}

// NotifyURL is where Apple reaches this server about a location, "" when the
// public address is not https; a pretend Apple on this machine may use http.
func (s *Service) NotifyURL(id vpp.LocationID) string {
	u, err := url.Parse(s.config.PublicURL)
	if err != nil || u.Scheme != "https" && !loopback(u.Hostname()) {
		return ""
	}
	return u.JoinPath("hooks", "apple", string(id)).String()
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
