package invite

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Request is what an administrator asks for in the wizard.
type Request struct {
	Selection      vpp.Selection
	Location       vpp.LocationID // "" for the selection's, or the default location
	Audience       vpp.Audience   // "" for not-invited
	Channel        vpp.Channel    // "" for mail
	ElseMail       bool           // by device: who is not reached on one gets a letter
	Devices        []vpp.DeviceID // by device: on these alone, of the one person who is chosen
	TryAgain       bool           // letters to addresses that a mail server refused before, too
	Resend         bool           // only to those who hold an invitation and have not accepted
	Letter         *vpp.Letter    // in place of the saved one, for this run alone
	ExpiresIn      time.Duration  // of the links; 0 for the usual
	IdempotencyKey string
}

const (
	longestLife = 366 * 24 * time.Hour
	mostDevices = 100
	longestKey  = 300 // with what doors and the server put in front
)

// checked returns the request with what was left open filled in.
func (r Request) checked() (Request, error) {
	if r.Location != "" {
		r.Selection.Filter.Location = r.Location
	}
	if r.Audience == "" {
		r.Audience = vpp.AudienceNotInvited
	}
	if r.Channel == "" {
		r.Channel = vpp.ChannelMail
	}
	switch {
	case r.Audience != vpp.AudienceNotInvited && r.Audience != vpp.AudienceNotRegistered && r.Audience != vpp.AudienceRemoved:
		return r, invalid("audience", "The audience is not-invited, not-registered or removed.")
	case r.Resend && r.Audience == vpp.AudienceRemoved:
		return r, invalid("audience", "Removed people hold no invitation that could be sent again: register them again instead.")
	case !slices.Contains([]vpp.Channel{vpp.ChannelMail, vpp.ChannelLink, vpp.ChannelDevice, vpp.ChannelBoth}, r.Channel):
		return r, invalid("channel", "An invitation goes by mail, on the device, both ways, or by link.")
	case !r.Selection.All && len(r.Selection.IDs) == 0:
		return r, invalid("selection", "Nobody is chosen: choose people, or all that match.")
	case len(r.Devices) > 0 && (r.Channel != vpp.ChannelDevice || r.Selection.All || len(r.Selection.IDs) != 1):
		return r, invalid("devices", "Devices are chosen for one person, who is invited on them.")
	case len(r.Devices) > mostDevices:
		return r, invalid("devices", "At most 100 devices are chosen at once.")
	case r.ElseMail && r.Channel != vpp.ChannelDevice:
		return r, invalid("else_mail", "An e-mail instead is for invitations on devices: choose those, or both ways.")
	case r.ExpiresIn < 0 || r.ExpiresIn > longestLife:
		return r, invalid("expires_in", "A link works for at most a year.")
	case len(r.IdempotencyKey) > longestKey:
		return r, invalid("idempotency_key", "The idempotency key is too long: take one of at most 200 characters.")
	}
	return r, nil
}

// params is what a task remembers of its request.
func (r Request) params(d Diagnosis, life time.Duration) map[string]string {
	p := map[string]string{
		"audience": string(r.Audience), "channel": string(r.Channel),
		"expires_in": life.String(),
		"reachable":  strconv.Itoa(d.Reachable), "people": strconv.Itoa(d.People),
	}
	if r.Letter != nil {
		p["letter"] = "own"
	}
	if r.ElseMail && r.Channel == vpp.ChannelDevice {
		p["else_mail"] = "yes"
	}
	if r.TryAgain {
		p["try_again"] = "yes"
	}
	if len(r.Devices) > 0 {
		p["devices"] = joinDevices(r.Devices)
	}
	return p
}

// termsOf reads back from a task what a whole run has in common.
func termsOf(task vpp.Task) terms {
	return terms{
		channel: vpp.Channel(task.Params["channel"]), audience: vpp.Audience(task.Params["audience"]),
		resend: task.Kind == vpp.TaskResend, elseMail: task.Params["else_mail"] != "",
		tryAgain: task.Params["try_again"] != "",
	}
}

func joinDevices(ids []vpp.DeviceID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(id)
	}
	return strings.Join(parts, " ")
}

// DevicesOf reads back on which devices alone a run invites, nil for all.
func DevicesOf(params map[string]string) []vpp.DeviceID {
	var ids []vpp.DeviceID
	for _, id := range strings.Fields(params["devices"]) {
		ids = append(ids, vpp.DeviceID(id))
	}
	return ids
}

// lifeOf reads back how long a run's links work.
func lifeOf(task vpp.Task, usual time.Duration) time.Duration {
	life, err := time.ParseDuration(task.Params["expires_in"])
	if err != nil || life <= 0 {
		return usual
	}
	return life
}

func invalid(field, message string) *vpp.Error {
	return &vpp.Error{Kind: vpp.Invalid, Message: message, Field: field}
}
