package builtin_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// FuzzScep: whatever strangers send for a certificate, nothing breaks, and
// nobody gets one without a challenge.
func FuzzScep(f *testing.F) {
	h := build(f, storetest.SQLite(f))
	_, _, asks := h.newcomer()
	f.Add(asks)
	f.Add(asks[:len(asks)/2])
	f.Add(killer())
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 1000))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, builtin.ScepPath+"?operation=PKIOperation", bytes.NewReader(body))
		w := httptest.NewRecorder()
		h.SCEP()(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// FuzzProtocol: whatever comes as a message and as its signature, it is
// refused without telling the device to leave, unless it is as a device of
// ours signs it.
func FuzzProtocol(f *testing.F) {
	h := build(f, storetest.SQLite(f))
	d := h.enroll(mdmtest.IPad, "user-0001")
	idle := []byte("<plist><dict><key>UDID</key><string>" + d.UDID + "</string><key>Status</key><string>Idle</string></dict></plist>")
	good, err := d.Sign(idle)
	if err != nil {
		f.Fatal(err)
	}
	for _, kind := range []string{mdmtest.Command, mdmtest.CheckIn, ""} {
		f.Add(kind, good, idle)
		f.Add(kind, good[:len(good)/2], idle)
		f.Add(kind, "MIAwgDCA", killer())
	}
	protocol := h.Protocol()
	f.Fuzz(func(t *testing.T, kind, signature string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, builtin.ProtocolPath, bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Mdm-Signature", signature)
		w := httptest.NewRecorder()
		protocol.ServeHTTP(w, r)
		if w.Code == http.StatusUnauthorized || w.Code == http.StatusOK && !bytes.Equal(body, idle) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// FuzzCheckIn: what a device signs may be anything; it is taken or refused,
// and the server stands.
func FuzzCheckIn(f *testing.F) {
	h := build(f, storetest.SQLite(f))
	d := h.enroll(mdmtest.IPad, "user-0001")
	for _, message := range []string{"Authenticate", "TokenUpdate", "CheckOut", "UserAuthenticate", "SetBootstrapToken", "GetBootstrapToken", "DeclarativeManagement", "GetToken"} {
		f.Add([]byte("<plist><dict><key>UDID</key><string>" + d.UDID + "</string><key>MessageType</key><string>" + message + "</string></dict></plist>"))
	}
	protocol := h.Protocol()
	f.Fuzz(func(t *testing.T, body []byte) {
		signature, err := d.Sign(body)
		if err != nil {
			t.Skip(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, builtin.ProtocolPath, bytes.NewReader(body))
		r.Header.Set("Content-Type", mdmtest.CheckIn)
		r.Header.Set("Mdm-Signature", signature)
		w := httptest.NewRecorder()
		protocol.ServeHTTP(w, r)
		if w.Code == http.StatusUnauthorized {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
