package roster

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// judged is a row with what an import does with it.
type judged struct {
	row     sheet.Row
	verdict vpp.Verdict
	change  vpp.UserChange // of new and changed people
	fault   *vpp.Error     // of failed rows
	moved   *vpp.MovedIn   // the record at Apple that the row gives the person
	paused  time.Time      // since when the row says that the person is paused
	only    bool           // nothing but these changes
}

// judge looks up the people of some rows and says what becomes of each. It
// ends before a row about somebody whom a row before changes: that one has to
// be written first. The rest is for the next call; there is always one verdict.
// A move-in finds people by their address, too, and gives them records.
func (s *Service) judge(ctx context.Context, h home, rows []sheet.Row, m *mover) ([]judged, error) {
	found, err := s.store.FindUsers(ctx, keysOf(rows, m != nil))
	if err != nil {
		return nil, err
	}
	if m != nil {
		if err := m.look(ctx, s, rows, found); err != nil {
			return nil, err
		}
	}
	known, touched := indexed(found), touched{}
	known.loose = m != nil
	verdicts := make([]judged, 0, len(rows))
	for _, row := range rows {
		if m != nil {
			row.Person.Location = "" // people move to the location that they are moved to
		}
		j := s.judgeRow(h, known, row)
		if touched.has(j, m != nil) {
			break
		}
		if m != nil {
			j = m.pause(m.judge(j))
		}
		touched.add(j)
		verdicts = append(verdicts, j)
	}
	return verdicts, nil
}

// touched are the people whom verdicts change, and the addresses of new ones.
type touched map[string]bool

func (t touched) has(j judged, loose bool) bool {
	return j.change.Was.ID != "" && t[string(j.change.Was.ID)] ||
		j.row.Fault == nil && j.row.Person.Email != "" && (loose || byAddress(j.row.Person)) && t[vpp.FoldKey(j.row.Person.Email)]
}

func (t touched) add(j judged) {
	if j.change.Now.ID == "" {
		return
	}
	t[string(j.change.Now.ID)] = true
	if j.change.Now.Email != "" {
		t[vpp.FoldKey(j.change.Now.Email)] = true
	}
}

func byAddress(p sheet.Person) bool { return p.ExternalID == "" && p.UserName == "" }

func (s *Service) judgeRow(h home, known index, row sheet.Row) judged {
	failed := func(fault *vpp.Error) judged { return judged{row: row, verdict: vpp.VerdictFailed, fault: fault} }
	if row.Fault != nil {
		return failed(row.Fault)
	}
	places, fault := h.places(row.Person.Location)
	if fault != nil {
		return failed(fault)
	}
	was, here, fault := known.find(row.Person)
	if fault != nil {
		return failed(fault)
	}
	if !here {
		return judged{row: row, verdict: vpp.VerdictNew, change: vpp.UserChange{Now: s.newUser(row.Person, fromFile), Locations: places}}
	}
	now := merge(was.User, row.Person)
	places = slices.DeleteFunc(places, func(l vpp.LocationID) bool { return slices.Contains(was.Locations, l) })
	if was.Same(now) && len(places) == 0 {
		return judged{row: row, verdict: vpp.VerdictUnchanged, change: vpp.UserChange{Was: was.User}}
	}
	now.UpdatedAt = s.after(was.UpdatedAt)
	return judged{row: row, verdict: vpp.VerdictChanged, change: vpp.UserChange{Was: was.User, Now: now, Locations: places}}
}

// keysOf collects what people are looked for by.
func keysOf(rows []sheet.Row, loose bool) (keys vpp.Identities) {
	for _, row := range rows {
		p := row.Person
		if row.Fault != nil {
			continue
		}
		if p.ExternalID != "" {
			keys.ExternalIDs = append(keys.ExternalIDs, p.ExternalID)
		}
		if p.UserName != "" {
			keys.UserNames = append(keys.UserNames, p.UserName)
		}
		if p.Email != "" && (loose || byAddress(p)) {
			keys.Emails = append(keys.Emails, p.Email)
		}
	}
	return keys
}

// index finds people by what they are known by.
type index struct {
	byID, byName map[string]vpp.KnownUser
	byAddress    map[string][]vpp.KnownUser
	loose        bool // whoever is known by nothing else is found by the address
}

func indexed(users []vpp.KnownUser) index {
	x := index{byID: map[string]vpp.KnownUser{}, byName: map[string]vpp.KnownUser{}, byAddress: map[string][]vpp.KnownUser{}}
	for _, u := range users {
		if u.ExternalID != "" {
			x.byID[u.ExternalID] = u
		}
		if u.UserName != "" {
			x.byName[vpp.FoldKey(u.UserName)] = u
		}
		key := vpp.FoldKey(u.Email)
		x.byAddress[key] = append(x.byAddress[key], u)
	}
	return x
}

// find returns who a row is about: by the external id, else the user name,
// else the address. Somebody without an external id, known by the user name,
// takes on the row's.
func (x index) find(p sheet.Person) (u vpp.KnownUser, here bool, fault *vpp.Error) {
	u, here, fault = x.findByIDs(p)
	if here || fault != nil || !x.loose || p.Email == "" || byAddress(p) {
		return u, here, fault
	}
	// The same address is the same person if nothing else says otherwise.
	var same []vpp.KnownUser
	for _, k := range x.byAddress[vpp.FoldKey(p.Email)] {
		other := k.ExternalID != "" && p.ExternalID != "" && k.ExternalID != p.ExternalID ||
			k.UserName != "" && p.UserName != "" && vpp.FoldKey(k.UserName) != vpp.FoldKey(p.UserName)
		if !other {
			same = append(same, k)
		}
	}
	switch len(same) {
	case 0:
		return u, false, nil
	case 1:
		return same[0], true, nil
	}
	return u, false, ambiguous(p.Email, same)
}

func (x index) findByIDs(p sheet.Person) (u vpp.KnownUser, here bool, fault *vpp.Error) {
	named, nameKnown := x.byName[vpp.FoldKey(p.UserName)]
	nameKnown = nameKnown && p.UserName != ""
	switch {
	case p.ExternalID != "":
		u, here = x.byID[p.ExternalID]
		switch {
		case nameKnown && here && named.ID != u.ID, nameKnown && !here && named.ExternalID != "":
			return u, false, taken(sheet.UserName, p.UserName, named.User)
		case nameKnown && !here:
			return named, true, nil
		}
		return u, here, nil
	case p.UserName != "":
		return named, nameKnown, nil
	}
	same := x.byAddress[vpp.FoldKey(p.Email)]
	switch len(same) {
	case 0:
		return u, false, nil
	case 1:
		return same[0], true, nil
	}
	return u, false, ambiguous(p.Email, same)
}

func ambiguous(email string, same []vpp.KnownUser) *vpp.Error {
	e := vpp.Errorf(vpp.Conflict, "The e-mail address %q belongs to %s and %s: add the external id or the user name, so that it is clear who is meant.",
		email, same[0].FullName, same[1].FullName)
	e.Field = string(sheet.Email)
	return e
}
