package roster

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Devices keeps devices and whose they are. Each act is one transaction, with
// the reach of everybody concerned.
type Devices interface {
	DeviceSeen(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error
	DeviceGone(ctx context.Context, server vpp.MDMID, key string) error
	Devices(ctx context.Context, f vpp.DeviceFilter, page vpp.Page) (vpp.List[vpp.OwnedDevice], error)
	Device(ctx context.Context, id vpp.DeviceID) (vpp.DevicePage, error)
	AssignDevice(ctx context.Context, by vpp.Actor, id vpp.DeviceID, person vpp.UserID, source string) error
	DevicesBySerial(ctx context.Context, serials []string) (map[string]vpp.Device, error)
	CountDevices(ctx context.Context) (vpp.DeviceCounts, error)
	TargetsOf(ctx context.Context, people []vpp.UserID) (map[vpp.UserID][]vpp.DeviceTarget, error)
	AccountRead(ctx context.Context, a vpp.CommandAnswer) error
}

// DeviceSeen takes what an MDM server says of a device and its channels.
func (s *Service) DeviceSeen(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return s.store.DeviceSeen(ctx, d, channels)
}

// DeviceGone notes that a device is no longer managed.
func (s *Service) DeviceGone(ctx context.Context, server vpp.MDMID, key string) error {
	return s.store.DeviceGone(ctx, server, key)
}

// AccountRead notes who is signed in to a device's App Store.
func (s *Service) AccountRead(ctx context.Context, a vpp.CommandAnswer) error {
	return s.store.AccountRead(ctx, a)
}

// Devices lists devices, by name.
func (s *Service) Devices(ctx context.Context, f vpp.DeviceFilter, page vpp.Page) (vpp.List[vpp.OwnedDevice], error) {
	return s.store.Devices(ctx, f, page)
}

// Device returns one device with its channels.
func (s *Service) Device(ctx context.Context, id vpp.DeviceID) (vpp.DevicePage, error) {
	return s.store.Device(ctx, id)
}

// CountDevices counts devices.
func (s *Service) CountDevices(ctx context.Context) (vpp.DeviceCounts, error) {
	return s.store.CountDevices(ctx)
}

// DevicesOf lists the devices of a person, by name, and how the person is
// reached on each (S4-06, S4-11, F-23). Devices are theirs, or shared with them.
func (s *Service) DevicesOf(ctx context.Context, person vpp.UserID) ([]vpp.PersonDevice, error) {
	targets, err := s.store.TargetsOf(ctx, []vpp.UserID{person})
	if err != nil || len(targets[person]) == 0 {
		return nil, err
	}
	page, err := s.store.Devices(ctx, vpp.DeviceFilter{Owner: person}, vpp.Page{Limit: vpp.MaxPage})
	list := make([]vpp.PersonDevice, 0, len(page.Items))
	for _, d := range page.Items {
		for _, t := range targets[person] {
			if t.DeviceID == d.ID {
				list = append(list, vpp.PersonDevice{OwnedDevice: d, Target: t.Target})
			}
		}
	}
	return list, err
}

// AssignDevice says whose a device is; "" is nobody's.
func (s *Service) AssignDevice(ctx context.Context, by vpp.Actor, id vpp.DeviceID, person vpp.UserID) error {
	return s.store.AssignDevice(ctx, by, id, person, "hand")
}

// mostAssigned bounds a list of devices.
const mostAssigned = 100_000

// AssignDevices reads lines of a serial number and a person, separated by a
// comma, a semicolon or a tab, and says for each line what became of it. A
// heading is recognized. What is wrong with one line keeps no other back.
func (s *Service) AssignDevices(ctx context.Context, by vpp.Actor, text string) ([]vpp.DeviceAssigned, error) {
	var lines []vpp.DeviceAssigned
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		serial, person, heading := serialLine(line)
		if serial == "" || heading && len(lines) == 0 {
			continue
		}
		if lines = append(lines, vpp.DeviceAssigned{Serial: serial, User: person}); len(lines) > mostAssigned {
			return nil, &vpp.Error{Kind: vpp.Invalid, Field: "devices", Message: "The list has more than 100,000 lines: send it in parts."}
		}
	}
	for i := 0; i < len(lines); i += 500 {
		if err := s.assignSome(ctx, by, lines[i:min(i+500, len(lines))]); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

// serialLine takes a line apart.
func serialLine(line string) (serial, person string, heading bool) {
	line = strings.TrimSpace(line)
	i := strings.IndexAny(line, ",;\t")
	if i < 0 {
		return strings.ToUpper(unquoted(line)), "", false
	}
	serial, person = unquoted(line[:i]), unquoted(line[i+1:])
	return strings.ToUpper(serial), person, strings.Contains(strings.ToLower(serial), "serial")
}

func unquoted(s string) string { return strings.Trim(strings.TrimSpace(s), `"' `) }

func (s *Service) assignSome(ctx context.Context, by vpp.Actor, lines []vpp.DeviceAssigned) error {
	serials := make([]string, len(lines))
	for i, l := range lines {
		serials[i] = l.Serial
	}
	devices, err := s.store.DevicesBySerial(ctx, serials)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		d, known := devices[l.Serial]
		switch {
		case !known:
			l.Reason = "No managed device has this serial number."
			continue
		case l.User == "":
			l.Reason = "The line names nobody: write the serial number, a comma, and the person's address, user name or external id."
			continue
		}
		l.Device = d.Name
		person, err := s.Find(ctx, l.User)
		if err == nil {
			err = s.store.AssignDevice(ctx, by, d.ID, person.ID, "csv")
		}
		if vpp.KindOf(err) == vpp.Internal && err != nil {
			return err
		}
		if err != nil {
			l.Reason = vpp.MessageOf(err)
		}
	}
	return nil
}
