package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Device is an Apple device as its MDM server knows it.
type Device struct {
	ID           string `json:"id"`
	MDM          string `json:"mdm"` // builtin, or a connector's id
	Name         string `json:"name,omitempty"`
	SerialNumber string `json:"serial_number,omitempty"`
	UDID         string `json:"udid,omitempty"`
	Platform     string `json:"platform"` // iphone, ipad, mac, appletv, vision, watch, ipod
	Product      string `json:"product,omitempty"`
	ModelName    string `json:"model_name,omitempty"`
	OSVersion    string `json:"os_version,omitempty"`
	Build        string `json:"build,omitempty"`
	Enrollment   string `json:"enrollment"` // device, user, account_driven
	Shared       bool   `json:"shared"`

	OwnerID     string `json:"owner_id,omitempty"`
	OwnerName   string `json:"owner_name,omitempty"`
	OwnerSource string `json:"owner_source,omitempty"` // hand, csv, connector, enrollment

	Reach     string `json:"reach"`    // how the invitation reaches its person, or the rule that forbids it
	Suitable  bool   `json:"suitable"` // it can be shown there now or soon
	ReachText string `json:"reach_text"`
	ReachNext string `json:"reach_next,omitempty"`

	Account     string    `json:"account"` // unknown, signed_out, right, other, signed_in
	AccountText string    `json:"account_text"`
	AccountNext string    `json:"account_next,omitempty"`
	AskedAt     time.Time `json:"account_asked_at,omitzero"`
	ReadAt      time.Time `json:"account_read_at,omitzero"`

	EnrolledAt time.Time `json:"enrolled_at,omitzero"`
	SeenAt     time.Time `json:"seen_at,omitzero"`
	GoneAt     time.Time `json:"gone_at,omitzero"`
	InSetup    bool      `json:"in_setup"`
}

// Channel is one way to a device: its own, or one of its users'.
type Channel struct {
	Enrollment string    `json:"enrollment"`
	User       bool      `json:"user"`
	ShortName  string    `json:"user_short_name,omitempty"`
	LongName   string    `json:"user_long_name,omitempty"`
	OwnerID    string    `json:"owner_id,omitempty"`
	EnrolledAt time.Time `json:"enrolled_at,omitzero"`
	SeenAt     time.Time `json:"seen_at,omitzero"`
	Open       bool      `json:"open"`
}

// DevicePage is a device with its channels.
type DevicePage struct {
	Device
	Channels        []Channel `json:"channels"`
	CertificateEnds time.Time `json:"certificate_ends_at,omitzero"` // the device has to enroll anew before
}

// DeviceFilter narrows the list of devices; the zero value is all of them.
type DeviceFilter struct {
	Platform   string
	Reach      string
	Account    string
	MDM        string
	Owner      string // a user's id
	Unowned    bool
	Unsuitable bool
	Search     string // the begin of a name, or a serial number
}

func (f DeviceFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"platform": f.Platform, "reach": f.Reach, "account": f.Account, "mdm": f.MDM, "owner": f.Owner, "search": f.Search,
	} {
		set(q, name, value)
	}
	for name, value := range map[string]bool{"unowned": f.Unowned, "unsuitable": f.Unsuitable} {
		if value {
			q.Set(name, strconv.FormatBool(value))
		}
	}
	return q
}

// ListDevices reads a page of devices, by name.
func (c *Client) ListDevices(ctx context.Context, f DeviceFilter, p Page) (List[Device], error) {
	return getPage[Device](ctx, c, "/devices", f.query(), p)
}

// DeviceCounts are numbers of devices.
type DeviceCounts struct {
	Total        int            `json:"total"`
	Platforms    map[string]int `json:"platforms"`
	Unowned      int            `json:"unowned"`
	Unsuitable   int            `json:"unsuitable"`
	OtherAccount int            `json:"other_account"`
}

// CountDevices reads the numbers of devices.
func (c *Client) CountDevices(ctx context.Context) (DeviceCounts, error) {
	return get[DeviceCounts](ctx, c, "/devices/counts", nil)
}

// Device reads one device.
func (c *Client) Device(ctx context.Context, device string) (DevicePage, error) {
	return get[DevicePage](ctx, c, "/devices/"+id(device), nil)
}

// UserDevices reads a person's devices, and how an invitation reaches the
// person on each.
func (c *Client) UserDevices(ctx context.Context, user string) ([]Device, error) {
	list, err := get[List[Device]](ctx, c, "/users/"+id(user)+"/devices", nil)
	return list.Items, err
}

// AssignDevice says whose a device is: a user's id, address, user name or
// external id; "" takes it away.
func (c *Client) AssignDevice(ctx context.Context, device, user string) (DevicePage, error) {
	return send[DevicePage](ctx, c, http.MethodPost, "/devices/"+id(device)+"/assign", map[string]string{"user": user})
}

// DeviceAssigned says what became of one line of a list.
type DeviceAssigned struct {
	SerialNumber string `json:"serial_number"`
	User         string `json:"user,omitempty"`
	Device       string `json:"device,omitempty"`
	Assigned     bool   `json:"assigned"`
	Reason       string `json:"reason,omitempty"`
}

// AssignDevices takes lines of a serial number and a person, separated by a
// comma, a semicolon or a tab.
func (c *Client) AssignDevices(ctx context.Context, lines string) ([]DeviceAssigned, error) {
	list, err := send[List[DeviceAssigned]](ctx, c, http.MethodPost, "/devices/assign", map[string]string{"list": lines})
	return list.Items, err
}

// AskDevice asks a device who is signed in to its App Store. The answer comes
// when the device does.
func (c *Client) AskDevice(ctx context.Context, device string) (DevicePage, error) {
	return send[DevicePage](ctx, c, http.MethodPost, "/devices/"+id(device)+"/ask", nil)
}

// MDMState is how the MDM server inside stands.
type MDMState struct {
	Ready     bool      `json:"ready"`
	Missing   []string  `json:"missing"` // what keeps devices from enrolling
	Topic     string    `json:"topic,omitempty"`
	ExpiresAt time.Time `json:"push_certificate_expires_at,omitzero"`
	AddedAt   time.Time `json:"push_certificate_added_at,omitzero"`
	Warning   string    `json:"warning,omitempty"`
	Problem   string    `json:"push_problem,omitempty"` // why Apple does not take pushes
	ProblemAt time.Time `json:"push_problem_since,omitzero"`
	Address   string    `json:"address"`
	Devices   int       `json:"devices"`
}

// MDM reads how the MDM server inside stands.
func (c *Client) MDM(ctx context.Context) (MDMState, error) {
	return get[MDMState](ctx, c, "/mdm", nil)
}

// SetPushCertificate uploads or renews the push certificate; both are PEM.
func (c *Client) SetPushCertificate(ctx context.Context, certificate, key string) (MDMState, error) {
	return send[MDMState](ctx, c, http.MethodPut, "/mdm/push-certificate", map[string]string{"certificate": certificate, "key": key})
}

// EnrollLink leads a person to the page with their profile.
type EnrollLink struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// EnrollLink makes a link by which a person brings devices along.
func (c *Client) EnrollLink(ctx context.Context, user string) (EnrollLink, error) {
	return send[EnrollLink](ctx, c, http.MethodPost, "/users/"+id(user)+"/enroll-link", nil)
}

// Profile writes an enrollment profile, good for one device of a person; ""
// is nobody's.
func (c *Client) Profile(ctx context.Context, user string, w io.Writer) error {
	path := "/mdm/profile"
	if user != "" {
		path = "/users/" + id(user) + "/profile"
	}
	return c.ask(ctx, call{method: http.MethodPost, path: path, once: true, long: true}, nil, writer{w})
}
