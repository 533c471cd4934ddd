package api

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Device is an Apple device as its MDM server knows it. What it does not say
// is missing.
type Device struct {
	ID           string `json:"id"`
	MDM          string `json:"mdm" doc:"The MDM server that it belongs to: builtin, or a connector's id."`
	Name         string `json:"name,omitempty" doc:"The name it got at enrollment, or since."`
	SerialNumber string `json:"serial_number,omitempty"`
	UDID         string `json:"udid,omitempty"`
	Platform     string `json:"platform" enum:",iphone,ipad,mac,appletv,vision,watch,ipod"`
	Product      string `json:"product,omitempty" doc:"Apple's product name, iPad13,4."`
	ModelName    string `json:"model_name,omitempty"`
	OSVersion    string `json:"os_version,omitempty"`
	Build        string `json:"build,omitempty"`
	Enrollment   string `json:"enrollment" enum:"device,user,account_driven" doc:"How it came under management; user is User Enrollment."`
	Shared       bool   `json:"shared" doc:"A Shared iPad."`

	OwnerID     string `json:"owner_id,omitempty" doc:"The user whose device it is."`
	OwnerName   string `json:"owner_name,omitempty"`
	OwnerSource string `json:"owner_source,omitempty" doc:"How that is known: hand, csv, connector, enrollment."`

	Reach     string `json:"reach" enum:",device,user,later,unknown,no_user_channel,channel_closed,old_system,no_right,user_enrollment,account_driven,platform,gone" doc:"How the invitation reaches the owner on it, or the rule that forbids it."`
	Suitable  bool   `json:"suitable" doc:"The invitation can be shown there now or soon."`
	ReachText string `json:"reach_text" doc:"The same as a sentence."`
	ReachNext string `json:"reach_next,omitempty" doc:"What can be done about it."`

	Account     string     `json:"account" enum:"unknown,signed_out,right,other,signed_in" doc:"Who is signed in to its App Store, compared with the account that the owner accepted with."`
	AccountText string     `json:"account_text" doc:"The same as a sentence."`
	AccountNext string     `json:"account_next,omitempty" doc:"What can be done about it."`
	AskedAt     *time.Time `json:"account_asked_at,omitempty"`
	ReadAt      *time.Time `json:"account_read_at,omitempty"`

	EnrolledAt *time.Time `json:"enrolled_at,omitempty"`
	SeenAt     *time.Time `json:"seen_at,omitempty"`
	GoneAt     *time.Time `json:"gone_at,omitempty" doc:"No longer managed since."`
	InSetup    bool       `json:"in_setup" doc:"Setup Assistant waits to be released."`
}

func deviceOf(d vpp.OwnedDevice) Device {
	out := Device{
		ID: string(d.ID), MDM: string(d.MDM), Name: d.Name, SerialNumber: d.SerialNumber, UDID: d.UDID, Platform: string(d.Platform),
		Product: d.Product, ModelName: d.ModelName, OSVersion: d.OSVersion, Build: d.Build, Enrollment: string(d.Kind), Shared: d.Shared,
		OwnerID: string(d.OwnerID), OwnerName: d.OwnerName, OwnerSource: d.OwnerSource, Account: string(d.AccountState()),
		AskedAt: at(d.Device.Account.AskedAt), ReadAt: at(d.Device.Account.ReadAt), EnrolledAt: at(d.EnrolledAt), SeenAt: at(d.SeenAt),
		GoneAt: at(d.GoneAt), InSetup: d.InSetup,
	}
	out.reached(d.Reach)
	out.AccountText, out.AccountNext = vpp.ExplainAccount(d.AccountState())
	return out
}

func (d *Device) reached(r vpp.Reach) {
	d.Reach, d.Suitable = string(r), r.Open()
	d.ReachText, d.ReachNext = vpp.ExplainReach(r)
}

// personDeviceOf is a device as it concerns one person, who need not be its owner.
func personDeviceOf(d vpp.PersonDevice) Device {
	out := deviceOf(d.OwnedDevice)
	out.reached(d.Target.Reach)
	return out
}

// Channel is one way to a device: its own, or one of its users'.
type Channel struct {
	Enrollment string     `json:"enrollment" doc:"As its MDM server names it."`
	User       bool       `json:"user" doc:"A user channel."`
	ShortName  string     `json:"user_short_name,omitempty" doc:"On a Shared iPad the Managed Apple Account."`
	LongName   string     `json:"user_long_name,omitempty"`
	OwnerID    string     `json:"owner_id,omitempty" doc:"The user whose channel it is, as far as known."`
	EnrolledAt *time.Time `json:"enrolled_at,omitempty"`
	SeenAt     *time.Time `json:"seen_at,omitempty"`
	Open       bool       `json:"open" doc:"Commands reach it."`
}

func channelOf(e vpp.Enrollment) Channel {
	return Channel{
		Enrollment: string(e.ID), User: e.User, ShortName: e.UserShortName, LongName: e.UserLongName, OwnerID: string(e.OwnerID),
		EnrolledAt: at(e.EnrolledAt), SeenAt: at(e.SeenAt), Open: !e.Disabled && !e.EnrolledAt.IsZero(),
	}
}

// DevicePage is a device with its channels.
type DevicePage struct {
	Device
	Channels        []Channel  `json:"channels" nullable:"false"`
	CertificateEnds *time.Time `json:"certificate_ends_at,omitempty" doc:"Of the MDM server inside: from then on the device is not known any more; it has to enroll anew before."`
}

// DeviceAssigned says what became of one line of a list.
type DeviceAssigned struct {
	SerialNumber string `json:"serial_number"`
	User         string `json:"user,omitempty" doc:"As the line names the person."`
	Device       string `json:"device,omitempty" doc:"The device's name."`
	Assigned     bool   `json:"assigned"`
	Reason       string `json:"reason,omitempty" doc:"Why it was not assigned."`
}

func assignedOf(l vpp.DeviceAssigned) DeviceAssigned {
	return DeviceAssigned{l.Serial, l.User, l.Device, l.Reason == "", l.Reason}
}
