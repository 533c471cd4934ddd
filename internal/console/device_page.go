package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func deviceID(r *http.Request) vpp.DeviceID { return vpp.DeviceID(r.PathValue("id")) }

func devicePath(id vpp.DeviceID) string { return "/devices/" + url.PathEscape(string(id)) }

func (d *Door) showDevice(w http.ResponseWriter, r *http.Request) error {
	m, err := d.device(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.DevicePage(m))
}

// device is the page of one device.
func (d *Door) device(r *http.Request) (view.DeviceCard, error) {
	p, err := d.Devices.Device(r.Context(), deviceID(r))
	if err != nil {
		return view.DeviceCard{}, err
	}
	m := view.DeviceCard{
		Page: d.page(r), ID: string(p.ID), Facts: d.deviceFacts(p.Device), Owner: ownerLink(p.OwnedDevice), Source: ownerSource(p.OwnerSource),
		Reach: reached(p.Reach), Account: d.accountOf(p.OwnedDevice), Person: ownerLink(p.OwnedDevice), May: deviceMay(caller(r).Scopes),
		Who: view.Field{Name: "user", Label: "Assign to", Placeholder: "E-mail address, user name or external id", Autocomplete: "off", Required: true},
	}
	m.Page.Title, m.Page.Path, m.Page.Crumbs = deviceName(p.Device), devicePath(p.ID), []view.Link{{Text: "Devices", Href: "/devices"}}
	m.Repair = p.AccountState() == vpp.AccountOther
	m.May.Ask = m.May.Ask && (p.Reach.Open() || slices.ContainsFunc(p.Channels, func(c vpp.Enrollment) bool { return c.OwnerID != "" }))
	if p.OwnerID == "" && p.Reach.Open() {
		m.Reach = view.Reached{Tone: view.Info, Word: "Nobody’s", Sentence: "The invitation could be shown on this device, but it is nobody’s.", Next: "Assign it to a person first."}
	}
	ends, err := d.MDM.IdentityEnds(r.Context(), p.Device)
	if err != nil {
		return m, err
	}
	m.Facts = append(m.Facts, d.identityFacts(ends)...)
	m.Ways = d.channelLines(p.Channels)
	history, err := d.Operators.History(r.Context(), operator.HistoryFilter{Object: "device:" + string(p.ID)}, vpp.Page{Limit: 20})
	for _, e := range history.Items {
		m.History = append(m.History, d.entry(e))
	}
	return m, err
}

func (d *Door) deviceFacts(v vpp.Device) []view.Fact {
	facts := []view.Fact{
		{Term: "Model", Text: deviceModel(v)},
		{Term: "System", Text: systemWords(v)},
		{Term: "Serial number", Text: v.SerialNumber, Copy: true},
		{Term: "UDID", Text: v.UDID, Copy: true},
		{Term: "MDM server", Text: mdmName(v.MDM)},
		{Term: "Enrolled", Text: enrollmentWord(v)},
		{Term: "Since", Text: d.when(v.EnrolledAt).Text, Title: d.when(v.EnrolledAt).Full},
		{Term: "Last seen", Text: d.when(v.SeenAt).Text, Title: d.when(v.SeenAt).Full},
	}
	if v.InSetup {
		facts = append(facts, view.Fact{Term: "Setup Assistant", Text: "not finished", Tone: view.Info})
	}
	if !v.GoneAt.IsZero() {
		facts = append(facts, view.Fact{Term: "Not managed", Text: "since " + day(v.GoneAt), Tone: view.Warn})
	}
	return facts
}

// identityFacts say when the device's certificate ends: nothing renews it.
func (d *Door) identityFacts(ends time.Time) []view.Fact {
	switch left := ends.Sub(d.now()); {
	case ends.IsZero():
		return nil
	case left <= 0:
		return []view.Fact{{Term: "Certificate", Text: "ended on " + day(ends) + ": the device has to enroll anew", Tone: view.Warn}}
	case left <= 60*24*time.Hour:
		return []view.Fact{{Term: "Certificate", Text: "ends on " + day(ends) + ": the device has to enroll anew before", Tone: view.Warn}}
	}
	return []view.Fact{{Term: "Certificate", Text: "ends on " + day(ends)}}
}

func (d *Door) channelLines(channels []vpp.Enrollment) []view.ChannelLine {
	var lines []view.ChannelLine
	for _, c := range channels {
		line := view.ChannelLine{Title: "The device’s own", Seen: d.when(c.SeenAt), Open: !c.Disabled && !c.EnrolledAt.IsZero()}
		if c.User {
			line.Title = "User " + c.UserLongName
			if c.UserLongName == "" {
				line.Title = "User " + c.UserShortName
			}
		}
		if c.OwnerID != "" {
			line.Owner = view.Link{Text: "Their page", Href: personPath(c.OwnerID)}
		}
		lines = append(lines, line)
	}
	return lines
}

// assignDevice says whose the device is, in the words that an administrator has.
func (d *Door) assignDevice(w http.ResponseWriter, r *http.Request) error {
	var person vpp.UserID
	if typed(r, "nobody") == "" {
		found, err := d.Devices.Find(r.Context(), typed(r, "user"))
		if err != nil {
			return d.refuseOwner(w, r, err)
		}
		person = found.ID
	}
	if err := d.Devices.AssignDevice(r.Context(), actor(r), deviceID(r), person); err != nil {
		return err
	}
	return d.seeOther(w, r, devicePath(deviceID(r)))
}

// refuseOwner shows the page with why nobody was found by what was typed.
func (d *Door) refuseOwner(w http.ResponseWriter, r *http.Request, why error) error {
	switch vpp.KindOf(why) {
	case vpp.NotFound, vpp.Invalid, vpp.Conflict:
	default:
		return why
	}
	m, err := d.device(r)
	if err != nil {
		return err
	}
	m.Who.Value, m.Who.Error = typed(r, "user"), vpp.MessageOf(why)
	return d.refuse(w, r, view.DevicePage(m))
}

// askDevice asks who is signed in; the answer comes when the device does.
func (d *Door) askDevice(w http.ResponseWriter, r *http.Request) error {
	if err := d.Accounts.Ask(r.Context(), deviceID(r)); err != nil {
		return err
	}
	return d.seeOther(w, r, devicePath(deviceID(r)))
}

func (d *Door) assignListPage(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, view.DeviceAssignPage(d.assigning(r)))
}

func (d *Door) assigning(r *http.Request) view.DeviceAssign {
	m := view.DeviceAssign{Page: d.page(r), List: view.Field{
		Name: "list", Label: "Serial numbers and people", Placeholder: "DMPXK1ABCDEF, anna@example.org",
		Hint: "One device per line: the serial number, a comma, and the person’s e-mail address, user name or external id. A copy from a spreadsheet works, too.",
	}}
	m.Page.Title, m.Page.Path, m.Page.Crumbs = "Assign by list", "/devices/assign", []view.Link{{Text: "Devices", Href: "/devices"}}
	return m
}

func (d *Door) assignList(w http.ResponseWriter, r *http.Request) error {
	text, err := listIn(r)
	if err != nil {
		return d.refuseList(w, r, err)
	}
	lines, err := d.Devices.AssignDevices(r.Context(), actor(r), text)
	if err != nil {
		return d.refuseList(w, r, err)
	}
	m := d.assigning(r)
	for _, l := range lines {
		line := view.AssignedLine{Serial: l.Serial, User: l.User, Device: l.Device, Tone: view.Good, Result: "Assigned"}
		if l.Reason != "" {
			line.Tone, line.Result = view.Bad, l.Reason
			m.List.Value += l.Serial + ", " + l.User + "\n" // to be mended and sent again
		} else {
			m.Done++
		}
		m.Lines = append(m.Lines, line)
	}
	if len(lines) == 0 {
		m.Error = "The list is empty: paste lines of a serial number and a person, or choose a file."
		return d.refuse(w, r, view.DeviceAssignPage(m))
	}
	return d.render(w, r, view.DeviceAssignPage(m))
}

// listIn reads what was pasted, else the file.
func listIn(r *http.Request) (string, error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return "", &vpp.Error{Kind: vpp.Invalid, Message: "The form did not arrive whole: send it again.", Err: err}
	}
	if text := typed(r, "list"); text != "" {
		return unixLines(text), nil
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return "", nil
	}
	if r.MultipartForm.File["file"][0].Size == 0 {
		return "", nil
	}
	file, err := uploaded(r, "file")
	return string(file), err
}

func (d *Door) refuseList(w http.ResponseWriter, r *http.Request, why error) error {
	if faults(why) == nil {
		return why
	}
	m := d.assigning(r)
	m.Error, m.List.Value = vpp.MessageOf(why), typed(r, "list")
	return d.refuse(w, r, view.DeviceAssignPage(m))
}
