package invite

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// timeline puts every fact in its place, newest first.
func timeline(h vpp.CaseHistory, now time.Time) []Event {
	events := []Event{{
		At: h.User.CreatedAt, Kind: "person.added", Tone: ToneNeutral, Title: "Added", Detail: sourceOf(h.User),
	}}
	events = append(events, placeEvents(h.Place)...)
	for _, i := range h.Invitations {
		events = append(events, invitationEvents(i, now)...)
	}
	for _, d := range h.Deliveries {
		if d.Channel == vpp.ChannelDevice {
			events = append(events, commandEvents(d)...)
		} else {
			events = append(events, letterEvents(d)...)
		}
	}
	for _, v := range h.Visits {
		events = append(events, visitEvent(v))
	}
	for _, e := range h.Entries {
		if e.Action != "invite.not_me" && e.Action != "invite.new_link" { // visits tell these
			events = append(events, Event{At: e.At, Kind: e.Action, Tone: ToneNeutral, Title: e.Summary, By: e.Actor})
		}
	}
	events = slices.DeleteFunc(events, func(e Event) bool { return e.At.IsZero() })
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(order(b.Kind), order(a.Kind)))
	})
	return events
}

// order puts what happens within one moment in its natural order.
func order(kind string) int {
	return slices.Index([]string{"person.added", "invite.made", "apple.requested", "apple.created", "mail.queued", "device.queued", "mail.accepted", "device.acknowledged", "apple.registered"}, kind)
}

func sourceOf(u vpp.User) string {
	switch u.Source {
	case "csv":
		return "Imported from a file."
	case "api":
		return "Created through the API."
	}
	return "Created in the console."
}

func placeEvents(p vpp.ProgramUser) []Event {
	var events []Event
	if p.Pending == vpp.WriteCreate {
		events = append(events, Event{At: p.PendingSince, Kind: "apple.requested", Tone: ToneNeutral, Title: "Waiting for Apple", Detail: "The record was asked for and is not confirmed yet."})
	}
	events = append(events,
		Event{At: p.CreatedAt, Kind: "apple.created", Tone: ToneNeutral, Title: "Record at Apple", Detail: "Apple's word for it: Registered."},
		Event{At: p.AssociatedAt, Kind: "apple.registered", Tone: ToneGood, Title: "Registered", Detail: "An Apple Account was linked. Apple's word for it: Associated."},
		Event{At: p.RetiredAt, Kind: "apple.removed", Tone: ToneWarn, Title: "Removed from VPP", Detail: "Apple's word for it: " + string(p.AppleStatus) + "."},
	)
	if p.AppleError != 0 {
		e := vpp.ExplainApple(p.AppleError)
		events = append(events, Event{At: p.AppleErrorAt, Kind: "apple.refused", Tone: ToneBad, Title: fmt.Sprintf("Apple refused (error %d)", e.Number), Detail: e.Sentence + " " + e.Cause + " " + e.Next})
	}
	if p.ManagedError != 0 && p.ManagedError != p.AppleError {
		e := vpp.ExplainApple(p.ManagedError)
		events = append(events, Event{At: p.AppleErrorAt, Kind: "apple.managed_refused", Tone: ToneWarn, Title: "The Managed Apple Account could not be linked", Detail: e.Sentence + " An invitation is used instead."})
	}
	return events
}

func invitationEvents(i vpp.Invitation, now time.Time) []Event {
	events := []Event{
		{At: i.CreatedAt, Kind: "invite.made", Tone: ToneNeutral, Title: "Invited", By: i.InvitedBy},
		{At: i.WithdrawnAt, Kind: "invite.withdrawn", Tone: ToneWarn, Title: "The invitation ended", Detail: "Its link no longer works."},
	}
	if !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt) && i.WithdrawnAt.IsZero() {
		events = append(events, Event{At: i.ExpiresAt, Kind: "invite.expired", Tone: ToneWarn, Title: "The link expired", Detail: "Ours, not Apple's: a resend makes it work again."})
	}
	return events
}

func letterEvents(d vpp.Delivery) []Event {
	events := []Event{{At: d.QueuedAt, Kind: "mail.queued", Tone: ToneNeutral, Title: "Letter to " + d.Address + " queued"}}
	if !d.AcceptedAt.IsZero() {
		events = append(events, Event{At: d.AcceptedAt, Kind: "mail.accepted", Tone: ToneGood, Title: "The mail server took the letter"})
	}
	e := Event{At: d.OutcomeAt, Kind: "mail." + string(d.Outcome), Detail: d.Sentence}
	switch d.Outcome {
	case vpp.DeliveryAccepted:
		e.Tone, e.Title, e.Detail = ToneGood, "The mail server took the letter", d.Answer
		if d.Sentence != "" { // late
			e.Tone, e.Detail = ToneWarn, d.Sentence
		}
	case vpp.DeliveryDeferred:
		e.Tone, e.Title = ToneWarn, fmt.Sprintf("The mail server asked to try later (attempt %d)", d.Attempts)
	case vpp.DeliveryRefused:
		e.Tone, e.Title = ToneBad, "The mail server refused the letter"
	case vpp.DeliveryBounced:
		e.Tone, e.Title = ToneBad, "The letter came back"
	case vpp.DeliveryComplained:
		e.Tone, e.Title = ToneBad, "The letter was reported as junk"
	case vpp.DeliveryWithdrawn:
		e.Tone, e.Title = ToneNeutral, "The letter was not sent"
	case vpp.DeliveryQueued:
		return events
	}
	if d.Answer != "" && d.Outcome != vpp.DeliveryAccepted && d.AcceptedAt.IsZero() && d.Outcome != vpp.DeliveryBounced {
		e.Detail += " (" + d.Answer + ")"
	}
	return append(events, e)
}

func visitEvent(v vpp.VisitMade) Event {
	e := Event{At: v.At, Kind: "link." + string(v.What), Tone: ToneNeutral}
	switch v.What {
	case vpp.VisitOpened:
		e.Title = "Opened the link on " + deviceName(v.Device)
	case vpp.VisitContinued:
		e.Title = "Went on to Apple from " + deviceName(v.Device)
	case vpp.VisitDone:
		e.Title = "Said on " + deviceName(v.Device) + " that it is done: Apple was asked"
	case vpp.VisitNotMe:
		e.Tone, e.Title = ToneWarn, "Said: this is not me"
	case vpp.VisitNewLink:
		e.Title = "Asked for a new link"
	}
	return e
}
