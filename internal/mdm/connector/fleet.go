package connector

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
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

func (c *fleet) sign(r *http.Request) { r.Header.Set("Authorization", "Bearer "+c.Secret) }

// Abilities implements mdm.Server.
func (c *fleet) Abilities() vpp.Abilities {
	return vpp.Abilities{ListsDevices: true, MapsUsers: true, Results: true}
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
		if there, err := c.there(ctx, k.ID); err != nil || there {
			return err
		}
		list, err := command.Write(k)
		if err != nil {
			return err
		}
		body, err := json.Marshal(map[string]any{"command": base64.StdEncoding.EncodeToString(list), "host_uuids": []string{host}})
		if err != nil {
			return err
		}
		_, err = c.do(ctx, c.sign, call{method: http.MethodPost, path: "/api/v1/fleet/commands/run", contentType: "application/json", body: body})
		return err
	})
}

// there says whether Fleet has the command from an earlier try.
func (c *fleet) there(ctx context.Context, id string) (bool, error) {
	results, err := c.results(ctx, id)
	return len(results) > 0, err
}

type fleetResult struct {
	Host    string    `json:"host_uuid"`
	Status  string    `json:"status"`
	Updated time.Time `json:"updated_at"`
	Result  string    `json:"result"` // base64 of a property list
}

func (c *fleet) results(ctx context.Context, id string) ([]fleetResult, error) {
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/api/v1/fleet/commands/results?" + url.Values{"command_uuid": {id}}.Encode()})
	if statusOf(err) == http.StatusNotFound || statusOf(err) == http.StatusBadRequest {
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
	} `json:"mdm"`
	People []struct {
		Email string `json:"email"`
	} `json:"device_mapping"`
}

func (c *fleet) hosts(ctx context.Context, page, size int) ([]fleetHost, error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}, "device_mapping": {"true"}, "order_key": {"id"}}
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/api/v1/fleet/hosts?" + query.Encode()})
	if err != nil {
		return nil, err
	}
	var list struct {
		Hosts []fleetHost `json:"hosts"`
	}
	return list.Hosts, read(c.URL, body, &list)
}

// Devices implements Connector.
func (c *fleet) Devices(ctx context.Context, told mdm.Told) error {
	const size = 200
	for n := 0; ; n++ {
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
}

func (c *fleet) host(ctx context.Context, told mdm.Told, h fleetHost) error {
	platform, apple := map[string]vpp.Platform{"darwin": vpp.PlatformMac, "ios": vpp.PlatformIPhone, "ipados": vpp.PlatformIPad}[h.Kind]
	if !apple || h.UUID == "" {
		return nil
	}
	if !strings.HasPrefix(h.MDM.Status, "On") {
		return told.Gone(ctx, c.ID, h.UUID)
	}
	kind := vpp.EnrolledDevice
	if strings.Contains(h.MDM.Status, "personal") {
		kind = vpp.EnrolledUser
	}
	_, version, _ := strings.Cut(h.OS, " ")
	d := vpp.Device{
		MDM: c.ID, Key: vpp.EnrollmentID(h.UUID), UDID: h.UUID, SerialNumber: h.Serial, Name: h.Name, Product: h.Model, Platform: platform,
		OSVersion: version, Kind: kind, EnrolledAt: h.Created, SeenAt: h.Seen,
	}
	channel := vpp.Enrollment{ID: d.Key, MDM: c.ID, EnrolledAt: h.Created, SeenAt: h.Seen}
	for _, p := range h.People { // the first that anybody here has
		if p.Email != "" {
			channel.UserShortName = p.Email
			break
		}
	}
	return told.Enrolled(ctx, d, []vpp.Enrollment{channel})
}

// Report implements Connector: Fleet reports nothing.
func (c *fleet) Report(context.Context, mdm.Told, []byte) error { return nil }

// Ask implements Connector.
func (c *fleet) Ask(ctx context.Context, told mdm.Told, commands []vpp.Command) error {
	for _, k := range commands {
		results, err := c.results(ctx, k.ID)
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Status == "" || r.Status == "Pending" {
				continue
			}
			a := vpp.CommandAnswer{ID: k.ID, MDM: c.ID, Enrollment: vpp.EnrollmentID(r.Host), Status: r.Status, At: r.Updated}
			if raw, err := base64.StdEncoding.DecodeString(r.Result); err == nil && command.Guard(raw) == nil {
				if full, err := command.Read(raw, c.ID, a.Enrollment, r.Updated); err == nil && full.Status != "" {
					full.ID = k.ID
					a = full
				}
			}
			if err := told.Answered(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}
