package api

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

type listDevicesInput struct {
	Platform string `query:"platform" enum:"iphone,ipad,mac,appletv,vision,watch,ipod"`
	Reach    string `query:"reach" enum:"device,user,later,unknown,no_user_channel,channel_closed,old_system,no_right,user_enrollment,account_driven,platform,gone"`
	Account  string `query:"account" enum:"unknown,signed_out,right,other,signed_in" doc:"Who is signed in, compared with who accepted."`
	MDM      string `query:"mdm" maxLength:"64" doc:"Of one MDM server: builtin, or a connector's id."`
	Owner    string `query:"owner" maxLength:"64" doc:"Of one user, by id: theirs, or shared with them."`
	Unowned  bool   `query:"unowned" doc:"Only those that are nobody's."`
	Closed   bool   `query:"unsuitable" doc:"Only those that somebody has and on which no invitation reaches them."`
	Search   string `query:"search" maxLength:"200" doc:"The begin of a name, or a serial number."`
	Paging
}

func (in *listDevicesInput) filter() vpp.DeviceFilter {
	f := vpp.DeviceFilter{
		MDM: vpp.MDMID(in.MDM), Platform: vpp.Platform(in.Platform), Owner: vpp.UserID(in.Owner), Unowned: in.Unowned, Closed: in.Closed,
		Account: vpp.AccountState(in.Account), Search: in.Search,
	}
	if in.Reach != "" {
		reach := vpp.Reach(in.Reach)
		f.Reach = &reach
	}
	return f
}

func (d *Door) listDevices(ctx context.Context, in *listDevicesInput) (*answer[List[Device]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	devices, err := d.Devices.Devices(ctx, in.filter(), page)
	return listOf(devices, err, deviceOf)
}

// DeviceCounts are numbers of devices.
type DeviceCounts struct {
	Total      int            `json:"total"`
	Platforms  map[string]int `json:"platforms" doc:"By platform; an empty key is not known."`
	Unowned    int            `json:"unowned" doc:"Nobody's."`
	Unsuitable int            `json:"unsuitable" doc:"Managed and somebody's, and no invitation reaches them there."`
	Other      int            `json:"other_account" doc:"Another account is signed in than the one that accepted; 10000 means that many or more."`
}

func (d *Door) countDevices(ctx context.Context, _ *none) (*answer[DeviceCounts], error) {
	c, err := d.Devices.CountDevices(ctx)
	out := DeviceCounts{Total: c.Total, Platforms: map[string]int{}, Unowned: c.Unowned, Unsuitable: c.Closed, Other: c.Other}
	for platform, n := range c.Platforms {
		out.Platforms[string(platform)] = n
	}
	return answered(out, err)
}

// DevicePath names a device.
type DevicePath struct {
	ID string `path:"id" maxLength:"64" doc:"The device's id."`
}

func (in DevicePath) id() vpp.DeviceID { return vpp.DeviceID(in.ID) }

func (d *Door) getDevice(ctx context.Context, in *DevicePath) (*answer[DevicePage], error) {
	p, err := d.Devices.Device(ctx, in.id())
	if err != nil {
		return nil, err
	}
	ends, err := d.MDM.IdentityEnds(ctx, p.Device)
	return answered(DevicePage{deviceOf(p.OwnedDevice), each(p.Channels, channelOf), at(ends)}, err)
}

type assignDeviceInput struct {
	DevicePath
	Body struct {
		User string `json:"user" maxLength:"320" doc:"The person's id, e-mail address, user name or external id; empty takes the device away."`
	}
}

func (d *Door) assignDevice(ctx context.Context, in *assignDeviceInput) (*answer[DevicePage], error) {
	person, err := d.personNamed(ctx, in.Body.User)
	if err != nil {
		return nil, err
	}
	if err := d.Devices.AssignDevice(ctx, actor(ctx), in.id(), person); err != nil {
		return nil, err
	}
	return d.getDevice(ctx, &in.DevicePath)
}

// personNamed finds a person by id or by a name; "" is nobody.
func (d *Door) personNamed(ctx context.Context, name string) (vpp.UserID, error) {
	if name = strings.TrimSpace(name); name == "" {
		return "", nil
	}
	if p, err := d.People.Profile(ctx, vpp.UserID(name)); vpp.KindOf(err) != vpp.NotFound || err == nil {
		return p.User.ID, err
	}
	u, err := d.People.Find(ctx, name)
	return u.ID, err
}

type assignDevicesInput struct {
	Body struct {
		List string `json:"list" minLength:"1" doc:"Lines of a serial number and a person (e-mail address, user name or external id), separated by a comma, a semicolon or a tab. A heading is recognized."`
	}
}

func (d *Door) assignDevices(ctx context.Context, in *assignDevicesInput) (*answer[List[DeviceAssigned]], error) {
	lines, err := d.Devices.AssignDevices(ctx, actor(ctx), in.Body.List)
	return answered(List[DeviceAssigned]{Items: each(lines, assignedOf)}, err)
}

func (d *Door) askDevice(ctx context.Context, in *DevicePath) (*answer[DevicePage], error) {
	if err := d.Accounts.Ask(ctx, in.id()); err != nil {
		return nil, err
	}
	return d.getDevice(ctx, in)
}

func (d *Door) userDevices(ctx context.Context, in *UserPath) (*answer[List[Device]], error) {
	if _, err := d.People.Profile(ctx, in.id()); err != nil {
		return nil, err
	}
	devices, err := d.Devices.DevicesOf(ctx, in.id())
	return answered(List[Device]{Items: each(devices, personDeviceOf)}, err)
}
