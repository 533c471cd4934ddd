package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

func devices(theme string) map[string]templ.Component {
	on := Reached{Good, "On the device", "The invitation can be shown on this device.", ""}
	byod := Reached{Warn, "User Enrollment", "Apple forbids the invitation under User Enrollment.", "Invite this person by e-mail."}
	other := DeviceAccount{Bad, "Another account", "Another account is signed in than the one that accepted.", "Sign in with the right one.", ago(time.Hour), ago(time.Minute)}
	may := DeviceMay{true, true, true}
	list := Devices{
		Page: page(theme, "devices", "Devices"), Servers: true, May: may, Pager: Pager{Next: "/devices?after=x", Range: "2 of 1,204"},
		Filters: []Choice{{Text: "All", Hint: "1,204", Value: "/devices", Current: true}, {Text: "iPad", Hint: "800", Value: "/devices?platform=ipad"}},
		More:    []Choice{{Text: "Nobody’s", Hint: "3", Value: "/devices?needs=unowned"}},
		Lines: []DeviceLine{
			{ID: "1", Name: evil, Model: "iPad Air", System: "iPadOS 18.1", Serial: "DMPXK1ABCDEF", MDM: "rsvpp", Owner: Link{"Zoë Ångström", "/users/1"}, Reach: on, Seen: ago(time.Minute)},
			{ID: "2", Name: "Own phone", Model: "iPhone", Reach: byod, MDM: "School Fleet"},
		},
	}
	empty := Devices{Page: page(theme, "devices", "Devices"), Nobody: true, May: may}
	none := list
	none.Lines = nil
	one := DeviceCard{
		Page: page(theme, "devices", evil), ID: "1", Facts: []Fact{{Term: "Serial number", Text: "DMPXK1ABCDEF", Copy: true}}, Owner: Link{"Zoë Ångström", "/users/1"}, Source: "enrolled it",
		Reach: on, Account: other, Repair: true, Person: Link{"Zoë Ångström", "/users/1"}, May: may, Who: Field{Name: "user", Label: "Assign to"},
		Ways:    []ChannelLine{{"The device’s own", Link{}, ago(time.Hour), true}, {"User " + evil, Link{"Their page", "/users/1"}, ago(time.Hour), false}},
		History: []Entry{{ID: "e", At: ago(time.Hour), Who: "ada", What: Link{Text: "It is enrolled."}}},
	}
	one.Page.Path = "/device"
	lines := []AssignedLine{{"DMPXK1ABCDEF", "zoe@school.example", "Zoë’s iPad", Good, "Assigned"}, {"X", evil, "", Bad, "No managed device has this serial number."}}
	missing := []string{"A push certificate: Apple wakes devices only for who holds one."}
	facts := []Fact{{Term: "Topic", Text: "com.apple.mgmt.External.x", Copy: true}}
	return map[string]templ.Component{
		"devices": DevicesPage(list), "devices-empty": DevicesPage(empty), "devices-none": DevicesPage(none), "device": DevicePage(one),
		"device-bare":   DevicePage(DeviceCard{Page: page(theme, "devices", "Hall"), ID: "2", Reach: byod, Account: DeviceAccount{Tone: Neutral, Word: "Not known", Sentence: "Nobody asked."}}),
		"device-assign": DeviceAssignPage(DeviceAssign{Page: page(theme, "devices", "Assign by list"), List: Field{Name: "list", Label: "Serial numbers and people"}, Lines: lines, Done: 1, Error: "Some lines remain."}),
		"device-add":    DeviceAddPage(DeviceAdd{Page: page(theme, "users", "Add a device"), ID: "1", Name: evil}),
		"device-link":   DeviceAddPage(DeviceAdd{Page: page(theme, "users", "Add a device"), ID: "1", Link: "https://x.example/enroll/d.x", Picture: templ.Raw("<svg></svg>"), Until: "3 June 2027"}),
		"device-not":    DeviceAddPage(DeviceAdd{Page: page(theme, "users", "Add a device"), ID: "1", Missing: missing}),
		"mdm":           MDMPage(MDMSettings{Page: page(theme, "devices", "Device management"), Missing: missing, Facts: facts, Error: "These are not a certificate and its key."}),
		"mdm-ready":     MDMPage(MDMSettings{Page: page(theme, "devices", "Device management"), Facts: facts, Renew: true}),
		"person-devices": UserPage(User{
			Page: page(theme, "users", "Zoë Ångström"), ID: "1", Name: "Zoë Ångström", Can: UserCan{AddDevice: true}, Next: NextAction{Title: "Nothing to do", Tone: Good},
			Devices: []PersonDevice{{ID: "1", Name: evil, Model: "iPad Air", Reach: on, Account: other, Invite: "/invite/device"}, {ID: "2", Name: "Own phone", Model: "iPhone", Reach: byod}},
		}),
	}
}
