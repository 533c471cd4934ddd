package roster

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps people and the files they come in.
type Store interface {
	Lists
	People
	Files
	Imports
	Devices
	Moves
}

// Lists reads people as one location sees them.
type Lists interface {
	ListPeople(ctx context.Context, f vpp.Filter, sort vpp.Sort, page vpp.Page) (vpp.List[vpp.Person], error)
	CountPeople(ctx context.Context, location vpp.LocationID) (vpp.Counts, error)
	Funnel(ctx context.Context, location vpp.LocationID) (vpp.Funnel, error)
	// EachPerson calls fn with stretches of a selection; no transaction is open.
	EachPerson(ctx context.Context, s vpp.Selection, fn func([]vpp.Person) error) error
	Locations(ctx context.Context) ([]vpp.Location, error) // the default one first
}

// People are the acts on single people. Each is one transaction with its line
// in the history.
type People interface {
	User(ctx context.Context, id vpp.UserID) (vpp.User, error)
	Places(ctx context.Context, id vpp.UserID) ([]vpp.ProgramUser, error)
	// FindUsers returns whoever has any of the keys, each person once.
	FindUsers(ctx context.Context, keys vpp.Identities) ([]vpp.KnownUser, error)
	CreateUser(ctx context.Context, by vpp.Actor, u vpp.User, locations []vpp.LocationID) error
	// UpdateUser is vpp.Conflict when the stored user is not was any more.
	UpdateUser(ctx context.Context, by vpp.Actor, was, now vpp.User) error
	// RemoveUser is vpp.Conflict while a record at Apple lives or is written.
	RemoveUser(ctx context.Context, by vpp.Actor, id vpp.UserID) error
	// PlacePeople gives people a place in a location where they have none.
	PlacePeople(ctx context.Context, by vpp.Actor, location vpp.LocationID, s vpp.Selection) (int, error)
	// UnplacePeople takes people out of the selection's location, but nobody
	// with a living record there, and nobody out of their only place.
	UnplacePeople(ctx context.Context, by vpp.Actor, s vpp.Selection) (vpp.Unplaced, error)
	// PausePeople pauses people, or resumes them and wakes their letters.
	PausePeople(ctx context.Context, by vpp.Actor, s vpp.Selection, paused bool) (int, error)
}

// Files keeps uploaded files in pieces.
type Files interface {
	BeginImport(ctx context.Context, i vpp.Import) error
	AddChunk(ctx context.Context, id vpp.ImportID, n int, data []byte) error
	Chunk(ctx context.Context, id vpp.ImportID, n int) ([]byte, error)
	EndUpload(ctx context.Context, by vpp.Actor, i vpp.Import) error
	DropImport(ctx context.Context, id vpp.ImportID) error
	ForgetImports(ctx context.Context, before time.Time) error
}

// Moves is what people who move in or out are known by.
type Moves interface {
	// InFlight counts people whose write Apple has not shown the result of.
	InFlight(ctx context.Context, id vpp.LocationID) (int, error)
	// PlacesAt returns the places of the users, and those with the names.
	PlacesAt(ctx context.Context, id vpp.LocationID, users []vpp.UserID, names []vpp.ClientUserID) ([]vpp.PlaceOf, error)
}

// Imports keeps how far the import of a file has come.
type Imports interface {
	Import(ctx context.Context, id vpp.ImportID) (vpp.Import, error)
	ImportOf(ctx context.Context, task vpp.TaskID) (vpp.Import, error)
	Task(ctx context.Context, id vpp.TaskID) (vpp.Task, error)
	RememberedMapping(ctx context.Context, fingerprint string) (mapping map[string]int, known bool, err error)
	// Remap is vpp.NotFound once the import has begun.
	Remap(ctx context.Context, id vpp.ImportID, mapping map[string]int) error
	// StartImport writes the task and its job; vpp.Conflict the second time,
	// but under the key of the first time the task of then.
	StartImport(ctx context.Context, by vpp.Actor, i vpp.Import, task vpp.Task, key string) (vpp.Task, error)
	// WriteImport writes a stretch whole and once; vpp.Conflict when it does
	// not begin where the last one ended, or the task is over.
	WriteImport(ctx context.Context, step vpp.ImportStep) error
	// BreakImport ends an import that cannot go on, with the reason.
	BreakImport(ctx context.Context, task vpp.TaskID, why string) error
	// ImportFailures returns failed rows in the order of the file.
	ImportFailures(ctx context.Context, id vpp.ImportID, after, limit int) ([]vpp.RowFailure, error)
}

// Service is the room.
type Service struct {
	store Store
	now   vpp.Clock
	ids   vpp.IDs
}

// New makes the service.
func New(store Store, now vpp.Clock, ids vpp.IDs) *Service {
	return &Service{store, now, ids}
}
