package builtin

import (
	"crypto/sha1" //nolint:gosec // Apple's CAFingerprint is SHA-1 or MD5; TLS guards the profile
	"strings"

	"github.com/micromdm/plist"
)

// profile is an enrollment profile.
// https://developer.apple.com/documentation/devicemanagement/toplevel
type profile struct {
	PayloadContent           []any
	PayloadDescription       string
	PayloadDisplayName       string
	PayloadIdentifier        string
	PayloadOrganization      string `plist:",omitempty"`
	PayloadScope             string
	PayloadType              string
	PayloadUUID              string
	PayloadVersion           int
	PayloadRemovalDisallowed bool
}

type payload struct {
	PayloadIdentifier  string
	PayloadType        string
	PayloadUUID        string
	PayloadVersion     int
	PayloadDisplayName string
}

// scepPayload gets the device its certificate.
// https://developer.apple.com/documentation/devicemanagement/scep
type scepPayload struct {
	payload
	PayloadContent scepContent
}

type scepContent struct {
	URL           string
	Name          string
	Challenge     string
	Keysize       int
	KeyType       string `plist:"Key Type"`
	KeyUsage      int    `plist:"Key Usage"`
	Subject       [][][]string
	CAFingerprint []byte
	Retries       int
	RetryDelay    int
}

// mdmPayload brings the device under management.
// https://developer.apple.com/documentation/devicemanagement/mdm
type mdmPayload struct {
	payload
	IdentityCertificateUUID string
	Topic                   string
	ServerURL               string
	CheckInURL              string // the same: not every client falls back on ServerURL
	SignMessage             bool
	AccessRights            int
	CheckOutWhenRemoved     bool
	ServerCapabilities      []string
}

// profile writes the profile. Mac users get a channel of their own, which no
// later profile can add (trap 4).
func (s *Server) profile(ca *authority, name, topic, challenge string) ([]byte, error) {
	scepUUID, base := strings.ToUpper(s.config.IDs()), strings.TrimSuffix(s.config.URL, "/")
	fingerprint := sha1.Sum(ca.cert.Raw) //nolint:gosec // see the import
	p := profile{
		PayloadDescription: "Lets " + name + " invite you to its apps and books on this device. It cannot read messages, photos or your location.",
		PayloadDisplayName: name + ": device management", PayloadIdentifier: "com.github.rsvpp.enrollment", PayloadOrganization: name,
		PayloadScope: "System", PayloadType: "Configuration", PayloadUUID: strings.ToUpper(s.config.IDs()), PayloadVersion: 1,
	}
	p.PayloadContent = []any{
		scepPayload{
			payload: payload{"com.github.rsvpp.enrollment.identity", "com.apple.security.scep", scepUUID, 1, "Certificate"},
			PayloadContent: scepContent{
				URL: base + ScepPath, Name: "rsvpp", Challenge: challenge, Keysize: 2048, KeyType: "RSA", KeyUsage: 5, // signing and encryption
				Subject: [][][]string{{{"CN", "rsvpp device"}}}, CAFingerprint: fingerprint[:], Retries: 3, RetryDelay: 10,
			},
		},
		mdmPayload{
			payload:                 payload{"com.github.rsvpp.enrollment.mdm", "com.apple.mdm", strings.ToUpper(s.config.IDs()), 1, "Management"},
			IdentityCertificateUUID: scepUUID, Topic: topic, ServerURL: base + ProtocolPath, CheckInURL: base + ProtocolPath,
			SignMessage: true, AccessRights: s.config.AccessRights, CheckOutWhenRemoved: true, ServerCapabilities: []string{"com.apple.mdm.per-user-connections"},
		},
	}
	return plist.MarshalIndent(p, "\t")
}

// Where devices reach this server. The names are Apple's and everybody's: the
// row S3-03 asks for /mdm.
const (
	ProtocolPath = "/mdm"
	ScepPath     = "/mdm/scep"
)
