package view

// Status is one of the four words for where a person stands in the programme.
type Status string

// The four VPP statuses.
const (
	NotInvited Status = "not_invited"
	Invited    Status = "invited"
	Registered Status = "registered"
	Removed    Status = "removed"
)

// Word is the status on screen.
func (s Status) Word() string {
	switch s {
	case Invited:
		return "Invited"
	case Registered:
		return "Registered"
	case Removed:
		return "Removed"
	default:
		return "Not invited"
	}
}

func (s Status) icon() string {
	switch s {
	case Invited:
		return "envelope"
	case Registered:
		return "check-circle"
	case Removed:
		return "minus-circle"
	default:
		return "circle"
	}
}

// Standing is a person's VPP status at one location, with Apple's own word.
type Standing struct {
	Status Status
	Apple  string // Apple's word: "Registered", "Associated", "Retired"; "" when Apple knows no record
	Step   string // what a Not invited person waits for, or why: "created at Apple, mail queued"
	Since  Moment
	Paused bool // nothing is sent to the person, whatever the status
}

func (s Standing) apple() string {
	if s.Apple == "" {
		return "Apple has no record"
	}
	return "Apple says: " + s.Apple
}
