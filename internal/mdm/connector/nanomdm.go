package connector

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// nanoMDM speaks to NanoMDM. It lists nothing: its devices become known as
// they report.
// https://github.com/micromdm/nanomdm/blob/main/docs/operations-guide.md
type nanoMDM struct{ Config }

func (c *nanoMDM) sign(r *http.Request) { r.SetBasicAuth("nanomdm", c.Secret) }

// Abilities implements mdm.Server.
func (c *nanoMDM) Abilities() vpp.Abilities { return vpp.Abilities{UserChannel: true, Results: true} }

// nanoAnswer is what NanoMDM says to queued commands and pushes.
type nanoAnswer struct {
	Status map[string]struct {
		PushError    string `json:"push_error"`
		CommandError string `json:"command_error"`
	} `json:"status"`
	PushError    string `json:"push_error"`
	CommandError string `json:"command_error"`
	CommandUUID  string `json:"command_uuid"`
}

// said joins what NanoMDM has to complain of in a command.
func (a nanoAnswer) said() string {
	for _, s := range a.Status {
		if a.CommandError == "" {
			a.CommandError = s.CommandError
		}
	}
	return a.CommandError
}

// Check implements Connector: nobody has this id, and only NanoMDM says so in
// its words.
func (c *nanoMDM) Check(ctx context.Context) error {
	const nobody = "rsvpp-looks-whether-this-works"
	body, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/push/" + nobody})
	if status := statusOf(err); err != nil && status != http.StatusInternalServerError && status != http.StatusMultiStatus {
		return err
	}
	var a nanoAnswer
	if wrong := read(c.URL, body, &a); wrong != nil {
		return wrong
	}
	if _, said := a.Status[nobody]; !said && a.PushError == "" {
		return vpp.Errorf(vpp.Unavailable, "What answers at %s does not speak as this kind of MDM server does.", c.URL)
	}
	return nil
}

// Send implements mdm.Server. The command is queued first and the device woken
// then: a push that fails must not look like a command that is not there.
// Devices are woken one by one, since NanoMDM 0.9.0 may die of a failure when
// it wakes several.
func (c *nanoMDM) Send(ctx context.Context, commands []vpp.Command) []error {
	return each(ctx, commands, func(ctx context.Context, k vpp.Command) error {
		id, err := nanoID(k.Enrollment)
		if err != nil {
			return err
		}
		if err := c.enqueue(ctx, id, k); err != nil {
			return err
		}
		// A device that is not woken comes by itself, later.
		_, _ = c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/push/" + id})
		return nil
	})
}

// nanoID writes an id into a path. NanoMDM takes a comma, escaped or not, for
// the end of an id.
func nanoID(id vpp.EnrollmentID) (string, error) {
	if id == "" || strings.Contains(string(id), ",") {
		return "", vpp.Errorf(vpp.Invalid, "NanoMDM cannot be told the name of this device or user.")
	}
	return url.PathEscape(string(id)), nil
}

func (c *nanoMDM) enqueue(ctx context.Context, id string, k vpp.Command) error {
	list, err := command.Write(k)
	if err != nil {
		return err
	}
	body, err := c.do(ctx, c.sign, call{method: http.MethodPut, path: "/v1/enqueue/" + id + "?nopush=1", contentType: "application/xml", body: list})
	if err != nil && statusOf(err) != http.StatusInternalServerError {
		return err
	}
	var a nanoAnswer
	if json.Unmarshal(body, &a) == nil && a.said() != "" {
		if queuedBefore(a.said()) {
			return nil
		}
		return vpp.Wrap(vpp.Unavailable, err, "NanoMDM did not take the command. It says: %s", brief(a.said()))
	}
	if err != nil {
		return err
	}
	if read(c.URL, body, &a) != nil || a.CommandUUID != k.ID {
		return vpp.Errorf(vpp.Unavailable, "What answers at %s does not speak as this kind of MDM server does.", c.URL)
	}
	return nil
}

// queuedBefore tells from NanoMDM's words that the command is there from an
// earlier try. It has no number for that: the words are its file and memory
// storages', MySQL's and PostgreSQL's.
func queuedBefore(said string) bool {
	said = strings.ToLower(said)
	return strings.Contains(said, "command already exists") || strings.Contains(said, "duplicate entry") || strings.Contains(said, "duplicate key")
}

// brief is the first line of what a server says, no longer than a sentence.
func brief(said string) string {
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
	if r := []rune(said); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return said
}

// Cancel implements mdm.Server: NanoMDM has no way to take a command back.
func (c *nanoMDM) Cancel(context.Context, []vpp.Command) error { return nil }

// Devices implements Connector: NanoMDM lists none.
func (c *nanoMDM) Devices(context.Context, mdm.Told) error { return nil }

// Report implements Connector.
func (c *nanoMDM) Report(ctx context.Context, told mdm.Told, body []byte) error {
	return c.told(ctx, told, body, false)
}

// Ask implements Connector: NanoMDM reports.
func (c *nanoMDM) Ask(context.Context, mdm.Told, []vpp.Command) error { return nil }
