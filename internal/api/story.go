package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Story answers why a person is not registered.
type Story struct {
	User       User        `json:"user"`
	Place      Place       `json:"place"`
	Location   string      `json:"location" doc:"Its name."`
	Why        string      `json:"why" doc:"The answer, in one sentence."`
	Next       NextStep    `json:"next"`
	Invitation *Invitation `json:"invitation,omitempty"`
	Events     []Event     `json:"events" nullable:"false" doc:"The newest first."`
	Deliveries []Delivery  `json:"deliveries" nullable:"false" doc:"The newest first."`

	SameAccount []Namesake  `json:"same_account,omitempty" doc:"Others who are registered with the same Apple Account; the first 10."`
	HeldBefore  *HeldBefore `json:"held_before,omitempty" doc:"What a removed person held."`
}

// Namesake is another person of the same Apple Account.
type Namesake struct {
	ID       string `json:"id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
}

// HeldBefore is what somebody held when their record was retired.
type HeldBefore struct {
	RemovedAt time.Time `json:"removed_at"`
	Apps      int       `json:"apps"`
	Books     int       `json:"books"`
	Licenses  []Holding `json:"licenses" nullable:"false"`
}

func heldBeforeOf(h vpp.HeldBefore) *HeldBefore {
	if h.At.IsZero() {
		return nil
	}
	return &HeldBefore{h.At.UTC(), h.Apps(), h.Books(), each(h.Licenses, holdingOf)}
}

// NextStep is the one best thing to do.
type NextStep struct {
	Action string `json:"action" doc:"Empty for nothing; else invite, resend, copy_link, edit_address, wait and others."`
	Label  string `json:"label,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Event is one thing that happened.
type Event struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Tone   string    `json:"tone" enum:"neutral,good,warn,bad"`
	Title  string    `json:"title"`
	Detail string    `json:"detail,omitempty"`
	By     string    `json:"by,omitempty"`
}

// Invitation is what a person holds, without its link.
type Invitation struct {
	ID          string     `json:"id"`
	State       string     `json:"state" enum:"waiting,sent,accepted,expired,withdrawn,failed"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	OpenedAt    *time.Time `json:"opened_at,omitempty"`
	OpenedOn    string     `json:"opened_on,omitempty" doc:"Kind of device."`
	ContinuedAt *time.Time `json:"continued_at,omitempty" doc:"When the person went on to Apple."`
	NotMeAt     *time.Time `json:"not_me_at,omitempty" doc:"When the reader said to be somebody else."`
	CopiedAt    *time.Time `json:"copied_at,omitempty"`
}

func invitationOf(i *vpp.Invitation, state vpp.InvitationState) *Invitation {
	if i == nil {
		return nil
	}
	return &Invitation{
		ID: string(i.ID), State: string(state), CreatedAt: i.CreatedAt.UTC(), ExpiresAt: at(i.ExpiresAt), WithdrawnAt: at(i.WithdrawnAt),
		OpenedAt: at(i.OpenedAt), OpenedOn: i.OpenedOn, ContinuedAt: at(i.ContinuedAt), NotMeAt: at(i.NotMeAt), CopiedAt: at(i.CopiedAt),
	}
}

// Delivery is one message to one address.
type Delivery struct {
	ID            string     `json:"id"`
	TaskID        string     `json:"task_id,omitempty"`
	Channel       string     `json:"channel" enum:"mail,link,device"`
	Address       string     `json:"address,omitempty" doc:"Of mail; of a device the name of its channel at the MDM server."`
	DeviceID      string     `json:"device_id,omitempty"`
	DeviceName    string     `json:"device_name,omitempty"`
	MDM           string     `json:"mdm,omitempty" doc:"Which MDM server carries it."`
	Command       string     `json:"command_state,omitempty" enum:"queued,pushed,not_now,unknown,acknowledged,failed,canceled" doc:"Of a device: how far the command is."`
	Outcome       string     `json:"outcome" enum:"queued,accepted,deferred,underway,refused,withdrawn,bounced,complained" doc:"underway: the MDM server has it, and the device has not answered."`
	OutcomeAt     *time.Time `json:"outcome_at,omitempty"`
	QueuedAt      time.Time  `json:"queued_at"`
	NextAttemptAt *time.Time `json:"next_attempt_at,omitempty"`
	Attempts      int        `json:"attempts"`
	Answer        string     `json:"answer,omitempty" doc:"The mail server's, or the device's, last words."`
	Sentence      string     `json:"sentence,omitempty" doc:"What that means and what to do."`
}

func deliveryOf(d vpp.Delivery) Delivery {
	out := Delivery{
		ID: string(d.ID), TaskID: string(d.TaskID), Channel: string(d.Channel), Address: d.Address, Outcome: string(d.Outcome),
		OutcomeAt: at(d.OutcomeAt), QueuedAt: d.QueuedAt.UTC(), Attempts: d.Attempts, Answer: d.Answer, Sentence: d.Sentence,
	}
	if d.Channel == vpp.ChannelDevice {
		out.DeviceID, out.DeviceName, out.MDM, out.Command = string(d.DeviceID), d.DeviceName, string(d.MDM), string(d.State())
	}
	if d.Outcome.Open() {
		out.NextAttemptAt = at(d.NextAttemptAt)
	}
	return out
}

func (d *Door) story(ctx context.Context, in *userAtInput) (*answer[Story], error) {
	s, err := d.Inviter.Story(ctx, in.id(), in.location())
	return answered(Story{
		User: userOf(s.User), Place: placeOf(s.Place), Location: s.Location.Name, Why: s.Why,
		Next:       NextStep{string(s.Next.Action), s.Next.Label, s.Next.Why},
		Invitation: invitationOf(s.Invitation, s.State),
		Events: each(s.Events, func(e invite.Event) Event {
			return Event{e.At.UTC(), e.Kind, string(e.Tone), e.Title, e.Detail, e.By}
		}),
		Deliveries:  each(s.Deliveries, deliveryOf),
		SameAccount: each(s.SameAccount, func(u vpp.User) Namesake { return Namesake{string(u.ID), u.FullName, u.Email} }),
		HeldBefore:  heldBeforeOf(s.Before),
	}, err)
}
