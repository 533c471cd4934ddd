package applesim

import "time"

// shownNotes is how many of a location's latest notifications are remembered.
const shownNotes = 50

// Note is a notification and what became of it.
type Note struct {
	ID       string    `json:"notificationId"`
	Type     string    `json:"notificationType"`
	At       time.Time `json:"at"`
	Attempts int       `json:"attempts"`
	// Result is "waiting", "accepted", "refused" (it may be tried again), "given up" or "lost".
	Result string `json:"result"`
	Status int    `json:"status,omitempty"` // the HTTP status of the last attempt
	Fate   Fault  `json:"fault,omitempty"`  // the fault that befell it
}

const (
	noteWaiting  = "waiting"
	noteAccepted = "accepted"
	noteRefused  = "refused"
	noteGivenUp  = "given up"
	noteLost     = "lost"
)

// log remembers a notification; what becomes of it is noted there.
func (p *postbox) log(n *Note) {
	p.notes = append(p.notes, n)
	if len(p.notes) > shownNotes {
		p.notes = p.notes[1:]
	}
}

// Notes lists a location's latest notifications, oldest first, TEST_NOTIFICATION left out.
func (a *Apple) Notes(uID string) []Note {
	a.lock()
	defer a.unlock()
	if l := a.locations[uID]; l != nil {
		return l.post.latest()
	}
	return nil
}

func (p *postbox) latest() []Note {
	out := []Note{}
	for _, n := range p.notes {
		out = append(out, *n)
	}
	return out
}
