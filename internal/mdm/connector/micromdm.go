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

// Check implements Connector. A filter that nothing passes keeps it cheap.
func (c *microMDM) Check(ctx context.Context) error {
	_, err := c.list(ctx, []string{"rsvpp-looks-whether-this-works"})
	return err
}

// Send implements mdm.Server. MicroMDM says yes before it has queued anything,
// so it is looked at until the command is there.
func (c *microMDM) Send(ctx context.Context, commands []vpp.Command) []error {
	return each(ctx, commands, func(ctx context.Context, k vpp.Command) error {
		target, err := microTarget(k.Enrollment)
		if err != nil {
			return err
		}
		looks := 1
		if c.heard.since("tried "+k.ID, c.Now().Add(-time.Minute)) { // it may be on its way into the queue
			looks = mostLooks
		}
		if there, err := c.there(ctx, target, k.ID, looks); err != nil || there {
			return err
		}
		c.heard.note("tried "+k.ID, c.Now())
		if err := c.enqueue(ctx, target, k); err != nil {
			return err
		}
		// What does not appear was taken by the device already, most likely.
		_, _ = c.there(ctx, target, k.ID, mostLooks)
		return nil
	})
}

// microTarget is MicroMDM's name for a channel: a Mac user's is named by the
// user alone. The users of all Shared iPads have one and the same name there,
// so an invitation could be shown to anybody.
func microTarget(id vpp.EnrollmentID) (string, error) {
	device, user := userPart(id)
	switch {
	case user == "" && device != "":
		return device, nil
	case len(user) == len(sharedIPadUser) && user != sharedIPadUser && !strings.Contains(user, "@"):
		return user, nil
	}
	return "", vpp.Errorf(vpp.Denied, "MicroMDM cannot tell the people on Shared iPads apart, so nothing is sent to them through it.")
}

// mostLooks, with pauses that double from 5 ms, is two and a half seconds.
const mostLooks = 10

// there says whether the command is there from an earlier try, or was answered
// already: MicroMDM would queue it again, and the person would be asked twice.
// What was put off or answered is in no list of MicroMDM's.
func (c *microMDM) there(ctx context.Context, target, id string, looks int) (bool, error) {
	for n := range looks {
		if n > 0 && !pause(ctx, 5*time.Millisecond<<(n-1)) {
			return false, ctx.Err()
		}
		if c.heard.ever(id) {
			return true, nil
		}
		body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/commands/" + url.PathEscape(target)})
		if s := statusOf(err); s == http.StatusNotFound || s == http.StatusMethodNotAllowed { // older ones do not tell
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if strings.Contains(string(body), `"`+id+`"`) {
			return true, nil
		}
	}
	return false, nil
}

// pause waits, and says whether it could.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (c *microMDM) enqueue(ctx context.Context, target string, k vpp.Command) error {
	list, err := command.Write(k)
	if err != nil {
		return err
	}
	body, err := c.do(ctx, c.sign, call{method: http.MethodPost, path: "/v1/commands/" + url.PathEscape(target), contentType: "application/xml", body: list})
	if err != nil {
		return err
	}
	var taken struct {
		Payload struct {
			ID string `json:"command_uuid"`
		} `json:"payload"`
	}
	if err := read(c.URL, body, &taken, "payload"); err != nil {
		return err
	}
	if taken.Payload.ID != k.ID {
		return vpp.Errorf(vpp.Unavailable, "The MDM server at %s took another command than it was sent.", c.URL)
	}
	return nil
}

// Cancel implements mdm.Server: MicroMDM only clears a whole queue, which may
// hold others' commands.
func (c *microMDM) Cancel(context.Context, []vpp.Command) error { return nil }

type microDevice struct {
	Serial   string    `json:"serial_number"`
	UDID     string    `json:"udid"`
	Enrolled bool      `json:"enrollment_status"`
	Seen     time.Time `json:"last_seen"`
}

// list reads all devices, or those with some serial numbers. MicroMDM has
// words for pages, and answers with everything whatever they say.
func (c *microMDM) list(ctx context.Context, serials []string) ([]microDevice, error) {
	body, err := json.Marshal(map[string][]string{"filter_serial": serials})
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
	return list.Devices, read(c.URL, answer, &list, "devices")
}

// Devices implements Connector. What MicroMDM lists of a device is little:
// name and model become known when the device reports.
func (c *microMDM) Devices(ctx context.Context, told mdm.Told) error {
	list, err := c.list(ctx, nil)
	if err != nil {
		return err
	}
	enrolled := map[string]microDevice{}
	for _, d := range list {
		switch {
		case d.UDID == "": // Apple says that it is the organization's; it was never here
		case d.Enrolled:
			enrolled[d.UDID] = d
			err = told.Enrolled(ctx, d.device(c.ID), []vpp.Enrollment{{ID: vpp.EnrollmentID(d.UDID), MDM: c.ID, EnrolledAt: d.Seen, SeenAt: d.Seen}})
		default:
			err = told.Gone(ctx, c.ID, d.UDID)
		}
		if err != nil {
			return err
		}
	}
	return c.users(ctx, told, enrolled)
}

func (d microDevice) device(server vpp.MDMID) vpp.Device {
	return vpp.Device{
		MDM: server, Key: vpp.EnrollmentID(d.UDID), UDID: d.UDID, SerialNumber: d.Serial, Kind: vpp.EnrolledDevice, EnrolledAt: d.Seen, SeenAt: d.Seen,
	}
}

// users tells of the users of Macs who checked in.
func (c *microMDM) users(ctx context.Context, told mdm.Told, enrolled map[string]microDevice) error {
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
	if err := read(c.URL, answer, &list, "users"); err != nil {
		return err
	}
	for _, u := range list.Users {
		d, here := enrolled[u.UDID]
		if !here || u.ID == "" || u.ID == sharedIPadUser {
			continue
		}
		channel := vpp.Enrollment{
			ID: vpp.EnrollmentID(u.UDID + ":" + u.ID), MDM: c.ID, User: true, UserID: u.ID, UserShortName: u.Short, UserLongName: u.Long,
			EnrolledAt: d.Seen, SeenAt: d.Seen,
		}
		if err := told.Enrolled(ctx, d.device(c.ID), []vpp.Enrollment{channel}); err != nil {
			return err
		}
	}
	return nil
}

// Report implements Connector.
func (c *microMDM) Report(ctx context.Context, told mdm.Told, body []byte) error {
	return c.told(ctx, told, body, true)
}

// Ask implements Connector: MicroMDM reports.
func (c *microMDM) Ask(context.Context, mdm.Told, []vpp.Command) error { return nil }
