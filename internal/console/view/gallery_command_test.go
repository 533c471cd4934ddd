package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

// onDevices are invitations on devices, in every state.
func onDevices(theme string) map[string]templ.Component {
	tabs := []Choice{{Text: "All tasks", Value: "/tasks"}, {Text: "On devices", Value: "/tasks/devices", Current: true}}
	filters := []Choice{{Text: "Active", Value: "/tasks/devices", Current: true}, {Text: "All", Value: "/tasks/devices?state=all"}, {Text: "Queued", Value: "/tasks/devices?state=queued"}, {Text: "Not now", Value: "/tasks/devices?state=not_now"}, {Text: "Shown", Value: "/tasks/devices?state=acknowledged"}, {Text: "Failed", Value: "/tasks/devices?state=failed"}}
	states := []CommandLine{
		{Tone: Neutral, State: "Queued", Open: true}, {Tone: Info, State: "Pushed", Open: true, Attempts: 1, Answer: "With the MDM server: it is shown when the device comes for it."},
		{Tone: Warn, State: "Not now", Open: true, Attempts: 1, Answer: "The device cannot show it just now, as while Setup Assistant runs: it comes back by itself."},
		{Tone: Good, State: "Shown", Again: true, Attempts: 1, Wakes: 3, PutOffs: 2, Answer: "Shown on the device. Whether the person accepts it, Apple tells us."},
		{Tone: Bad, State: "Failed", Again: true, Attempts: 1, Answer: "The device refused: The command is not valid (MCMDMErrorDomain 12021)."}, {Tone: Neutral, State: "Canceled", Again: true, Answer: "An administrator took it back."},
	}
	var lines []CommandLine
	for i, n := range sampleNames() {
		line := states[i%len(states)]
		line.ID, line.User, line.Device = string(rune('a'+i)), Link{Text: n, Href: "/users/u"}, Link{Text: "iPad of " + n, Href: "/devices/d"}
		line.Command, line.Queued, line.Answered = "Invitation to VPP", ago(time.Duration(i+1)*time.Minute), ago(time.Duration(i)*time.Minute)
		lines = append(lines, line)
	}
	p := page(theme, "tasks", "Active Tasks")
	rule := page(theme, "devices", "On enrollment")
	return map[string]templ.Component{
		"commands":      CommandsPage(Commands{Page: p, Tabs: tabs, Filters: filters, Lines: lines, Steer: true, Pager: Pager{Next: "/tasks/devices?after=x"}}),
		"commands-none": CommandsPage(Commands{Page: p, Tabs: tabs, Filters: filters}),
		"enroll-rule": EnrollRulePage(EnrollRule{
			Page: rule, On: true, ElseMail: true, May: true, Since: ago(30 * time.Hour), After: Field{Name: "after", Label: "Minutes to wait", Type: "number", Value: "30", Hint: "Counted from when the device can be reached."},
			Groups: Field{Name: "groups", Label: "Only members of these groups", Value: "Class 7b\nStaff", Hint: "One per line. Empty means everybody."},
		}),
	}
}
