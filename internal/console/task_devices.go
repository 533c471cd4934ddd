package console

import (
	"net/http"
	"slices"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// taskTabs are the two lists of tasks: whole runs, and devices one by one.
func taskTabs(devices bool) []view.Choice {
	return []view.Choice{
		{Text: "All tasks", Value: "/tasks", Current: !devices},
		{Text: "On devices", Value: "/tasks/devices", Current: devices},
	}
}

// commandsPage lists invitations on devices (S4-22, S4-23, F-40).
func (d *Door) commandsPage(w http.ResponseWriter, r *http.Request) error {
	f := commandFilter(r.URL.Query().Get("state"))
	list, err := d.Inviter.Commands(r.Context(), f, stretch(r))
	if err != nil {
		return err
	}
	m := view.Commands{
		Page: d.page(r), Tabs: taskTabs(true), Filters: commandFilters(f), Pager: pager(r, list.Prev, list.Next, ""),
		Steer: caller(r).Scopes.Allow(operator.ScopeInvite),
	}
	m.Page.Title, m.Page.Lead = "Active Tasks", "Invitations on people’s devices."
	for _, c := range list.Items {
		m.Lines = append(m.Lines, d.commandLine(c))
	}
	return d.render(w, r, view.CommandsPage(m))
}

// commandFilter reads what the address asks for: the open ones, all, or a state.
func commandFilter(word string) vpp.CommandFilter {
	if state := vpp.CommandState(word); slices.Contains(vpp.CommandStates[:], state) {
		return vpp.CommandFilter{State: state}
	}
	return vpp.CommandFilter{Open: word != "all"}
}

func commandFilters(f vpp.CommandFilter) []view.Choice {
	list := []view.Choice{
		{Text: "Active", Value: "/tasks/devices", Current: f.Open},
		{Text: "All", Value: "/tasks/devices?state=all", Current: !f.Open && f.State == ""},
	}
	for _, s := range vpp.CommandStates {
		if s != vpp.CommandUnknown || f.State == s {
			list = append(list, view.Choice{Text: commandWord(s), Value: address("/tasks/devices", "state", string(s)), Current: f.State == s})
		}
	}
	return list
}

func (d *Door) commandLine(c vpp.DeviceCommand) view.CommandLine {
	state := c.State()
	line := view.CommandLine{
		ID: string(c.ID), User: view.Link{Text: c.FullName, Href: personPath(c.UserID)}, Device: view.Link{Text: c.DeviceName, Href: devicePath(c.DeviceID)},
		Command: "Invitation to VPP", Tone: commandTone(state), State: commandWord(state), Queued: d.when(c.QueuedAt), Attempts: c.Attempts, Wakes: c.Wakes, PutOffs: c.PutOffs,
		Answer: c.Sentence, Answered: d.when(c.OutcomeAt), Open: state.Open(), Again: !state.Open() && c.UserID != "",
	}
	if c.UserID == "" {
		line.User = view.Link{Text: "Somebody who was removed"}
	}
	if c.DeviceName == "" {
		line.Device.Text = "A device without a name"
	}
	return line
}

func commandWord(s vpp.CommandState) string {
	switch s {
	case vpp.CommandQueued:
		return "Queued"
	case vpp.CommandPushed:
		return "Pushed"
	case vpp.CommandNotNow:
		return "Not now"
	case vpp.CommandAcknowledged:
		return "Shown"
	case vpp.CommandFailed:
		return "Failed"
	case vpp.CommandCanceled:
		return "Canceled"
	case vpp.CommandUnknown:
	}
	return "Not known"
}

func commandTone(s vpp.CommandState) view.Tone {
	switch s {
	case vpp.CommandAcknowledged:
		return view.Good
	case vpp.CommandFailed:
		return view.Bad
	case vpp.CommandNotNow, vpp.CommandUnknown:
		return view.Warn
	case vpp.CommandPushed:
		return view.Info
	case vpp.CommandQueued, vpp.CommandCanceled:
	}
	return view.Neutral
}

// steerCommand takes an invitation back, or repeats it, and says what came of it.
func (d *Door) steerCommand(w http.ResponseWriter, r *http.Request, act func(vpp.DeliveryID) (string, error)) error {
	done, err := act(vpp.DeliveryID(r.PathValue("id")))
	switch vpp.KindOf(err) {
	case vpp.Conflict, vpp.Invalid:
		return d.done(w, r, "/tasks/devices", view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/tasks/devices", view.Notice{Tone: view.Info, Text: done})
}

func (d *Door) cancelCommand(w http.ResponseWriter, r *http.Request) error {
	return d.steerCommand(w, r, func(id vpp.DeliveryID) (string, error) {
		c, err := d.Inviter.CancelCommand(r.Context(), actor(r), id)
		return c.Sentence, err
	})
}

func (d *Door) retryCommand(w http.ResponseWriter, r *http.Request) error {
	return d.steerCommand(w, r, func(id vpp.DeliveryID) (string, error) {
		_, err := d.Inviter.RetryCommand(r.Context(), actor(r), id)
		return "The invitation goes to the device again.", err
	})
}
