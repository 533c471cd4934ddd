package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// nextOf is the single next best thing to do, with where it is done. Callers
// who may not do it are told what it is all the same.
func nextOf(s invite.Story, scopes operator.Scopes) view.NextAction {
	n := view.NextAction{Title: s.Why, Why: s.Next.Why, Tone: nextTone(s)}
	user, location := personPath(s.User.ID), "/locations/"+url.PathEscape(string(s.Location.ID))
	scope := operator.ScopeInvite
	switch s.Next.Action {
	case invite.ActAddToken:
		n.Href, scope = "/locations/add", operator.ScopeSettings
	case invite.ActRenewToken:
		n.Href, scope = location+"#renew", operator.ScopeSettings
	case invite.ActConsent:
		n.Href, scope = location+"#consent", operator.ScopeSettings
	case invite.ActAddress, invite.ActAccount:
		n.Href, scope = user+"/edit", operator.ScopeRoster
	case invite.ActMail:
		n.Href, scope = "/settings/mail", operator.ScopeSettings
	case invite.ActRemoval:
		n.Href, scope = taskPath(s.Place.Removing.Task), operator.ScopeRead
	case invite.ActConflict:
		n.Href, scope = "/conflicts?kind="+string(vpp.ConflictAccount), operator.ScopeRead
	case invite.ActResume:
		n.Action, scope = "/users/resume", operator.ScopeRoster
	case invite.ActInviteAgain:
		n.Action = "/invite?audience=" + string(vpp.AudienceRemoved)
	case invite.ActInvite:
		n.Action = "/invite?audience=" + string(vpp.AudienceNotRegistered)
	case invite.ActByMail:
		n.Action = "/invite?audience=" + string(vpp.AudienceNotRegistered) + "&via=mail"
	case invite.ActOnDevice:
		n.Action = "/invite?audience=" + string(vpp.AudienceNotRegistered) + "&via=device"
	case invite.ActRemind:
		n.Action = "/invite?audience=resend&via=device"
	case invite.ActResend:
		n.Action = "/invite?audience=resend"
	case invite.ActCopyLink:
		n.Action = user + "/link"
	case invite.ActNone, invite.ActWait:
		return n
	}
	if scopes.Allow(scope) {
		n.Button = s.Next.Label
	}
	return n
}

func nextTone(s invite.Story) view.Tone {
	switch {
	case s.Next.Action == invite.ActRemoval, s.Next.Action == invite.ActConflict, s.Next.Action == invite.ActResume:
		return view.Warn
	case s.Status == vpp.Registered:
		return view.Good
	case s.Step == vpp.StepRefused, s.Step == vpp.StepMailRefused, s.Step == vpp.StepMailBounced, s.Next.Action == invite.ActAddToken, s.Next.Action == invite.ActRenewToken, s.Next.Action == invite.ActConsent:
		return view.Bad
	case s.Next.Action == invite.ActWait, s.Next.Action == invite.ActInvite, s.Next.Action == invite.ActOnDevice:
		return view.Info
	}
	return view.Warn
}

// toldOnce drops the entry that somebody was added, which the story tells by
// itself, and keeps who did it.
func toldOnce(events []invite.Event) []invite.Event {
	by := ""
	events = slices.DeleteFunc(slices.Clone(events), func(e invite.Event) bool {
		if e.Kind == "user.create" {
			by = e.By
		}
		return e.Kind == "user.create"
	})
	for i := range events {
		if events[i].Kind == "person.added" {
			events[i].By = by
		}
	}
	return events
}

func eventOf(e invite.Event, now time.Time) view.Event {
	return view.Event{Icon: eventIcon(e.Kind), Tone: view.Tone(e.Tone), Title: e.Title, Detail: e.Detail, By: byWords(e.By), At: view.At(e.At, now)}
}

func eventIcon(kind string) string {
	if kind == "apple.registered" {
		return "check-circle"
	}
	room, _, _ := strings.Cut(kind, ".")
	switch room {
	case "person", "user":
		return "users"
	case "mail":
		return "mail"
	case "invite":
		return "send"
	case "device", "mdm":
		return "device"
	case "link":
		return "link"
	case "apple":
		return "seal"
	case "sync":
		return "sync"
	case "delete":
		return "trash"
	}
	return "clock"
}

// invitationsOf shows every invitation with its deliveries and their last answers.
func invitationsOf(s invite.Story, now time.Time) []view.InvitationLine {
	var out []view.InvitationLine
	for _, i := range s.Invitations {
		state := i.State(s.Place, now)
		line := view.InvitationLine{
			ID: string(i.ID), State: string(state), Tone: invitationTone(state), Location: s.Location.Name, By: byWords(i.InvitedBy),
			Made: view.At(i.CreatedAt, now), Expires: view.At(i.ExpiresAt, now),
		}
		if state == vpp.InvitationAccepted || state == vpp.InvitationWithdrawn {
			line.Expires = view.Moment{}
		}
		for _, d := range s.Deliveries {
			if d.InvitationID == i.ID {
				line.Deliveries = append(line.Deliveries, deliveryOf(d, now))
			}
		}
		out = append(out, line)
	}
	return out
}

func invitationTone(s vpp.InvitationState) view.Tone {
	switch s {
	case vpp.InvitationAccepted:
		return view.Good
	case vpp.InvitationSent, vpp.InvitationWaiting:
		return view.Info
	case vpp.InvitationExpired, vpp.InvitationWithdrawn:
		return view.Warn
	case vpp.InvitationFailed:
		return view.Bad
	}
	return view.Neutral
}

func deliveryOf(d vpp.Delivery, now time.Time) view.DeliveryLine {
	at := d.OutcomeAt
	if at.IsZero() {
		at = d.QueuedAt
	}
	answer := d.Answer
	if d.Sentence != "" && d.Outcome != vpp.DeliveryAccepted {
		answer = join(d.Sentence, d.Answer)
	}
	line := view.DeliveryLine{
		Channel: channelWord(d.Channel), To: d.Address, State: string(d.Outcome), Tone: deliveryTone(d.Outcome), Answer: answer, At: view.At(at, now),
	}
	if d.Channel == vpp.ChannelDevice {
		line.To, line.Tone, line.State = d.DeviceName, commandTone(d.State()), commandWord(d.State())
	}
	return line
}

func channelWord(c vpp.Channel) string {
	switch c {
	case vpp.ChannelLink:
		return "By link"
	case vpp.ChannelDevice:
		return "On the device"
	case vpp.ChannelBoth:
		return "On the device and by e-mail"
	case vpp.ChannelMail:
	}
	return "By e-mail"
}

func deliveryTone(o vpp.DeliveryOutcome) view.Tone {
	switch o {
	case vpp.DeliveryAccepted:
		return view.Good
	case vpp.DeliveryDeferred:
		return view.Warn
	case vpp.DeliveryRefused, vpp.DeliveryBounced, vpp.DeliveryComplained:
		return view.Bad
	case vpp.DeliveryQueued, vpp.DeliveryUnderway:
		return view.Info
	case vpp.DeliveryWithdrawn:
	}
	return view.Neutral
}
