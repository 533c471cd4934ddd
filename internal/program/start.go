package program

import (
	"context"
	"fmt"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// StartSync begins to make the people of a selection, and what is known of
// their location, equal on both sides: changed addresses go to Apple, Apple's
// statuses come here. With full everything at the location is read, not only
// what changed. A key that was used before gives the task of then.
func (s *Service) StartSync(ctx context.Context, by vpp.Actor, sel vpp.Selection, full bool, key string) (vpp.Task, error) {
	if err := s.usable(ctx, sel.Filter.Location, false); err != nil {
		return vpp.Task{}, err
	}
	read := "changes"
	if full {
		read = "full"
	}
	return s.begin(ctx, by, vpp.TaskSync, "Sync VPP", sel, map[string]string{"read": read}, key)
}

// StartDelete begins to take people out of the program: their records are
// retired at Apple, app licenses come back, books do not.
func (s *Service) StartDelete(ctx context.Context, by vpp.Actor, sel vpp.Selection, key string) (vpp.Task, error) {
	if err := s.usable(ctx, sel.Filter.Location, true); err != nil {
		return vpp.Task{}, err
	}
	return s.begin(ctx, by, vpp.TaskDelete, "Delete from VPP", sel, nil, key)
}

func (s *Service) begin(ctx context.Context, by vpp.Actor, kind vpp.TaskKind, title string, sel vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
	if !sel.All && len(sel.IDs) == 0 {
		return vpp.Task{}, vpp.Errorf(vpp.Invalid, "Nobody is chosen: choose people first.")
	}
	task := vpp.Task{ID: vpp.TaskID(s.config.IDs()), Kind: kind, Title: title, CreatedBy: by.Name, CreatedAt: s.config.Now(), Params: params}
	return s.store.BeginTask(ctx, by, task, sel, key)
}

// usable says why a location cannot be worked with, if so; one that another
// server has can be read.
func (s *Service) usable(ctx context.Context, id vpp.LocationID, writing bool) error {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return err
	}
	if why := l.WhyElsewhere(); why != "" && writing {
		return vpp.Errorf(vpp.Conflict, "%s", why)
	}
	switch now := s.config.Now(); l.TokenState(now) {
	case vpp.TokenValid, vpp.TokenExpiring, vpp.TokenElsewhere:
		return nil
	default:
		return vpp.Errorf(vpp.Conflict, "%s %s", l.TokenSentence(now), l.TokenNext(now))
	}
}

// Removal is what Delete from VPP would do to a selection.
type Removal struct {
	Retired    int // records that end at Apple
	Registered int // of these, people whose Apple Account is linked
	Nothing    int // people without a record at Apple
	Busy       int // people Apple is still working on
}

// PreviewDelete counts what StartDelete would do.
func (s *Service) PreviewDelete(ctx context.Context, sel vpp.Selection) (r Removal, err error) {
	err = s.store.EachPerson(ctx, sel, func(people []vpp.Person) error {
		for _, p := range planDelete(people) {
			switch p.State {
			case vpp.ItemQueued:
				r.Retired++
			case vpp.ItemSkipped:
				r.Nothing++
			}
		}
		for _, p := range people {
			if p.Program.AppleStatus == vpp.AppleAssociated {
				r.Registered++
			}
			if p.Program.Pending != vpp.WriteNone && p.Program.BatchID != "" {
				r.Busy++
			}
		}
		return nil
	})
	r.Nothing -= r.Busy
	return r, err
}

// Expand turns the selection of a sync or a removal into items and writes.
func (s *Service) Expand(ctx context.Context, task vpp.Task) error {
	l, err := s.store.Location(ctx, task.LocationID)
	if err != nil {
		return err
	}
	plan := planDelete
	switch {
	case task.Kind == vpp.TaskSync && l.Elsewhere():
		plan = func(people []vpp.Person) []vpp.Planned { return keptHere(people, l) }
	case task.Kind == vpp.TaskSync:
		plan = planSync
	case l.Elsewhere(): // whoever makes it ours again promises this anew
		return nil
	}
	for {
		done, err := s.store.PlanTask(ctx, task.ID, plan)
		if err != nil || done {
			return err
		}
	}
}

// planDelete decides for each person what a removal does.
func planDelete(people []vpp.Person) []vpp.Planned {
	plans := make([]vpp.Planned, len(people))
	for i, p := range people {
		plans[i] = vpp.Planned{ID: p.Program.ID, State: vpp.ItemSkipped}
		switch {
		case p.Program.Pending != vpp.WriteNone && p.Program.BatchID != "":
			plans[i].Detail = "Apple is still working on this person: try again in a moment."
		case p.Program.AppleStatus.Living():
			plans[i] = vpp.Planned{ID: p.Program.ID, State: vpp.ItemQueued, Detail: "Waits for Apple.", Write: vpp.WriteRetire}
		case p.Program.Pending == vpp.WriteCreate:
			plans[i] = vpp.Planned{ID: p.Program.ID, State: vpp.ItemDone, Detail: "Taken out before Apple was asked.", Drop: true}
		case p.Program.AppleStatus == vpp.AppleNone:
			plans[i].Detail = "Not in the program: there is nothing to remove."
		default:
			plans[i].Detail = "Already removed."
		}
	}
	return plans
}

// planSync decides for each person whether something changed here that Apple
// has to be told. People without a record, and those who are equal, are done.
func planSync(people []vpp.Person) []vpp.Planned {
	plans := make([]vpp.Planned, len(people))
	for i, p := range people {
		plans[i] = vpp.Planned{ID: p.Program.ID, State: vpp.ItemDone, Detail: "Nothing to send."}
		pending := p.Program.Pending != vpp.WriteNone
		if !pending && differs(p) {
			plans[i] = vpp.Planned{
				ID: p.Program.ID, State: vpp.ItemQueued, Write: vpp.WriteUpdate,
				Detail: fmt.Sprintf("The address %s waits for Apple.", p.Email),
			}
		}
	}
	return plans
}

// keptHere plans a sync of a location that another server has: it is read, and
// what changed here stays here.
func keptHere(people []vpp.Person, l vpp.Location) []vpp.Planned {
	plans := planSync(people)
	for i, p := range plans {
		if p.Write != vpp.WriteNone {
			plans[i] = vpp.Planned{ID: p.ID, State: vpp.ItemSkipped, Detail: "The changed address was not sent. " + l.WhyElsewhere()}
		}
	}
	return plans
}

// differs says whether Apple has another address than we do, or could link a
// Managed Apple Account that it does not know of.
func differs(p vpp.Person) bool {
	if !p.Program.AppleStatus.Living() || p.Email == "" {
		return false
	}
	link := p.ManagedAppleID != "" && p.Program.ManagedError == 0 && p.Program.AppleStatus == vpp.AppleRegistered
	return link || !strings.EqualFold(p.Email, p.Program.AppleEmail)
}
