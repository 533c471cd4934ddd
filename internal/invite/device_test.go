package invite_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// mdmHouse is the MDM server inside, with pretend devices over the wire.
type mdmHouse struct {
	*builtin.Server
	carrier *mdm.Carrier
	apns    *mdmtest.Apns
	keys    *mdmtest.Keys
	web     *httptest.Server
}

// lateDevices is the carrier, for those tests that have one.
type lateDevices struct{ h *house }

func (l lateDevices) Send(ctx context.Context, c []vpp.Command) []error {
	if l.h.mdm == nil {
		return make([]error, len(c))
	}
	return l.h.mdm.carrier.Send(ctx, c)
}

func (l lateDevices) Cancel(ctx context.Context, c []vpp.Command) error {
	if l.h.mdm == nil {
		return nil
	}
	return l.h.mdm.carrier.Cancel(ctx, c)
}

// told hands on what devices do, as cmd does.
type told struct{ h *house }

func (t told) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return t.h.db.DeviceSeen(ctx, d, channels)
}

func (t told) Gone(ctx context.Context, server vpp.MDMID, key string) error {
	return t.h.db.DeviceGone(ctx, server, key)
}
func (t told) Answered(ctx context.Context, a vpp.CommandAnswer) error {
	return t.h.DeviceAnswered(ctx, a)
}

func (t told) Pushed(ctx context.Context, server vpp.MDMID, ids []string, at time.Time) error {
	return t.h.DevicePushed(ctx, server, ids, at)
}

func (h *house) withDevices() *house {
	h.t.Helper()
	m := &mdmHouse{carrier: mdm.NewCarrier()}
	var err error
	m.apns, err = mdmtest.NewApns()
	must(h.t, err)
	h.t.Cleanup(func() { _ = m.apns.Close() })
	m.keys, err = mdmtest.NewKeys(2)
	must(h.t, err)
	mux := http.NewServeMux()
	m.web = httptest.NewServer(mux)
	h.t.Cleanup(m.web.Close)
	m.Server = builtin.New(h.db.MDM(newBox(h.t)), told{h}, builtin.Config{
		URL: m.web.URL, Name: func(context.Context) string { return "Example School" }, Push: push.Config{URL: m.apns.URL, Roots: m.apns.Roots},
		Logger: slog.New(slog.DiscardHandler), Now: h.now, IDs: uuid.NewString, Random: rand.Reader,
	})
	mux.Handle(builtin.ProtocolPath, m.Protocol())
	mux.Handle(builtin.ScepPath, m.SCEP())
	cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.pretend", h.now().AddDate(1, 0, 0))
	must(h.t, err)
	_, err = m.SetPushCert(h.t.Context(), anna, cert, key)
	must(h.t, err)
	m.carrier.Set(vpp.BuiltinMDM, m)
	h.mdm = m
	return h
}

func (h *house) enroll(kind mdmtest.Kind, person vpp.UserID, people ...*mdmtest.Person) *mdmtest.Device {
	h.t.Helper()
	d := mdmtest.NewDevice(kind, "Device of "+string(person), h.mdm.web.Client(), h.mdm.apns, h.mdm.keys)
	d.People = people
	profile, err := h.mdm.NewProfile(h.t.Context(), anna, person)
	must(h.t, err)
	must(h.t, d.Enroll(h.t.Context(), profile))
	return d
}

// run starts a run and does its work, Apple's part included.
func (h *house) runDevices(r invite.Request) vpp.TaskID {
	h.t.Helper()
	task, err := h.Start(h.t.Context(), anna, r)
	must(h.t, err)
	must(h.t, h.Expand(h.t.Context(), vpp.ExpandTask{TaskID: task.ID}))
	h.exec("UPDATE program_users SET apple_status = 'Registered', pending = '', created_at = 1 WHERE pending = 'create'")
	h.exec("UPDATE deliveries SET ready_at = 1 WHERE ready_at = 0")
	must(h.t, h.Send(h.t.Context(), vpp.SendMail{}))
	return task.ID
}

func (h *house) text(query string, args ...any) (s string) {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), query, args...)
	must(h.t, err)
	defer rows.Close()
	for rows.Next() {
		must(h.t, rows.Scan(&s))
	}
	must(h.t, rows.Err())
	return s
}

// S1-01, S1-16, S3-01, S3-04, S3-05, S4-01, S4-19, S4-21, F-20, F-40: the invitation reaches a person
// on the device; it counts as handed over at the first good answer.
func TestInviteOnDevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withDevices()
		ids := h.people(3)
		phone, pad := h.enroll(mdmtest.IPhone, ids[0]), h.enroll(mdmtest.IPad, ids[0])
		tv := h.enroll(mdmtest.AppleTV, ids[1])
		r := invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice}
		d, err := h.Examine(t.Context(), r)
		if err != nil || d.Reachable != 1 {
			t.Fatal(d, err)
		}
		var said []string
		for _, v := range d.Verdicts {
			said = append(said, string(v.Code)+": "+v.Sentence)
		}
		if got := strings.Join(said, "\n"); !strings.Contains(got, "no_device: ") || !strings.Contains(got, "iPhone, iPad, iPod touch and Mac only") {
			t.Error(got)
		}
		task := h.runDevices(r)
		if got := h.text("SELECT state FROM task_items WHERE task_id = $1 AND program_user_id = 'p00001'", task); got != "waiting" {
			t.Errorf("the part is %s before a device answered", got)
		}
		if h.count("SELECT count(*) FROM program_users WHERE handed_over_at > 0") != 0 {
			t.Error("handed over before a device answered")
		}
		phone.Do.NotNow = 1
		must(t, phone.Answer(t.Context(), nil))
		if got := h.text("SELECT command_state FROM deliveries WHERE address = $1", phone.UDID); got != "not_now" {
			t.Errorf("the phone's command is %s", got)
		}
		must(t, pad.Answer(t.Context(), nil))
		must(t, tv.Answer(t.Context(), nil))
		if h.count("SELECT count(*) FROM program_users WHERE id = 'p00001' AND handed_over_at > 0") != 1 {
			t.Error("not handed over at the first good answer")
		}
		if got := h.text("SELECT state FROM task_items WHERE task_id = $1 AND program_user_id = 'p00001'", task); got != "done" {
			t.Errorf("the part is %s", got)
		}
		must(t, phone.Answer(t.Context(), nil))
		if n, m := len(phone.Shown()), len(pad.Shown()); n != 1 || m != 1 || len(tv.Shown()) != 0 {
			t.Errorf("shown on %d and %d devices, and on the television %v", n, m, tv.Shown())
		}
		// F-11, S1-04: a resend shows it again, under another id.
		again := r
		again.Selection.IDs, again.Resend = ids[:1], true
		h.runDevices(again)
		must(t, pad.Answer(t.Context(), nil))
		if n := len(pad.Shown()); n != 2 {
			t.Errorf("after a resend shown %d times", n)
		}
	})
}

// Mail takes over where no device can, and where one refuses (F-42).
func TestMailInstead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(3)
		good, bad := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1])
		bad.Do.Refuse = mdmtest.RefuseLink
		task := h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice, ElseMail: true})
		if _, ok := h.server.Find("p3@school.test"); !ok || h.server.Count() != 1 {
			t.Errorf("%d letters", h.server.Count())
		}
		must(t, good.Answer(t.Context(), nil))
		must(t, bad.Answer(t.Context(), nil))
		must(t, h.Send(t.Context(), vpp.SendMail{}))
		if _, ok := h.server.Find("p2@school.test"); !ok || h.server.Count() != 2 {
			t.Errorf("%d letters", h.server.Count())
		}
		if n := h.count("SELECT count(*) FROM task_items WHERE task_id = $1 AND state = 'done'", task); n != 3 {
			t.Errorf("%d of 3 are done", n)
		}
	})
}

// Both ways, and what each device's refusal means in words (S3-15, S3-16, S3-18).
func TestDeviceRefuses(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withDevices()
	ids := h.people(4)
	refusals := []mdmtest.Refusing{mdmtest.RefuseLink, mdmtest.RefuseProgram, mdmtest.RefuseError, mdmtest.RefuseFormat}
	var devices []*mdmtest.Device
	for i, id := range ids {
		d := h.enroll(mdmtest.IPad, id)
		d.Do.Refuse = refusals[i]
		devices = append(devices, d)
	}
	task := h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
	for _, d := range devices {
		must(t, d.Answer(t.Context(), nil))
	}
	for i, part := range []string{"does not know the invitation's link", "does not know the program", "The command is not valid (MCMDMErrorDomain 12021)", "could not read the command"} {
		if got := h.text("SELECT detail FROM task_items WHERE state = 'failed' AND task_id = $1 AND program_user_id = $2", task, "p0000"+string(rune('1'+i))); !strings.Contains(got, part) {
			t.Errorf("%s: %q", refusals[i], got)
		}
	}
}

// What is taken back is not shown any more, as far as the server can help it.
func TestCommandTakenBack(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withDevices()
	ids := h.people(2)
	one, two := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1])
	h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
	must(t, h.Withdraw(t.Context(), anna, ids[0], "l1"))
	h.exec("UPDATE program_users SET apple_status = 'Associated' WHERE id = 'p00002'") // by another way
	must(t, h.Sweep(t.Context()))
	for _, d := range []*mdmtest.Device{one, two} {
		must(t, d.Answer(t.Context(), nil))
		if len(d.Shown()) != 0 {
			t.Errorf("%s was shown %v", d.Name, d.Shown())
		}
	}
	if n := h.count("SELECT count(*) FROM deliveries WHERE command_state = 'canceled'"); n != 2 {
		t.Errorf("%d are canceled", n)
	}
	states := slices.Compact([]string{h.text("SELECT outcome FROM deliveries WHERE program_user_id = 'p00001'"), h.text("SELECT outcome FROM deliveries WHERE program_user_id = 'p00002'")})
	if !slices.Equal(states, []string{"withdrawn"}) {
		t.Error(states)
	}
}
