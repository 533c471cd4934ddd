package connector_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const server vpp.MDMID = "theirs"

// ears are who is told: they keep everything.
type ears struct {
	mu       sync.Mutex
	seen     []seen
	gone     []string
	answers  []vpp.CommandAnswer
	heard    chan struct{} // something was told
	refusing error
	slow     chan struct{} // ends are written down when it is closed; nil: at once
}

type seen struct {
	vpp.Device
	channels []vpp.Enrollment
}

var _ mdm.Told = (*ears)(nil)

func newEars() *ears { return &ears{heard: make(chan struct{}, 1000)} }

func (e *ears) take(what func()) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refusing != nil {
		return e.refusing
	}
	what()
	select {
	case e.heard <- struct{}{}:
	default:
	}
	return nil
}

func (e *ears) Enrolled(_ context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	if e.slow != nil && len(channels) > 0 && channels[0].Disabled {
		<-e.slow
	}
	return e.take(func() { e.seen = append(e.seen, seen{d, channels}) })
}

func (e *ears) Gone(_ context.Context, _ vpp.MDMID, key string) error {
	return e.take(func() { e.gone = append(e.gone, key) })
}

func (e *ears) Answered(_ context.Context, a vpp.CommandAnswer) error {
	return e.take(func() { e.answers = append(e.answers, a) })
}

func (e *ears) Pushed(context.Context, vpp.MDMID, []string, time.Time) error { return nil }

// device joins all that was said of a device, as the store does.
func (e *ears) device(key string) (d vpp.Device, channels map[vpp.EnrollmentID]vpp.Enrollment) {
	e.mu.Lock()
	defer e.mu.Unlock()
	channels = map[vpp.EnrollmentID]vpp.Enrollment{}
	for _, s := range e.seen {
		if string(s.Key) != key {
			continue
		}
		for _, f := range []struct {
			to *string
			is string
		}{
			{&d.UDID, s.UDID}, {&d.SerialNumber, s.SerialNumber}, {&d.Name, s.Name}, {&d.Product, s.Product}, {&d.OSVersion, s.OSVersion},
			{(*string)(&d.Platform), string(s.Platform)}, {(*string)(&d.Kind), string(s.Kind)}, {(*string)(&d.MDM), string(s.MDM)},
		} {
			if f.is != "" {
				*f.to = f.is
			}
		}
		d.Shared = d.Shared || s.Shared
		for _, c := range s.channels {
			channels[c.ID] = c
		}
	}
	return d, channels
}

func (e *ears) answersOf(id string) (list []vpp.CommandAnswer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.answers {
		if a.ID == id {
			list = append(list, a)
		}
	}
	return list
}

// until waits for reports to bring what is hoped for.
func (e *ears) until(t *testing.T, what string, there func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	for !there() {
		select {
		case <-e.heard:
		case <-end:
			t.Fatalf("nobody told of %s", what)
		}
	}
}

// house is one connected server with its devices.
type house struct {
	t *testing.T
	connector.Connector
	*ears
	url  string
	keys *mdmtest.Keys
	apns *mdmtest.Apns
}

// reports is our address for a server's reports.
func (h *house) reports() string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = h.connected().Report(r.Context(), h.ears, body)
		}
		if err != nil && r.Context().Err() == nil { // not because the server was stopped
			h.t.Error(err)
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	h.t.Cleanup(s.Close)
	return s.URL + "/hooks"
}

// connected is who reads reports now.
func (h *house) connected() connector.Connector {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Connector
}

// connectAnew forgets everything, as one who connects to the server only now.
// Reports of what was before may still be on their way.
func (h *house) connectAnew(kind string) {
	c := dial(h.t, kind, h.url, apiKey)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen, h.Connector = nil, c
}

func dial(t *testing.T, kind, url, secret string) connector.Connector {
	t.Helper()
	c, err := connector.New(kind, connector.Config{ID: server, URL: url, Secret: secret, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const link = "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?cc=us&inviteCode=0123456789abcdef&mt=8"

func invitation(id string, channel string) vpp.Command {
	return vpp.Command{ID: id, Kind: vpp.CommandInvite, MDM: server, Enrollment: vpp.EnrollmentID(channel), URL: link}
}

// send hands one command over.
func send(t *testing.T, c connector.Connector, k vpp.Command) error {
	t.Helper()
	errs := c.Send(t.Context(), []vpp.Command{k})
	if len(errs) != 1 {
		t.Fatalf("%d answers for one command", len(errs))
	}
	return errs[0]
}
