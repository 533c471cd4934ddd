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
	if err := s.usable(ctx, sel.Filter.Location); err != nil {
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

// usable says why a location cannot be worked with, if so.
func (s *Service) usable(ctx context.Context, id vpp.LocationID) error {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return err
	}
	switch now := s.config.Now(); l.TokenState(now) {
	case vpp.TokenValid, vpp.TokenExpiring:
		return nil
	default:
		return vpp.Errorf(vpp.Conflict, "%s %s", l.TokenSentence(now), l.TokenNext(now))
	}
}

// Expand turns the selection of a sync or a removal into items and writes.
func (s *Service) Expand(ctx context.Context, task vpp.Task) error {
	if task.Kind == vpp.TaskDelete {
		return s.expandDelete(ctx, task)
	}
	for {
		done, err := s.store.PlanTask(ctx, task.ID, planSync)
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

// differs says whether Apple has another address than we do, or could link a
// Managed Apple Account that it does not know of.
func differs(p vpp.Person) bool {
	if !p.Program.AppleStatus.Living() || p.Email == "" {
		return false
	}
	link := p.ManagedAppleID != "" && p.Program.ManagedError == 0 && p.Program.AppleStatus == vpp.AppleRegistered
	return link || !strings.EqualFold(p.Email, p.Program.AppleEmail)
}
