package view

import "github.com/a-h/templ"

// User is the page of one person.
type User struct {
	Page        Page
	ID          string
	Location    string // from which the page is seen, and at which its buttons act
	Name        string
	Facts       []Fact // identity: e-mail, user name, Managed Apple Account, groups, external id, source
	Standings   []LocationStanding
	Next        NextAction
	Timeline    []Event // newest first
	Invitations []InvitationLine
	Notes       []Notice // what differs between here and Apple, and why
	Licenses    []LicenseLine
	Wishes      []WishLine
	Devices     []PersonDevice
	Link        string // the landing page's link if one is alive, "" otherwise
	Can         UserCan
	Before      []Holding // what a removed person held, one license each
}

// topics are what makes the page fetch itself anew. While it shows the link it
// stands still: the link is there once, and showing it is a change, too.
func (m User) topics() string {
	if m.Link != "" {
		return ""
	}
	return "user:" + m.ID + " devices"
}

// UserCan says which buttons are offered.
type UserCan struct{ Invite, Register, Resend, Withdraw, Sync, Delete, Link, AddDevice, Pause, Resume, Assign bool }

// LocationStanding is the person's status at one location.
type LocationStanding struct {
	Location string
	Standing Standing
	Current  bool

	NotAssignable string // why no license may be assigned there
}

// NextAction is the single next best thing to do, and why.
type NextAction struct {
	Title  string // "Send the invitation again to a corrected address"
	Why    string
	Button string // "" if there is nothing to do
	Action string // where the button posts to
	Href   string // or where it leads to
	Tone   Tone
}

// Event is one thing that happened to the person.
type Event struct {
	Icon   string
	Tone   Tone
	Title  string
	Detail string // an answer word for word, or an explanation
	By     string
	At     Moment
}

// InvitationLine is one invitation with its deliveries.
type InvitationLine struct {
	ID         string
	State      string // "waiting", "sent", "accepted", …
	Tone       Tone
	Location   string
	By         string
	Made       Moment
	Expires    Moment
	Deliveries []DeliveryLine
}

// DeliveryLine is one message by one channel.
type DeliveryLine struct {
	Channel string // "By e-mail"
	To      string
	State   string
	Tone    Tone
	Answer  string // the server's last answer
	At      Moment
}

// UserForm creates or edits a person.
type UserForm struct {
	Page   Page
	ID     string // "" for a new person
	Fields []Field
	Groups Field
	Error  string
}

func (m UserForm) action() templ.SafeURL {
	if m.ID == "" {
		return path("users")
	}
	return path("users", m.ID)
}
