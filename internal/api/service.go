package api

import (
	"context"
	"io"
	"time"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// Services are what the door calls. The console calls the same.
type Services struct {
	People    People
	Imports   Imports
	Locations Locations
	Claims    Claims
	Inviter   Inviter
	Letters   Letters
	Program   Program
	Licenses  Licenses
	Tasks     Tasks
	Operators Operators
	Changes   Changes
	Devices   Devices
	Accounts  Accounts
	MDM       MDM
	Servers   Servers
	Links     Links
	Webhooks  Webhooks
}

// People lists and changes the people of the organization; roster.Service is one.
type People interface {
	List(ctx context.Context, f vpp.Filter, sort vpp.Sort, page vpp.Page) (vpp.List[vpp.Person], error)
	Counts(ctx context.Context, location vpp.LocationID) (vpp.Counts, error)
	Funnel(ctx context.Context, location vpp.LocationID) (vpp.Funnel, error)
	Profile(ctx context.Context, id vpp.UserID) (roster.Profile, error)
	// Find returns the one user whose address, user name or external id is
	// ref; vpp.NotFound for none, vpp.Conflict for several.
	Find(ctx context.Context, ref string) (vpp.User, error)
	Create(ctx context.Context, by vpp.Actor, location vpp.LocationID, in vpp.UserInput) (vpp.User, error)
	Update(ctx context.Context, by vpp.Actor, id vpp.UserID, patch roster.Patch) (vpp.User, error)
	Remove(ctx context.Context, by vpp.Actor, id vpp.UserID) error
	Place(ctx context.Context, by vpp.Actor, location vpp.LocationID, selection vpp.Selection) (int, error)
	Unplace(ctx context.Context, by vpp.Actor, selection vpp.Selection) (vpp.Unplaced, error)
	Pause(ctx context.Context, by vpp.Actor, selection vpp.Selection) (int, error)
	Resume(ctx context.Context, by vpp.Actor, selection vpp.Selection) (int, error)
	Export(ctx context.Context, f vpp.Filter, w io.Writer) error
}

// Imports brings people in from files; roster.Service is one.
type Imports interface {
	Upload(ctx context.Context, by vpp.Actor, filename string, r io.Reader) (roster.Import, error)
	Import(ctx context.Context, id vpp.ImportID) (roster.Import, error)
	Remap(ctx context.Context, id vpp.ImportID, mapping sheet.Mapping) (roster.Import, error)
	Preview(ctx context.Context, id vpp.ImportID, location vpp.LocationID, n int) (roster.Preview, error)
	RunOnce(ctx context.Context, by vpp.Actor, id vpp.ImportID, location vpp.LocationID, key string) (vpp.Task, error)
	Failures(ctx context.Context, id vpp.ImportID, w io.Writer) error
}

// Locations looks after locations and their content tokens; location.Service is one.
type Locations interface {
	List(ctx context.Context) ([]vpp.Location, error)
	Get(ctx context.Context, id vpp.LocationID) (vpp.Location, error)
	Inspect(file []byte) (vpp.ContentToken, error)
	Add(ctx context.Context, by vpp.Actor, file []byte, consent bool) (vpp.Location, error)
	// AddOver adds a location that another server claims; seen is the id of the
	// claim that was shown, "" for whichever it is.
	AddOver(ctx context.Context, by vpp.Actor, file []byte, seen string, consent bool) (vpp.Location, error)
	// Consent notes that somebody confirms that people's data may go to Apple;
	// seen is the version of the words that were shown, "" for whichever it is.
	Consent(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error)
	ConsentForm(ctx context.Context) (vpp.ConsentForm, error)
	// SaveConsentText changes the words; with anew they are asked for at every
	// location where others were confirmed, and it says how many these are.
	SaveConsentText(ctx context.Context, by vpp.Actor, text string, anew bool) (vpp.ConsentForm, int, error)
	Renew(ctx context.Context, by vpp.Actor, id vpp.LocationID, file []byte, sooner bool) (vpp.Location, error)
	Check(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error)
	SetDefault(ctx context.Context, by vpp.Actor, id vpp.LocationID) error
}

// Claims says whose locations are, and takes them from server to server.
type Claims interface {
	// TakeBack makes a location ours; vpp.Conflict when it is another's than
	// the one that was seen.
	TakeBack(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error)
	// MoveOut lets a location go; asked again, it does what is left to do.
	MoveOut(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error)
	// PreviewRemoveLocation says what is at stake; it writes nothing.
	PreviewRemoveLocation(ctx context.Context, id vpp.LocationID) (program.Leaving, error)
	// RemoveLocation takes a location away; vpp.Conflict says what keeps it, and
	// with program.WithoutField that Apple cannot be told.
	RemoveLocation(ctx context.Context, by vpp.Actor, id vpp.LocationID, without bool) error
	// HandOver writes the signed file that the next server reads.
	HandOver(ctx context.Context, id vpp.LocationID, w io.Writer) error
	// Fingerprint is that of the key by which this server signs.
	Fingerprint() string
	// MoveIn stores a file by which people move in with their records; it is
	// previewed and run as any import. A fingerprint that is not the file's is
	// vpp.Invalid, "" is whichever.
	MoveIn(ctx context.Context, by vpp.Actor, id vpp.LocationID, filename, fingerprint string, r io.Reader) (roster.Import, error)
}

// Inviter invites people and tells their story; invite.Service is one.
type Inviter interface {
	Examine(ctx context.Context, r invite.Request) (invite.Diagnosis, error)
	Lines(ctx context.Context, r invite.Request, wanted func(invite.Verdict) bool, page vpp.Page) (vpp.List[invite.Line], error)
	Start(ctx context.Context, by vpp.Actor, r invite.Request) (vpp.Task, error)
	// InviteOn invites one person on some devices; vpp.Conflict says why none
	// of them takes it.
	InviteOn(ctx context.Context, by vpp.Actor, r invite.Request) (vpp.Task, error)
	Withdraw(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) error
	CopyLink(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) (invite.Link, error)
	Story(ctx context.Context, user vpp.UserID, location vpp.LocationID) (invite.Story, error)
	Commands(ctx context.Context, f vpp.CommandFilter, page vpp.Page) (vpp.List[vpp.DeviceCommand], error)
	CancelCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) (vpp.DeviceCommand, error)
	RetryCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) (vpp.Task, error)
	EnrollRule(ctx context.Context) (vpp.EnrollRule, error)
	SaveEnrollRule(ctx context.Context, by vpp.Actor, next vpp.EnrollRule) (vpp.EnrollRule, error)
}

// Letters keeps the letter and the way that letters leave; invite.Service is one.
type Letters interface {
	Letter(ctx context.Context) (vpp.Letter, error)
	SaveLetter(ctx context.Context, by vpp.Actor, letter vpp.Letter) error
	PreviewLetter(ctx context.Context, letter vpp.Letter, user vpp.UserID, location vpp.LocationID) (vpp.Letter, error)
	MailSettings(ctx context.Context) (invite.MailSettings, error)
	SaveMailSettings(ctx context.Context, by vpp.Actor, next invite.MailSettings) error
	TestMail(ctx context.Context, by vpp.Actor, settings invite.MailSettings, to string) (invite.TestReport, error)
	TestLetter(ctx context.Context, by vpp.Actor, letter vpp.Letter, to string, user vpp.UserID, location vpp.LocationID) (invite.Handover, error)
	Signing(ctx context.Context) (invite.Signing, error)
	Bounce(ctx context.Context, raw []byte) (invite.BounceSaid, error)
	MakeSigningKey(ctx context.Context, by vpp.Actor) (invite.Signing, error)
}

// Program keeps us and Apple equal; program.Service is one.
type Program interface {
	StartSync(ctx context.Context, by vpp.Actor, s vpp.Selection, full bool, key string) (vpp.Task, error)
	StartDelete(ctx context.Context, by vpp.Actor, s vpp.Selection, atOnce bool, key string) (vpp.Task, error)
	PreviewDelete(ctx context.Context, s vpp.Selection) (program.Removal, error)
	SetSchedule(ctx context.Context, by vpp.Actor, id vpp.LocationID, s vpp.Schedule) (vpp.Location, error)
	Assets(ctx context.Context, id vpp.LocationID) ([]vpp.Asset, error)
	Licenses(ctx context.Context, user vpp.UserID) ([]vpp.License, error)
	Strangers(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[program.Found], error)
	PreviewAdopt(ctx context.Context, id vpp.LocationID) (program.Finds, error)
	Adopt(ctx context.Context, by vpp.Actor, id vpp.LocationID, choices []program.Choice) (program.Adopted, error)
	AdoptClear(ctx context.Context, by vpp.Actor, id vpp.LocationID, create bool) (program.Adopted, error)
	HeldBefore(ctx context.Context, s vpp.Selection) (vpp.HeldByAll, error)
	Conflicts(ctx context.Context, location vpp.LocationID, kind vpp.ConflictKind, page vpp.Page) (vpp.List[vpp.MappingConflict], error)
	CountConflicts(ctx context.Context, location vpp.LocationID) (vpp.ConflictCounts, error)
	RetireOther(ctx context.Context, by vpp.Actor, location vpp.LocationID, other vpp.ClientUserID, key string) (vpp.Task, error)
	TestConnection(ctx context.Context, id vpp.LocationID) (vpp.Location, []vpp.Check, error)
	TestNotify(ctx context.Context, id vpp.LocationID) (vpp.NotifyTest, error)
	// Notifications are Apple's latest, the newest first.
	Notifications(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[vpp.Notification], error)
}

// Licenses assigns apps and books; license.Service is one.
type Licenses interface {
	Assign(ctx context.Context, by vpp.Actor, s vpp.Selection, asset vpp.AssetID, hold bool, key string) (vpp.Task, error)
	TakeBack(ctx context.Context, by vpp.Actor, s vpp.Selection, asset vpp.AssetID, key string) (vpp.Task, error)
	Preview(ctx context.Context, s vpp.Selection, asset vpp.AssetID, hold bool) (license.Preview, error)
	Stocks(ctx context.Context, asset vpp.AssetID) ([]vpp.Stock, error)
	SetOrder(ctx context.Context, by vpp.Actor, asset vpp.AssetID, order []vpp.LocationID) ([]vpp.Stock, error)
	Counts(ctx context.Context, asset vpp.AssetID) (map[vpp.WishState]int, error)
	Line(ctx context.Context, asset vpp.AssetID, page vpp.Page) (vpp.List[vpp.Wish], error)
	Wishes(ctx context.Context, user vpp.UserID) ([]vpp.Wish, error)
}

// Tasks watches and steers work; task.Service is one.
type Tasks interface {
	List(ctx context.Context, f vpp.TaskFilter, page vpp.Page) (vpp.List[vpp.Task], error)
	Get(ctx context.Context, id vpp.TaskID) (vpp.Task, error)
	Items(ctx context.Context, id vpp.TaskID, state vpp.ItemState, page vpp.Page) (vpp.List[vpp.TaskItem], error)
	EachItem(ctx context.Context, id vpp.TaskID, state vpp.ItemState, fn func([]vpp.TaskItem) error) error
	Cancel(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error)
	Undo(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error)
	Retry(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error)
}

// Operators looks after who may use this server; operator.Service is one.
type Operators interface {
	List(ctx context.Context) ([]operator.Operator, error)
	Create(ctx context.Context, caller operator.Caller, name, password string, scopes operator.Scopes) (operator.Operator, error)
	Update(ctx context.Context, caller operator.Caller, id vpp.OperatorID, change operator.Change) (operator.Operator, error)
	Remove(ctx context.Context, caller operator.Caller, id vpp.OperatorID) error
	SetPassword(ctx context.Context, caller operator.Caller, id vpp.OperatorID, next string) error
	ListKeys(ctx context.Context, holder vpp.OperatorID) ([]operator.Key, error)
	CreateKey(ctx context.Context, caller operator.Caller, in operator.KeyInput) (operator.Key, string, error)
	RevokeKey(ctx context.Context, caller operator.Caller, id string) error
	SignOutEverywhere(ctx context.Context, by vpp.Actor, id vpp.OperatorID) error
	History(ctx context.Context, f operator.HistoryFilter, page vpp.Page) (vpp.List[vpp.Entry], error)
}

// Devices knows devices and whose they are; roster.Service is one.
type Devices interface {
	Devices(ctx context.Context, f vpp.DeviceFilter, page vpp.Page) (vpp.List[vpp.OwnedDevice], error)
	CountDevices(ctx context.Context) (vpp.DeviceCounts, error)
	Device(ctx context.Context, id vpp.DeviceID) (vpp.DevicePage, error)
	DevicesOf(ctx context.Context, person vpp.UserID) ([]vpp.PersonDevice, error)
	AssignDevice(ctx context.Context, by vpp.Actor, id vpp.DeviceID, person vpp.UserID) error
	AssignDevices(ctx context.Context, by vpp.Actor, text string) ([]vpp.DeviceAssigned, error)
}

// Accounts asks devices who is signed in; roster.Accounts is one.
type Accounts interface {
	Ask(ctx context.Context, id vpp.DeviceID) error
}

// Links makes links for people's devices; roster.Links is one.
type Links interface {
	EnrollLink(ctx context.Context, by vpp.Actor, person vpp.UserID) (url string, until time.Time, err error)
}

// Servers looks after the MDM servers that the organization has already;
// connect.Service is one.
type Servers interface {
	List(ctx context.Context) ([]vpp.MDMServer, error)
	Get(ctx context.Context, id vpp.MDMID) (connect.Connected, error)
	Add(ctx context.Context, by vpp.Actor, in connect.Input) (connect.Connected, error)
	Test(ctx context.Context, id vpp.MDMID) (connect.Connected, error)
	ChangeKey(ctx context.Context, by vpp.Actor, id vpp.MDMID, key string) (connect.Connected, error)
	Sync(ctx context.Context, id vpp.MDMID) (connect.Connected, error)
	Remove(ctx context.Context, by vpp.Actor, id vpp.MDMID) error
}

// MDM is the MDM server inside.
type MDM interface {
	State(ctx context.Context) (vpp.MDMState, error)
	SetPushCert(ctx context.Context, by vpp.Actor, cert, key []byte) (vpp.PushCert, error)
	// NewProfile makes an enrollment profile for one device of a person, or of nobody's.
	NewProfile(ctx context.Context, by vpp.Actor, person vpp.UserID) ([]byte, error)
	// IdentityEnds is when a device's certificate ends; zero for one that has none of ours.
	IdentityEnds(ctx context.Context, d vpp.Device) (time.Time, error)
}

// Change says that something about a topic is other than it was: "users",
// "tasks", "task:ID", "locations".
type Change struct {
	Topic string
	At    time.Time
}

// Changes tells what changes, until the context ends; then, or when the server
// stops, the channel is closed. A slow reader may be told of several changes of
// a topic at once, and never waits for none.
type Changes interface {
	Changes(ctx context.Context, topics []string) <-chan Change
}

// Config is what cmd decides.
type Config struct {
	Version string
	Clock   vpp.Clock
	Ready   func(context.Context) error // says whether the server can do its work
	Beat    time.Duration               // between signs of life on an idle stream; 0 is 15 seconds
}

// Webhooks tells other programs what happens; webhook.Service is one.
type Webhooks interface {
	List(ctx context.Context) ([]vpp.Webhook, error)
	Get(ctx context.Context, id vpp.WebhookID) (vpp.Webhook, error)
	Add(ctx context.Context, by vpp.Actor, in webhook.Input) (vpp.Webhook, string, error)
	Change(ctx context.Context, by vpp.Actor, id vpp.WebhookID, c webhook.Change) (vpp.Webhook, error)
	Rotate(ctx context.Context, by vpp.Actor, id vpp.WebhookID) (vpp.Webhook, string, error)
	Remove(ctx context.Context, by vpp.Actor, id vpp.WebhookID) error
	Test(ctx context.Context, by vpp.Actor, id vpp.WebhookID) (vpp.WebhookMessage, error)
	Messages(ctx context.Context, id vpp.WebhookID, page vpp.Page) (vpp.List[vpp.WebhookMessage], error)
	Again(ctx context.Context, by vpp.Actor, id vpp.WebhookID, message string) (vpp.WebhookMessage, error)
}
