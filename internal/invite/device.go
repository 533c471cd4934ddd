package invite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Devices hands commands to MDM servers.
type Devices interface {
	// Send answers for each command: nil is "with the server". One that the
	// server has already is no error.
	Send(ctx context.Context, commands []vpp.Command) []error
	// Cancel takes back what no device fetched yet, as far as that is possible.
	Cancel(ctx context.Context, commands []vpp.Command) error
}

// commands is what invitations on devices write.
type commands interface {
	// RecordCommand writes what a device said; what is known already, or of no
	// command of ours, changes nothing.
	RecordCommand(ctx context.Context, a vpp.SentCommand) error
	CommandsPushed(ctx context.Context, ids []string) error
	// UncanceledCommands lists what was taken back or given up, or is needed no
	// more, and an MDM server may still hand out.
	UncanceledCommands(ctx context.Context, limit int) ([]vpp.Command, error)
	CommandsCanceled(ctx context.Context, ids []string) error
	// LostCommands lists what was for devices that left, or became another's.
	LostCommands(ctx context.Context, limit int) ([]vpp.SentCommand, error)
	// SilentCommands lists what no device answered since a time.
	SilentCommands(ctx context.Context, since time.Time, limit int) ([]vpp.SentCommand, error)
}

// command hands one invitation to the MDM server of a device (S3-01). Its id
// is the delivery's, however often it is handed over.
func (b *batch) command(ctx context.Context, a attempt) outcome {
	s := b.service
	if s.devices == nil {
		return b.unsendable(ctx, a, vpp.Errorf(vpp.Denied, "No MDM server is connected."))
	}
	return b.handOver(ctx, a)
}

func (b *batch) handOver(ctx context.Context, a attempt) outcome {
	s := b.service
	link, err := s.apple.AppleLink(ctx, a.due.Place)
	if err == nil && !s.leadsToApple(link) {
		err = vpp.Errorf(vpp.Internal, "the invitation does not lead to Apple")
	}
	if err == nil {
		err = errors.Join(s.devices.Send(ctx, []vpp.Command{{
			ID: string(a.due.Delivery), Kind: vpp.CommandInvite, MDM: a.due.MDM, DeviceID: a.due.DeviceID,
			Enrollment: vpp.EnrollmentID(a.due.Address), URL: link,
		}})...)
	}
	switch kind := vpp.KindOf(err); {
	case err == nil:
		return outcome{sent: b.result(a.due, Handover{Outcome: vpp.DeliveryUnderway, Sentence: "With the MDM server: it is shown when " + nameOf(a.due.DeviceName) + " comes for it."})}
	case kind == vpp.NotFound, kind == vpp.Denied, kind == vpp.Invalid:
		return b.unsendable(ctx, a, err)
	}
	return outcome{sent: b.result(a.due, Handover{Outcome: vpp.DeliveryDeferred, Sentence: "The MDM server did not take the command. " + vpp.MessageOf(err)})}
}

// unsendable ends a command that its MDM server will never take, as if the
// device had refused: a letter may take over.
func (b *batch) unsendable(ctx context.Context, a attempt, why error) outcome {
	err := b.service.store.RecordCommand(context.WithoutCancel(ctx), vpp.SentCommand{
		ID: a.due.Delivery, MDM: a.due.MDM, State: vpp.CommandFailed, At: b.service.now(),
		Sentence: nameOf(a.due.DeviceName) + " cannot be sent to: " + vpp.MessageOf(why), Mail: true,
	})
	if err != nil {
		b.fail(err)
	}
	return outcome{sent: vpp.SentLetter{Due: a.due}, released: true}
}

func nameOf(device string) string {
	if device == "" {
		return "the device"
	}
	return device
}

// DeviceAnswered takes what a device, or its MDM server, said of an
// invitation. It may be told twice.
func (s *Service) DeviceAnswered(ctx context.Context, a vpp.CommandAnswer) error {
	sentence, mail := explainAnswer(a)
	return s.store.RecordCommand(ctx, vpp.SentCommand{
		ID: vpp.DeliveryID(a.ID), MDM: a.MDM, From: a.Enrollment, State: a.State(vpp.CommandInvite), At: a.At, Answer: answerWords(a), Sentence: sentence, Mail: mail,
	})
}

// DevicePushed notes that devices were woken to fetch invitations.
func (s *Service) DevicePushed(ctx context.Context, _ vpp.MDMID, ids []string, _ time.Time) error {
	return s.store.CommandsPushed(ctx, ids)
}

// explainAnswer says in plain words what a device's answer means, and whether
// a letter may do better (S3-15…S3-18, pains 1 and 3).
func explainAnswer(a vpp.CommandAnswer) (sentence string, mail bool) {
	switch a.State(vpp.CommandInvite) {
	case vpp.CommandAcknowledged:
		return "Shown on the device. Whether the person accepts it, Apple tells us.", false
	case vpp.CommandNotNow:
		return "The device cannot show it just now, as while Setup Assistant runs: it comes back by itself.", false
	}
	switch {
	case a.Invitation == "InvalidInvitationURL":
		return "The device does not know the invitation's link: Apple may have replaced it. Sync the person, then resend.", true
	case a.Invitation == "InvalidProgramID":
		return "The device does not know the program. Its system may be too old.", true
	case a.Status == "CommandFormatError":
		return "The device could not read the command. Report this as a fault of rsvpp.", true
	case a.Status == "Acknowledged":
		return "The device took the command and did not say whether it showed the invitation.", true
	case len(a.Errors) > 0:
		return "The device refused: " + describe(a.Errors) + ".", true
	}
	return "The device refused without a reason.", true
}

// describe is Apple's chain of errors in one line, the outermost first.
func describe(chain []vpp.ErrorChain) string {
	parts := make([]string, len(chain))
	for i, e := range chain {
		parts[i] = fmt.Sprintf("%s (%s %d)", strings.TrimSuffix(strings.TrimSpace(e.Description), "."), e.Domain, e.Code)
	}
	return strings.Join(parts, "; ")
}

func answerWords(a vpp.CommandAnswer) string {
	return strings.TrimSpace(a.Status + " " + a.Invitation)
}

const sweepCommands = 500

// sweepCommands gives up devices that left or stay silent, and tells MDM
// servers what is needed no more.
func (s *Service) sweepCommands(ctx context.Context) error {
	if s.devices == nil {
		return nil
	}
	lost, err := s.store.LostCommands(ctx, sweepCommands)
	if err != nil {
		return err
	}
	silent, err := s.store.SilentCommands(ctx, s.now().Add(-s.config.Silence), sweepCommands)
	return errors.Join(err,
		s.giveUp(ctx, lost, "The device left, or became another person's, before it showed the invitation."),
		s.giveUp(ctx, silent, "The device has not answered for weeks: it was given up."),
		s.cancelStale(ctx))
}

// cancelStale tells MDM servers what they need not hand out any more.
func (s *Service) cancelStale(ctx context.Context) error {
	stale, err := s.store.UncanceledCommands(ctx, sweepCommands)
	if err != nil || len(stale) == 0 {
		return err
	}
	if err := s.devices.Cancel(ctx, stale); err != nil {
		return err
	}
	ids := make([]string, len(stale))
	for i, c := range stale {
		ids[i] = c.ID
	}
	return s.store.CommandsCanceled(ctx, ids)
}

// giveUp ends commands that no device will answer; a letter may take over.
func (s *Service) giveUp(ctx context.Context, commands []vpp.SentCommand, why string) (err error) {
	for _, c := range commands {
		c.State, c.At, c.Mail, c.Sentence, c.GivenUp = vpp.CommandFailed, s.now(), true, why, true
		err = errors.Join(err, s.store.RecordCommand(ctx, c))
	}
	return err
}
