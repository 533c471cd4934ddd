package builtin_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// refused says whether a device was refused without being told to leave.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	var status *mdmtest.StatusError
	if !errors.As(err, &status) || status.Status < 400 || status.Status == http.StatusUnauthorized {
		t.Errorf("%s gets %v", what, err)
	}
}

// killer is a binary property list of 45 bytes that holds itself: the parser
// that we stand on never comes back from it.
func killer() []byte {
	body := append([]byte("bplist00"), 0xA1, 0x00, 0x08)
	trailer := make([]byte, 32)
	trailer[6], trailer[7], trailer[15], trailer[31] = 1, 1, 1, 10
	return append(body, trailer...)
}

// Bodies that kill parsers, signed by a device that is enrolled, and requests
// for certificates that are none.
func TestBadBodies(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := h.enroll(mdmtest.IPad, "user-0001")
	laughs := `<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><plist><string>&b;</string></plist>`
	for name, body := range map[string][]byte{
		"a binary list that holds itself": killer(), "a binary list after a mark": append([]byte("\xef\xbb\xbf \n"), killer()...),
		"entities": []byte(laughs), "nested arrays": []byte(strings.Repeat("<array>", 200_000)),
		"nested and closed": []byte("<plist>" + strings.Repeat("<dict><key>a</key>", 500) + strings.Repeat("</dict>", 500) + "</plist>"),
		"too large":         []byte("<plist><string>" + strings.Repeat("x", 5<<20) + "</string></plist>"),
		"nothing":           {}, "JSON": []byte(`{"Status":"Idle"}`), "half a list": []byte("<plist><dict><key>UDID</key>"),
		"no dictionary": []byte("<plist><array/></plist>"), "no names": []byte("<plist><dict><key>Status</key><string>Idle</string></dict></plist>"),
		"an unknown message": []byte("<plist><dict><key>MessageType</key><string>Hello</string><key>UDID</key><string>" + d.UDID + "</string></dict></plist>"),
	} {
		for _, kind := range []string{mdmtest.CheckIn, mdmtest.Command} {
			_, err := d.Say(t.Context(), kind, body)
			refused(t, name, err)
		}
	}
	for _, body := range [][]byte{nil, []byte("x"), killer(), bytes.Repeat([]byte{0x30, 0x80}, 10_000), bytes.Repeat([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 100), make([]byte, 100<<10)} {
		post(t, h.web.URL+builtin.ScepPath+"?operation=PKIOperation", body)
		answer, err := http.Get(h.web.URL + builtin.ScepPath + "?operation=PKIOperation&message=" + base64.URLEncoding.EncodeToString(body[:min(len(body), 2000)]))
		if err != nil || answer.StatusCode < 400 || answer.StatusCode == http.StatusUnauthorized {
			t.Errorf("SCEP by GET: %v %v", answer, err)
		}
		if err == nil {
			_ = answer.Body.Close()
		}
	}
	if err := d.Answer(t.Context(), nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func post(t *testing.T, address string, body []byte) {
	t.Helper()
	answer, err := http.Post(address, "application/x-pki-message", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode < 400 || answer.StatusCode == http.StatusUnauthorized {
		t.Errorf("SCEP takes %d bytes of nothing: %s", len(body), answer.Status)
	}
}

// Signatures that do not hold, of others' certificates, and old messages once more.
func TestBadSignatures(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	a, b := h.enroll(mdmtest.IPad, "user-0001"), h.enroll(mdmtest.IPad, "user-0002")
	idle := []byte("<plist><dict><key>UDID</key><string>" + a.UDID + "</string><key>Status</key><string>Idle</string></dict></plist>")
	good, err := a.Sign(idle)
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.Sign([]byte("<plist/>"))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := mdmtest.NewDevice(mdmtest.IPad, "stranger", h.web.Client(), h.apns, h.keys).SelfSigned(idle)
	if err != nil {
		t.Fatal(err)
	}
	ofB, err := b.Sign(idle)
	if err != nil {
		t.Fatal(err)
	}
	for name, signature := range map[string]string{
		"none": "", "no base64": "?", "cut": good[:len(good)/2], "of other words": other, "of a certificate of its own": stranger, "of device B": ofB,
		"an endless length": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 50)),
		"nested":            base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x30, 0x80}, 20_000)),
	} {
		_, err := a.Send(t.Context(), mdmtest.Command, idle, signature)
		refused(t, name, err)
	}
	if _, err := a.Send(t.Context(), mdmtest.Command, idle, good); err != nil {
		t.Errorf("the good one: %v", err)
	}
	// B cannot begin A anew either, nor speak on a channel of A's.
	bAsA := b
	bAsA.UDID = a.UDID
	refused(t, "B that authenticates as A", bAsA.Authenticate(t.Context()))
	if err := h.invite("c1", a.UDID); err != nil {
		t.Fatal(err)
	}
	refused(t, "B that asks for A's commands", bAsA.Answer(t.Context(), nil))
	if err := a.Answer(t.Context(), nil); err != nil || len(a.Shown()) != 1 {
		t.Errorf("A: %v %v", err, a.Shown())
	}
}

// Whoever enrolls anew under a device's name, with a certificate of ours, takes
// its place: the certificate before is good for nothing from then on, under no
// name.
func TestNewCertificate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		a := h.enroll(mdmtest.IPad, "user-0001")
		if err := a.Answer(t.Context(), nil); err != nil { // its certificate is believed for a while
			t.Fatal(err)
		}
		b := mdmtest.NewDevice(mdmtest.IPad, "B", h.web.Client(), h.apns, h.keys)
		b.UDID = a.UDID
		nobodys, err := h.NewProfile(t.Context(), anna, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Enroll(t.Context(), nobodys); err != nil {
			t.Fatal(err)
		}
		refused(t, "A with its old certificate", a.Answer(t.Context(), nil))
		refused(t, "A that begins anew with it", a.Authenticate(t.Context()))
		a.UDID = "somebody else"
		refused(t, "A under another name with it", a.Authenticate(t.Context()))
		if err := b.Answer(t.Context(), nil); err != nil {
			t.Errorf("B: %v", err)
		}
	})
}

// Replays change nothing; answers to what nobody asked are heard by nobody.
func TestReplays(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d, other := h.enroll(mdmtest.IPad, "user-0001"), h.enroll(mdmtest.IPad, "user-0002")
	if err := h.invite("c1", d.UDID); err != nil {
		t.Fatal(err)
	}
	if err := d.Answer(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	report := func(d *mdmtest.Device, id, status string) {
		t.Helper()
		body := fmt.Appendf(nil, "<plist><dict><key>UDID</key><string>%s</string><key>CommandUUID</key><string>%s</string><key>Status</key><string>%s</string></dict></plist>", d.UDID, id, status)
		for range 2 {
			if _, err := d.Say(t.Context(), mdmtest.Command, body); err != nil {
				t.Errorf("%s of %s: %v", status, id, err)
			}
		}
	}
	report(d, "c1", "Error") // after it was acknowledged
	report(d, "c1", "NotNow")
	report(d, "nobody asked that", "Acknowledged")
	report(other, "c1", "Error") // asked of another
	if got := h.told.said("nobody asked that"); len(got) != 0 {
		t.Error(got)
	}
	for _, a := range h.told.answers {
		if a.Enrollment != vpp.EnrollmentID(d.UDID) {
			t.Errorf("told of %+v", a)
		}
	}
	if got := h.told.said("c1"); got[0] != "Acknowledged Acknowledged" { // what comes later is the invitations' to ignore
		t.Error(got)
	}
	if err := d.Answer(t.Context(), nil); err != nil || d.Shown()["c1"] != 1 {
		t.Errorf("%v, shown %v", err, d.Shown())
	}
}

// A TokenUpdate before any Authenticate, from a certificate that is ours.
func TestTokenUpdateFirst(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := mdmtest.NewDevice(mdmtest.IPad, "hasty", h.web.Client(), h.apns, h.keys)
	profile, err := h.NewProfile(t.Context(), anna, "user-0001")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Certify(t.Context(), profile); err != nil {
		t.Fatal(err)
	}
	refused(t, "a TokenUpdate first", d.TokenUpdate(t.Context()))
	refused(t, "a command first", d.Answer(t.Context(), nil))
	if len(h.told.devices) != 0 {
		t.Errorf("told of %v", h.told.devices)
	}
	if err := d.Enroll(t.Context(), profile); err != nil {
		t.Errorf("in order: %v", err)
	}
}

// A herd: all are pushed at once and answer at once; nothing is lost, nothing
// shown twice (5,000 in TestBench; some here).
func TestHerd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		const herd = 60
		var devices []*mdmtest.Device
		var commands []vpp.Command
		for i := range herd {
			d := h.enroll(mdmtest.IPhone, "user-0001")
			devices = append(devices, d)
			commands = append(commands, vpp.Command{ID: fmt.Sprint("c", i), Kind: vpp.CommandInvite, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(d.UDID), URL: link})
		}
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, d := range devices {
			all.Go(func() { _ = d.Listen(ctx) })
		}
		if err := errors.Join(h.Send(t.Context(), commands)...); err != nil {
			t.Error(err)
		}
		waitFor(t, func() bool {
			return !slices.ContainsFunc(commands, func(c vpp.Command) bool { return len(h.told.said(c.ID)) == 0 })
		})
		stop()
		all.Wait()
		for i, d := range devices {
			if n := d.Shown()[commands[i].ID]; n != 1 || len(d.Shown()) != 1 {
				t.Errorf("device %d showed %v", i, d.Shown())
			}
		}
	})
}

// Apple's push service on a bad day, and the way to devices too: GOAWAY, 410,
// 429, 500, no answer; cut, lost and repeated messages.
func TestTrouble(t *testing.T) {
	h := build(t, storetest.SQLite(t), withoutPauses)
	trouble := mdmtest.Trouble{Dead: 0.15, TooMany: 0.1, Broken: 0.1, GoAway: 0.15, Cut: 0.1, Lost: 0.1, Twice: 0.1}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	h.apns.Refuse(trouble.Push(1))
	web := &http.Client{Timeout: 20 * time.Second, Transport: trouble.Wire(1, http.DefaultTransport)}
	var devices []*mdmtest.Device
	for range 12 {
		d := mdmtest.NewDevice(mdmtest.IPhone, "troubled", web, h.apns, h.keys)
		profile, err := h.NewProfile(t.Context(), anna, "user-0001")
		if err != nil {
			t.Fatal(err)
		}
		for err = d.Enroll(t.Context(), profile); err != nil && t.Context().Err() == nil; {
			err = d.Enroll(t.Context(), profile)
		}
		devices = append(devices, d)
		all.Go(func() { _ = d.Listen(ctx) })
	}
	for i, d := range devices {
		if err := h.invite(fmt.Sprint("c", i), d.UDID); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool {
		_ = h.Sweep(t.Context())
		return !slices.ContainsFunc(devices, func(d *mdmtest.Device) bool { return len(d.Shown()) == 0 })
	})
	stop()
	all.Wait()
	for i, d := range devices {
		if len(d.Shown()) != 1 || d.Shown()[fmt.Sprint("c", i)] != 1 {
			t.Errorf("device %d showed %v", i, d.Shown())
		}
	}
}
