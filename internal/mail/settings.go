package mail

import (
	"crypto/x509"
	"time"
)

// Mode says which way letters leave.
type Mode string

// The ways a letter can leave.
const (
	None   Mode = "none"   // no mail is configured; every letter is answered so
	Relay  Mode = "relay"  // through one outgoing mail server
	Direct Mode = "direct" // to each recipient's own mail server, on port 25
)

// Security says how the connection to the mail server is protected.
type Security string

// The protections. In direct mode StartTLS is opportunistic and the
// certificate is not checked (few recipients' servers have one that fits);
// StartTLSRequired checks it. To a relay a certificate is always checked.
const (
	Plain            Security = "none"
	StartTLS         Security = "starttls"          // when the server offers it
	StartTLSRequired Security = "starttls-required" // or not at all
	TLS              Security = "tls"               // from the first byte, usually port 465
)

// Settings say how letters are sent and whom they come from.
type Settings struct {
	Mode Mode

	// The relay. Port 0 means the usual port of the chosen Security.
	Host     string
	Port     int
	Security Security
	Username string
	Password Secret

	// The sender. Addresses are plain "name@domain".
	FromName    string
	FromAddress string
	ReplyTo     string // optional
	BounceTo    string // optional: letters that cannot be delivered come back to it, see ReturnPath

	HELO           string        // the name we greet with; empty: the domain of FromAddress
	MaxConnections int           // connections used at once; 0: 8
	Timeout        time.Duration // patience per step of the exchange; 0: 30 s
	DKIM           DKIM          // how letters are signed; without a key they are not
	TrustedCA      []byte        // optional PEM certificates, trusted beside the system's
}

const (
	usualSelector    = "rsvpp"
	usualConnections = 8
	mostConnections  = 256
	usualTimeout     = 30 * time.Second
	longestTimeout   = 10 * time.Minute
)

// withUsual fills in what was left empty.
func (s Settings) withUsual() Settings {
	if s.Mode == "" {
		s.Mode = None
	}
	if s.Security == "" {
		s.Security = StartTLS
	}
	if s.Port == 0 {
		s.Port = usualPort(s.Mode, s.Security)
	}
	if s.MaxConnections == 0 {
		s.MaxConnections = usualConnections
	}
	if s.Timeout == 0 {
		s.Timeout = usualTimeout
	}
	if s.HELO == "" {
		s.HELO = domainOf(s.FromAddress)
	}
	if s.DKIM.Domain == "" {
		s.DKIM.Domain = domainOf(s.FromAddress)
	}
	if s.DKIM.Selector == "" {
		s.DKIM.Selector = usualSelector
	}
	return s
}

func usualPort(mode Mode, security Security) int {
	switch {
	case mode == Direct || security == Plain:
		return 25
	case security == TLS:
		return 465
	default:
		return 587
	}
}

// roots returns the authorities that may vouch for a mail server: the
// system's and, beside them, the ones from the settings.
func (s Settings) roots() *x509.CertPool {
	if len(s.TrustedCA) == 0 {
		return nil // the system's
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(s.TrustedCA)
	return pool
}
