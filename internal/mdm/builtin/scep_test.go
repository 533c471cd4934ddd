package builtin_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// newcomer is a device with a profile and the request that it makes by it.
func (h *house) newcomer() (d *mdmtest.Device, profile, asks []byte) {
	h.t.Helper()
	d = mdmtest.NewDevice(mdmtest.IPad, "newcomer", h.web.Client(), h.apns, h.keys)
	profile, err := h.NewProfile(h.t.Context(), anna, "user-0001")
	if err == nil {
		asks, err = d.AskSCEP(h.t.Context(), profile)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return d, profile, asks
}

// scep asks and returns the status and what was answered.
func (h *house) scep(method, query string, body []byte) (int, string, []byte) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.web.URL+builtin.ScepPath+query, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	answer, err := h.web.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), got
}

func TestScepCapabilities(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	if status, _, _ := h.scep(http.MethodGet, "?operation=GetCACaps", nil); status != http.StatusNotFound {
		t.Errorf("before there is an authority: %d", status)
	}
	h.newcomer() // its profile makes one
	status, kind, body := h.scep(http.MethodGet, "?operation=GetCACaps", nil)
	if status != http.StatusOK || kind != "text/plain" {
		t.Errorf("%d %s", status, kind)
	}
	for _, word := range []string{"AES", "POSTPKIOperation", "SHA-256", "SCEPStandard"} {
		if !strings.Contains("\n"+string(body), "\n"+word+"\n") {
			t.Errorf("%s is not promised: %s", word, body)
		}
	}
}

// By GET the message stands in the address, escaped or not.
func TestScepByGet(t *testing.T) {
	for name, escape := range map[string]func(string) string{
		"escaped": url.QueryEscape, "as it is": func(s string) string { return s },
	} {
		h := build(t, storetest.SQLite(t))
		d, profile, asks := h.newcomer()
		message := base64.StdEncoding.EncodeToString(asks)
		if !strings.Contains(message, "+") {
			t.Fatal("this message proves nothing")
		}
		status, kind, answer := h.scep(http.MethodGet, "?operation=PKIOperation&message="+escape(message), nil)
		if status != http.StatusOK || kind != "application/x-pki-message" {
			t.Fatalf("%s: %d %s", name, status, kind)
		}
		if err := d.HeardSCEP(answer); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.Enroll(t.Context(), profile); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What goes out is sealed and signed as the capabilities promise.
func TestScepKeepsItsPromise(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	_, _, asks := h.newcomer()
	_, _, answer := h.scep(http.MethodPost, "?operation=PKIOperation", asks)
	p, err := pkcs7.Parse(answer)
	if err != nil {
		t.Fatal(err)
	}
	aes, err := asn1.Marshal(pkcs7.OIDEncryptionAlgorithmAES128CBC)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(p.Content, aes) {
		t.Error("the certificate is not sealed with AES")
	}
	if got := p.Signers[0].DigestAlgorithm.Algorithm; !got.Equal(pkcs7.OIDDigestAlgorithmSHA256) {
		t.Errorf("the answer is signed with %v", got)
	}
}

// A database that is away refuses nobody for good: the device asks again.
func TestScepLater(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	_, _, asks := h.newcomer()
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _, body := h.scep(http.MethodPost, "?operation=PKIOperation", asks); status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, body)
	}
}
