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
	Topic       string     `json:"topic"`
	Acknowledge *happening `json:"acknowledge_event"`
	Checkin     *happening `json:"checkin_event"`
}

type happening struct {
	UDID         string `json:"udid"`
	EnrollmentID string `json:"enrollment_id"`
	CommandUUID  string `json:"command_uuid"`
	Raw          []byte `json:"raw_payload"` // a property list
}

// said is what devices say of themselves in messages of any kind.
type said struct {
	MessageType                                                        string
	UDID, EnrollmentID                                                 string
	UserID, UserShortName, UserLongName, EnrollmentUserID              string
	DeviceName, ProductName, Model, ModelName, OSVersion, BuildVersion string
	SerialNumber                                                       string
	AwaitingConfiguration                                              bool
	Push                                                               string `plist:"PushMagic"`
}

const sharedIPadUser = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"

// told reads a report and tells what it brings. Reports of nothing that we
// look for are no error; what cannot be read is.
func (c Config) told(ctx context.Context, told mdm.Told, body []byte) error {
	var r report
	if err := json.Unmarshal(body, &r); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "This is no report of an MDM server.")
	}
	e := r.Checkin
	if r.Acknowledge != nil {
		e = r.Acknowledge
	}
	if e == nil {
		return nil
	}
	if err := command.Guard(e.Raw); err != nil {
		return err
	}
	var m said
	if err := plist.Unmarshal(e.Raw, &m); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The device's message in the report is no property list.")
	}
	if m.key() == "" {
		return nil
	}
	if r.Acknowledge != nil {
		return c.answered(ctx, told, e.Raw, m)
	}
	return c.checkedIn(ctx, told, m)
}

func (c Config) answered(ctx context.Context, told mdm.Told, raw []byte, m said) error {
	a, err := command.Read(raw, c.ID, vpp.EnrollmentID(m.channel()), c.Now())
	if err != nil || a.ID == "" { // a device that only asks for commands
		return err
	}
	return told.Answered(ctx, a)
}

func (c Config) checkedIn(ctx context.Context, told mdm.Told, m said) error {
	switch m.MessageType {
	case "Authenticate":
		return told.Enrolled(ctx, m.device(c.ID, time.Time{}), []vpp.Enrollment{{ID: vpp.EnrollmentID(m.key()), MDM: c.ID, Disabled: true}})
	case "TokenUpdate":
		d := m.device(c.ID, c.Now())
		if m.user() != "" { // says nothing of the device itself
			d = vpp.Device{MDM: c.ID, Key: d.Key, UDID: d.UDID, Kind: d.Kind, Shared: m.UserID == sharedIPadUser, EnrolledAt: d.EnrolledAt, SeenAt: d.SeenAt}
		}
		return told.Enrolled(ctx, d, []vpp.Enrollment{m.enrollment(c.ID, c.Now())})
	case "CheckOut":
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
	return vpp.Device{
		MDM: server, Key: vpp.EnrollmentID(m.key()), UDID: m.UDID, SerialNumber: m.SerialNumber, Name: m.DeviceName, Product: product,
		ModelName: m.ModelName, OSVersion: m.OSVersion, Build: m.BuildVersion, Platform: vpp.PlatformOf(product), Kind: kind,
		InSetup: m.AwaitingConfiguration, EnrolledAt: at, SeenAt: at,
	}
}

func (m said) enrollment(server vpp.MDMID, at time.Time) vpp.Enrollment {
	return vpp.Enrollment{
		ID: vpp.EnrollmentID(m.channel()), MDM: server, User: m.user() != "", UserID: m.UserID, UserShortName: m.UserShortName,
		UserLongName: m.UserLongName, EnrolledAt: at, SeenAt: at,
	}
}
