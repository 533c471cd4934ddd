package console_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// schoolTold hands on what the school's devices say, as cmd does.
type schoolTold struct{ s *school }

var _ mdm.Told = schoolTold{}

func (t schoolTold) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return t.s.roster.DeviceSeen(ctx, d, channels)
}

func (t schoolTold) Gone(ctx context.Context, server vpp.MDMID, key string) error {
	return t.s.roster.DeviceGone(ctx, server, key)
}

func (t schoolTold) Answered(ctx context.Context, a vpp.CommandAnswer) error {
	return t.s.inviter.DeviceAnswered(ctx, a)
}

func (t schoolTold) Pushed(ctx context.Context, server vpp.MDMID, ids []string, at time.Time) error {
	return t.s.inviter.DevicePushed(ctx, server, ids, at)
}

// fleet enrolls pretend devices over the wire.
type fleet struct {
	s    *school
	web  *httptest.Server
	apns *mdmtest.Apns
	keys *mdmtest.Keys
}

func (s *school) fleet() *fleet {
	s.t.Helper()
	mux := http.NewServeMux()
	mux.Handle(builtin.ProtocolPath, s.mdm.Protocol())
	mux.Handle(builtin.ScepPath, s.mdm.SCEP())
	f := &fleet{s: s, web: httptest.NewServer(mux)}
	s.t.Cleanup(f.web.Close)
	var err error
	f.apns, err = mdmtest.NewApns()
	s.must(err)
	s.t.Cleanup(func() { _ = f.apns.Close() })
	f.keys, err = mdmtest.NewKeys(1)
	s.must(err)
	cert, key, err := mdmtest.PushCert(topic, time.Now().AddDate(1, 0, 0))
	s.must(err)
	_, err = s.mdm.SetPushCert(s.t.Context(), fixture, cert, key)
	s.must(err)
	return f
}

func (f *fleet) enroll(kind mdmtest.Kind, name string, person vpp.UserID) *mdmtest.Device {
	f.s.t.Helper()
	d := mdmtest.NewDevice(kind, name, f.web.Client(), f.apns, f.keys)
	profile, err := f.s.mdm.NewProfile(f.s.t.Context(), fixture, person)
	f.s.must(err)
	f.s.must(d.Enroll(f.s.t.Context(), bytes.ReplaceAll(profile, []byte("https://rsvpp.test"), []byte(f.web.URL))))
	return d
}

// S1-16, S2-08, S4-12…S4-16, S4-19, S4-21…S4-24, F-20, F-42: a group is invited on its
// devices, an e-mail goes where none takes it, and the tasks show each.
func TestWizardOnDevices(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	anna := s.anna()
	bo := s.add("Bo Berg", "bo@school.test", "Class 7b")
	how := anna.post(step(anna.post("/invite", "user", string(bo)), "who"), "go", "how").has(t, "There are no devices yet")
	if strings.Contains(how.body, "On the device and by e-mail</strong><small>Everybody gets both") {
		t.Error("devices are offered without any")
	}
	f := s.fleet()
	pad := f.enroll(mdmtest.IPad, "Bo’s iPad <b>", bo)
	eve := s.add("Eve Adler", "eve@school.test", "Class 7b")
	f.enroll(mdmtest.AppleTV, "Hall", eve)
	nobody := s.add("No Device", "", "Class 7b")
	s.add("Another Class", "other@school.test", "Class 8a")

	list := anna.get("/users?group=Class+7b").has(t, "Invite on their devices…")
	form := list.hidden("location")
	form.Set("all", "1")
	form.Set("group", "Class 7b")
	who := anna.send("/invite?via=device", form).has(t, "Will be invited on their devices", "“Class 7b”").lacks(t, "Another Class", `name="audience"`)
	how = anna.post(step(who, "who"), "go", "how").has(t, "Where no device takes it, send an e-mail instead", `value="device" checked`, `name="else_mail" value="1" checked`)
	alone := anna.post(how.at, "channel", "device", "expiry", "0")
	alone.has(t, "1 on devices, 0 by e-mail", "iPhone, iPad, iPod touch and Mac only", "See devices", "This person has no device here", "Assign devices", "2 people are left out")
	text := anna.post(how.at, "channel", "device", "else_mail", "1", "expiry", "0").has(t, "{{.Link}}", "Eve Adler")
	if !strings.HasSuffix(text.at, "/text") {
		t.Fatalf("after how comes %s", text.at)
	}
	review := anna.get(step(text, "review")).has(t, `<span class="figure">2</span> invitations will be sent`, "1 on devices, 1 by e-mail", "an e-mail where no device takes it", "1 person is left out")
	sent := anna.send(step(review, "send"), review.hidden("token"))
	s.work(s.only(vpp.TaskInvite).ID)
	if _, ok := s.post.Find("eve@school.test"); !ok || s.post.Count() != 1 {
		t.Errorf("%d letters", s.post.Count())
	}
	anna.get("/tasks").has(t, "On devices")
	anna.get("/tasks/devices").has(t, "Bo Berg", "Bo’s iPad &lt;b&gt;", "Queued", "Cancel", "With the MDM server").lacks(t, "Eve Adler", "<b>")
	s.must(pad.Answer(t.Context(), nil))
	if s.status(bo) != vpp.Invited || len(pad.Shown()) != 1 {
		t.Errorf("Bo is %s, shown %v", s.status(bo), pad.Shown())
	}
	anna.get("/tasks/devices").has(t, "Nothing here")
	anna.get("/tasks/devices?state=acknowledged").has(t, "Bo Berg", "Shown on the device", "Retry")
	anna.get("/tasks/devices?state=failed").has(t, "Nothing here")
	anna.get(sent.at).has(t, "Shown on the device", "Done")
	anna.get("/users/"+string(bo)).has(t, "Shown on Bo’s iPad &lt;b&gt; today", "Carried by the MDM server inside", "> to Bo’s iPad &lt;b&gt;<")
	anna.get("/users/"+string(eve)).has(t, "iPhone, iPad, iPod touch and Mac only").lacks(t, "> to Hall")

	// The way that was taken is offered first the next time; who was invited is
	// meant only by the other audience, and both have their count.
	who = anna.post("/invite", "user", string(bo), "user", string(eve), "user", string(nobody))
	who.has(t, `value="not-invited" checked`, "<strong>0</strong> <span>of 3")
	anna.post(who.at, "audience", "not-registered", "go", "check").has(t, "<strong>2</strong> <span>of 3", "again on their devices")
	anna.post(step(who, "who"), "go", "how").has(t, `value="device" checked`)
}

// S4-11: a button for each device of a person; F-40: taken back and repeated.
func TestSendToOneDevice(t *testing.T) {
	s := openSchool(t)
	f := s.fleet()
	bo := s.add("Bo Berg", "bo@school.test")
	pad, phone := f.enroll(mdmtest.IPad, "Bo’s iPad", bo), f.enroll(mdmtest.IPhone, "Bo’s iPhone", bo)
	tv := f.enroll(mdmtest.AppleTV, "Hall", bo)
	anna := s.anna()
	path := "/users/" + string(bo)
	anna.get(path).has(t, "> to Bo’s iPad<", "> to Bo’s iPhone<", "iPhone, iPad, iPod touch and Mac only").lacks(t, "> to Hall")
	of := func(d *mdmtest.Device) string {
		list, err := s.roster.Devices(t.Context(), vpp.DeviceFilter{Search: d.Name}, vpp.Page{Limit: 1})
		s.must(err)
		return string(list.Items[0].ID)
	}
	anna.post("/invite/device", "user", string(bo), "device", of(tv), "return", path).has(t, "iPhone, iPad, iPod touch and Mac only", "tone-warn")
	anna.post("/invite/device", "user", string(bo), "device", of(phone), "return", path).has(t, "The invitation goes to the device")
	s.work(s.only(vpp.TaskInvite).ID)
	line := anna.get("/tasks/devices").has(t, "Bo’s iPhone").lacks(t, "Bo’s iPad")
	_, rest, _ := strings.Cut(line.body, `action="/tasks/devices/`)
	id, _, _ := strings.Cut(rest, "/")
	reader := s.somebody("reader", operator.ScopeRead)
	reader.get("/tasks/devices").has(t, "Bo’s iPhone").lacks(t, "/cancel")
	if p := reader.post("/tasks/devices/" + id + "/cancel"); p.status != http.StatusForbidden {
		t.Errorf("a reader takes it back: %d", p.status)
	}
	anna.post("/tasks/devices/"+id+"/cancel").has(t, "took it back. A device that fetched it already may still show it")
	anna.post("/tasks/devices/"+id+"/cancel").has(t, "has ended already")
	s.must(phone.Answer(t.Context(), nil))
	anna.get("/tasks/devices?state=canceled").has(t, "Bo’s iPhone", "An administrator took it back", "Retry")
	anna.post("/tasks/devices/"+id+"/retry").has(t, "goes to the device again")
	tasks, err := s.tasks.List(t.Context(), vpp.TaskFilter{Kind: vpp.TaskInvite}, vpp.Page{})
	s.must(err)
	s.work(tasks.Items[0].ID)
	s.must(phone.Answer(t.Context(), nil))
	s.must(pad.Answer(t.Context(), nil))
	if len(phone.Shown()) != 1 || len(pad.Shown()) != 0 {
		t.Errorf("shown %d and %d times", len(phone.Shown()), len(pad.Shown()))
	}
}

// F-28: the rule is off, is switched on for a group, and says since when.
func TestEnrollRule(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	anna.get("/settings/enrollment").has(t, "Invite people when their devices enroll").lacks(t, "On since")
	anna.post("/settings/enrollment", "on", "1", "after", "soon").has(t, "Type the minutes as a number")
	anna.post("/settings/enrollment", "on", "1", "after", "99999").has(t, "0 minutes to 7 days")
	anna.post("/settings/enrollment", "on", "1", "after", "30", "groups", "Class 7b\r\n\r\nStaff", "else_mail", "1").has(t, "People are invited when their devices enroll.", "On since", "Class 7b\nStaff", `value="30"`)
	s.somebody("reader", operator.ScopeRead).get("/settings/enrollment").has(t, "Class 7b").lacks(t, "Save")
	rule, err := s.inviter.EnrollRule(t.Context())
	if err != nil || !rule.On || rule.AfterMinutes != 30 || len(rule.Groups) != 2 || !rule.ElseMail {
		t.Errorf("%+v, %v", rule, err)
	}
	anna.post("/settings/enrollment").has(t, "Nobody is invited because a device was enrolled.")
	anna.get("/history").has(t, "People are invited when their devices enroll")
}

// The wizard and the tasks in a real browser: the count follows the audience
// at once (S4-14), and a device's answer shows by itself (S4-22).
func TestDevicesWizardInBrowser(t *testing.T) {
	ctx := viewtest.Browser(t)
	s := openSchool(t)
	s.withMail()
	f := s.fleet()
	bo, eve := s.add("Bo Berg", "bo@school.test"), s.add("Eve Adler", "eve@school.test")
	pad := f.enroll(mdmtest.IPad, "Bo’s iPad", bo)
	f.enroll(mdmtest.AppleTV, "Hall", eve)
	visit(ctx, t, s.server.URL+"/signin")
	run(ctx, t, `for (const [n, v] of Object.entries({name: "anna", password: "`+password+`"})) document.querySelector("[name=" + n + "]").value = v; document.querySelector("main form").requestSubmit()`)
	arrived(ctx, t, "/")
	visit(ctx, t, s.server.URL+"/users")
	arrived(ctx, t, "/users")
	run(ctx, t, `document.querySelector("[data-select-page]").click(); document.querySelector("button[formaction='/invite?via=device']").click()`)
	shows(ctx, t, "Will be invited on their devices")
	look(ctx, t, "device-wizard-who")
	run(ctx, t, `document.querySelector("button[value=how]").click()`)
	shows(ctx, t, "Where no device takes it")
	look(ctx, t, "device-wizard-how")
	run(ctx, t, `document.querySelector("main form").requestSubmit()`)
	shows(ctx, t, "Next: review")
	run(ctx, t, `document.querySelector("button[value=review]").click()`)
	shows(ctx, t, "1 on devices, 1 by e-mail")
	look(ctx, t, "device-wizard-review")
	run(ctx, t, `document.querySelector("[data-confirm]").click()`)
	run(ctx, t, `document.querySelector("dialog .primary").click()`)
	s.work(s.waitFor(vpp.TaskInvite).ID)
	visit(ctx, t, s.server.URL+"/tasks/devices")
	arrived(ctx, t, "/tasks/devices")
	look(ctx, t, "device-tasks")
	pad.Do.NotNow = 1
	s.must(pad.Answer(t.Context(), nil))
	visit(ctx, t, s.server.URL+"/tasks/devices?state=all")
	shows(ctx, t, "cannot show it just now")
	s.must(pad.Answer(t.Context(), nil))
	visit(ctx, t, s.server.URL+"/tasks/devices?state=all")
	shows(ctx, t, "Shown on the device")
	look(ctx, t, "device-tasks-all")
	visit(ctx, t, s.server.URL+"/users/"+string(bo))
	arrived(ctx, t, "/users/"+string(bo))
	look(ctx, t, "device-story")
	visit(ctx, t, s.server.URL+"/settings/enrollment")
	arrived(ctx, t, "/settings/enrollment")
	look(ctx, t, "device-rule")
	s.add("New One", "new@school.test")
	visit(ctx, t, s.server.URL+"/users")
	arrived(ctx, t, "/users")
	look(ctx, t, "device-users")
	run(ctx, t, `document.querySelector("[data-select-page]").click(); document.querySelector("button[formaction='/invite?via=device']").click()`)
	shows(ctx, t, "1 of 3 can be reached")
	lively(ctx, t)
	run(ctx, t, `document.querySelector("[name=audience][value=not-registered]").click()`)
	shows(ctx, t, "3 of 3 can be reached")
}

// waitFor waits until the browser began a task.
func (s *school) waitFor(kind vpp.TaskKind) vpp.Task {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		list, err := s.tasks.List(s.t.Context(), vpp.TaskFilter{Kind: kind}, vpp.Page{})
		s.must(err)
		if len(list.Items) > 0 {
			return list.Items[0]
		}
		s.must(pause(s.t.Context(), 20*time.Millisecond))
	}
	s.t.Fatalf("no task of kind %s was begun", kind)
	return vpp.Task{}
}

// lively waits until a page's scripts listen.
func lively(ctx context.Context, t *testing.T) {
	t.Helper()
	script := `new Promise((done) => { const look = () => document.documentElement.dataset.lively ? done("yes") : setTimeout(look, 15); look(); })`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
}
