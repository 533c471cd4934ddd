package console_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// files sends a form with files.
func (b *visitor) files(path string, fields map[string]string, files map[string][]byte) answer {
	b.h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		must(b.h.t, form.WriteField(name, value))
	}
	for name, content := range files {
		part, err := form.CreateFormFile(name, name+".pem")
		must(b.h.t, err)
		_, err = part.Write(content)
		must(b.h.t, err)
	}
	must(b.h.t, form.Close())
	return b.do(http.MethodPost, path, &body, []string{"Content-Type", form.FormDataContentType()})
}

const topic = "com.apple.mgmt.External.pretend"

// pushCert uploads a pretend push certificate of a topic.
func (b *visitor) pushCert(topic string, end time.Time) answer {
	b.h.t.Helper()
	cert, key, err := mdmtest.PushCert(topic, end)
	must(b.h.t, err)
	return b.files("/settings/mdm/push-cert", nil, map[string][]byte{"certificate": cert, "key": key})
}

// seen writes devices as MDM servers tell of them.
func (h *house) seen(key, serial, name string, p vpp.Platform, kind vpp.EnrollmentKind, owner vpp.UserID) vpp.DeviceID {
	h.t.Helper()
	at := time.Now().Add(-time.Hour)
	d := vpp.Device{
		MDM: vpp.BuiltinMDM, Key: vpp.EnrollmentID(key), UDID: key, SerialNumber: serial, Name: name, Platform: p, Kind: kind, OSVersion: "17.5",
		OwnerID: owner, OwnerSource: "enrollment", EnrolledAt: at, SeenAt: at,
	}
	must(h.t, h.roster.DeviceSeen(h.t.Context(), d, []vpp.Enrollment{{ID: d.Key, MDM: vpp.BuiltinMDM, EnrolledAt: at, SeenAt: at}}))
	list, err := h.roster.Devices(h.t.Context(), vpp.DeviceFilter{Search: name}, vpp.Page{})
	if err != nil || len(list.Items) != 1 {
		h.t.Fatal(list, err)
	}
	return list.Items[0].ID
}

// S4-06, S4-08, S4-11, F-23: devices, whose they are, and why one is unsuitable.
func TestDevices(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.get("/devices").says(200, "No devices yet", "/settings/mdm")
	ben, err := h.roster.Create(t.Context(), vpp.Server, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.test"})
	must(t, err)
	ipad := h.seen("U1", "SER1", `iPad <b>1</b>`, vpp.PlatformIPad, vpp.EnrolledDevice, ben.ID)
	own := h.seen("U2", "SER2", "Own phone", vpp.PlatformIPhone, vpp.EnrolledUser, ben.ID)
	tv := h.seen("U3", "SER3", "Hall", vpp.PlatformAppleTV, vpp.EnrolledDevice, "")

	list := b.get("/devices").says(200, "Own phone", "Hall", "Ben Berg", "User Enrollment", "Nobody’s", "Apple TV", "iPad &lt;b&gt;1")
	if strings.Contains(list.body, "<b>1") {
		t.Error("a device's name is not escaped")
	}
	if got := b.get("/devices?platform=ipad"); strings.Contains(got.body, "Own phone") || !strings.Contains(got.body, "SER1") {
		t.Error("the platform does not narrow the list")
	}
	if got := b.get("/devices?needs=closed"); strings.Contains(got.body, "SER1") || !strings.Contains(got.body, "SER2") {
		t.Error("what cannot be invited is not found")
	}
	b.get("/devices?q=nothing").says(200, "No device matches")
	b.get("/devices/"+string(own)).says(200, "Apple forbids the invitation under User Enrollment", "Ben Berg", "enrolled it")
	b.get("/devices/none").says(404)

	b.get("/users/"+string(ben.ID)).says(200, "iPad &lt;b&gt;1", "Apple forbids the invitation under User Enrollment", "Add a device")

	// Whose it is.
	b.post("/devices/"+string(tv)+"/assign", "user", "nobody@school.test").says(422, "Assign to")
	b.post("/devices/"+string(tv)+"/assign", "user", "ben@school.test").leads("/devices/" + string(tv))
	b.get("/devices/"+string(tv)).says(200, "Ben Berg", "iPhone, iPad, iPod touch and Mac only", "belongs to Ben Berg now")
	b.post("/devices/"+string(tv)+"/assign", "nobody", "1").leads("/devices/" + string(tv))
	b.get("/devices/"+string(tv)).says(200, "belongs to nobody now")
	b.files("/devices/assign", map[string]string{"list": "ser3, ben@school.test\nSER9, ben@school.test"}, nil).says(200, "1 of 2 lines", "No managed device has this serial number.", "SER9, ben@school.test")
	b.files("/devices/assign", nil, map[string][]byte{"file": []byte("Serial;User\nSER3;ben@school.test\n")}).says(200, "1 of 1 line")
	b.files("/devices/assign", map[string]string{"list": " "}, nil).says(422, "The list is empty")

	// F-85: a connected MDM server goes by the name that it was given.
	storetest.Exec(t, h.db, "INSERT INTO mdm_servers (id, kind, name, url, secret_sealed, created_at) VALUES ('m-1', 'nanomdm', 'The school’s NanoMDM', 'https://mdm.test', 's', 1)")
	must(t, h.db.DeviceSeen(t.Context(), vpp.Device{MDM: "m-1", Key: "N1", Name: "Hall", Platform: vpp.PlatformIPhone, Kind: vpp.EnrolledDevice, EnrolledAt: time.Unix(1, 0)}, []vpp.Enrollment{{ID: "N1", MDM: "m-1", EnrolledAt: time.Unix(1, 0)}}))
	b.get("/devices").says(200, "The school’s NanoMDM")

	// F-10: another account than the one that accepted.
	storetest.Exec(t, h.db, "UPDATE program_users SET apple_status = 'Associated', account_hash = 'right', associated_at = 5 WHERE user_id = $1", string(ben.ID))
	must(t, h.roster.AccountRead(t.Context(), vpp.CommandAnswer{MDM: vpp.BuiltinMDM, Enrollment: "U1", At: time.Now(), Account: &vpp.DeviceAccount{Active: true, Hash: "wrong"}}))
	b.get("/devices/"+string(ipad)).says(200, "Two ways to mend the account", "Another account is signed in", "Delete from VPP")
	b.get("/devices?needs=account").says(200, "SER1", "Another account signed in")
}

// Before a device can enroll, it is said what is missing; a renewal with
// another topic is refused with the reason; a link and a profile can be made.
func TestDeviceManagement(t *testing.T) {
	h := open(t)
	b := h.anna()
	ben, err := h.roster.Create(t.Context(), vpp.Server, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.test"})
	must(t, err)
	person := "/users/" + string(ben.ID)
	b.get("/settings/mdm").says(200, "Before a device can enroll here", "A push certificate", "https://rsvpp.test/mdm")
	b.get(person+"/device").says(200, "Before a device can enroll here")
	b.post("/settings/mdm/profile").says(409, "There is no push certificate yet")
	b.files("/settings/mdm/push-cert", nil, map[string][]byte{"certificate": []byte("x"), "key": []byte("y")}).says(422, "PEM")
	b.files("/settings/mdm/push-cert", nil, nil).says(422, "Choose a file first")
	b.pushCert(topic, time.Now().AddDate(0, 0, 20)).leads("/settings/mdm")
	b.get("/settings/mdm").says(200, topic, "The push certificate expires in 20 days", "Renew the push certificate")
	b.get("/devices").says(200, "The push certificate expires in 20 days")
	storetest.Exec(t, h.db, "UPDATE mdm_push_certs SET problem = 'Apple said no.', problem_at = 1780000000000")
	b.get("/settings/mdm").says(200, "Since 28 May 2026", "devices are not woken. Apple said no.")
	b.get("/").says(200, "The push certificate expires in 20 days")
	storetest.Exec(t, h.db, "INSERT INTO mdm_channels (id, enabled, topic) VALUES ('U9', TRUE, $1)", topic)
	b.pushCert("com.apple.mgmt.External.other", time.Now().AddDate(1, 0, 0)).says(422, "would have to enroll anew")
	b.pushCert(topic, time.Now().AddDate(1, 0, 0)).leads("/settings/mdm")
	if got := b.get("/settings/mdm"); strings.Contains(got.body, "expires in 1") {
		t.Error("a renewed certificate is still warned of")
	}
	link := b.post(person+"/device").says(200, "https://rsvpp.test/enroll/d.", "<path d=\"M")
	if link.header.Get("Cache-Control") == "" {
		t.Error("the page with a link may be kept")
	}
	profile := b.post(person + "/profile")
	if profile.status != 200 || profile.header.Get("Content-Type") != "application/x-apple-aspen-config" || !strings.Contains(profile.body, "com.apple.mdm.per-user-connections") {
		t.Errorf("%d %s", profile.status, profile.body)
	}
	b.get("/history").says(200, "An enrollment profile was made for a device of Ben Berg.", "A link to enroll devices was made for Ben Berg.", "The push certificate was uploaded.")
}

// A device's answer stands on its page as soon as it comes, in a real browser.
func TestDevicesInBrowser(t *testing.T) {
	ctx := viewtest.Browser(t)
	h := open(t)
	mux := http.NewServeMux()
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	mux.Handle(builtin.ProtocolPath, h.mdm.Protocol())
	mux.Handle(builtin.ScepPath, h.mdm.SCEP())
	apns, err := mdmtest.NewApns()
	must(t, err)
	t.Cleanup(func() { _ = apns.Close() })
	keys, err := mdmtest.NewKeys(1)
	must(t, err)
	cert, key, err := mdmtest.PushCert(topic, time.Now().AddDate(0, 0, 30))
	must(t, err)
	_, err = h.mdm.SetPushCert(t.Context(), vpp.Server, cert, key)
	must(t, err)
	ben, err := h.roster.Create(t.Context(), vpp.Server, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.test"})
	must(t, err)
	storetest.Exec(t, h.db, "UPDATE program_users SET apple_status = 'Associated', account_hash = 'right', associated_at = 5 WHERE user_id = $1", string(ben.ID))
	profile, err := h.mdm.NewProfile(t.Context(), vpp.Server, ben.ID)
	must(t, err)
	device := mdmtest.NewDevice(mdmtest.IPad, "Ben’s iPad with a rather long name for a device", web.Client(), apns, keys)
	must(t, device.Enroll(t.Context(), bytes.ReplaceAll(profile, []byte("https://rsvpp.test"), []byte(web.URL))))
	h.seen("U2", "SER2", "Own phone", vpp.PlatformIPhone, vpp.EnrolledUser, ben.ID)
	h.seen("U3", "SER3", "Hall", vpp.PlatformAppleTV, vpp.EnrolledDevice, "")
	list, err := h.roster.Devices(t.Context(), vpp.DeviceFilter{Platform: vpp.PlatformIPad}, vpp.Page{})
	if err != nil || len(list.Items) != 1 || list.Items[0].OwnerName != "Ben Berg" {
		t.Fatal(list, err)
	}
	path := "/devices/" + string(list.Items[0].ID)

	visit(ctx, t, h.server.URL+"/setup/"+h.setup)
	run(ctx, t, `for (const [n, v] of Object.entries({name: "anna", password: "`+password+`", again: "`+password+`"})) document.querySelector("[name=" + n + "]").value = v; document.querySelector("main form").requestSubmit()`)
	arrived(ctx, t, "/")
	visit(ctx, t, h.server.URL+path)
	arrived(ctx, t, path)
	run(ctx, t, `document.querySelector("form[action$='/ask'] button").click()`)
	shows(ctx, t, "waiting for the device")
	device.SignIn(nil, "wrong")
	must(t, device.Answer(t.Context(), nil))
	h.news.said <- "device:" + string(list.Items[0].ID)
	shows(ctx, t, "Two ways to mend the account")
	for _, scheme := range []string{"light", "dark"} {
		run(ctx, t, `document.documentElement.dataset.theme = "`+scheme+`"`)
		look(ctx, t, "device-"+scheme)
	}
	for name, at := range map[string]string{
		"devices": "/devices", "devices-closed": "/devices?needs=closed", "device-assign": "/devices/assign", "device-mdm": "/settings/mdm",
		"device-add": "/users/" + string(ben.ID) + "/device", "device-person": "/users/" + string(ben.ID),
	} {
		visit(ctx, t, h.server.URL+at)
		to, _, _ := strings.Cut(at, "?")
		arrived(ctx, t, to)
		look(ctx, t, name)
		if name == "device-add" {
			run(ctx, t, `document.querySelector("main form[action$='/device'] button").click()`)
			shows(ctx, t, "It works until")
			look(ctx, t, "device-link")
		}
	}
}

// shows waits until the page says something.
func shows(ctx context.Context, t *testing.T, words string) {
	t.Helper()
	script := `new Promise((done) => { const end = Date.now() + 10000; const look = () => { if (document.body.textContent.includes("` + words + `")) done("yes"); else if (Date.now() > end) done(document.body.innerText); else setTimeout(look, 15); }; look(); })`
	for range 20 { // a script dies with the page that is left
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err == nil && got == "yes" {
			return
		}
		if err == nil {
			t.Fatalf("the page does not say %q: %s", words, got)
		}
	}
	t.Fatalf("the page does not come to say %q", words)
}
