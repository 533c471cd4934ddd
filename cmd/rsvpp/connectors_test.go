package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// pretendNano takes commands as NanoMDM does. (The real one is in
// internal/mdm/connector.)
type pretendNano struct {
	mu    sync.Mutex
	taken map[string]string // channel → command
}

func (n *pretendNano) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, key, _ := r.BasicAuth()
	id, enqueue := strings.CutPrefix(r.URL.Path, "/v1/enqueue/")
	body, _ := io.ReadAll(r.Body)
	switch {
	case key != "the key":
		w.WriteHeader(http.StatusUnauthorized)
	case enqueue:
		n.taken[id] = string(body)
		uuid := regexp.MustCompile(`<key>CommandUUID</key>\s*<string>([^<]*)<`).FindStringSubmatch(string(body))[1]
		_, _ = io.WriteString(w, `{"no_push":true,"command_uuid":"`+uuid+`","request_type":"InviteToProgram"}`)
	default:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"push_error":"no certificate"}`)
	}
}

// F-85: a server is connected by commands, its reports bring devices along,
// and commands find their way to it.
func TestConnectors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w, n := openDeviceWorld(t, url), &pretendNano{taken: map[string]string{}}
		theirs := httptest.NewServer(n)
		defer theirs.Close()
		w.files["key"] = "the key\n"
		out := w.says("mdm", "add", "School", "--kind", "nanomdm", "--url", theirs.URL, "--key-file", "key")
		report := regexp.MustCompile(`http\S+/hooks/mdm/\S+`).FindString(out)
		if !strings.Contains(out, "Connected School.") || report == "" || !strings.Contains(out, "lists no devices") {
			t.Fatal(out)
		}
		for _, message := range []string{
			`<key>MessageType</key><string>Authenticate</string><key>SerialNumber</key><string>SER1</string><key>ProductName</key><string>iPhone15,2</string><key>DeviceName</key><string>Hall phone</string>`,
			`<key>MessageType</key><string>TokenUpdate</string>`,
		} {
			list := base64.StdEncoding.EncodeToString([]byte(`<plist><dict><key>UDID</key><string>U1</string>` + message + `</dict></plist>`))
			answer, err := http.Post(report, "application/json", strings.NewReader(`{"checkin_event":{"raw_payload":"`+list+`"}}`))
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("a report: %s", answer.Status)
			}
		}
		if out := w.says("devices", "list"); !strings.Contains(out, "Hall phone") || !strings.Contains(out, "SER1") {
			t.Error(out)
		}
		if out := w.says("mdm", "list"); !strings.Contains(out, "School") || !strings.Contains(out, theirs.URL) {
			t.Error(out)
		}
		if out := w.says("mdm", "test", "school"); !strings.Contains(out, "takes the key") {
			t.Error(out)
		}
		all, err := w.client.MDMServers(t.Context())
		if err != nil || len(all) != 1 || all[0].Devices != 1 {
			t.Fatal(all, err)
		}
		k := vpp.Command{ID: "c1", Kind: vpp.CommandInvite, MDM: vpp.MDMID(all[0].ID), Enrollment: "U1", URL: "https://example.com/?a=b&c=d"}
		if errs := w.carrier.Send(t.Context(), []vpp.Command{k}); errs[0] != nil || !strings.Contains(n.taken["U1"], "https://example.com/?a=b&amp;c=d") {
			t.Errorf("%v, taken %v", errs, n.taken)
		}
		if out := w.says("mdm", "remove", "School", "--yes"); !strings.Contains(out, "Disconnected School.") {
			t.Error(out)
		}
		if errs := w.carrier.Send(t.Context(), []vpp.Command{k}); vpp.KindOf(errs[0]) != vpp.NotFound {
			t.Errorf("to a server that is gone: %v", errs)
		}
	})
}
