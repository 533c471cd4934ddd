package connector_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// pretendFleet answers as Fleet does.
type pretendFleet struct {
	mu       sync.Mutex
	hosts    []map[string]any
	commands map[string]string // command → host
	runs     int
	results  map[string]map[string]string // command → what became of it
}

func openFleet(t *testing.T) (*pretendFleet, string) {
	t.Helper()
	f := &pretendFleet{commands: map[string]string{}, results: map[string]map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/fleet/commands/run", f.run)
	mux.HandleFunc("GET /api/v1/fleet/commands/results", f.result)
	mux.HandleFunc("GET /api/v1/fleet/commands", f.waiting)
	mux.HandleFunc("GET /api/v1/fleet/hosts", f.list)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+apiKey {
			fleetSays(w, http.StatusUnauthorized, map[string]any{"message": "Authentication required"})
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return f, s.URL
}

func fleetSays(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (f *pretendFleet) run(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Command string   `json:"command"`
		Hosts   []string `json:"host_uuids"`
	}
	var k struct {
		CommandUUID string
		Command     struct{ RequestType string }
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Hosts) != 1 {
		fleetSays(w, http.StatusBadRequest, map[string]any{"message": "Bad request"})
		return
	}
	list, err := base64.StdEncoding.DecodeString(in.Command)
	if err != nil || plist.Unmarshal(list, &k) != nil {
		fleetSays(w, http.StatusUnprocessableEntity, map[string]any{"message": "Validation Failed"})
		return
	}
	for _, h := range f.hosts {
		if h["uuid"] == in.Hosts[0] {
			f.runs++
			f.commands[k.CommandUUID] = in.Hosts[0]
			fleetSays(w, http.StatusOK, map[string]any{"command_uuid": k.CommandUUID, "request_type": k.Command.RequestType})
			return
		}
	}
	fleetSays(w, http.StatusNotFound, map[string]any{"message": "Resource Not Found", "errors": []map[string]string{{"name": "base", "reason": "No hosts targeted."}}})
}

func (f *pretendFleet) result(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("command_uuid")
	if _, known := f.commands[id]; !known {
		fleetSays(w, http.StatusNotFound, map[string]any{"message": "Resource Not Found"})
		return
	}
	if f.results[id] == nil {
		fleetSays(w, http.StatusOK, map[string]any{})
		return
	}
	fleetSays(w, http.StatusOK, map[string]any{"results": []any{f.results[id]}})
}

func (f *pretendFleet) waiting(w http.ResponseWriter, r *http.Request) {
	var list []map[string]string
	for id, host := range f.commands {
		if host == r.URL.Query().Get("host_identifier") {
			list = append(list, map[string]string{"host_uuid": host, "command_uuid": id, "status": "Pending"})
		}
	}
	fleetSays(w, http.StatusOK, map[string]any{"results": list})
}

func (f *pretendFleet) list(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	from := min(page*size, len(f.hosts))
	fleetSays(w, http.StatusOK, map[string]any{"hosts": f.hosts[from:min(from+size, len(f.hosts))]})
}

// add makes a host.
func (f *pretendFleet) add(uuid, platform string, change ...func(map[string]any)) {
	h := map[string]any{
		"uuid": uuid, "platform": platform, "hardware_serial": "S-" + uuid, "hardware_model": "iPhone15,2", "display_name": "Host " + uuid, "os_version": "iOS 17.5.1",
		"seen_time": "2031-02-03T04:05:06Z", "created_at": "2030-02-03T04:05:06Z", "mdm": map[string]any{"enrollment_status": "On (manual)", "name": "Fleet"},
	}
	for _, c := range change {
		c(h)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts = append(f.hosts, h)
}

// become says what became of a command.
func (f *pretendFleet) become(id, status, inside string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := ""
	if inside != "" {
		list = base64.StdEncoding.EncodeToString([]byte(`<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>UDID</key><string>` + f.commands[id] + `</string><key>CommandUUID</key><string>` + id + `</string>` + inside + `</dict></plist>`))
	}
	f.results[id] = map[string]string{
		"host_uuid": f.commands[id], "command_uuid": id, "status": status, "updated_at": "2031-02-03T04:05:06Z", "request_type": "InviteToProgram", "hostname": "h", "payload": "", "result": list,
	}
}

// F-85: Fleet lists and maps devices, page by page; what another server
// manages is not Fleet's.
func TestFleetDevices(t *testing.T) {
	f, url := openFleet(t)
	c := dial(t, connector.KindFleet, url, apiKey)
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	mdm := func(status any, name string) func(map[string]any) {
		return func(h map[string]any) { h["mdm"] = map[string]any{"enrollment_status": status, "name": name} }
	}
	for n := range 400 {
		f.add(fmt.Sprint("many-", n), "ios")
	}
	f.add("mac", "darwin", func(h map[string]any) {
		h["os_version"], h["hardware_model"] = "macOS 15.1", "Mac14,7"
		h["device_mapping"] = []map[string]string{{"email": "chrome@example.com", "source": "google_chrome_profiles"}, {"email": "anna@example.com", "source": "identity_provider"}}
	})
	f.add("byod", "ios", mdm("On (personal)", "Fleet"))
	f.add("off", "ios", mdm("Off", ""))
	f.add("none", "ios", mdm(nil, ""))
	f.add("jamf", "darwin", mdm("On (automatic)", "Jamf"))
	f.add("windows", "windows")
	e := newEars()
	if err := c.Devices(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if len(e.seen) != 402 || strings.Join(e.gone, " ") != "off none jamf" {
		t.Errorf("told of %d devices, gone %v", len(e.seen), e.gone)
	}
	if d, _ := e.device("many-399"); d.Platform != vpp.PlatformIPhone || d.SerialNumber != "S-many-399" || d.OSVersion != "17.5.1" {
		t.Errorf("the last is %+v", d)
	}
	if d, channels := e.device("mac"); d.Platform != vpp.PlatformMac || d.OSVersion != "15.1" || channels["mac"].UserShortName != "anna@example.com" || channels["mac"].User {
		t.Errorf("the Mac is %+v with %+v", d, channels)
	}
	if d, _ := e.device("byod"); d.Kind != vpp.EnrolledUser {
		t.Errorf("a person's own phone is %s", d.Kind)
	}
}

// An invitation through Fleet, asked for until it is answered; sent again it
// is there already, whether waiting or answered.
func TestFleetInvitation(t *testing.T) {
	f, url := openFleet(t)
	f.add("phone", "ios")
	c, e := dial(t, connector.KindFleet, url, apiKey), newEars()
	k := invitation("0190-1", "phone")
	ask := func() {
		t.Helper()
		if err := c.Ask(t.Context(), e, []vpp.Command{k, invitation("unknown", "phone")}); err != nil {
			t.Fatal(err)
		}
	}
	again := func() {
		t.Helper()
		if err := send(t, c, k); err != nil || f.runs != 1 {
			t.Fatalf("run %d times: %v", f.runs, err)
		}
	}
	again()
	again()
	if ask(); len(e.answers) != 0 {
		t.Errorf("nothing was answered: %+v", e.answers)
	}
	f.become(k.ID, "Pending", "")
	if ask(); len(e.answers) != 0 {
		t.Errorf("nothing was answered: %+v", e.answers)
	}
	for _, s := range []struct {
		status, inside string
		want           vpp.CommandState
	}{
		{"NotNow", "<key>Status</key><string>NotNow</string>", vpp.CommandNotNow},
		{"Acknowledged", "<key>Status</key><string>Acknowledged</string><key>InvitationResult</key><string>Acknowledged</string>", vpp.CommandAcknowledged},
		{"Acknowledged", "<key>Status</key><string>Acknowledged</string><key>InvitationResult</key><string>InvalidInvitationURL</string>", vpp.CommandFailed},
		{"CommandFormatError", "", vpp.CommandFailed},
		{"Error", "bplist", vpp.CommandFailed},
	} {
		f.become(k.ID, s.status, s.inside)
		e.answers = nil
		ask()
		if len(e.answers) != 1 || e.answers[0].State(vpp.CommandInvite) != s.want || e.answers[0].Enrollment != "phone" || e.answers[0].ID != k.ID || e.answers[0].MDM != server {
			t.Errorf("%s is told as %+v", s.status, e.answers)
		}
		again()
	}
}

// Trap 4: Fleet reaches no user channel. That is said, and nothing is sent.
func TestFleetRefusals(t *testing.T) {
	f, url := openFleet(t)
	f.add("mac", "darwin")
	c := dial(t, connector.KindFleet, url, apiKey)
	if c.Abilities().UserChannel || !c.Abilities().Asked {
		t.Errorf("it can %+v", c.Abilities())
	}
	err := send(t, c, invitation("1", "mac:GUID"))
	if vpp.KindOf(err) != vpp.Denied || !strings.Contains(vpp.MessageOf(err), "Macs") || f.runs != 0 {
		t.Errorf("a Mac's user: %v, run %d times", err, f.runs)
	}
	if err := send(t, c, invitation("2", "nobody")); vpp.KindOf(err) != vpp.NotFound {
		t.Errorf("an unknown host: %v", err)
	}
	if err := dial(t, connector.KindFleet, url, "wrong").Check(t.Context()); vpp.KindOf(err) != vpp.Denied {
		t.Errorf("a wrong token: %v", err)
	}
}

// Whatever answers in place of a server: a sentence, and no crash.
func TestBadAnswers(t *testing.T) {
	endless := strings.Repeat("x", 1<<20)
	for name, answer := range map[string]http.HandlerFunc{
		"a login page": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<!doctype html><title>Sign in</title>"))
		},
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"{}":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
		"[]":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) },
		"null":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("null")) },
		"nulls": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"hosts":7,"devices":"x","status":[],"payload":null,"users":{}}`))
		},
		"500":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "boom", http.StatusInternalServerError) },
		"502 HTML": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) },
		"503":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusServiceUnavailable) },
		"429":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusTooManyRequests) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"the line cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"hosts":`))
		},
		"without end": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(endless)); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(answer)
			defer s.Close()
			for _, kind := range []string{connector.KindNanoMDM, connector.KindMicroMDM, connector.KindFleet} {
				c, err := connector.New(kind, connector.Limited(connector.Config{ID: server, URL: s.URL, Secret: apiKey, Now: time.Now}, 1<<20))
				if err != nil {
					t.Fatal(err)
				}
				for what, err := range map[string]error{
					"Check": c.Check(t.Context()), "Send": send(t, c, invitation("1", "UDID")),
				} {
					if err == nil || vpp.KindOf(err) == vpp.Internal || vpp.MessageOf(err) == "" {
						t.Errorf("%s, %s: %v", kind, what, err)
					}
				}
				if kind != connector.KindNanoMDM {
					if err := c.Devices(t.Context(), newEars()); err == nil || vpp.KindOf(err) == vpp.Internal {
						t.Errorf("%s lists: %v", kind, err)
					}
				}
			}
		})
	}
}

// Nobody is followed elsewhere, so what is secret stays here.
func TestRedirectKeepsSecrets(t *testing.T) {
	asked := make(chan string, 10)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer thief.Close()
	s := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	for _, kind := range []string{connector.KindNanoMDM, connector.KindMicroMDM, connector.KindFleet} {
		if err := send(t, dial(t, kind, s.URL, apiKey), invitation("1", "UDID")); err == nil {
			t.Errorf("%s: sent", kind)
		}
	}
	if len(asked) != 0 {
		t.Errorf("went elsewhere: %s", <-asked)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct{ kind, url, secret, field string }{
		{"nanomdm", "https://mdm.example.com/", "k", ""},
		{"micromdm", "http://127.0.0.1:8080", "k", ""},
		{"fleet", " https://fleet.example.com/under/a/path/ ", "k", ""},
		{"jamf", "https://mdm.example.com", "k", "kind"},
		{"nanomdm", "mdm.example.com", "k", "url"},
		{"nanomdm", "ftp://mdm.example.com", "k", "url"},
		{"nanomdm", "https://user:pass@mdm.example.com", "k", "url"},
		{"nanomdm", "https://mdm.example.com/?a=b", "k", "url"},
		{"nanomdm", "http://mdm.example.com", "k", "url"},
		{"nanomdm", "https://mdm.example.com", "", "secret"},
		{"nanomdm", "https://mdm.example.com", "k\nX: y", "secret"},
	} {
		_, err := connector.New(c.kind, connector.Config{URL: c.url, Secret: c.secret, Now: time.Now})
		field := ""
		if e, ok := err.(*vpp.Error); ok {
			field = e.Field
		}
		if field != c.field {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Reports come from a stranger's network: no bytes of theirs may end us.
func FuzzReport(f *testing.F) {
	raw := func(list string) string { return base64.StdEncoding.EncodeToString([]byte(list)) }
	f.Add([]byte(`{"topic":"mdm.Connect","acknowledge_event":{"raw_payload":"` + raw(`<plist><dict><key>UDID</key><string>U</string><key>CommandUUID</key><string>c</string><key>Status</key><string>Idle</string></dict></plist>`) + `"}}`))
	f.Add([]byte(`{"checkin_event":{"raw_payload":"` + raw(`<plist><dict><key>MessageType</key><string>TokenUpdate</string><key>UDID</key><string>U</string></dict></plist>`) + `"}}`))
	f.Add([]byte(`{"checkin_event":{"raw_payload":"` + raw("bplist00\xd1") + `"}}`))
	f.Add([]byte(`{"acknowledge_event":{}}`))
	f.Add([]byte(`{}`))
	c, err := connector.New(connector.KindNanoMDM, connector.Config{ID: server, URL: "https://mdm.example.com", Secret: "k", Now: time.Now})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := c.Report(context.Background(), newEars(), body); err != nil && vpp.KindOf(err) == vpp.Internal {
			t.Errorf("%v", err)
		}
	})
}
