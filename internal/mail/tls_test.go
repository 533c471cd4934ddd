package mail_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// S4-18 and F-39: a relay with TLS, STARTTLS and sign-in; a wrong certificate
// is named and never passed over.
func TestRelayEncryption(t *testing.T) {
	good, wrongName, expired, stranger := mailtest.Good, mailtest.WrongName, mailtest.Expired, mailtest.UnknownAuthority
	cases := []struct {
		offer    mailtest.Encryption
		cert     mailtest.Certificate
		security mail.Security
		want     mail.Outcome
		words    string
	}{
		{mailtest.STARTTLS, good, mail.StartTLS, mail.Accepted, ""},
		{mailtest.STARTTLS, good, mail.StartTLSRequired, mail.Accepted, ""},
		{mailtest.TLS, good, mail.TLS, mail.Accepted, ""},
		{mailtest.NoTLS, good, mail.StartTLS, mail.Accepted, ""},
		{mailtest.NoTLS, good, mail.StartTLSRequired, mail.Deferred, "does not offer encryption"},
		{mailtest.NoTLS, good, mail.TLS, mail.Deferred, "does not speak TLS from the first byte"},
		{mailtest.STARTTLS, wrongName, mail.StartTLS, mail.Deferred, "certificate of 127.0.0.1 is made out to another name"},
		{mailtest.TLS, wrongName, mail.TLS, mail.Deferred, "made out to another name"},
		{mailtest.STARTTLS, expired, mail.StartTLSRequired, mail.Deferred, "has expired"},
		{mailtest.TLS, stranger, mail.TLS, mail.Deferred, "authority this server does not know"},
	}
	for _, one := range cases {
		t.Run(fmt.Sprintf("offer %d certificate %d wanted %s", one.offer, one.cert, one.security), func(t *testing.T) {
			server := newServer(t, mailtest.Options{Encryption: one.offer, Certificate: one.cert})
			settings := relayTo(server)
			settings.Security = one.security
			got := newSender(t, settings, mail.Ports{}).Send(t.Context(), letterTo("anna@example.org"))
			wantOutcome(t, got, one.want, one.words)
			letter, arrived := server.Find("anna@example.org")
			if arrived != (one.want == mail.Accepted) || letter.Encrypted != got.Encrypted {
				t.Errorf("arrived %v, encrypted %v, result %v", arrived, letter.Encrypted, got.Encrypted)
			}
			if arrived && got.Encrypted != (one.offer != mailtest.NoTLS) {
				t.Errorf("encrypted: %v", got.Encrypted)
			}
		})
	}
}

func TestRelaySignIn(t *testing.T) {
	server := newServer(t, mailtest.Options{Encryption: mailtest.TLS, Username: "it", Password: "secret"})
	settings := relayTo(server)
	settings.Security = mail.TLS
	got := newSender(t, settings, mail.Ports{}).Send(t.Context(), letterTo("anna@example.org"))
	wantOutcome(t, got, mail.Deferred, "wants a user name and password")
	settings.Username, settings.Password = "it", mail.NewSecret("wrong")
	got = newSender(t, settings, mail.Ports{}).Send(t.Context(), letterTo("anna@example.org"))
	wantOutcome(t, got, mail.Deferred, "did not accept the user name and password")
	if got.Cause != mail.CauseSettings || got.Code != 535 {
		t.Errorf("%+v", got)
	}
	settings.Password = mail.NewSecret("secret")
	wantOutcome(t, newSender(t, settings, mail.Ports{}).Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")

	open := newServer(t, mailtest.Options{})
	settings = relayTo(open)
	settings.Username, settings.Password = "it", mail.NewSecret("secret")
	got = newSender(t, settings, mail.Ports{}).Send(t.Context(), letterTo("anna@example.org"))
	wantOutcome(t, got, mail.Deferred, "offers no way to sign in")
}

// A password never crosses the network readable, whatever the server offers.
func TestPasswordNeedsEncryption(t *testing.T) {
	server := newServer(t, mailtest.Options{Username: "it", Password: "secret"})
	settings := relayTo(server)
	settings.Host, settings.Port, settings.Security = "relay.example.test", 25, mail.StartTLS
	settings.Username, settings.Password = "it", mail.NewSecret("secret")
	ports := mail.Ports{
		Resolver: zone{"relay.example.test": {hosts: []string{"192.0.2.1"}}},
		Dial:     streets{"192.0.2.1:25": server}.dial,
	}
	got := newSender(t, settings, ports).Send(t.Context(), letterTo("anna@example.org"))
	wantOutcome(t, got, mail.Deferred, "the password was not sent")
}

func TestSecretHides(t *testing.T) {
	settings := mail.Settings{Username: "it", Password: mail.NewSecret("hunter2")}
	encoded, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "settings", settings, "password", settings.Password)
	shown := string(encoded) + log.String() + fmt.Sprintf("%v %+v %#v %s", settings, settings, settings, settings.Password)
	if strings.Contains(shown, "hunter2") {
		t.Errorf("shown: %s", shown)
	}
	if settings.Password.Reveal() != "hunter2" {
		t.Error("lost")
	}
}

func TestValidateNamesAllFaults(t *testing.T) {
	bad := mail.Settings{
		Mode: mail.Relay, Host: "smtp://mail.example.com", Port: 70000, Security: "magic", Username: "it",
		FromName: "a\nb", FromAddress: "nobody", ReplyTo: "x y", HELO: "under score!", MaxConnections: -1, Timeout: -1, TrustedCA: []byte("no"),
	}
	var fields []string
	for _, fault := range mail.Faults(bad.Validate()) {
		fields = append(fields, fault.Field)
		if !strings.HasSuffix(fault.Message, ".") {
			t.Errorf("no sentence: %s", fault.Message)
		}
	}
	const want = "host port security password from_address reply_to from_name helo max_connections timeout trusted_ca"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("faults in %s\nwant      %s", got, want)
	}
	for name, one := range map[string]struct {
		settings mail.Settings
		field    string
	}{
		"none":           {mail.Settings{}, ""},
		"direct":         {mail.Settings{Mode: mail.Direct, FromAddress: "it@example.com"}, ""},
		"relay":          {mail.Settings{Mode: mail.Relay, Host: "mail.example.com", FromAddress: "it@example.com"}, ""},
		"mode":           {mail.Settings{Mode: "pigeon", FromAddress: "it@example.com"}, "mode"},
		"plain password": {mail.Settings{Mode: mail.Relay, Host: "mail.example.com", Security: mail.Plain, Username: "it", Password: mail.NewSecret("x"), FromAddress: "it@example.com"}, "security"},
		"direct 587":     {mail.Settings{Mode: mail.Direct, Port: 587, FromAddress: "it@example.com"}, "port"},
		"direct relay":   {mail.Settings{Mode: mail.Direct, Host: "mail.example.com", FromAddress: "it@example.com"}, "host"},
		"no sender":      {mail.Settings{Mode: mail.Direct}, "from_address"},
		"tls on 587":     {mail.Settings{Mode: mail.Relay, Host: "mail.example.com", Port: 587, Security: mail.TLS, FromAddress: "it@example.com"}, "port"},
	} {
		faults := mail.Faults(one.settings.Validate())
		if len(faults) == 0 && one.field == "" {
			continue
		}
		if len(faults) != 1 || faults[0].Field != one.field {
			t.Errorf("%s: %v", name, faults)
		}
	}
}
