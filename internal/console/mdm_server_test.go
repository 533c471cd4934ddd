package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// servers wires connected MDM servers as cmd does.
func servers(db *store.DB, box *seal.Box, to connect.Told) *connect.Service {
	dial := func(id vpp.MDMID, kind, url, key string) (connect.Server, error) {
		c, err := connector.New(kind, connector.Config{ID: id, URL: url, Secret: key, Now: time.Now})
		return dialed{c}, err
	}
	return connect.New(db, box, dial, to, connect.Config{URL: "https://rsvpp.test", Every: time.Hour, Clock: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString})
}

type dialed struct{ connector.Connector }

func (d dialed) Devices(ctx context.Context, to connect.Told) error {
	return d.Connector.Devices(ctx, to)
}

func (d dialed) Report(ctx context.Context, to connect.Told, body []byte) error {
	return d.Connector.Report(ctx, to, body)
}

func (d dialed) Ask(ctx context.Context, to connect.Told, commands []vpp.Command) error {
	return d.Connector.Ask(ctx, to, commands)
}

// pretendMicroMDM lists nothing, and takes the key "k" alone.
func pretendMicroMDM(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, key, _ := r.BasicAuth(); key != "k" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"devices":null,"users":[]}`))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// F-85: an MDM server is connected, tried, and disconnected in the settings.
func TestMDMServers(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	anna.get("/settings/mdm").has(t, "Your MDM servers", "Connect an MDM server")
	anna.get("/settings/mdm/servers/add").has(t, "NanoMDM", "MicroMDM", "Fleet")
	address := pretendMicroMDM(t)
	form := url.Values{"kind": {"micromdm"}, "name": {"School MDM"}, "url": {address}, "key": {"wrong"}}
	anna.send("/settings/mdm/servers/add", form).has(t, "does not accept the API key", "School MDM")
	form.Set("key", "k")
	added := anna.send("/settings/mdm/servers/add", form)
	page := anna.get(added.at).has(t, "School MDM", "command-webhook-url", "https://rsvpp.test/hooks/mdm/", "answers").lacks(t, `value="k"`)
	_ = page
	anna.send(added.at+"/test", url.Values{}).has(t, "It answers, and takes the key")
	anna.send(added.at+"/sync", url.Values{}).has(t, "Its devices were read")
	anna.send(added.at+"/key", url.Values{"key": {"other"}}).has(t, "That did not work", "does not accept")
	anna.get("/settings/mdm").has(t, "School MDM", "MicroMDM")
	if p := anna.send(added.at+"/remove", url.Values{}); p.at != "/settings/mdm" {
		t.Errorf("disconnecting leads to %s", p.at)
	}
	anna.get("/settings/mdm").lacks(t, "School MDM</")
}
