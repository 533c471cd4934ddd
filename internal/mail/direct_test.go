package mail_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// zone is a small DNS: names to records.
type zone map[string]records

type records struct {
	mx    []*net.MX
	hosts []string
	texts []string
	names []string // that an address leads back to
	err   error
}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if found := z[name]; found.err != nil || len(found.mx) > 0 {
		return found.mx, found.err
	}
	return nil, notFound(name)
}

func (z zone) LookupHost(_ context.Context, name string) ([]string, error) {
	if found := z[name]; found.err != nil || len(found.hosts) > 0 {
		return found.hosts, found.err
	}
	if net.ParseIP(name) != nil {
		return []string{name}, nil
	}
	return nil, notFound(name)
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if found := z[name]; found.err != nil || len(found.texts) > 0 {
		return found.texts, found.err
	}
	return nil, notFound(name)
}

func (z zone) LookupAddr(_ context.Context, address string) ([]string, error) {
	if found := z[address]; found.err != nil || len(found.names) > 0 {
		return found.names, found.err
	}
	return nil, notFound(address)
}

func notFound(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// streets leads each "address:25" to a server, or nowhere.
type streets map[string]*mailtest.Server

func (s streets) dial(ctx context.Context, network, address string) (net.Conn, error) {
	server, ok := s[address]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, server.Addr())
}

func direct() mail.Settings {
	return mail.Settings{Mode: mail.Direct, FromAddress: "it@example.com", Timeout: 5 * time.Second}
}

// S4-17 and the issue: direct delivery to the recipients' own mail servers.
func TestDirectDelivery(t *testing.T) {
	one, two := newServer(t, mailtest.Options{}), newServer(t, mailtest.Options{})
	hanging := newServer(t, mailtest.Options{Faults: mailtest.Faults{HangUp: 1}})
	map1 := streets{"192.0.2.1:25": one, "192.0.2.2:25": two, "192.0.2.3:25": hanging, "[2001:db8::1]:25": one}
	dns := zone{
		"order.example":    {mx: []*net.MX{{Host: "mx2.example.", Pref: 20}, {Host: "mx1.example.", Pref: 10}}},
		"down.example":     {mx: []*net.MX{{Host: "gone.example.", Pref: 5}, {Host: "closed.example.", Pref: 10}, {Host: "hangs.example.", Pref: 15}, {Host: "mx2.example.", Pref: 20}}},
		"nomx.example":     {hosts: []string{"192.0.2.9", "2001:db8::1"}},
		"null.example":     {mx: []*net.MX{{Host: ".", Pref: 0}}},
		"closed25.example": {mx: []*net.MX{{Host: "closed.example.", Pref: 5}}},
		"broken.example":   {err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}},
		"mx1.example":      {hosts: []string{"192.0.2.1"}},
		"mx2.example":      {hosts: []string{"192.0.2.2"}},
		"hangs.example":    {hosts: []string{"192.0.2.3"}},
		"closed.example":   {hosts: []string{"192.0.2.8"}},
	}
	cases := map[string]struct {
		want  mail.Outcome
		host  string
		words string
	}{
		"order.example":    {mail.Accepted, "mx1.example", ""},
		"down.example":     {mail.Accepted, "mx2.example", ""},
		"nomx.example":     {mail.Accepted, "nomx.example", ""},
		"null.example":     {mail.Refused, "null.example", "takes no mail at all"},
		"nowhere.example":  {mail.Refused, "nowhere.example", "does not exist"},
		"closed25.example": {mail.Deferred, "closed.example", "port 25 must be open"},
		"broken.example":   {mail.Deferred, "broken.example", "could not be looked up just now"},
	}
	sender := newSender(t, direct(), mail.Ports{Resolver: dns, Dial: map1.dial})
	for domain, one := range cases {
		t.Run(domain, func(t *testing.T) {
			for range 2 { // the second time the exchangers are remembered
				got := sender.Send(t.Context(), letterTo("anna@"+domain))
				wantOutcome(t, got, one.want, one.words)
				if got.Host != one.host {
					t.Errorf("host %q, want %q", got.Host, one.host)
				}
			}
		})
	}
	// A refusal ends the delivery: the next exchanger is not asked the same again.
	one.SetFaults(mailtest.Faults{Refuse: 1})
	before := two.Count()
	wantOutcome(t, sender.Send(t.Context(), letterTo("bob@order.example")), mail.Refused, "")
	if two.Count() != before {
		t.Error("a refused letter went to the next exchanger")
	}
}

// Opportunistic: encrypted where offered, whatever the certificate; required
// means checked.
func TestDirectEncryption(t *testing.T) {
	server := newServer(t, mailtest.Options{Encryption: mailtest.STARTTLS, Certificate: mailtest.WrongName})
	ports := mail.Ports{
		Resolver: zone{"a.example": {mx: []*net.MX{{Host: "mx.a.example.", Pref: 1}}}, "mx.a.example": {hosts: []string{"192.0.2.1"}}},
		Dial:     streets{"192.0.2.1:25": server}.dial,
	}
	got := newSender(t, direct(), ports).Send(t.Context(), letterTo("anna@a.example"))
	wantOutcome(t, got, mail.Accepted, "")
	if letter, _ := server.Find("anna@a.example"); !got.Encrypted || !letter.Encrypted {
		t.Error("offered encryption was not used")
	}
	strict := direct()
	strict.Security = mail.StartTLSRequired
	got = newSender(t, strict, ports).Send(t.Context(), letterTo("anna@a.example"))
	wantOutcome(t, got, mail.Deferred, "certificate of mx.a.example")
	if server.Count() != 1 {
		t.Error("something was sent past a wrong certificate")
	}
}

// F-39: the test button tells each step.
func TestReportNamesEveryStep(t *testing.T) {
	server := newServer(t, mailtest.Options{Encryption: mailtest.STARTTLS, Username: "it", Password: "secret"})
	settings := relayTo(server)
	settings.Security, settings.Username, settings.Password = mail.StartTLSRequired, "it", mail.NewSecret("secret")
	sender := newSender(t, settings, mail.Ports{})
	report := sender.Test(t.Context(), "me@example.com")
	wantOutcome(t, report.Result, mail.Accepted, "")
	if got := stepsOf(report); got != "resolve connect greet tls auth from to data" {
		t.Errorf("steps: %s", got)
	}
	if letter, ok := server.Find("me@example.com"); !ok || !strings.Contains(letter.Subject, "Test mail") {
		t.Error("the test mail did not arrive")
	}
	settings.Password = mail.NewSecret("wrong")
	if err := sender.Change(settings); err != nil {
		t.Fatal(err)
	}
	report = sender.Test(t.Context(), "me@example.com")
	wantOutcome(t, report.Result, mail.Deferred, "did not accept the user name and password")
	last := report.Steps[len(report.Steps)-1]
	if last.Step != mail.StepAuth || last.OK || !strings.Contains(last.Answer, "535") {
		t.Errorf("last step: %+v", last)
	}
	wantOutcome(t, sender.Test(t.Context(), "nonsense").Result, mail.Refused, "the @ is missing")
}

func stepsOf(report mail.Report) string {
	var names []string
	for _, step := range report.Steps {
		if !step.OK {
			names = append(names, "!"+string(step.Step))
			continue
		}
		names = append(names, string(step.Step))
	}
	return strings.Join(names, " ")
}
