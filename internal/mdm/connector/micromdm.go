package connector

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// microMDM speaks to MicroMDM, whose makers ended its support in 2025.
// https://github.com/micromdm/micromdm/blob/main/docs/user-guide/api-and-webhooks.md
type microMDM struct{ Config }

func (c *microMDM) sign(r *http.Request) { r.SetBasicAuth("micromdm", c.Secret) }

// Abilities implements mdm.Server.
func (c *microMDM) Abilities() vpp.Abilities {
	return vpp.Abilities{ListsDevices: true, MapsUsers: true, UserChannel: true, Results: true}
}

// Check implements Connector.
func (c *microMDM) Check(ctx context.Context) error {
	_, err := c.page(ctx, 0, 1)
	return err
}

// Send implements mdm.Server. MicroMDM names a user channel by the user alone.
func (c *microMDM) Send(ctx context.Context, commands []vpp.Command) []error {
	return each(ctx, commands, func(ctx context.Context, k vpp.Command) error {
		body, err := command.Write(k)
		if err != nil {
			return err
		}
		target, user := userPart(k.Enrollment)
		if user != "" {
			target = user
		}
		if queued, err := c.queued(ctx, target, k.ID); err != nil || queued {
			return err
		}
		_, err = c.do(ctx, c.sign, call{method: http.MethodPost, path: "/v1/commands/" + url.PathEscape(target), contentType: "application/xml", body: body})
		return err
	})
}

// queued says whether the command is there from an earlier try: MicroMDM would
// queue it again.
func (c *microMDM) queued(ctx context.Context, target, id string) (bool, error) {
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/commands/" + url.PathEscape(target)})
	if err != nil {
		if statusOf(err) == http.StatusNotFound { // older ones do not tell
			return false, nil
		}
		return false, err
	}
	return strings.Contains(string(body), `"`+id+`"`), nil
}

// Cancel implements mdm.Server: MicroMDM only clears a whole queue, which may
// hold others' commands.
func (c *microMDM) Cancel(context.Context, []vpp.Command) error { return nil }

type microDevice struct {
	Serial string    `json:"serial_number"`
	UDID   string    `json:"udid"`
	Status bool      `json:"enrollment_status"`
	Seen   time.Time `json:"last_seen"`
}

func (c *microMDM) page(ctx context.Context, page, size int) ([]microDevice, error) {
	body, err := json.Marshal(map[string]int{"page": page, "per_page": size})
	if err != nil {
		return nil, err
	}
	answer, err := c.do(ctx, c.sign, call{method: http.MethodPost, path: "/v1/devices", contentType: "application/json", body: body})
	if err != nil {
		return nil, err
	}
	var list struct {
		Devices []microDevice `json:"devices"`
	}
	return list.Devices, read(c.URL, answer, &list)
}

// Devices implements Connector. What MicroMDM lists of a device is little:
// name and model become known when the device reports.
func (c *microMDM) Devices(ctx context.Context, told mdm.Told) error {
	const size = 500
	for n := 0; ; n++ {
		list, err := c.page(ctx, n, size)
		if err != nil {
			return err
		}
		for _, d := range list {
			if d.UDID == "" {
				continue
			}
			now := vpp.Device{MDM: c.ID, Key: vpp.EnrollmentID(d.UDID), UDID: d.UDID, SerialNumber: d.Serial, Name: d.Serial, Kind: vpp.EnrolledDevice, SeenAt: d.Seen, EnrolledAt: d.Seen}
			if err := told.Enrolled(ctx, now, []vpp.Enrollment{{ID: now.Key, MDM: c.ID, EnrolledAt: d.Seen, SeenAt: d.Seen, Disabled: !d.Status}}); err != nil {
				return err
			}
		}
		if len(list) < size {
			return c.users(ctx, told)
		}
	}
}

// users tells of Mac users who checked in.
func (c *microMDM) users(ctx context.Context, told mdm.Told) error {
	answer, err := c.do(ctx, c.sign, call{method: http.MethodPost, path: "/v1/users", contentType: "application/json", body: []byte("{}")})
	if err != nil {
		return err
	}
	var list struct {
		Users []struct {
			UDID  string `json:"udid"`
			ID    string `json:"user_id"`
			Short string `json:"user_shortname"`
			Long  string `json:"user_longname"`
		} `json:"users"`
	}
	if err := read(c.URL, answer, &list); err != nil {
		return err
	}
	for _, u := range list.Users {
		if u.UDID == "" || u.ID == "" {
			continue
		}
		d := vpp.Device{MDM: c.ID, Key: vpp.EnrollmentID(u.UDID), UDID: u.UDID, Kind: vpp.EnrolledDevice}
		channel := vpp.Enrollment{ID: vpp.EnrollmentID(u.UDID + ":" + u.ID), MDM: c.ID, User: true, UserID: u.ID, UserShortName: u.Short, UserLongName: u.Long, EnrolledAt: c.Now()}
		if err := told.Enrolled(ctx, d, []vpp.Enrollment{channel}); err != nil {
			return err
		}
	}
	return nil
}

// Report implements Connector.
func (c *microMDM) Report(ctx context.Context, told mdm.Told, body []byte) error {
	return c.told(ctx, told, body)
}

// Ask implements Connector: MicroMDM reports.
func (c *microMDM) Ask(context.Context, mdm.Told, []vpp.Command) error { return nil }
