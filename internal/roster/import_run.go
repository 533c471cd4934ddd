package roster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// slice is how long one job works at an import before it lets others run.
const slice = 10 * time.Second

// Run makes the task that imports a file: people go to the given location, or
// to the default one when none is given, unless their row names theirs.
// A file is imported once; the same file uploaded again changes nothing more.
func (s *Service) Run(ctx context.Context, by vpp.Actor, id vpp.ImportID, location vpp.LocationID) (vpp.Task, error) {
	return s.RunOnce(ctx, by, id, location, "")
}

// RunOnce is Run under an idempotency key: asked again, it gives the task of
// the first time.
func (s *Service) RunOnce(ctx context.Context, by vpp.Actor, id vpp.ImportID, location vpp.LocationID, key string) (vpp.Task, error) {
	i, err := s.uploaded(ctx, id)
	if err != nil {
		return vpp.Task{}, err
	}
	if err := fields(i.Mapping).Check(i.Header); err != nil {
		return vpp.Task{}, err
	}
	if i.Adopt { // it was uploaded for one
		location = i.LocationID
	}
	h, err := s.locate(ctx, location)
	if err != nil {
		return vpp.Task{}, err
	}
	task := vpp.Task{
		ID: vpp.TaskID(s.ids()), Kind: vpp.TaskImport, LocationID: h.chosen.ID, Total: i.Rows,
		Title:     fmt.Sprintf("Import %s from %s", people(i.Rows), i.Filename),
		CreatedBy: by.Name, CreatedAt: s.now(), Params: map[string]string{"import": string(i.ID), "file": i.Filename},
	}
	if i.Adopt {
		task.Title = fmt.Sprintf("Move in %s from %s", people(i.Rows), i.Filename)
	}
	task, err = s.store.StartImport(ctx, by, i, task, key)
	if err != nil {
		return vpp.Task{}, err
	}
	return s.store.Task(ctx, task.ID)
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// RunImport is the job behind Run. It works for a while and then asks to be
// run again; a crash at any point repeats no more than one stretch, and that
// one has not been written.
func (s *Service) RunImport(ctx context.Context, job vpp.ImportPeople) error {
	task, err := s.store.Task(ctx, job.TaskID)
	if err != nil {
		return gone(err)
	}
	if !task.FinishedAt.IsZero() || !task.CanceledAt.IsZero() {
		return nil
	}
	i, err := s.store.ImportOf(ctx, task.ID)
	if err == nil {
		err = s.work(ctx, task, i)
	}
	switch later := (*vpp.Later)(nil); {
	case err == nil, errors.As(err, &later):
		return err
	case vpp.KindOf(err) == vpp.Invalid, vpp.KindOf(err) == vpp.NotFound: // trying again will not help
		return s.store.BreakImport(ctx, task.ID, vpp.MessageOf(err))
	case vpp.KindOf(err) == vpp.Conflict: // a person changed meanwhile, or the task was canceled: look again
		return &vpp.Later{At: s.now().Add(time.Second)}
	}
	return err
}

// gone: a job whose task is no more has nothing to do.
func gone(err error) error {
	if vpp.KindOf(err) == vpp.NotFound {
		return nil
	}
	return err
}

func (s *Service) work(ctx context.Context, task vpp.Task, i vpp.Import) error {
	h, err := s.locate(ctx, i.LocationID)
	if err != nil {
		return err
	}
	r, err := s.open(ctx, i)
	if err != nil {
		return err
	}
	step := vpp.ImportStep{Import: i.ID, Task: task.ID, Actor: vpp.Actor{Name: i.CreatedBy}, To: i.Cursor}
	m := newMover(i)
	if m != nil {
		step.Location = i.LocationID
	}
	end := time.Time{}
	for rows := range stretches(r.Rows(fields(i.Mapping)), i.Cursor) {
		if end.IsZero() { // the rows from before were only passed over
			end = s.now().Add(slice)
		}
		for len(rows) > 0 {
			some, err := s.judge(ctx, h, rows, m)
			if err != nil {
				return err
			}
			step = next(step, rows[len(some)-1].Number, some)
			if err := s.store.WriteImport(ctx, step); err != nil {
				return err
			}
			rows = rows[len(some):]
		}
		if !s.now().Before(end) {
			return &vpp.Later{At: s.now()}
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	step = next(step, step.To, nil)
	step.Last = true
	return s.store.WriteImport(ctx, step)
}

// next is the step that goes on where this one ends.
func next(s vpp.ImportStep, to int, some []judged) vpp.ImportStep {
	step := vpp.ImportStep{Import: s.Import, Task: s.Task, Actor: s.Actor, Location: s.Location, From: s.To, To: to}
	for _, j := range some {
		j.into(&step)
	}
	return step
}

// into adds what becomes of a row to a step.
func (j judged) into(step *vpp.ImportStep) {
	switch j.verdict {
	case vpp.VerdictNew:
		step.Create = append(step.Create, j.change)
	case vpp.VerdictChanged:
		if j.only {
			step.Given++
			break
		}
		step.Change = append(step.Change, j.change)
	case vpp.VerdictUnchanged:
		step.Unchanged++
	case vpp.VerdictFailed:
		step.Failures = append(step.Failures, vpp.RowFailure{Row: j.row.Number, Reason: vpp.MessageOf(j.fault)})
	}
	if j.moved != nil {
		step.Moved = append(step.Moved, *j.moved)
	}
	if !j.paused.IsZero() {
		step.Paused = append(step.Paused, vpp.PausedIn{UserID: j.change.Now.ID, At: j.paused})
	}
}
