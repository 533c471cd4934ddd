package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MDMState is how the MDM server inside stands.
type MDMState struct {
	Ready     bool       `json:"ready" doc:"Devices can enroll."`
	Missing   []string   `json:"missing" nullable:"false" doc:"What keeps devices from enrolling, as sentences."`
	Topic     string     `json:"topic,omitempty" doc:"Of the push certificate; it must never change."`
	ExpiresAt *time.Time `json:"push_certificate_expires_at,omitempty"`
	AddedAt   *time.Time `json:"push_certificate_added_at,omitempty"`
	Warning   string     `json:"warning,omitempty" doc:"That the push certificate expires soon, or has."`
	Problem   string     `json:"push_problem,omitempty" doc:"Why Apple does not take pushes, so that devices are not woken."`
	ProblemAt *time.Time `json:"push_problem_since,omitempty"`
	Address   string     `json:"address" doc:"Where devices reach it."`
	Devices   int        `json:"devices" doc:"Known here, of every MDM server."`
}

func (d *Door) mdmState(ctx context.Context, _ *none) (*answer[MDMState], error) {
	state, err := d.MDM.State(ctx)
	if err != nil {
		return nil, err
	}
	c, err := d.Devices.CountDevices(ctx)
	out := MDMState{
		Ready: len(state.Missing) == 0, Missing: state.Missing, Topic: state.Cert.Topic, ExpiresAt: at(state.Cert.NotAfter), AddedAt: at(state.Cert.AddedAt),
		Warning: state.Warning, Problem: state.Cert.Problem, ProblemAt: at(state.Cert.ProblemAt), Address: state.Address, Devices: c.Total,
	}
	if out.Missing == nil {
		out.Missing = []string{}
	}
	return answered(out, err)
}

type pushCertInput struct {
	Body struct {
		Certificate string `json:"certificate" minLength:"1" maxLength:"65536" doc:"PEM."`
		Key         string `json:"key" minLength:"1" maxLength:"65536" doc:"PEM, without a passphrase. It is kept sealed, and never leaves."`
	}
}

func (d *Door) setPushCert(ctx context.Context, in *pushCertInput) (*answer[MDMState], error) {
	if _, err := d.MDM.SetPushCert(ctx, actor(ctx), []byte(in.Body.Certificate), []byte(in.Body.Key)); err != nil {
		return nil, err
	}
	return d.mdmState(ctx, nil)
}

// EnrollLink leads a person to the page with their profile.
type EnrollLink struct {
	URL       string    `json:"url" doc:"Whoever opens it on a device brings that device along as this person's."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (d *Door) enrollLink(ctx context.Context, in *UserPath) (*answer[EnrollLink], error) {
	url, until, err := d.Links.EnrollLink(ctx, actor(ctx), in.id())
	return answered(EnrollLink{url, until.UTC()}, err)
}

func (d *Door) userProfile(ctx context.Context, in *UserPath) (*huma.StreamResponse, error) {
	return d.enrollProfile(ctx, in.id())
}

func (d *Door) nobodysProfile(ctx context.Context, _ *none) (*huma.StreamResponse, error) {
	return d.enrollProfile(ctx, "")
}

func (d *Door) enrollProfile(ctx context.Context, person vpp.UserID) (*huma.StreamResponse, error) {
	body, err := d.MDM.NewProfile(ctx, actor(ctx), person)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", profileKind)
		c.SetHeader("Content-Disposition", `attachment; filename="enroll.mobileconfig"`)
		c.SetHeader("Cache-Control", "no-store")
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(body) // whoever hung up misses it
	}}, nil
}

const profileKind = "application/x-apple-aspen-config"

// mobileconfig describes an answer that is an enrollment profile.
func mobileconfig(op *huma.Operation, _ *gate.Route) {
	op.Responses["200"] = &huma.Response{
		Description: "An enrollment profile, good for one device.",
		Content:     map[string]*huma.MediaType{profileKind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}
}
