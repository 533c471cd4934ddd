package invite

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// InviteOn sends the invitation to some devices of one person (S4-11, F-23),
// whether or not they were invited before. Where none of the devices takes
// it, vpp.Conflict says by which rule; nothing is begun then.
func (s *Service) InviteOn(ctx context.Context, by vpp.Actor, r Request) (vpp.Task, error) {
	r.Channel = vpp.ChannelDevice
	if r.Audience == "" {
		r.Audience = vpp.AudienceNotRegistered
	}
	if len(r.Devices) == 0 {
		return vpp.Task{}, invalid("devices", "No device is chosen.")
	}
	d, err := s.Examine(ctx, r)
	if err != nil {
		return vpp.Task{}, err
	}
	if d.Acting == 0 && len(d.Verdicts) > 0 {
		return vpp.Task{}, &vpp.Error{Kind: vpp.Conflict, Message: d.Verdicts[0].Sentence}
	}
	return s.Start(ctx, by, r)
}

// CommandStore is what is read and written of invitations on devices one by one.
type CommandStore interface {
	// Commands lists them, the newest first.
	Commands(ctx context.Context, f vpp.CommandFilter, page vpp.Page) (vpp.List[vpp.DeviceCommand], error)
	// Command returns one.
	Command(ctx context.Context, id vpp.DeliveryID) (vpp.DeviceCommand, error)
	// WithdrawCommand takes one back that no device answered; vpp.Conflict
	// when there is nothing to take back any more.
	WithdrawCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) error
}

// Commands lists invitations on devices, the newest first (S4-22, F-40).
func (s *Service) Commands(ctx context.Context, f vpp.CommandFilter, page vpp.Page) (vpp.List[vpp.DeviceCommand], error) {
	return s.store.Commands(ctx, f, page)
}

// Command returns one invitation on a device.
func (s *Service) Command(ctx context.Context, id vpp.DeliveryID) (vpp.DeviceCommand, error) {
	return s.store.Command(ctx, id)
}

// CancelCommand takes an invitation on a device back. What the MDM server
// still hands out it is told at once, and again by the sweep if it is not
// there just now.
func (s *Service) CancelCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) (vpp.DeviceCommand, error) {
	if err := s.store.WithdrawCommand(ctx, by, id); err != nil {
		return vpp.DeviceCommand{}, err
	}
	c, err := s.store.Command(ctx, id)
	if err != nil || s.devices == nil || !c.Carried.Open() {
		return c, err
	}
	told := s.devices.Cancel(ctx, []vpp.Command{{ID: string(c.ID), Kind: vpp.CommandInvite, MDM: c.MDM, DeviceID: c.DeviceID, Enrollment: c.Enrollment}})
	if told == nil {
		return c, s.store.CommandsCanceled(ctx, []string{string(c.ID)})
	}
	return c, nil
}

// RetryCommand sends an invitation to the same device again, as a new run.
// Asked twice, it is one.
func (s *Service) RetryCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) (vpp.Task, error) {
	c, err := s.store.Command(ctx, id)
	if err != nil {
		return vpp.Task{}, err
	}
	if c.State().Open() {
		return vpp.Task{}, vpp.Errorf(vpp.Conflict, "This invitation is still on its way to %s: there is nothing to repeat yet.", nameOf(c.DeviceName))
	}
	if c.UserID == "" {
		return vpp.Task{}, vpp.Errorf(vpp.Conflict, "The person was removed: there is nobody to invite.")
	}
	return s.InviteOn(ctx, by, Request{
		Selection: vpp.Selection{IDs: []vpp.UserID{c.UserID}}, Location: c.LocationID, Devices: []vpp.DeviceID{c.DeviceID},
		IdempotencyKey: vpp.OurKey("command:" + string(id)),
	})
}
