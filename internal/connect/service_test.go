package connect_test

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/hook"
	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

type noQueue struct{}

func (noQueue) InsertSQL(context.Context, *sql.Tx, []vpp.Job) error { return nil }
func (noQueue) InsertPgx(context.Context, pgx.Tx, []vpp.Job) error  { return nil }

// told keeps devices in the store, as cmd does, and answers here.
type told struct {
	*store.DB
	mu       sync.Mutex
	answers  []vpp.CommandAnswer
	enrolled int
}

func (t *told) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	t.mu.Lock()
	t.enrolled++
	t.mu.Unlock()
	return t.DeviceSeen(ctx, d, channels)
}

func (t *told) Gone(ctx context.Context, server vpp.MDMID, key string) error {
	return t.DeviceGone(ctx, server, key)
}

func (t *told) Answered(_ context.Context, a vpp.CommandAnswer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers = append(t.answers, a)
	return nil
}

func (*told) Pushed(context.Context, vpp.MDMID, []string, time.Time) error { return nil }

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

type house struct {
	t *testing.T
	*connect.Service
	db   *store.DB
	told *told
	now  time.Time
}

func open(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, now: time.Now()}
	clock := func() time.Time { return h.now }
	h.db = storetest.Open(t, url, clock)
	h.db.Use(noQueue{})
	storetest.AddLocation(t, h.db, "here", "uid")
	storetest.AddPeople(t, h.db, "here", 2, vpp.WriteNone)
	master, err := seal.NewMaster(rand.Reader)
	h.must(err)
	box, err := seal.New(master)
	h.must(err)
	h.told = &told{DB: h.db}
	dial := func(id vpp.MDMID, kind, url, key string) (connect.Server, error) {
		c, err := connector.New(kind, connector.Config{ID: id, URL: url, Secret: key, Now: clock})
		return dialed{c}, err
	}
	h.Service = connect.New(h.db, box, dial, h.told, connect.Config{URL: "https://rsvpp.test", Every: 15 * time.Minute, Clock: clock, IDs: storetest.NewID, Secrets: uuid.NewString})
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// alive counts devices that are not gone.
func (h *house) alive() (n int) {
	h.t.Helper()
	list, err := h.db.Devices(h.t.Context(), vpp.DeviceFilter{}, vpp.Page{Limit: 100})
	h.must(err)
	for _, d := range list.Items {
		if d.GoneAt.IsZero() {
			n++
		}
	}
	return n
}

// fleet lists hosts, as long as the key is right.
type fleet struct {
	mu    sync.Mutex
	hosts []map[string]any
	sick  bool
}

func (f *fleet) set(hosts ...map[string]any) { f.mu.Lock(); defer f.mu.Unlock(); f.hosts = hosts }

func (f *fleet) open(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		switch {
		case r.Header.Get("Authorization") != "Bearer k":
			w.WriteHeader(http.StatusUnauthorized)
		case f.sick:
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Query().Get("page") != "0" || f.hosts == nil:
			_, _ = io.WriteString(w, `{"hosts":[]}`)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"hosts": f.hosts})
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func phone(uuid, mail string) map[string]any {
	return map[string]any{
		"uuid": uuid, "platform": "ios", "hardware_serial": "S" + uuid, "display_name": uuid, "os_version": "iOS 18.1", "created_at": "2026-01-01T00:00:00Z",
		"seen_time": "2026-01-02T00:00:00Z", "mdm": map[string]any{"enrollment_status": "On (manual)", "name": "Fleet"},
		"device_mapping": []map[string]string{{"email": mail, "source": "custom"}},
	}
}

// F-85: devices and whose they are come along, stay as they are, and go; a
// server that is ill or forgot everything takes nobody's devices away.
func TestSync(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, f, ctx := open(t, url), &fleet{}, t.Context()
		u, err := h.db.User(ctx, "user-0001")
		h.must(err)
		f.set(phone("A", u.Email), phone("B", "stranger@example.com"))
		in := connect.Input{Kind: "fleet", Name: "Fleet", URL: f.open(t), Key: "wrong"}
		if _, err := h.Add(ctx, vpp.Server, in); vpp.KindOf(err) != vpp.Denied {
			t.Fatalf("a wrong key: %v", err)
		}
		in.Key = "k"
		s, err := h.Add(ctx, vpp.Server, in)
		h.must(err)
		if s.ReportURL != "" || len(s.Abilities.Cannot()) != 3 {
			t.Errorf("Fleet reports to %q and cannot %q", s.ReportURL, s.Abilities.Cannot())
		}
		h.must(h.Tend(ctx))
		list, err := h.db.Devices(ctx, vpp.DeviceFilter{}, vpp.Page{})
		h.must(err)
		if len(list.Items) != 2 || list.Items[0].OwnerID != "user-0001" || list.Items[0].Reach != vpp.ReachDevice || list.Items[1].OwnerID != "" {
			t.Fatalf("%+v", list.Items)
		}
		told := h.told.enrolled
		_, err = h.Sync(ctx, s.ID)
		h.must(err)
		if h.told.enrolled != told {
			t.Error("what is as it was is written again")
		}
		f.sick = true
		if _, err := h.Sync(ctx, s.ID); vpp.KindOf(err) != vpp.Unavailable || h.alive() != 2 {
			t.Errorf("an ill server: %v, %d devices", err, h.alive())
		}
		if got, err := h.Get(ctx, s.ID); err != nil || !strings.Contains(got.Problem, "502") {
			t.Errorf("the problem is %q, %v", got.Problem, err)
		}
		f.sick = false
		f.set()
		if _, err := h.Sync(ctx, s.ID); vpp.KindOf(err) != vpp.Unavailable || h.alive() != 2 {
			t.Errorf("a server that forgot everything: %v, %d devices", err, h.alive())
		}
		f.set(phone("B", ""))
		if got, err := h.Sync(ctx, s.ID); err != nil || h.alive() != 1 || got.Problem != "" || got.Devices != 1 {
			t.Errorf("%+v, %v, %d devices", got, err, h.alive())
		}
		f.set(phone("A", ""), phone("B", ""))
		if _, err := h.Sync(ctx, s.ID); err != nil || h.alive() != 2 {
			t.Errorf("a device that comes back: %v, %d devices", err, h.alive())
		}
		h.must(h.Remove(ctx, vpp.Server, s.ID))
		if _, err := h.Server(ctx, s.ID); vpp.KindOf(err) != vpp.NotFound || h.alive() != 0 {
			t.Errorf("%v, %d devices stay", err, h.alive())
		}
	})
}

// nano answers as NanoMDM does.
func nano(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"push_error":"nobody"}`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Reports come in with the right secret alone, and where they are signed with
// the right signature.
func TestReported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, ctx := open(t, url), t.Context()
		mux := http.NewServeMux()
		mux.Handle(hook.ReportPattern, hook.NewReports(h, time.Now))
		door := httptest.NewServer(mux)
		defer door.Close()
		list := base64.StdEncoding.EncodeToString([]byte(`<plist><dict><key>UDID</key><string>U</string><key>CommandUUID</key><string>c</string><key>Status</key><string>Acknowledged</string></dict></plist>`))
		body := `{"topic":"mdm.Connect","acknowledge_event":{"raw_payload":"` + list + `"}}`
		for _, signed := range []bool{false, true} {
			s, err := h.Add(ctx, vpp.Server, connect.Input{Kind: "nanomdm", Name: "Nano", URL: nano(t), Key: "k", Signed: signed})
			h.must(err)
			if (s.SignKey != "") != signed {
				t.Errorf("the key is %q", s.SignKey)
			}
			mac := hmac.New(sha256.New, []byte(s.SignKey))
			mac.Write([]byte(body))
			right := base64.StdEncoding.EncodeToString(mac.Sum(nil))
			path := strings.TrimPrefix(s.ReportURL, "https://rsvpp.test")
			unsigned := map[bool]int{false: 200, true: 400}[signed]
			for _, c := range []struct {
				name, path, body, signature string
				want                        int
			}{
				{"a report", path, body, right, 200},
				{"without a signature", path, body, "", unsigned},
				{"another secret", path + "x", body, right, 401},
				{"another server", "/hooks/mdm/nobody/" + path[strings.LastIndex(path, "/")+1:], body, right, 401},
			} {
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, door.URL+c.path, strings.NewReader(c.body))
				h.must(err)
				r.Header.Set("X-Hmac-Signature", c.signature)
				answer, err := http.DefaultClient.Do(r)
				h.must(err)
				_ = answer.Body.Close()
				if answer.StatusCode != c.want {
					t.Errorf("%s, signed %t: %d, want %d", c.name, signed, answer.StatusCode, c.want)
				}
			}
		}
		if len(h.told.answers) != 3 || h.told.answers[0].ID != "c" {
			t.Errorf("told of %+v", h.told.answers)
		}
	})
}
