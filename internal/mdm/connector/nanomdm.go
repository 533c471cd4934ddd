package connector

import (
	"context"
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

// Check implements Connector.
func (c *nanoMDM) Check(ctx context.Context) error {
	_, err := c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/push/rsvpp-looks-whether-this-works"})
	if status := statusOf(err); status == http.StatusInternalServerError || status == http.StatusMultiStatus { // nobody has that id: the key was accepted
		return nil
	}
	return err
}

// Send implements mdm.Server. The command is queued first and pushed then: a
// push that fails must not look like a command that is not there.
func (c *nanoMDM) Send(ctx context.Context, commands []vpp.Command) []error {
	return each(ctx, commands, func(ctx context.Context, k vpp.Command) error {
		body, err := command.Write(k)
		if err != nil {
			return err
		}
		id := url.PathEscape(string(k.Enrollment))
		answer, err := c.do(ctx, c.sign, call{method: http.MethodPut, path: "/v1/enqueue/" + id + "?nopush=1", contentType: "application/xml", body: body})
		if err != nil && !queuedBefore(answer) {
			return err
		}
		// It is tried again by NanoMDM's own means; the device also comes by itself.
		_, _ = c.do(ctx, c.sign, call{method: http.MethodGet, path: "/v1/push/" + id})
		return nil
	})
}

// queuedBefore tells from NanoMDM's words that the command is there from an
// earlier try. It has no number for that.
func queuedBefore(answer []byte) bool {
	said := strings.ToLower(string(answer))
	return strings.Contains(said, "already exists") || strings.Contains(said, "duplicate") || strings.Contains(said, "unique constraint")
}

// Cancel implements mdm.Server: NanoMDM has no way to take a command back.
func (c *nanoMDM) Cancel(context.Context, []vpp.Command) error { return nil }

// Devices implements Connector: NanoMDM lists none.
func (c *nanoMDM) Devices(context.Context, mdm.Told) error { return nil }

// Report implements Connector.
func (c *nanoMDM) Report(ctx context.Context, told mdm.Told, body []byte) error {
	return c.told(ctx, told, body)
}

// Ask implements Connector: NanoMDM reports.
func (c *nanoMDM) Ask(context.Context, mdm.Told, []vpp.Command) error { return nil }
