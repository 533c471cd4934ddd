package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
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
	h := open(t)
	anna := h.anna()
	anna.get("/settings/mdm").says(200, "Your MDM servers", "Connect an MDM server")
	anna.get("/settings/mdm/servers/add").says(200, "NanoMDM", "MicroMDM", "Fleet")
	form := []string{"kind", "micromdm", "name", "School MDM", "url", pretendMicroMDM(t), "key", "wrong"}
	anna.post("/settings/mdm/servers/add", form...).says(422, "does not accept the API key", "School MDM")
	form[7] = "k"
	added := anna.post("/settings/mdm/servers/add", form...).leads("/settings/mdm/servers/").header.Get("Location")
	anna.get(added).says(200, "School MDM", "command-webhook-url", "https://rsvpp.test/hooks/mdm/", "answers")
	anna.post(added+"/test").says(200, "It answers, and takes the key")
	anna.post(added+"/sync").says(200, "Its devices were read")
	anna.post(added+"/key", "key", "other").says(200, "That did not work", "does not accept")
	anna.get("/settings/mdm").says(200, "School MDM", "MicroMDM")
	anna.post(added+"/remove", "sure", "1").leads("/settings/mdm")
	anna.get(added).says(404)
}
