package hook

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ReportPattern is where connected MDM servers report what devices do; connect
// announces the same path. They cannot be told to send a header, so the secret
// is in the address.
const ReportPattern = "POST /hooks/mdm/{server}/{secret}"

// LongestReport bounds a report: it carries what a device said, and lists of
// apps are long.
const LongestReport = 8 << 20

// Reports takes what MDM servers report. A wrong secret is
// vpp.Denied, a wrong signature or a body that cannot be read vpp.Invalid; connect.Service is one.
type Reports interface {
	Reported(ctx context.Context, server vpp.MDMID, secret, signature string, body []byte) error
}

// ReportDoor answers MDM servers, with the patience of Door.
type ReportDoor struct {
	reports Reports
	guard   *guard
}

// NewReports makes the door.
func NewReports(reports Reports, clock vpp.Clock) *ReportDoor {
	return &ReportDoor{reports, newGuard(clock)}
}

// ServeHTTP takes one report: 200, which is all that NanoMDM takes for a yes,
// or 400, 401, 413, 503.
func (d *ReportDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := d.take(w, r)
	if status == http.StatusNoContent {
		status = http.StatusOK
	}
	w.WriteHeader(status)
}

func (d *ReportDoor) take(w http.ResponseWriter, r *http.Request) int {
	server, secret, signature := r.PathValue("server"), r.PathValue("secret"), r.Header.Get("X-Hmac-Signature")
	if len(server) > longestID || len(secret) > longestSecret || len(signature) > longestSecret {
		return http.StatusUnauthorized
	}
	mark := markOf(vpp.LocationID("mdm "+server), secret)
	if !d.guard.admit(mark, false) {
		return http.StatusUnauthorized
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, LongestReport))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return http.StatusBadRequest
	}
	return d.guard.learn(mark, d.reports.Reported(r.Context(), vpp.MDMID(server), secret, signature, body))
}
