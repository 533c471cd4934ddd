package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// mover judges the rows of a move-in: whose record at Apple is whose.
type mover struct {
	location vpp.LocationID
	client   int // columns; -1 for none
	handed   int
	paused   int
	byUser   map[vpp.UserID]vpp.PlaceOf
	byName   map[vpp.ClientUserID]vpp.PlaceOf
	claimed  map[vpp.ClientUserID]int // the line of this file that has the name
	given    map[vpp.UserID]int       // the line of this file that gave the person a record
}

// newMover is nil for an import that moves nobody.
func newMover(i vpp.Import) *mover {
	if !i.Adopt {
		return nil
	}
	return &mover{
		location: i.LocationID, client: columnOf(i.Header, clientColumns()), handed: columnOf(i.Header, []string{columnHanded}), paused: columnOf(i.Header, []string{columnPaused}),
		claimed: map[vpp.ClientUserID]int{}, given: map[vpp.UserID]int{},
	}
}

// clientColumns are the headers under which files have Apple's names.
func clientColumns() []string { return []string{columnClient, "clientuserid", "clientuseridstr"} }

func columnOf(header, names []string) int {
	return slices.IndexFunc(header, func(h string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(h))) })
}

func (m *mover) cell(row sheet.Row, column int) string {
	if column < 0 || column >= len(row.Cells) {
		return ""
	}
	return sheet.Plain(row.Cells[column])
}

// look reads the places that rows and the people found for them are about.
func (m *mover) look(ctx context.Context, s *Service, rows []sheet.Row, found []vpp.KnownUser) error {
	var users []vpp.UserID
	for _, u := range found {
		users = append(users, u.ID)
	}
	var names []vpp.ClientUserID
	for _, row := range rows {
		if name := m.cell(row, m.client); name != "" {
			names = append(names, vpp.ClientUserID(name))
		}
	}
	places, err := s.store.PlacesAt(ctx, m.location, users, names)
	if err != nil {
		return err
	}
	m.byUser, m.byName = map[vpp.UserID]vpp.PlaceOf{}, map[vpp.ClientUserID]vpp.PlaceOf{}
	for _, p := range places {
		m.byUser[p.UserID] = p
		if p.ClientUserID != "" {
			m.byName[p.ClientUserID] = p
		}
	}
	return nil
}

// longestName is the longest name that is believed to be one of Apple's.
const longestName = 255

// judge adds to a verdict whose record the row names.
func (m *mover) judge(j judged) judged {
	name := vpp.ClientUserID(m.cell(j.row, m.client))
	if j.fault != nil || name == "" {
		return j
	}
	failed := func(format string, args ...any) judged {
		return judged{row: j.row, verdict: vpp.VerdictFailed, fault: invalid(columnClient, format, args...)}
	}
	user := j.change.Now.ID
	if j.verdict == vpp.VerdictUnchanged {
		user = j.change.Was.ID
	}
	place, here := m.byUser[user]
	owner, owned := m.byName[name]
	line, twice := m.claimed[name]
	switch {
	case len(name) > longestName:
		return failed("The client user id is longer than %d characters: it is not one of Apple’s.", longestName)
	case twice && line != j.row.Number:
		return failed("The client user id %q stands in row %d already: one record at Apple is one person’s.", name, line)
	case m.given[user] != 0 && m.given[user] != j.row.Number:
		return failed("Row %d gives the same person another record at Apple: correct one of the two.", m.given[user])
	case owned && owner.UserID != user:
		return failed("The record %q at Apple is %s’s here already: correct the row, so that it is clear who is meant.", name, owner.FullName)
	case here && place.ClientUserID == name:
		m.claimed[name], m.given[user] = j.row.Number, j.row.Number
		return j
	case here && (place.ClientUserID != "" || place.Pending != vpp.WriteNone):
		return failed("%s has another record at Apple here, %q: delete that one from VPP first, or leave this row out.", place.FullName, place.ClientUserID)
	}
	m.claimed[name], m.given[user] = j.row.Number, j.row.Number
	j.moved = &vpp.MovedIn{UserID: user, ClientUserID: name, HandedOverAt: m.time(j.row, m.handed)}
	return j.changed()
}

// time reads a column of times; none, or one that is not ours, is the zero time.
func (m *mover) time(row sheet.Row, column int) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, m.cell(row, column))
	return at
}

// pause adds that the person stays paused. A file that does not say so resumes
// nobody: who is paused here stays so.
func (m *mover) pause(j judged) judged {
	at := m.time(j.row, m.paused)
	if at.IsZero() || j.fault != nil || j.change.Was.Paused() {
		return j
	}
	j.paused = at
	return j.changed()
}

// changed is a verdict on somebody of whom nothing changes but what a move-in adds.
func (j judged) changed() judged {
	if j.verdict == vpp.VerdictUnchanged {
		j.verdict, j.change.Now = vpp.VerdictChanged, j.change.Was
		j.only = true
	}
	return j
}
