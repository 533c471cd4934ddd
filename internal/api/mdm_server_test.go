package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/client"
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

// F-85: MDM servers over the API. Secrets go in and stay in; what must be set
// at the server is for those who may change settings.
func TestMDMServers(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	in := client.MDMServerInput{Kind: "micromdm", Name: "School", URL: pretendMicroMDM(t), Key: "wrong"}
	if _, err := c.AddMDMServer(ctx, in); err == nil || !strings.Contains(err.Error(), "API key") {
		t.Fatalf("a wrong key: %v", err)
	}
	in.Key = "k"
	s, err := c.AddMDMServer(ctx, in)
	if err != nil || !strings.HasPrefix(s.ReportURL, "https://rsvpp.test/hooks/mdm/"+s.ID+"/") || !s.Can.ListsDevices || s.SignKey != "" {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := c.AddMDMServer(ctx, in); err == nil || !strings.Contains(err.Error(), "connected already") {
		t.Errorf("connected twice: %v", err)
	}
	list, err := c.MDMServers(ctx)
	if err != nil || len(list) != 1 || list[0].ReportURL != "" || list[0].Name != "School" {
		t.Errorf("%+v %v", list, err)
	}
	if s, err = c.TestMDMServer(ctx, s.ID); err != nil || s.CheckedAt.IsZero() {
		t.Errorf("%+v %v", s, err)
	}
	if s, err = c.SyncMDMServer(ctx, s.ID); err != nil || s.SyncedAt.IsZero() || s.ReportURL != "" {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := c.ChangeMDMServerKey(ctx, s.ID, "no"); err == nil {
		t.Error("a key that is not accepted is in use")
	}
	if s, err = c.ChangeMDMServerKey(ctx, s.ID, "k"); err != nil {
		t.Error(err)
	}
	if s, err = c.MDMServer(ctx, s.ID); err != nil || s.ReportURL == "" {
		t.Errorf("%+v %v", s, err)
	}
	if err := c.RemoveMDMServer(ctx, s.ID); err != nil {
		t.Error(err)
	}
	if _, err := c.MDMServer(ctx, s.ID); err == nil {
		t.Error("it is still there")
	}
}
