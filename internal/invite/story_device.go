package invite

import (
	"fmt"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// commandEvents are what happened to an invitation on a device, in the words
// of those who wait for it.
func commandEvents(d vpp.Delivery) []Event {
	name, by := nameOf(d.DeviceName), carriedBy(d)
	events := []Event{{At: d.QueuedAt, Kind: "device.queued", Tone: ToneNeutral, Title: "Invitation to " + name + " queued", Detail: by}}
	e := Event{At: d.OutcomeAt, Kind: "device." + string(d.State()), Tone: ToneNeutral, Detail: d.Sentence}
	switch d.Outcome {
	case vpp.DeliveryQueued:
		return events
	case vpp.DeliveryDeferred:
		e.Tone, e.Title = ToneWarn, fmt.Sprintf("The MDM server did not take the invitation to %s (attempt %d)", name, d.Attempts)
	case vpp.DeliveryUnderway:
		e.Tone, e.Title, e.Detail = underwayWords(d)
	case vpp.DeliveryAccepted:
		e.Tone, e.Title = ToneGood, "Shown on "+name
	case vpp.DeliveryRefused:
		e.Tone, e.Title = ToneBad, capital(name)+" did not show the invitation"
	case vpp.DeliveryWithdrawn:
		e.Title = "Taken back from " + name
	case vpp.DeliveryBounced, vpp.DeliveryComplained: // letters do
	}
	return append(events, e)
}

// underwayWords say how far an invitation on its way is.
func underwayWords(d vpp.Delivery) (Tone, string, string) {
	name := nameOf(d.DeviceName)
	switch d.State() {
	case vpp.CommandPushed:
		return ToneNeutral, capital(name) + " was woken to fetch the invitation", carriedBy(d)
	case vpp.CommandNotNow:
		return ToneWarn, capital(name) + " cannot show the invitation just now", d.Sentence
	}
	return ToneNeutral, "The MDM server has the invitation for " + name, d.Sentence
}

func carriedBy(d vpp.Delivery) string {
	if d.MDMName != "" {
		return "Carried by the MDM server “" + d.MDMName + "”."
	}
	return "Carried by the MDM server inside."
}

// capital begins a title; a device's own name stays as it is.
func capital(name string) string {
	if rest, ok := strings.CutPrefix(name, "the "); ok {
		return "The " + rest
	}
	return name
}

// answerDevice is for those whose invitation goes to devices, where that says
// more than mail does: the latest word of a device decides.
func answerDevice(i *vpp.Invitation, h vpp.CaseHistory, mail bool, now time.Time) (string, Next, bool) {
	if i == nil || !i.WithdrawnAt.IsZero() || !i.NotMeAt.IsZero() || !i.ContinuedAt.IsZero() || len(h.Deliveries) == 0 {
		return "", Next{}, false
	}
	shown, last := latestShown(i, h), h.Deliveries[0]
	if last.InvitationID != i.ID || last.Channel != vpp.ChannelDevice {
		return "", Next{}, false
	}
	name := nameOf(last.DeviceName)
	switch {
	case last.Outcome == vpp.DeliveryUnderway && last.Command == vpp.CommandNotNow:
		return capital(name) + " cannot show the invitation just now, as while Setup Assistant runs.", wait("It comes back for it by itself."), true
	case last.Outcome.Open() && now.Sub(last.QueuedAt) >= patience*24*time.Hour:
		return fmt.Sprintf("%s has not come for the invitation since it was sent %s.", capital(name), ago(last.QueuedAt, now)), otherWay(h, mail), true
	case last.Outcome.Open():
		return "The invitation waits for " + name + " to fetch it.", wait("Devices that are on and online do so within minutes."), true
	case shown != nil:
		return answerShown(h, *shown, now)
	case last.Outcome == vpp.DeliveryRefused:
		return capital(name) + " did not show the invitation: " + last.Sentence, otherWay(h, mail), true
	}
	return "", Next{}, false
}

// answerShown is for those who have seen the invitation and not accepted.
func answerShown(h vpp.CaseHistory, d vpp.Delivery, now time.Time) (string, Next, bool) {
	if h.Place.HandedOverAt.IsZero() {
		return "", Next{}, false
	}
	why := "Shown on " + nameOf(d.DeviceName) + " " + ago(d.OutcomeAt, now) + "; the person has not accepted yet."
	if now.Sub(d.OutcomeAt) < patience*24*time.Hour {
		return why, wait("A reminder makes sense after some days."), true
	}
	return why, Next{ActRemind, "Remind", "The invitation is shown again; who put it off sees it anew."}, true
}

// latestShown is the latest delivery of an invitation that a device showed.
func latestShown(i *vpp.Invitation, h vpp.CaseHistory) *vpp.Delivery {
	for n, d := range h.Deliveries {
		if d.InvitationID == i.ID && d.Channel == vpp.ChannelDevice && d.Outcome == vpp.DeliveryAccepted {
			return &h.Deliveries[n]
		}
	}
	return nil
}

// otherWay is for those whom a device does not help.
func otherWay(h vpp.CaseHistory, mail bool) Next {
	if mail && h.User.Email != "" {
		return Next{ActByMail, "Invite by e-mail", "A letter with the same invitation reaches the person without the device."}
	}
	return Next{ActCopyLink, "Copy the link", "Hand it over another way; that is put on record."}
}

// onDevices names the first device that takes the invitation, "" for none.
func onDevices(h vpp.CaseHistory) string {
	for _, d := range h.Devices {
		if d.Reach.Open() {
			return nameOf(d.Name)
		}
	}
	return ""
}

// closedDevice says by which rule a person's devices are of no use, "" where
// one is, or there are none.
func closedDevice(h vpp.CaseHistory) string {
	if len(h.Devices) == 0 || onDevices(h) != "" {
		return ""
	}
	best := h.Devices[0]
	for _, d := range h.Devices {
		if best.Reach.Better(d.Reach) != best.Reach {
			best = d
		}
	}
	sentence, _ := vpp.ExplainReach(best.Reach)
	return capital(nameOf(best.Name)) + " does not help: " + sentence
}
