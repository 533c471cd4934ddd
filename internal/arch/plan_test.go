package arch

// A floor is a row of rooms that stand at the same height. A room is a folder
// with everything below it, unless a deeper folder is a room of its own.
type floor struct {
	name  string
	rooms []string
	uses  []string            // names of the floors its rooms may import
	also  map[string][]string // room → single rooms it may import besides
	all   bool                // may import every room
	tests bool                // may hold tests only
	why   string
}

// plan is the house from the ground up. The same picture, with words, stands
// in ARCHITECTURE.md.
var plan = []floor{
	{
		name:  "ground",
		rooms: []string{"internal/vpp"},
		why:   "rule 1: the ground imports nothing of ours; nouns and rules stand on their own",
	},
	{
		name:  "public",
		rooms: []string{"client", "appsandbooks", "appsandbooks/applesim"},
		why:   "the tree: client, appsandbooks and applesim are for strangers too and import nothing of ours",
	},
	{
		name: "services",
		rooms: []string{
			"internal/location", "internal/roster", "internal/invite", "internal/connect",
			"internal/program", "internal/license", "internal/operator", "internal/task", "internal/notice", "internal/webhook",
		},
		uses: []string{"ground"},
		also: map[string][]string{"internal/program": {"appsandbooks"}, "internal/location": {"appsandbooks"}},
		why:  "rule 1: a service imports only the ground; what it needs from a wall or a neighbour it declares as a small interface, and cmd wires it",
	},
	{
		name:  "walls",
		rooms: []string{"internal/store", "internal/queue", "internal/mail", "internal/seal", "internal/mdm", "internal/courier"},
		uses:  []string{"ground"},
		why:   "rule 1: a wall imports only the ground; it carries technology and no thought",
	},
	{
		name:  "gate",
		rooms: []string{"internal/gate"},
		uses:  []string{"ground", "services"},
		why:   "rule 1: the gate imports the ground and services, never a wall",
	},
	{
		name:  "doors",
		rooms: []string{"internal/api", "internal/console", "internal/welcome", "internal/hook", "internal/metrics", "internal/device"},
		uses:  []string{"ground", "services", "gate"},
		why:   "rule 1: a door translates and calls; it imports gate, services and ground, no wall and no other door",
	},
	{
		name:  "cmd",
		rooms: []string{"cmd"},
		all:   true,
		why:   "rule 1: cmd wires the rooms",
	},
	{
		name:  "beside the house",
		rooms: []string{"internal/arch", "e2e"},
		tests: true,
		why:   "the tree: rooms beside the house hold tests only",
	},
}

// A fence keeps packages of others inside the rooms that may use them.
// Patterns: "path" is one package, "path/..." is it and everything below.
type fence struct {
	packages []string
	only     []string // rooms that may; nil means no room may
	never    []string // or: floors that may not, and everybody else may
	why      string
}

var fences = []fence{
	{
		packages: []string{
			"database/sql/...", "modernc.org/sqlite/...", "github.com/jackc/pgx/v5/...",
			"github.com/pressly/goose/v3/...", "github.com/riverqueue/river/riverdriver/...",
		},
		only: []string{"internal/store", "internal/queue"},
		why:  "rule 5: SQL and its drivers are spoken in store and queue only; write a store method instead",
	},
	{
		packages: []string{"net/http/..."},
		never:    []string{"ground", "services"},
		why:      "rule 5: net/http is not for ground and services; take an interface, and let a door or a wall speak HTTP",
	},
	{
		packages: []string{"os", "os/signal", "os/exec", "os/user", "flag"},
		only:     []string{"cmd", "internal/store/storetest", "internal/console/viewtest", "appsandbooks/applesim"},
		why:      "rule 5: os and flag are for cmd only; take bytes, an io.Reader or a value instead",
	},
	{
		packages: []string{"testing/..."},
		only:     []string{"internal/store/storetest", "internal/console/viewtest"},
		why:      "rule 5: testing is not for production code; move it to a _test.go file",
	},
	{
		packages: []string{"math/rand/...", "crypto/rand"},
		never:    []string{"ground", "services"},
		why:      "rule 5: randomness is injected; take an io.Reader or a func from cmd",
	},
	{
		packages: []string{"C"},
		why:      "the stack: no cgo, so that one static binary runs everywhere",
	},
}

// testRooms may be imported by tests only.
var testRooms = []string{"internal/store/storetest", "internal/console/viewtest"}

// A ban names a function that ground and services may not mention, called or not.
type ban struct {
	pkg   string   // import path
	names []string // functions
	why   string
}

var bans = []ban{
	{"time", []string{"Now", "Since", "Until"}, "rule 5: time is injected; take a func() time.Time or a time.Time"},
	{
		"github.com/google/uuid",
		[]string{"New", "NewString", "NewRandom", "NewRandomFromReader", "NewUUID", "NewV6", "NewV7", "NewV7FromReader"},
		"rule 5: ids are injected; take a func() string",
	},
}

// bannedNames are packages named after nothing.
var bannedNames = map[string]bool{
	"util": true, "utils": true, "common": true, "helper": true, "helpers": true,
	"type": true, "types": true, "model": true, "models": true, "misc": true,
}
