package device

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	_ "embed"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Enroller makes enrollment profiles; the MDM server inside does.
type Enroller interface {
	// NewProfile makes a profile for one device of a person, or of nobody's.
	NewProfile(ctx context.Context, by vpp.Actor, person vpp.UserID) ([]byte, error)
}

// Guests know whose link somebody holds; invite.Service does.
type Guests interface {
	// Guest returns the person of an invitation's link, while it works.
	Guest(ctx context.Context, token string) (vpp.User, error)
}

// Config is what cmd decides.
type Config struct {
	Protocol http.Handler // check-ins and commands
	SCEP     http.Handler // certificates
	Enroller Enroller
	Guests   Guests
	Name     func(context.Context) string // of the organization
	Logger   *slog.Logger
}

// Door is the devices' door.
type Door struct{ Config }

// New makes the door.
func New(c Config) *Door { return &Door{c} }

const (
	protocolPath = "/mdm"
	scepPath     = "/mdm/scep"
	enrollPath   = "/enroll/{token}"
)

// Routes are the ways in. Devices authenticate by certificate, people by the
// link that they were sent. Apple says PUT; some clients say POST (S3-03).
func (d *Door) Routes() []gate.Route {
	device := func(pattern string, h http.Handler) gate.Route {
		return gate.Route{Pattern: pattern, Scope: gate.Public, Handler: h, MaxBody: 8 << 20, Bare: true, Machine: true, Timeout: time.Minute}
	}
	person := func(pattern string, h http.HandlerFunc) gate.Route {
		return gate.Route{Pattern: pattern, Scope: gate.Public, Handler: h, Bare: true}
	}
	return []gate.Route{
		device("PUT "+protocolPath, d.Protocol), device("POST "+protocolPath, d.Protocol),
		device("GET "+scepPath, d.SCEP), device("POST "+scepPath, d.SCEP),
		person("GET "+enrollPath, d.page), person("POST "+enrollPath, d.profile),
	}
}

//go:embed enroll.html
var pageText string

var page = template.Must(template.New("enroll").Parse(pageText))

// styleHash lets the page's own style pass, and no other.
func styleHash() string {
	_, style, _ := strings.Cut(pageText, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page shows what bringing the device under management means, and the button
// that fetches the profile.
func (d *Door) page(w http.ResponseWriter, r *http.Request) {
	person, err := d.Guests.Guest(r.Context(), r.PathValue("token"))
	d.show(w, r, person, err)
}

func (d *Door) show(w http.ResponseWriter, r *http.Request, person vpp.User, err error) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash()+"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	why := ""
	if err != nil {
		d.Logger.InfoContext(r.Context(), "enrollment", "err", err)
		why = vpp.MessageOf(err)
		w.WriteHeader(gate.Status(vpp.KindOf(err)))
	}
	if err := page.Execute(w, map[string]string{"Organization": d.Name(r.Context()), "Person": person.FullName, "Why": why}); err != nil {
		d.Logger.WarnContext(r.Context(), "enrollment page", "err", err)
	}
}

// profile hands out a profile that is good for one device of the person.
func (d *Door) profile(w http.ResponseWriter, r *http.Request) {
	person, err := d.Guests.Guest(r.Context(), r.PathValue("token"))
	var body []byte
	if err == nil {
		body, err = d.Enroller.NewProfile(r.Context(), vpp.Actor{Name: "invited person"}, person.ID)
	}
	if err != nil {
		d.show(w, r, person, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-apple-aspen-config")
	w.Header().Set("Content-Disposition", `attachment; filename="enroll.mobileconfig"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}
