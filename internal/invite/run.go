package invite

import (
	"context"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// RunStore is what a run writes.
type RunStore interface {
	// StartInvite writes the task with its selection, its own letter if it has
	// one, the history entry and the promise to expand it, at once. When the
	// key was used before, the task of then is returned and nothing is written.
	StartInvite(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, letter *vpp.Letter, key string) (vpp.Task, error)
	// InviteRun reads a run and where its expansion stands; done when there is
	// nothing left to expand.
	InviteRun(ctx context.Context, id vpp.TaskID) (run vpp.InviteRun, done bool, err error)
	// ExpandInvite carries out the next stretch of a run in one transaction,
	// the cursor included, so that repeating it after a crash repeats nobody.
	// Each person's facts stand still from decide to the end of the act.
	ExpandInvite(ctx context.Context, run vpp.InviteRun, secrets vpp.Secrets, decide func(vpp.Person) vpp.InviteStep) (done bool, err error)
	// WithdrawInvitation ends the person's link at a location and their open
	// letters. Not found when there is no living invitation.
	WithdrawInvitation(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) error
}

// Start begins a run. It returns at once; the work is done by jobs (S0-15, S0-16).
func (s *Service) Start(ctx context.Context, by vpp.Actor, r Request) (vpp.Task, error) {
	r, err := r.checked()
	if err != nil {
		return vpp.Task{}, err
	}
	if r.Letter != nil {
		if _, err := s.letters.Compile(*r.Letter); err != nil {
			return vpp.Task{}, err
		}
	}
	// F-22: the count is made again at the moment of sending, and kept.
	d, _, err := s.diagnose(ctx, r)
	if err != nil {
		return vpp.Task{}, err
	}
	if d.People == 0 {
		return vpp.Task{}, invalid("selection", "Nobody matches what was chosen.")
	}
	if why := d.Location.WhyElsewhere(); why != "" {
		return vpp.Task{}, vpp.Errorf(vpp.Conflict, "%s", why)
	}
	life := r.ExpiresIn
	if life == 0 {
		life = s.config.LinkLife
	}
	task := vpp.Task{
		ID: vpp.TaskID(s.ids()), Kind: vpp.TaskInvite, LocationID: d.Location.ID, Title: title("Invite", d.Acting),
		CreatedBy: by.Name, CreatedAt: s.now(), Params: r.params(d, life),
	}
	if r.Audience == vpp.AudienceRemoved {
		task.Title = title("Register again", d.Acting)
	}
	if r.Resend {
		task.Kind, task.Title = vpp.TaskResend, title("Resend to", d.Acting)
	}
	r.Selection.Filter.Location = d.Location.ID
	return s.store.StartInvite(ctx, by, task, r.Selection, r.Letter, r.IdempotencyKey)
}

func title(verb string, n int) string {
	if n == 1 {
		return verb + " 1 person"
	}
	return fmt.Sprintf("%s %d people", verb, n)
}

// expandFor bounds how long one job expands before it makes room for others.
const expandFor = 10 * time.Second

// Expand turns a run's selection into items, invitations, letters and wishes
// for records, some people at a time.
func (s *Service) Expand(ctx context.Context, job vpp.ExpandTask) error {
	run, done, err := s.store.InviteRun(ctx, job.TaskID)
	if err != nil || done {
		return err
	}
	location, err := s.store.Location(ctx, run.Task.LocationID)
	if err != nil {
		return err
	}
	if location.Elsewhere() { // whoever makes it ours again promises this anew
		return nil
	}
	t := termsOf(run.Task)
	if t.mail, err = s.mailReady(ctx); err != nil {
		return err
	}
	began := s.now()
	t.token = location.TokenState(began)
	run.ExpiresAt = began.Add(lifeOf(run.Task, s.config.LinkLife))
	decide := func(p vpp.Person) vpp.InviteStep { return verdict(vpp.CaseOf(p), t).step }
	for !done {
		if s.now().Sub(began) > expandFor {
			return &vpp.Later{At: s.now()}
		}
		if done, err = s.store.ExpandInvite(ctx, run, s.secrets, decide); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw ends a person's link and their open letters. The record at Apple
// stays; removing it is Delete from VPP (F-27).
func (s *Service) Withdraw(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) error {
	return s.store.WithdrawInvitation(ctx, by, user, location)
}
