package mail

import (
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Validate returns every fault at once: nil, or an error that joins one
// *vpp.Error (kind Invalid, Field named) for each fault. Faults lists them.
func (s Settings) Validate() error {
	var faults []error
	add := func(field, format string, args ...any) {
		fault := vpp.Errorf(vpp.Invalid, format, args...)
		fault.Field = field
		faults = append(faults, fault)
	}
	s = s.withUsual()
	switch s.Mode {
	case None:
		return nil
	case Relay:
		s.faultsOfRelay(add)
	case Direct:
		s.faultsOfDirect(add)
	default:
		add("mode", "%q is no way to send mail. Choose none, relay or direct.", s.Mode)
	}
	s.faultsOfSender(add)
	s.faultsOfDKIM(add)
	s.faultsOfLimits(add)
	return errors.Join(faults...)
}

// Faults takes the error of Validate or Compile apart into its single faults.
func Faults(err error) []*vpp.Error {
	switch err := err.(type) { //nolint:errorlint // walks the tree itself
	case *vpp.Error:
		return []*vpp.Error{err}
	case interface{ Unwrap() []error }:
		var faults []*vpp.Error
		for _, one := range err.Unwrap() {
			faults = append(faults, Faults(one)...)
		}
		return faults
	}
	return nil
}

type addFault func(field, format string, args ...any)

func (s Settings) faultsOfRelay(add addFault) {
	switch {
	case s.Host == "":
		add("host", "The outgoing mail server has no name. Enter it, for example smtp.example.com.")
	case !isHostName(s.Host):
		add("host", "%q is no server name. Enter the name alone, for example smtp.example.com, without port or smtp://.", oneLine(s.Host, 80))
	}
	if s.Port < 1 || s.Port > 65535 {
		add("port", "Port %d does not exist. Usual ports are 587, 465 and 25.", s.Port)
	}
	if !slices.Contains([]Security{Plain, StartTLS, StartTLSRequired, TLS}, s.Security) {
		add("security", "%q is no protection. Choose none, starttls, starttls-required or tls.", s.Security)
	}
	if s.Security == TLS && s.Port == 587 {
		add("port", "Port 587 speaks STARTTLS, not TLS from the first byte. Choose port 465, or STARTTLS.")
	}
	if s.Username == "" && !s.Password.IsZero() {
		add("username", "There is a password but no user name. Enter both, or neither.")
	}
	if s.Username != "" && s.Password.IsZero() {
		add("password", "There is a user name but no password. Enter both, or neither.")
	}
	if s.Username != "" && s.Security == Plain && !isLoopback(s.Host) {
		add("security", "The password would cross the network readable by anyone. Choose STARTTLS or TLS, or leave out the user name.")
	}
	if strings.ContainsAny(s.Username+s.Password.Reveal(), "\r\n\x00") {
		add("username", "The user name or password holds a line break. Enter it again without.")
	}
}

func (s Settings) faultsOfDirect(add addFault) {
	if s.Host != "" || s.Username != "" || !s.Password.IsZero() {
		add("host", "Direct delivery uses the recipients' own mail servers: leave server name, user name and password empty, or choose relay.")
	}
	if s.Security == TLS {
		add("security", "Recipients' mail servers do not speak TLS from the first byte. Choose starttls, starttls-required or none.")
	}
	if s.Port != 25 {
		add("port", "Recipients' mail servers listen on port 25. Leave the port empty, or choose relay.")
	}
}

func (s Settings) faultsOfSender(add addFault) {
	if s.FromAddress == "" {
		add("from_address", "The sender has no address. Enter the address that the letters come from.")
	} else if _, err := ParseAddress(s.FromAddress); err != nil {
		add("from_address", "The sender's address cannot be used. %s", vpp.MessageOf(err))
	}
	if s.ReplyTo != "" {
		if _, err := ParseAddress(s.ReplyTo); err != nil {
			add("reply_to", "The address for replies cannot be used. %s", vpp.MessageOf(err))
		}
	}
	if s.BounceTo != "" {
		to, err := ParseAddress(s.BounceTo)
		switch local, _, _ := strings.Cut(s.BounceTo, "@"); {
		case err != nil:
			add("bounce_to", "The address for bounces cannot be used. %s", vpp.MessageOf(err))
		case to.NeedsUTF8() || len(local) > longestBounceName || strings.ContainsAny(local, "+\""):
			add("bounce_to", "The address for bounces needs a short plain name before the @, for example bounces: up to %d letters and digits, without +.", longestBounceName)
		}
	}
	if hasControl(s.FromName) {
		add("from_name", "The sender's name holds a line break or another invisible character. Type it again.")
	}
	if s.HELO != "" && !isHostName(s.HELO) {
		add("helo", "%q is no name to greet with. Enter this server's public name, for example rsvpp.example.com.", oneLine(s.HELO, 80))
	}
}

func (s Settings) faultsOfLimits(add addFault) {
	if s.MaxConnections < 1 || s.MaxConnections > mostConnections {
		add("max_connections", "%d connections at once cannot be used. Choose 1 to %d.", s.MaxConnections, mostConnections)
	}
	if s.Timeout < 0 || s.Timeout > longestTimeout {
		add("timeout", "A patience of %s cannot be used. Choose up to %s.", s.Timeout, longestTimeout)
	}
	if len(s.TrustedCA) > 0 && !x509.NewCertPool().AppendCertsFromPEM(s.TrustedCA) {
		add("trusted_ca", "The trusted certificates are not readable. Paste them in PEM form, beginning with -----BEGIN CERTIFICATE-----.")
	}
}

// isHostName accepts DNS names (also in national letters) and IP addresses.
func isHostName(name string) bool {
	if net.ParseIP(name) != nil {
		return true
	}
	_, err := asciiDomain(name)
	return err == nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
