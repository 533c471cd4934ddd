package hook_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/hook"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// heard takes reports with one secret.
type heard struct{ asked, taken int }

func (h *heard) Reported(_ context.Context, server vpp.MDMID, secret, _ string, body []byte) error {
	h.asked++
	switch {
	case server != "S" || secret != "right":
		return vpp.Errorf(vpp.Denied, "no")
	case strings.HasPrefix(string(body), "x"):
		return vpp.Errorf(vpp.Invalid, "no")
	case strings.HasPrefix(string(body), "down"):
		return vpp.Errorf(vpp.Internal, "no")
	}
	h.taken++
	return nil
}

func TestReportDoor(t *testing.T) {
	h, now := &heard{}, time.Now()
	mux := http.NewServeMux()
	mux.Handle(hook.ReportPattern, hook.NewReports(h, func() time.Time { return now }))
	post := func(path, body string) int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return w.Code
	}
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{"/hooks/mdm/S/right", "{}", 200}, // NanoMDM takes nothing else for a yes
		{"/hooks/mdm/S/wrong", "{}", 401},
		{"/hooks/mdm/T/right", "{}", 401},
		{"/hooks/mdm/S/right", "x", 400},
		{"/hooks/mdm/S/right", "down", 503},
		{"/hooks/mdm/S/right", strings.Repeat(" ", hook.LongestReport+1), 413},
		{"/hooks/mdm/S/" + strings.Repeat("x", 600), "{}", 401},
	} {
		if got := post(c.path, c.body); got != c.want {
			t.Errorf("%s: %d, want %d", c.path[:18], got, c.want)
		}
	}
	h.asked = 0
	for range 500 {
		post("/hooks/mdm/S/wrong", "{}")
	}
	if h.asked != 0 {
		t.Errorf("the same wrong secret was looked up %d times", h.asked)
	}
	if post("/hooks/mdm/S/right", "{}") != 200 {
		t.Error("the right secret is turned away amid the flood")
	}
}
