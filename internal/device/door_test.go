package device_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/device"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// house is what stands behind the door: the places of the MDM server and of
// the links, both tried whole in cmd's tests.
type house struct{ asked vpp.UserID }

func (h *house) NewProfile(_ context.Context, _ vpp.Actor, person vpp.UserID) ([]byte, error) {
	h.asked = person
	return []byte("profile of " + string(person)), nil
}

func (h *house) Guest(_ context.Context, token string) (vpp.User, error) {
	if token != "good" {
		return vpp.User{}, vpp.Errorf(vpp.NotFound, "This link does not work.")
	}
	return vpp.User{ID: "anna", FullName: "Anna <b>Berg</b>"}, nil
}

func TestEnrollPage(t *testing.T) {
	h := &house{}
	d := device.New(device.Config{
		Enroller: h, Guests: h, Name: func(context.Context) string { return "Example School" }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Protocol: http.NotFoundHandler(), SCEP: http.NotFoundHandler(),
	})
	mux := http.NewServeMux()
	for _, r := range d.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	ask := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}
	got := ask(http.MethodGet, "/enroll/good")
	body := got.Body.String()
	if got.Code != http.StatusOK || !strings.Contains(body, "Anna &lt;b&gt;Berg") || strings.Contains(body, "<b>Berg") || h.asked != "" {
		t.Errorf("%d %s", got.Code, body)
	}
	if policy := got.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
	got = ask(http.MethodPost, "/enroll/good")
	if got.Code != http.StatusOK || got.Body.String() != "profile of anna" || got.Header().Get("Content-Type") != "application/x-apple-aspen-config" {
		t.Errorf("%d %s", got.Code, got.Header())
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if got := ask(method, "/enroll/bad"); got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), "This link does not work.") {
			t.Errorf("%s: %d %s", method, got.Code, got.Body)
		}
	}
}
