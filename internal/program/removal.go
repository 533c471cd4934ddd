package program

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// StartDelete begins to take people out of the program: their records are
// retired at Apple, app licenses come back, books do not. Who is meant is fixed
// at once; nothing is sent before the time to undo is over, unless it is to be
// sent at once. A key that was used before gives the task of then.
func (s *Service) StartDelete(ctx context.Context, by vpp.Actor, sel vpp.Selection, atOnce bool, key string) (vpp.Task, error) {
	if !sel.All && len(sel.IDs) == 0 {
		return vpp.Task{}, vpp.Errorf(vpp.Invalid, "Nobody is chosen: choose people first.")
	}
	task, detail, err := s.deletion(ctx, by, sel.Filter.Location, atOnce)
	if err != nil {
		return task, err
	}
	return s.store.BeginDelete(ctx, by, task, sel, detail, key)
}

// RetireOther begins to retire a living record that is nobody's here, because
// it seems to be another one of a person whom we have. It becomes an entry of
// its own on the list of people, so that it can be watched and undone like any
// other removal.
func (s *Service) RetireOther(ctx context.Context, by vpp.Actor, location vpp.LocationID, other vpp.ClientUserID, key string) (vpp.Task, error) {
	task, detail, err := s.deletion(ctx, by, location, false)
	if err != nil {
		return task, err
	}
	return s.store.RetireOther(ctx, by, task, location, other, detail, key)
}

// deletion makes the task of a removal, and what it says of each person.
func (s *Service) deletion(ctx context.Context, by vpp.Actor, location vpp.LocationID, atOnce bool) (vpp.Task, string, error) {
	if err := s.usable(ctx, location, true); err != nil {
		return vpp.Task{}, "", err
	}
	task := vpp.Task{ID: vpp.TaskID(s.config.IDs()), Kind: vpp.TaskDelete, Title: "Delete from VPP", CreatedBy: by.Name, CreatedAt: s.config.Now()}
	if atOnce || s.config.Undo <= 0 {
		return task, waitsForApple, nil
	}
	task.HoldUntil = task.CreatedAt.Add(s.config.Undo)
	return task, vpp.HeldDetail(task.HoldUntil), nil
}

// UndoTime is how long a removal can be undone, 0 when it is sent at once.
func (s *Service) UndoTime() time.Duration { return s.config.Undo }

const waitsForApple = "Waits for Apple."

// busyAgain is when people are looked at again whose removal has to wait for an
// earlier request to Apple.
const busyAgain = 5 * time.Second

// expandDelete sorts out for whom there is nothing to do, waits until the time
// to undo is over, and then queues the writes of those who still live. Whoever
// calls it again after a crash finds it where it was.
func (s *Service) expandDelete(ctx context.Context, task vpp.Task) error {
	end := s.config.Now().Add(s.config.Slice)
	plan := func(people []vpp.Person) []vpp.Planned { return planDelete(people, task.CreatedAt) }
	for task.Held() {
		done, err := s.store.SortRemoval(ctx, task.ID, plan)
		if err != nil {
			return err
		}
		if done {
			break
		}
		if s.config.Now().After(end) {
			return &vpp.Later{At: s.config.Now()}
		}
	}
	if task.Held() && s.config.Now().Before(task.HoldUntil) {
		return &vpp.Later{At: task.HoldUntil}
	}
	for {
		done, wait, err := s.store.ReleaseRemoval(ctx, task.ID, plan)
		switch {
		case err != nil || done:
			return err
		case wait:
			return &vpp.Later{At: s.config.Now().Add(min(busyAgain, s.config.Cadence.LookEvery))}
		case s.config.Now().After(end):
			return &vpp.Later{At: s.config.Now()}
		}
	}
}

// planDelete decides for each person what a removal does that was asked for at
// a time.
func planDelete(people []vpp.Person, asked time.Time) []vpp.Planned {
	plans := make([]vpp.Planned, len(people))
	for i, p := range people {
		plans[i] = planRemoval(p.Program)
		plans[i].ID = p.Program.ID
		if plans[i].Write == vpp.WriteRetire && p.Program.AssociatedAt.After(asked) {
			plans[i].Detail = "Registered meanwhile. " + plans[i].Detail
		}
	}
	return plans
}

func planRemoval(p vpp.ProgramUser) vpp.Planned {
	switch {
	case p.Pending == vpp.WriteRetire: // another task removes the person
		return vpp.Planned{State: vpp.ItemQueued, Detail: waitsForApple}
	case p.Pending != vpp.WriteNone && p.BatchID != "":
		return vpp.Planned{State: vpp.ItemQueued, Detail: "Waits until Apple has answered an earlier request about this person.", Wait: true}
	case p.AppleStatus.Living():
		return vpp.Planned{State: vpp.ItemQueued, Detail: waitsForApple, Write: vpp.WriteRetire}
	case p.Pending == vpp.WriteCreate:
		return vpp.Planned{State: vpp.ItemDone, Detail: "Taken out before Apple was asked.", Drop: true}
	case p.AppleStatus == vpp.AppleNone:
		return vpp.Planned{State: vpp.ItemSkipped, Detail: "Not in the program: there is nothing to remove."}
	}
	return vpp.Planned{State: vpp.ItemSkipped, Detail: "Already removed."}
}
