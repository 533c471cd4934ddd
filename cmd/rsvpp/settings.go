package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// settings is everything that can be set from outside. Only cmd reads it.
type settings struct {
	dataDir        string
	database       string
	sealKey        string // the master key's text; "" for the file in the data folder
	listen         string
	bounceListen   string // "" for nowhere
	publicURL      string
	claimName      string // "" for one made of the public address
	tlsCert        string
	tlsKey         string
	trustedProxies []netip.Prefix
	appleURL       string
	cadence        program.Cadence
	lease          time.Duration // a dead node's work is free after
	sweep          time.Duration
	mailRetry      time.Duration // the first pause of a deferred letter
	linkLife       time.Duration
	undoTime       time.Duration // nothing of a removal is sent to Apple before
	metricsToken   string        // what Prometheus shows; "" for none
	mdm            mdmSettings
	logLevel       slog.Level
	logFormat      string
}

// setting is one line of the table below: how a value is named, explained and
// read. Flags, environment, file and `rsvpp config` all work from it.
type setting struct {
	name    string // "data-dir"; in the environment RSVPP_DATA_DIR
	value   string // the default
	usage   string
	secret  bool // not printed; also read from the file that NAME_FILE names
	expert  bool // left out of the short help
	read    func(*settings, string) error
	current string // what was found
	source  string // "default", "file", "environment", "flag"
}

func text(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, v string) error { *field(s) = v; return nil }
}

func duration(field func(*settings) *time.Duration) func(*settings, string) error {
	return func(s *settings, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is not a time span such as 30s, 5m or 24h", v)
		}
		*field(s) = d
		return nil
	}
}

// durationOrNone also takes 0, for never or at once.
func durationOrNone(field func(*settings) *time.Duration) func(*settings, string) error {
	return func(s *settings, v string) error {
		if d, err := time.ParseDuration(v); err == nil && d == 0 {
			*field(s) = 0
			return nil
		}
		return duration(field)(s, v)
	}
}

// settingTable lists every setting once.
func settingTable() []*setting {
	return []*setting{
		{name: "data-dir", value: "rsvpp-data", usage: "folder for the database and the key that seals secrets", read: text(func(s *settings) *string { return &s.dataDir })},
		{name: "database", value: "", usage: "postgres://… or the path of a SQLite file (default: rsvpp.db in the data folder)", secret: true, read: text(func(s *settings) *string { return &s.database })},
		{name: "seal-key", value: "", usage: "the key that seals secrets (default: seal.key in the data folder, made on first start)", secret: true, read: text(func(s *settings) *string { return &s.sealKey })},
		{name: "listen", value: "127.0.0.1:8080", usage: "address to listen on", read: text(func(s *settings) *string { return &s.listen })},
		{name: "bounce-listen", value: "", usage: "address at which letters that come back are taken by SMTP, such as :2525 (default: nowhere)", read: text(func(s *settings) *string { return &s.bounceListen })},
		{name: "public-url", value: "", usage: "address at which administrators, invited people and Apple reach this server", read: readPublicURL},
		{name: "claim-name", value: "", usage: "how this server is called at Apple, where other servers read whose a location is (default: rsvpp at the host of public-url)", read: readClaimName},
		{name: "tls-cert", value: "", usage: "certificate file (PEM), for https without a proxy", read: text(func(s *settings) *string { return &s.tlsCert })},
		{name: "tls-key", value: "", usage: "key file (PEM) of the certificate", read: text(func(s *settings) *string { return &s.tlsKey })},
		{name: "trusted-proxies", value: "", usage: "networks whose X-Forwarded-For is believed, such as 10.0.0.0/8", read: readProxies},
		{name: "log-level", value: "info", usage: "debug, info, warn or error", read: readLevel},
		{name: "log-format", value: "text", usage: "text or json", read: readFormat},
		{name: "link-life", value: "720h", usage: "an invitation's link works for", read: duration(func(s *settings) *time.Duration { return &s.linkLife })},
		{name: "undo-time", value: "5m", usage: "Delete from VPP can be undone for; nothing is sent to Apple before (0: it is sent at once)", read: durationOrNone(func(s *settings) *time.Duration { return &s.undoTime })},
		{name: "metrics-token", value: "", usage: "the bearer token with which /metrics is read (default: an API key that may read)", secret: true, read: text(func(s *settings) *string { return &s.metricsToken })},
		{name: "apple-url", value: "", usage: "Apple's API, or a pretend one", expert: true, read: text(func(s *settings) *string { return &s.appleURL })},
		{name: "first-look", value: program.Apple.FirstLook.String(), usage: "from a request to the first look at its result, unless Apple notifies", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.FirstLook })},
		{name: "look-every", value: program.Apple.LookEvery.String(), usage: "between looks while Apple works", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.LookEvery })},
		{name: "resend-after", value: program.Apple.ResendAfter.String(), usage: "a request that still waits is sent again after", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.ResendAfter })},
		{name: "settle", value: program.Apple.Settle.String(), usage: "results of several requests are read together within", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.Settle })},
		{name: "read-every", value: program.Apple.ReadEvery.String(), usage: "what changed at Apple is read at least every", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.ReadEvery })},
		{name: "full-read-every", value: program.Apple.FullEvery.String(), usage: "everything at Apple is read at least every", expert: true, read: duration(func(s *settings) *time.Duration { return &s.cadence.FullEvery })},
		{name: "take-over-after", value: "1m15s", usage: "another node takes over the work of a dead one after", expert: true, read: duration(func(s *settings) *time.Duration { return &s.lease })},
		{name: "sweep-every", value: "15s", usage: "between looks for work that nobody was woken for", expert: true, read: duration(func(s *settings) *time.Duration { return &s.sweep })},
		{name: "mail-retry", value: "1m", usage: "first pause of a letter that the mail server put off; it grows", expert: true, read: duration(func(s *settings) *time.Duration { return &s.mailRetry })},
		{name: "mdm-profile-life", value: "168h", usage: "an enrollment profile, or a link to one, works for", expert: true, read: duration(func(s *settings) *time.Duration { return &s.mdm.profileLife })},
		{name: "mdm-account-every", value: "24h", usage: "devices are asked who is signed in to their App Store every", expert: true, read: duration(func(s *settings) *time.Duration { return &s.mdm.accountEvery })},
		{name: "mdm-repush", value: "15m", usage: "devices that did not come for their commands are woken again after", expert: true, read: duration(func(s *settings) *time.Duration { return &s.mdm.repush })},
		{name: "mdm-access-rights", value: strconv.Itoa(builtin.Rights), usage: "what enrollment profiles ask for, Apple's sum of rights; invitations need 4096", expert: true, read: readRights},
		{name: "mdm-push-url", value: "", usage: "Apple's push service, or a pretend one", expert: true, read: text(func(s *settings) *string { return &s.mdm.pushURL })},
		{name: "mdm-push-ca", value: "", usage: "certificate file (PEM) by which a pretend push service is believed", expert: true, read: text(func(s *settings) *string { return &s.mdm.pushCA })},
	}
}

func readPublicURL(s *settings, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("%q is not an address such as https://rsvpp.example.org", v)
	}
	s.publicURL = strings.TrimSuffix(v, "/")
	return nil
}

func readClaimName(s *settings, v string) error {
	if len(v) > longestClaimName {
		return fmt.Errorf("%q is longer than the %d bytes that Apple keeps", v, longestClaimName)
	}
	s.claimName = v
	return nil
}

func readProxies(s *settings, v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		s.trustedProxies = append(s.trustedProxies, p)
	}
	return nil
}

// mdmSettings are those of the MDM server inside.
type mdmSettings struct {
	profileLife  time.Duration
	accountEvery time.Duration
	repush       time.Duration
	rights       int
	pushURL      string // "" for Apple's
	pushCA       string // file, "" for the system's authorities
}

// readRights takes the sum of Apple's access rights, of which invitations need one.
func readRights(s *settings, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 8191 || n&vpp.AllowAppInstallation == 0 {
		return fmt.Errorf("%q is not a sum of Apple's access rights, from 4096 to 8191: invitations need 4096", v)
	}
	s.mdm.rights = n
	return nil
}

func readLevel(s *settings, v string) error {
	if s.logLevel.UnmarshalText([]byte(v)) != nil {
		return fmt.Errorf("%q is none of debug, info, warn, error", v)
	}
	return nil
}

func readFormat(s *settings, v string) error {
	if s.logFormat = v; v != "text" && v != "json" {
		return fmt.Errorf("%q is neither text nor json", v)
	}
	return nil
}

// resolve reads every setting: flag before environment before file before
// default. All faults are reported at once.
func resolve(table []*setting, flags map[string]string, env func(string) (string, bool), file map[string]string,
	readFile func(string) ([]byte, error),
) (settings, error) {
	var s settings
	var faults []error
	known := map[string]bool{}
	for _, t := range table {
		known[t.name] = true
		if err := t.find(flags, env, file, readFile); err != nil {
			faults = append(faults, err)
			continue
		}
		if err := t.read(&s, t.current); err != nil {
			faults = append(faults, fmt.Errorf("%s (from %s): %w", t.name, t.source, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		if !known[name] {
			faults = append(faults, fmt.Errorf("the settings file has an unknown name %q", name))
		}
	}
	if s.database == "" {
		s.database = filepath.Join(s.dataDir, "rsvpp.db")
	}
	if (s.tlsCert == "") != (s.tlsKey == "") {
		faults = append(faults, errors.New("tls-cert and tls-key go together: set both or neither"))
	}
	return s, errors.Join(faults...)
}

// find takes a setting's value from the first place that has one.
func (t *setting) find(flags map[string]string, env func(string) (string, bool), file map[string]string, readFile func(string) ([]byte, error)) error {
	variable := "RSVPP_" + strings.ToUpper(strings.ReplaceAll(t.name, "-", "_"))
	t.current, t.source = t.value, "default"
	if v, ok := file[t.name]; ok {
		t.current, t.source = v, "file"
	}
	if v, ok := env(variable + "_FILE"); ok && t.secret {
		text, err := readFile(v)
		if err != nil {
			return fmt.Errorf("%s_FILE: %w", variable, err)
		}
		t.current, t.source = strings.TrimSpace(string(text)), "environment"
	}
	if v, ok := env(variable); ok {
		t.current, t.source = v, "environment"
	}
	if v, ok := flags[t.name]; ok {
		t.current, t.source = v, "flag"
	}
	return nil
}
