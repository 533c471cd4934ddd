package console

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// addDevices tells on a person's page which devices there are, and what each
// may receive (S4-08, S4-11, F-23).
func (d *Door) addDevices(r *http.Request, m *view.User) error {
	devices, err := d.Devices.DevicesOf(r.Context(), personOf(r))
	for _, o := range devices {
		line := view.PersonDevice{ID: string(o.ID), Name: deviceName(o.Device), Model: deviceModel(o.Device), Reach: reached(o.Target.Reach), Account: d.accountOf(o.OwnedDevice)}
		if o.Target.Reach.Open() && (m.Can.Invite || m.Can.Resend) {
			line.Invite = "/invite/device"
		}
		m.Devices = append(m.Devices, line)
	}
	m.Can.AddDevice = caller(r).Scopes.Allow(operator.ScopeRoster)
	return err
}

func (d *Door) addDevicePage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.addingDevice(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.DeviceAddPage(m))
}

func (d *Door) addingDevice(r *http.Request) (view.DeviceAdd, error) {
	profile, err := d.People.Profile(r.Context(), personOf(r))
	if err != nil {
		return view.DeviceAdd{}, err
	}
	state, err := d.MDM.State(r.Context())
	m := view.DeviceAdd{Page: d.page(r), ID: string(profile.User.ID), Name: profile.User.FullName, Missing: missingHere(state)}
	m.Page.Title = "Add a device of " + profile.User.FullName
	m.Page.Path = personPath(profile.User.ID) + "/device"
	m.Page.Crumbs = []view.Link{{Text: profile.User.FullName, Href: personPath(profile.User.ID)}}
	return m, err
}

// missingHere keeps an enrollment from being begun. That the address is not
// https is said in the settings: a proxy or a rehearsal may know better.
func missingHere(s vpp.MDMState) []string {
	if s.Cert.Topic == "" {
		return s.Missing
	}
	return nil
}

// makeEnrollLink shows the link in this one answer; making it is on record.
func (d *Door) makeEnrollLink(w http.ResponseWriter, r *http.Request) error {
	m, err := d.addingDevice(r)
	if err != nil {
		return err
	}
	link, until, err := d.Links.EnrollLink(r.Context(), actor(r), personOf(r))
	if err != nil {
		return err
	}
	m.Link, m.Until, m.Picture = link, day(until), picture(link)
	w.Header().Set("Cache-Control", "no-store")
	return d.render(w, r, view.DeviceAddPage(m))
}

// picture draws an address as a QR code. It holds nothing but digits of ours,
// so it needs no escaping.
func picture(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qr.Encode(address, qr.M)
		if err != nil {
			return err
		}
		var path strings.Builder
		for y := range code.Size {
			for x := range code.Size {
				if code.Black(x, y) {
					path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
				}
			}
		}
		size := strconv.Itoa(code.Size)
		_, err = io.WriteString(w, `<svg width="240" height="240" viewBox="0 0 `+size+" "+size+`" shape-rendering="crispEdges"><path d="`+path.String()+`"></path></svg>`)
		return err
	})
}

func (d *Door) userProfile(w http.ResponseWriter, r *http.Request) error {
	return d.sendProfile(w, r, personOf(r))
}

func (d *Door) nobodysProfile(w http.ResponseWriter, r *http.Request) error {
	return d.sendProfile(w, r, "")
}

func (d *Door) sendProfile(w http.ResponseWriter, r *http.Request, person vpp.UserID) error {
	body, err := d.MDM.NewProfile(r.Context(), actor(r), person)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-apple-aspen-config")
	w.Header().Set("Content-Disposition", `attachment; filename="enroll.mobileconfig"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}

func (d *Door) mdmPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.mdmSettings(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.MDMPage(m))
}

func (d *Door) mdmSettings(r *http.Request) (view.MDMSettings, error) {
	state, err := d.MDM.State(r.Context())
	if err != nil {
		return view.MDMSettings{}, err
	}
	m := view.MDMSettings{Page: d.page(r), Missing: state.Missing, Renew: state.Cert.Topic != "", Facts: []view.Fact{{Term: "Devices reach it at", Text: state.Address, Copy: true}}}
	if m.Others, err = d.otherServers(r); err != nil {
		return m, err
	}
	m.Page.Title, m.Page.Path, m.Page.Crumbs = "Device management", "/settings/mdm", []view.Link{{Text: "Devices", Href: "/devices"}}
	if state.Warning != "" {
		m.Page.Notices = append(m.Page.Notices, view.Notice{Tone: view.Warn, Text: state.Warning})
	}
	if p := state.Cert.Problem; p != "" {
		m.Page.Notices = append(m.Page.Notices, view.Notice{Tone: view.Warn, Text: "Since " + d.when(state.Cert.ProblemAt).Full + " devices are not woken. " + p})
	}
	if !m.Renew {
		m.Facts = append(m.Facts, view.Fact{Term: "Push certificate", Text: "none", Tone: view.Warn})
		return m, nil
	}
	tone := view.Good
	if state.Warning != "" {
		tone = view.Warn
	}
	m.Facts = append(m.Facts,
		view.Fact{Term: "Push certificate", Text: "expires on " + day(state.Cert.NotAfter), Tone: tone, Title: d.when(state.Cert.NotAfter).Text},
		view.Fact{Term: "Topic", Text: state.Cert.Topic, Copy: true},
		view.Fact{Term: "Uploaded", Text: d.when(state.Cert.AddedAt).Text, Title: d.when(state.Cert.AddedAt).Full})
	return m, nil
}

// warnPushCert says on a page that devices will soon not be woken any more.
func (d *Door) warnPushCert(r *http.Request, p *view.Page) error {
	state, err := d.MDM.State(r.Context())
	p.Notices = append(p.Notices, pushNotices(state)...)
	return err
}

// pushNotices say what is the matter with the push certificate.
func pushNotices(s vpp.MDMState) []view.Notice {
	if s.Warning == "" {
		return nil
	}
	return []view.Notice{{Tone: view.Warn, Text: s.Warning, Action: view.Link{Text: "Renew", Href: "/settings/mdm#push-cert"}}}
}

func (d *Door) setPushCert(w http.ResponseWriter, r *http.Request) error {
	cert, err := uploaded(r, "certificate")
	if err != nil {
		return d.refusePushCert(w, r, err)
	}
	key, err := uploaded(r, "key")
	if err != nil {
		return d.refusePushCert(w, r, err)
	}
	now, err := d.MDM.SetPushCert(r.Context(), actor(r), cert, key)
	if err != nil {
		return d.refusePushCert(w, r, err)
	}
	return d.done(w, r, "/settings/mdm", view.Notice{Tone: view.Good, Text: "The push certificate is in use. It expires on " + day(now.NotAfter) + "."})
}

func (d *Door) refusePushCert(w http.ResponseWriter, r *http.Request, why error) error {
	if faults(why) == nil {
		return why
	}
	m, err := d.mdmSettings(r)
	if err != nil {
		return err
	}
	m.Error = vpp.MessageOf(why)
	return d.refuse(w, r, view.MDMPage(m))
}
