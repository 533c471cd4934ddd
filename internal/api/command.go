package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Command is an invitation on one device: an Active Task.
type Command struct {
	ID         string     `json:"id"`
	UserID     string     `json:"user_id,omitempty" doc:"Missing when the person was removed since."`
	FullName   string     `json:"full_name"`
	LocationID string     `json:"location_id,omitempty"`
	DeviceID   string     `json:"device_id"`
	DeviceName string     `json:"device_name,omitempty"`
	MDM        string     `json:"mdm" doc:"builtin, or a connector's id."`
	TaskID     string     `json:"task_id,omitempty" doc:"The run that it belongs to."`
	Command    string     `json:"command" enum:"InviteToProgram"`
	State      string     `json:"state" enum:"queued,pushed,not_now,unknown,acknowledged,failed,canceled"`
	Open       bool       `json:"open" doc:"The device may still answer."`
	QueuedAt   time.Time  `json:"queued_at"`
	OutcomeAt  *time.Time `json:"outcome_at,omitempty" doc:"Of the latest answer."`
	Attempts   int        `json:"attempts" doc:"At handing it to the MDM server."`
	Wakes      int        `json:"wakes" doc:"Times that the device was woken for it; only the built-in MDM server tells."`
	PutOffs    int        `json:"put_offs" doc:"Times that the device said NotNow."`
	Answer     string     `json:"answer,omitempty" doc:"The device's last words."`
	Sentence   string     `json:"sentence,omitempty" doc:"What they mean and what to do."`
}

func commandOf(c vpp.DeviceCommand) Command {
	return Command{
		ID: string(c.ID), UserID: string(c.UserID), FullName: c.FullName, LocationID: string(c.LocationID), DeviceID: string(c.DeviceID),
		DeviceName: c.DeviceName, MDM: string(c.MDM), TaskID: string(c.Task), Command: string(vpp.CommandInvite), State: string(c.State()),
		Open: c.State().Open(), QueuedAt: c.QueuedAt.UTC(), OutcomeAt: at(c.OutcomeAt), Attempts: c.Attempts, Wakes: c.Wakes, PutOffs: c.PutOffs, Answer: c.Answer, Sentence: c.Sentence,
	}
}

type listCommandsInput struct {
	Open  bool   `query:"open" doc:"Only those that a device may still answer."`
	State string `query:"state" enum:"queued,pushed,not_now,unknown,acknowledged,failed,canceled" doc:"All if missing."`
	Paging
}

func (d *Door) listCommands(ctx context.Context, in *listCommandsInput) (*answer[List[Command]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := d.Inviter.Commands(ctx, vpp.CommandFilter{Open: in.Open, State: vpp.CommandState(in.State)}, page)
	return listOf(list, err, commandOf)
}

// CommandPath names an invitation on a device.
type CommandPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (d *Door) cancelCommand(ctx context.Context, in *CommandPath) (*answer[Command], error) {
	c, err := d.Inviter.CancelCommand(ctx, actor(ctx), vpp.DeliveryID(in.ID))
	return answered(commandOf(c), err)
}

// retryCommandInput is like retryTaskInput.
type retryCommandInput struct {
	CommandPath
	Repeatable
}

func (d *Door) retryCommand(ctx context.Context, in *retryCommandInput) (*answer[Task], error) {
	t, err := d.Inviter.RetryCommand(ctx, actor(ctx), vpp.DeliveryID(in.ID))
	return answered(taskOf(t), err)
}

// EnrollRule invites the owners of devices when these enroll.
type EnrollRule struct {
	On           bool       `json:"on"`
	AfterMinutes int        `json:"after_minutes,omitempty" minimum:"0" maximum:"10080" doc:"How long after the device can be reached."`
	Groups       []string   `json:"groups,omitempty" maxItems:"100" doc:"Only members of one of these; everybody if missing."`
	ElseMail     bool       `json:"else_mail,omitempty" doc:"An e-mail where the device does not take the invitation."`
	Since        *time.Time `json:"since,omitempty" readOnly:"true" doc:"When it was switched on: devices that enrolled before are left alone."`
}

func ruleOf(r vpp.EnrollRule) EnrollRule {
	return EnrollRule{r.On, r.AfterMinutes, r.Groups, r.ElseMail, at(r.Since)}
}

func (d *Door) getEnrollRule(ctx context.Context, _ *none) (*answer[EnrollRule], error) {
	rule, err := d.Inviter.EnrollRule(ctx)
	return answered(ruleOf(rule), err)
}

type enrollRuleInput struct{ Body EnrollRule }

func (d *Door) saveEnrollRule(ctx context.Context, in *enrollRuleInput) (*answer[EnrollRule], error) {
	rule, err := d.Inviter.SaveEnrollRule(ctx, actor(ctx), vpp.EnrollRule{
		On: in.Body.On, AfterMinutes: in.Body.AfterMinutes, Groups: in.Body.Groups, ElseMail: in.Body.ElseMail,
	})
	return answered(ruleOf(rule), err)
}
