package applesim

import (
	"slices"
	"time"
)

// EventType is what an event does.
type EventType string

const (
	eventCreate       EventType = "CREATE"
	eventUpdate       EventType = "UPDATE"
	eventRetire       EventType = "RETIRE"
	eventAssociate    EventType = "ASSOCIATE"
	eventDisassociate EventType = "DISASSOCIATE"
	eventRevoke       EventType = "REVOKE"
)

const (
	statusPending  = "PENDING"
	statusComplete = "COMPLETE"
	statusFailed   = "FAILED"
)

// event is accepted work: done when due, remembered afterwards.
type event struct {
	ID         string        `json:"id"`
	UID        string        `json:"uId"`
	Type       EventType     `json:"type"`
	Users      []requestUser `json:"users,omitempty"` // until it is done
	Work       manageAssets  `json:"work,omitzero"`   // likewise
	Requested  int           `json:"requested"`
	Completed  int           `json:"completed"`
	Failures   []wireError   `json:"failures,omitempty"`
	Status     string        `json:"status"`
	AcceptedAt time.Time     `json:"acceptedAt"`
	DueAt      time.Time     `json:"dueAt"`
	DoneAt     time.Time     `json:"doneAt,omitzero"`
	Fate       Fault         `json:"fate,omitempty"` // EventStuck, EventLost, EventForgotten, or an EventFault
	Done       bool          `json:"done,omitempty"`
	freed      []task        // licenses that a retire sent back
}

// Event is one accepted request as it truly is, whatever a client was told.
type Event struct {
	ID, UID              string
	Type                 EventType
	Status               string // PENDING, COMPLETE or FAILED
	Requested, Completed int
	FailedUsers          map[int][]string // clientUserIds by error number
	FailedSerials        map[int][]string
	FailedAssets         map[int][]AssetKey
	AcceptedAt, DoneAt   time.Time // DoneAt is zero until the work is applied
	Fate                 Fault     // the fault that befell it, or ""
}

// accept notes an event about users.
func (a *Apple) accept(l *location, kind EventType, users []requestUser, fate Fault, now time.Time) *event {
	return a.acceptEvent(l, event{Type: kind, Users: users, Requested: len(users)}, fate, now)
}

// acceptEvent notes an event and when it is due.
func (a *Apple) acceptEvent(l *location, e event, fate Fault, now time.Time) *event {
	if !fate.ofEvent() {
		fate = ""
	}
	now = now.UTC().Round(0) // without the process' own clock reading: the file could not keep it
	e.ID, e.UID = a.mint.uuid(forEvent, uint32(a.starts), uint64(len(a.eventOrder))), l.UID
	e.Status, e.AcceptedAt, e.DueAt, e.Fate = statusPending, now, now.Add(a.options.EventDelay.draw(a.rng)), fate
	a.put(line{Kind: lineEvent, Event: &e})
	return &e
}

// schedule plans the work of an event, unless it was lost.
func (a *Apple) schedule(e *event) {
	if e.Fate == EventLost || e.Fate == EventForgotten || e.Done {
		return
	}
	a.plan(e.DueAt, func(now time.Time) { a.finish(e, now) })
}

// finish does an event's work, and tells who wants to know.
func (a *Apple) finish(e *event, now time.Time) {
	l := a.locations[e.UID]
	work := a.finishUsers
	if e.Type == eventAssociate || e.Type == eventDisassociate || e.Type == eventRevoke {
		work = a.finishAssets
	}
	tell := work(l, e, now)
	e.Done, e.DoneAt = true, now.UTC().Round(0)
	if e.Fate != EventStuck {
		e.Status = statusComplete
		if len(e.Failures) > 0 {
			e.Status = statusFailed
		}
		tell()
	}
	e.Users, e.Work = nil, manageAssets{}
	a.note(line{Kind: lineEvent, Event: e})
}

// finishUsers applies an event to its users one by one, and returns how to tell of it.
func (a *Apple) finishUsers(l *location, e *event, now time.Time) (tell func()) {
	var touched []int32
	failed := map[int][]string{}
	var order []int
	for _, u := range e.Users {
		i, number := a.applyUser(l, e, u, now)
		if number == 0 {
			touched = append(touched, i)
			continue
		}
		if failed[number] == nil {
			order = append(order, number)
		}
		failed[number] = append(failed[number], u.ClientUserID)
	}
	e.Completed = len(touched)
	for _, number := range order {
		e.Failures = append(e.Failures, about(number, failed[number]...))
	}
	return func() { a.notifyFinished(l, e, touched) }
}

// readStatus answers GET status.
// https://developer.apple.com/documentation/devicemanagement/statusresponse
func (a *Apple) readStatus(c *call) reply {
	now := a.lock()
	defer a.unlock()
	e := a.events[c.URL.Query().Get("eventId")]
	if e == nil || e.UID != c.location.UID || e.Fate == EventForgotten || a.expired(e, now) {
		return fail(9708).reply()
	}
	type status struct {
		Status    string      `json:"eventStatus"`
		Type      EventType   `json:"eventType"`
		Failures  []wireError `json:"failures,omitempty"`
		Completed int         `json:"numCompleted"`
		Requested int         `json:"numRequested"`
	}
	if e.Status == statusPending || now.Before(e.DoneAt.Add(a.quirks.StatusLag)) {
		return a.enveloped(c, now, status{Status: statusPending, Type: e.Type, Requested: e.Requested})
	}
	return a.enveloped(c, now, status{e.Status, e.Type, e.Failures, e.Completed, e.Requested})
}

func (a *Apple) expired(e *event, now time.Time) bool {
	return a.quirks.EventTTL > 0 && e.Done && !now.Before(e.DoneAt.Add(a.quirks.EventTTL))
}

// Events lists a location's events in the order they were accepted.
func (a *Apple) Events(uID string) []Event {
	a.lock()
	defer a.unlock()
	var out []Event
	for _, id := range a.eventOrder {
		if e := a.events[id]; e.UID == uID {
			out = append(out, e.public())
		}
	}
	return out
}

func (e *event) public() Event {
	out := Event{
		ID: e.ID, UID: e.UID, Type: e.Type, Status: e.Status, Requested: e.Requested, Completed: e.Completed,
		FailedUsers: map[int][]string{}, FailedSerials: map[int][]string{}, FailedAssets: map[int][]AssetKey{},
		AcceptedAt: e.AcceptedAt, DoneAt: e.DoneAt, Fate: e.Fate,
	}
	for _, f := range e.Failures {
		out.FailedUsers[f.Number] = slices.Clone(f.Info.ClientUserIDs)
		out.FailedSerials[f.Number] = slices.Clone(f.Info.SerialNumbers)
		out.FailedAssets[f.Number] = slices.Clone(f.Info.Assets)
	}
	return out
}
