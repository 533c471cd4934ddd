package vpp

import "time"

// Actor is who does something: an administrator, an API key, a person holding
// a link, or the server itself.
type Actor struct {
	ID   OperatorID // "" for the server and for link holders
	Name string     // "anna", "key:backup", "server", "invited person"
	From string     // remote address, "" for the server
}

// Server is the actor of work nobody asked for just now.
var Server = Actor{Name: "server"}

// Entry is a line of the history: who did what, to what, when, before and after.
type Entry struct {
	ID      string
	At      time.Time
	Actor   string
	From    string
	Action  string // "user.update", "token.add", "invite.start", …
	Object  string // "user:ID", "location:ID", "task:ID", …
	Summary string // a sentence
	Before  string // JSON object of the changed fields, "" when there was nothing
	After   string
}

// The topics about which screens are told live.
const (
	TopicUsers     = "users"
	TopicTasks     = "tasks"
	TopicLocations = "locations"
	TopicHistory   = "history"
	TopicDevices   = "devices"
)
