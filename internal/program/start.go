package program

import (
	"context"

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
	case vpp.TokenNoConsent:
		if !writing {
			return nil
		}
		fallthrough
	default:
		return vpp.Errorf(vpp.Conflict, "%s %s", l.TokenSentence(now), l.TokenNext(now))
	}
}

// Expand turns the selection of a sync or a removal into items and writes.
func (s *Service) Expand(ctx context.Context, task vpp.Task) error {
	l, err := s.store.Location(ctx, task.LocationID)
	if err != nil {
		return err
	}
	plan := planSync
	switch {
	case task.Kind == vpp.TaskDelete && l.Elsewhere(): // whoever makes it ours again promises this anew
		return nil
	case task.Kind == vpp.TaskDelete:
		return s.expandDelete(ctx, task)
	case l.Elsewhere():
		plan = func(people []vpp.Person) []vpp.Planned { return keptHere(people, l) }
	}
	for {
		done, err := s.store.PlanTask(ctx, task.ID, plan)
		if err != nil || done {
			return err
		}
	}
}

// planSync decides for each person whether something changed here that Apple
// has to be told. People without a record, and those who are equal, are done.
func planSync(people []vpp.Person) []vpp.Planned {
	plans := make([]vpp.Planned, len(people))
	for i, p := range people {
		plans[i] = vpp.Planned{ID: p.Program.ID, State: vpp.ItemDone, Detail: "Nothing to send."}
		waits := vpp.Planned{ID: p.Program.ID, State: vpp.ItemQueued, Detail: "What changed here waits for Apple."}
		switch {
		case p.Program.Pending == vpp.WriteUpdate: // asked for when it was changed
			plans[i] = waits
		case p.Program.Pending == vpp.WriteNone && p.Differs():
			waits.Write = vpp.WriteUpdate
			plans[i] = waits
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
