package connector

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// fleet speaks to Fleet. Its commands go to the device channel alone, so Macs
// cannot be invited through it; it reports nothing and must be asked.
// https://fleetdm.com/docs/rest-api/rest-api
type fleet struct{ Config }

const fleetAPI = "/api/v1/fleet"

func (c *fleet) sign(r *http.Request) { r.Header.Set("Authorization", "Bearer "+c.Secret) }

// Abilities implements mdm.Server.
func (c *fleet) Abilities() vpp.Abilities {
	return vpp.Abilities{ListsDevices: true, MapsUsers: true, Results: true, Asked: true}
}

// Check implements Connector.
func (c *fleet) Check(ctx context.Context) error {
	_, err := c.hosts(ctx, 0, 1)
	return err
}

// Send implements mdm.Server.
func (c *fleet) Send(ctx context.Context, commands []vpp.Command) []error {
	return each(ctx, commands, func(ctx context.Context, k vpp.Command) error {
		host, user := userPart(k.Enrollment)
		if user != "" {
			return vpp.Errorf(vpp.Denied, "Fleet cannot reach the users of Macs and Shared iPads.")
		}
		if there, err := c.there(ctx, host, k.ID); err != nil || there {
			return err
		}
		return c.run(ctx, host, k)
	})
}

// there says whether Fleet has the command from an earlier try: among results,
// or still waiting, where there is none.
func (c *fleet) there(ctx context.Context, host, id string) (bool, error) {
	results, err := c.results(ctx, id)
	if err != nil || len(results) > 0 {
		return len(results) > 0, err
	}
	query := url.Values{"host_identifier": {host}, "per_page": {"100"}, "order_key": {"updated_at"}, "order_direction": {"desc"}}
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: fleetAPI + "/commands?" + query.Encode()})
	if err != nil {
		if s := statusOf(err); s == http.StatusNotFound || s == http.StatusBadRequest { // no such host: running it says so
			return false, nil
		}
		return false, err
	}
	return strings.Contains(string(body), `"`+id+`"`), nil
}

func (c *fleet) run(ctx context.Context, host string, k vpp.Command) error {
	list, err := command.Write(k)
	if err != nil {
		return err
	}
	in, err := json.Marshal(map[string]any{"command": base64.StdEncoding.EncodeToString(list), "host_uuids": []string{host}})
	if err != nil {
		return err
	}
	body, err := c.do(ctx, c.sign, call{method: http.MethodPost, path: fleetAPI + "/commands/run", contentType: "application/json", body: in})
	if err != nil {
		return err
	}
	var taken struct {
		ID string `json:"command_uuid"`
	}
	if err := read(c.URL, body, &taken, "command_uuid"); err != nil {
		return err
	}
	if taken.ID != k.ID {
		return vpp.Errorf(vpp.Unavailable, "The MDM server at %s took another command than it was sent.", c.URL)
	}
	return nil
}

type fleetResult struct {
	Host    string    `json:"host_uuid"`
	Status  string    `json:"status"`
	Updated time.Time `json:"updated_at"`
	Result  string    `json:"result"` // base64 of a property list
}

// results reads what hosts answered; Fleet says {} while there is nothing.
func (c *fleet) results(ctx context.Context, id string) ([]fleetResult, error) {
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: fleetAPI + "/commands/results?" + url.Values{"command_uuid": {id}}.Encode()})
	if s := statusOf(err); s == http.StatusNotFound || s == http.StatusBadRequest { // it never heard of the command
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list struct {
		Results []fleetResult `json:"results"`
	}
	return list.Results, read(c.URL, body, &list)
}

// Cancel implements mdm.Server: Fleet takes no custom command back.
func (c *fleet) Cancel(context.Context, []vpp.Command) error { return nil }

type fleetHost struct {
	UUID    string    `json:"uuid"`
	Serial  string    `json:"hardware_serial"`
	Model   string    `json:"hardware_model"`
	Name    string    `json:"display_name"`
	OS      string    `json:"os_version"` // "iOS 17.5"
	Kind    string    `json:"platform"`   // darwin, ios, ipados
	Seen    time.Time `json:"seen_time"`
	Created time.Time `json:"created_at"`
	MDM     struct {
		Status string `json:"enrollment_status"` // "On (manual)", "On (automatic)", "On (personal)", "Off"
		Name   string `json:"name"`              // whose MDM it is
	} `json:"mdm"`
	People []fleetMail `json:"device_mapping"`
}

type fleetMail struct {
	Email  string `json:"email"`
	Source string `json:"source"`
}

func (c *fleet) hosts(ctx context.Context, page, size int) ([]fleetHost, error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}, "device_mapping": {"true"}, "order_key": {"id"}}
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: fleetAPI + "/hosts?" + query.Encode()})
	if err != nil {
		return nil, err
	}
	var list struct {
		Hosts []fleetHost `json:"hosts"`
	}
	return list.Hosts, read(c.URL, body, &list, "hosts")
}

// mostPages ends the reading of a server that has no last page.
const mostPages = 10_000

// Devices implements Connector.
func (c *fleet) Devices(ctx context.Context, told mdm.Told) error {
	const size = 200
	for n := range mostPages {
		list, err := c.hosts(ctx, n, size)
		if err != nil {
			return err
		}
		for _, h := range list {
			if err := c.host(ctx, told, h); err != nil {
				return err
			}
		}
		if len(list) < size {
			return nil
		}
	}
	return vpp.Errorf(vpp.Unavailable, "The MDM server at %s lists devices without end.", c.URL)
}

var fleetPlatforms = map[string]vpp.Platform{"darwin": vpp.PlatformMac, "ios": vpp.PlatformIPhone, "ipados": vpp.PlatformIPad}

func (c *fleet) host(ctx context.Context, told mdm.Told, h fleetHost) error {
	platform, apple := fleetPlatforms[h.Kind]
	if !apple || h.UUID == "" {
		return nil
	}
	if !strings.HasPrefix(h.MDM.Status, "On") || h.MDM.Name != "" && !strings.EqualFold(h.MDM.Name, "Fleet") {
		return told.Gone(ctx, c.ID, h.UUID) // Fleet looks at it, another server manages it
	}
	kind := vpp.EnrolledDevice
	if strings.Contains(h.MDM.Status, "personal") {
		kind = vpp.EnrolledUser
	}
	d := vpp.Device{
		MDM: c.ID, Key: vpp.EnrollmentID(h.UUID), UDID: h.UUID, SerialNumber: h.Serial, Name: h.Name, Product: h.Model, Platform: platform,
		OSVersion: version(h.OS), Kind: kind, EnrolledAt: h.Created, SeenAt: h.Seen,
	}
	channel := vpp.Enrollment{ID: d.Key, MDM: c.ID, UserShortName: h.person(), EnrolledAt: h.Created, SeenAt: h.Seen}
	return told.Enrolled(ctx, d, []vpp.Enrollment{channel})
}

// version is the number in words such as "macOS 15.1".
func version(os string) string {
	for word := range strings.FieldsSeq(os) {
		if word[0] >= '0' && word[0] <= '9' {
			return word
		}
	}
	return ""
}

// person is whose the host is: whom an administrator named, else who signed
// in, else whose browser it is.
func (h fleetHost) person() string {
	weight := func(m fleetMail) int {
		switch m.Source {
		case "custom", "custom_override", "custom_installer":
			return 0
		case "google_chrome_profiles":
			return 2
		}
		return 1
	}
	people := slices.DeleteFunc(slices.Clone(h.People), func(m fleetMail) bool { return m.Email == "" })
	slices.SortStableFunc(people, func(a, b fleetMail) int { return weight(a) - weight(b) })
	if len(people) == 0 {
		return ""
	}
	return people[0].Email
}

// Report implements Connector: Fleet reports nothing.
func (c *fleet) Report(context.Context, mdm.Told, []byte) error { return nil }

// Ask implements Connector. What one command fails with keeps no other back,
// unless nobody answers.
func (c *fleet) Ask(ctx context.Context, told mdm.Told, commands []vpp.Command) error {
	var first error
	for _, k := range commands {
		err := c.ask(ctx, told, k)
		if first == nil {
			first = err
		}
		if isUnreached(err) || ctx.Err() != nil {
			break
		}
	}
	return first
}

func (c *fleet) ask(ctx context.Context, told mdm.Told, k vpp.Command) error {
	results, err := c.results(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Status == "" || r.Status == "Pending" {
			continue
		}
		if err := told.Answered(ctx, c.answer(k, r)); err != nil {
			return err
		}
	}
	return nil
}

// answer is what a host said; what Fleet says of it where that cannot be read.
func (c *fleet) answer(k vpp.Command, r fleetResult) vpp.CommandAnswer {
	at := c.when(r.Updated)
	a := vpp.CommandAnswer{ID: k.ID, MDM: c.ID, Enrollment: vpp.EnrollmentID(r.Host), Status: r.Status, At: at}
	raw, err := base64.StdEncoding.DecodeString(r.Result)
	if err != nil || command.Guard(raw) != nil {
		return a
	}
	full, err := command.Read(raw, c.ID, a.Enrollment, at)
	if err != nil || full.Status == "" {
		return a
	}
	full.ID = k.ID
	return full
}
