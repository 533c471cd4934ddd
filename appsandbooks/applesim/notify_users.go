package applesim

import (
	"encoding/json"
	"slices"
)

// notifyFinished tells how an event went: successes in portions of a hundred, failures by error.
func (a *Apple) notifyFinished(l *location, e *event, touched []int32) {
	for part := range slices.Chunk(touched, notePortion) {
		a.send(l, noteUsers, a.userNote(e, "SUCCESS", nil, func(b []byte, i int) []byte {
			return a.appendUser(b, l, part[i], l.at(part[i]), look{codeAlways: e.Type == eventRetire})
		}, len(part)))
	}
	for _, f := range e.Failures {
		for part := range slices.Chunk(f.Info.ClientUserIDs, notePortion) {
			f.Info = &errorInfo{ClientUserIDs: part}
			a.send(l, noteUsers, a.userNote(e, "FAILURE", &f, func(b []byte, i int) []byte {
				return append(appendString(append(b, `{"clientUserId":`...), part[i]), '}')
			}, len(part)))
		}
	}
	if a.quirks.NotifyRetireAssets {
		a.notifyAssets(l, &event{ID: e.ID, Type: eventRevoke}, e.freed)
	}
	e.freed = nil
}

// userNote is the body of a USER_MANAGEMENT notification; add writes the i-th of n users.
func (a *Apple) userNote(e *event, result string, failure *wireError, add func(b []byte, i int) []byte, n int) []byte {
	var b []byte
	b = append(b, '{')
	if failure != nil {
		text, _ := json.Marshal(failure) // strings and numbers only: cannot fail
		b = append(append(append(b, `"error":`...), text...), ',')
	}
	b = append(append(append(b, `"eventId":`...), quote(e.ID)...), `,"result":"`...)
	b = append(append(append(b, result...), `","type":"`...), e.Type...)
	b = append(b, `","users":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = add(b, i)
	}
	return append(b, `]}`...)
}

// notifyAssociated tells that a person accepted an invitation.
func (a *Apple) notifyAssociated(l *location, i int32) {
	b := a.appendUser([]byte(`{"associatedUsers":[`), l, i, l.at(i), look{codeAlways: true})
	a.send(l, noteAssociated, append(b, `]}`...))
}
