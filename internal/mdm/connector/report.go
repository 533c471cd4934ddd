package connector

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// report is what NanoMDM and MicroMDM send to a webhook.
type report struct {
	Created     time.Time  `json:"created_at"`
	Acknowledge *happening `json:"acknowledge_event"`
	Checkin     *happening `json:"checkin_event"`
}

type happening struct {
	Raw []byte `json:"raw_payload"` // a property list
}

// said is what devices say of themselves in messages of any kind.
type said struct {
	MessageType                         string
	UDID, EnrollmentID                  string
	UserID, UserShortName, UserLongName string
	EnrollmentUserID                    string
	facts                               // of a check-in
	AwaitingConfiguration               bool
	QueryResponses                      *facts // of DeviceInformation, whoever asked
}

// facts are what a device is.
type facts struct {
	DeviceName, ProductName, Model, ModelName string
	OSVersion, BuildVersion, SerialNumber     string
	IsMultiUser                               *bool // a Shared iPad; nil when it was not asked
}

const sharedIPadUser = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"

// seenEvery is how exactly it is told when a device was last there.
const seenEvery = 30 * time.Minute

// overtaking is how much earlier than it happened something may be reported:
// NanoMDM reports side by side, and takes the time only then. No device is
// erased and enrolled again within it.
const overtaking = time.Minute

// told reads a report and tells what it brings. Reports of nothing that we
// look for are no error; what cannot be read is. noShared says that the server
// cannot tell the people on Shared iPads apart.
func (c Config) told(ctx context.Context, told mdm.Told, body []byte, noShared bool) error {
	var r report
	if err := json.Unmarshal(body, &r); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "This is no report of an MDM server.")
	}
	e := r.Checkin
	if r.Acknowledge != nil {
		e = r.Acknowledge
	}
	if e == nil || len(e.Raw) == 0 {
		return nil
	}
	if err := command.Guard(e.Raw); err != nil {
		return err
	}
	var m said
	if err := plist.Unmarshal(e.Raw, &m); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The device's message in the report is no property list.")
	}
	at := c.when(r.Created)
	if m.key() == "" || noShared && m.UserID == sharedIPadUser {
		return nil
	}
	// One report of a device after the other: what one of them brings is
	// remembered before the next looks whether it was overtaken.
	done, err := c.turns.take(ctx, m.key())
	if err != nil {
		return err
	}
	defer done()
	if r.Acknowledge != nil {
		return c.answered(ctx, told, e.Raw, m, at)
	}
	return c.checkedIn(ctx, told, m, at)
}

// when is the time that a report says; never the future, and now when it says none.
func (c Config) when(created time.Time) time.Time {
	if now := c.Now(); created.IsZero() || created.After(now) {
		return now
	}
	return created
}

// answered tells what a device said of a command, and that it is there: of
// devices that enrolled before we listened it is the first that we hear.
func (c Config) answered(ctx context.Context, told mdm.Told, raw []byte, m said, at time.Time) error {
	a, err := command.Read(raw, c.ID, vpp.EnrollmentID(m.channel()), at)
	if err != nil {
		return err
	}
	if err := c.there(ctx, told, m, at); err != nil || a.ID == "" { // a device that only asks for commands
		return err
	}
	if err := told.Answered(ctx, a); err != nil {
		return err
	}
	c.heard.note(a.ID, at)
	return nil
}

// there tells that a channel is in use, not more often than anybody wants to
// know, and always when the device tells what it is.
func (c Config) there(ctx context.Context, told mdm.Told, m said, at time.Time) error {
	name := "channel " + m.channel()
	if m.QueryResponses == nil && c.heard.since(name, at.Add(-seenEvery)) {
		return nil
	}
	if m.facts = (facts{}); m.QueryResponses != nil {
		m.facts = *m.QueryResponses
	}
	d := m.device(c.ID, at)
	if err := told.Enrolled(ctx, d, []vpp.Enrollment{m.enrollment(c.ID, at)}); err != nil {
		return err
	}
	c.heard.note(name, at)
	return nil
}

func (c Config) checkedIn(ctx context.Context, told mdm.Told, m said, at time.Time) error {
	name := "channel " + m.channel()
	switch m.MessageType {
	case "Authenticate":
		// Reports overtake each other, and their times with them: a device that
		// brought its token about now is enrolled. What it says of itself is still
		// of use.
		if c.heard.since(name, at.Add(-overtaking)) {
			return told.Enrolled(ctx, m.device(c.ID, time.Time{}), nil)
		}
		c.heard.forget(name)
		return told.Enrolled(ctx, m.device(c.ID, time.Time{}), []vpp.Enrollment{{ID: vpp.EnrollmentID(m.key()), MDM: c.ID, Disabled: true}})
	case "TokenUpdate":
		d := m.device(c.ID, at)
		if m.user() != "" { // says nothing of the device itself
			d = vpp.Device{MDM: c.ID, Key: d.Key, UDID: d.UDID, Kind: d.Kind, Shared: d.Shared, SharedKnown: d.SharedKnown, EnrolledAt: at, SeenAt: at}
		}
		if err := told.Enrolled(ctx, d, []vpp.Enrollment{m.enrollment(c.ID, at)}); err != nil {
			return err
		}
		c.heard.note(name, at)
	case "CheckOut":
		c.heard.forget(name)
		return told.Gone(ctx, c.ID, m.key())
	}
	return nil
}

// key, user and channel are named as NanoMDM names them.
func (m said) key() string {
	if m.UDID != "" {
		return m.UDID
	}
	return m.EnrollmentID
}

func (m said) user() string {
	switch {
	case m.UserID == sharedIPadUser:
		return m.UserShortName
	case m.UDID == "":
		return m.EnrollmentUserID
	}
	return m.UserID
}

func (m said) channel() string {
	if u := m.user(); u != "" {
		return strings.Join([]string{m.key(), u}, ":")
	}
	return m.key()
}

func (m said) device(server vpp.MDMID, at time.Time) vpp.Device {
	product, kind := m.ProductName, vpp.EnrolledDevice
	if product == "" {
		product = m.Model
	}
	if m.UDID == "" {
		kind = vpp.EnrolledUser
	}
	shared := m.UserID == sharedIPadUser || m.IsMultiUser != nil && *m.IsMultiUser
	return vpp.Device{
		MDM: server, Key: vpp.EnrollmentID(m.key()), UDID: m.UDID, SerialNumber: m.SerialNumber, Name: m.DeviceName, Product: product,
		ModelName: m.ModelName, OSVersion: m.OSVersion, Build: m.BuildVersion, Platform: vpp.PlatformOf(product), Kind: kind,
		Shared: shared, SharedKnown: shared || m.IsMultiUser != nil, InSetup: m.AwaitingConfiguration, EnrolledAt: at, SeenAt: at,
	}
}

func (m said) enrollment(server vpp.MDMID, at time.Time) vpp.Enrollment {
	return vpp.Enrollment{
		ID: vpp.EnrollmentID(m.channel()), MDM: server, User: m.user() != "", UserID: m.UserID, UserShortName: m.UserShortName,
		UserLongName: m.UserLongName, EnrolledAt: at, SeenAt: at,
	}
}
