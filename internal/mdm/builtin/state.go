package builtin

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// State says how the server stands, and what is missing before a device can enroll.
func (s *Server) State(ctx context.Context) (vpp.MDMState, error) {
	cert, err := s.store.PushCert(ctx)
	now := s.config.Now()
	state := vpp.MDMState{Cert: cert, Warning: cert.Warning(now), Address: strings.TrimSuffix(s.config.URL, "/") + ProtocolPath}
	switch {
	case cert.Topic == "":
		state.Missing = append(state.Missing, "A push certificate: Apple wakes devices only for who holds one.")
	case !now.Before(cert.NotAfter):
		state.Missing = append(state.Missing, "A renewed push certificate: the present one has expired.")
	}
	if !strings.HasPrefix(s.config.URL, "https://") {
		state.Missing = append(state.Missing, "An https address with a certificate that devices trust: set public-url. Devices do not speak to "+s.config.URL+".")
	}
	return state, err
}
