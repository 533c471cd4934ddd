package mail_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// F-39, pain 39: a test mail says what recipients' servers find out about us,
// and what to do about it.
func TestHints(t *testing.T) {
	key, err := mail.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := mail.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	txt := func(texts ...string) records { return records{texts: texts} }
	away := records{err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}
	me := zone{"there.org": {hosts: []string{"127.0.0.1"}}, "mx.school.org": {hosts: []string{"203.0.113.5"}}, "203.0.113.5": {names: []string{"MX.school.org."}}}
	relay := mail.Settings{Mode: mail.Relay, Host: "127.0.0.1", Security: mail.Plain, FromAddress: "it@school.org"}
	own := mail.Settings{Mode: mail.Direct, FromAddress: "it@school.org", HELO: "mx.school.org"}
	signed := func(s mail.Settings) mail.Settings { s.DKIM.Key = key.Key; return s }
	from := func(s mail.Settings, address string) mail.Settings { s.FromAddress = address; return s }
	greets := func(s mail.Settings, name string) mail.Settings { s.HELO = name; return s }
	for name, c := range map[string]struct {
		settings mail.Settings
		dns      zone
		about    string
		want     mail.Verdict
		words    string
	}{
		"spf through a relay":       {relay, zone{"school.org": txt("google-site=1", "v=spf1 include:relay.org -all")}, "spf", mail.HintOK, "has an SPF record"},
		"no spf":                    {relay, zone{}, "spf", mail.HintBad, "that your provider names"},
		"no spf, direct":            {own, zone{}, "spf", mail.HintBad, "v=spf1 a:mx.school.org -all"},
		"two spf":                   {own, zone{"school.org": txt("v=spf1 -all", "v=spf1 a -all")}, "spf", mail.HintBad, "has 2 SPF records"},
		"spf for everybody":         {own, zone{"school.org": txt("v=spf1 +all")}, "spf", mail.HintBad, "lets everybody send"},
		"spf by address":            {own, zone{"school.org": txt("v=spf1 ip4:203.0.113.0/24 -all")}, "spf", mail.HintOK, "names this server"},
		"spf by one address":        {own, zone{"school.org": txt("v=spf1 ip4:203.0.113.5 ~all")}, "spf", mail.HintOK, "names this server"},
		"spf by name":               {own, zone{"school.org": txt("v=spf1 a:mx.school.org ~all")}, "spf", mail.HintOK, "names this server"},
		"spf by mx":                 {own, zone{"school.org": {texts: []string{"v=spf1 mx ~all"}, mx: []*net.MX{{Host: "mx.school.org."}}}}, "spf", mail.HintOK, "names this server"},
		"spf without us":            {own, zone{"school.org": txt("v=spf1 ip4:198.51.100.1 -all")}, "spf", mail.HintBad, "Add a:mx.school.org"},
		"spf perhaps with us":       {own, zone{"school.org": txt("v=spf1 include:_spf.big.org -all")}, "spf", mail.HintBut, "does not name this server"},
		"spf not answered":          {own, zone{"school.org": away}, "spf", mail.HintBut, "could not be looked up just now"},
		"signed and published":      {signed(own), zone{"rsvpp._domainkey.school.org": txt(strings.ReplaceAll(key.Record, "p=", "p= "))}, "dkim", mail.HintOK, "is published"},
		"signed, not published":     {signed(relay), zone{}, "dkim", mail.HintBad, "TXT record of rsvpp._domainkey.school.org"},
		"signed, another published": {signed(own), zone{"rsvpp._domainkey.school.org": txt(other.Record)}, "dkim", mail.HintBad, "holds another key"},
		"not signed, relay":         {relay, zone{}, "dkim", mail.HintBut, "Many relays sign"},
		"not signed":                {own, zone{}, "dkim", mail.HintBut, "for junk"},
		"dmarc":                     {signed(own), zone{"_dmarc.school.org": txt("v=DMARC1; p=reject")}, "dmarc", mail.HintOK, "has a DMARC record"},
		"dmarc above":               {from(relay, "it@mail.school.org"), zone{"_dmarc.school.org": txt("v=DMARC1; p=none")}, "dmarc", mail.HintOK, "school.org has a DMARC record"},
		"dmarc, unsigned":           {own, zone{"_dmarc.school.org": txt("v=DMARC1; p=quarantine")}, "dmarc", mail.HintBut, "SPF alone must fit"},
		"no dmarc":                  {relay, zone{}, "dmarc", mail.HintBut, "v=DMARC1; p=none"},
		"dmarc not answered":        {relay, zone{"_dmarc.school.org": away}, "dmarc", mail.HintBut, "could not be looked up just now"},
		"greeting":                  {own, zone{}, "greeting", mail.HintOK, "leads back"},
		"greeting without address":  {greets(own, "nobody.school.org"), zone{}, "greeting", mail.HintBad, "a name without an address"},
		"greeting of another":       {greets(own, "www.school.org"), zone{"www.school.org": {hosts: []string{"203.0.113.5"}}}, "greeting", mail.HintBad, "reverse entry"},
		"greeting without reverse":  {greets(own, "www.school.org"), zone{"www.school.org": {hosts: []string{"203.0.113.6"}}}, "greeting", mail.HintBad, "reverse entry"},
		"greeting from within":      {greets(own, "www.school.org"), zone{"www.school.org": {hosts: []string{"10.0.0.1"}}}, "greeting", mail.HintBut, "within your network"},
		"a name for tests":          {from(relay, "it@school.example"), zone{}, "dns", mail.HintBut, "were not looked up"},
	} {
		t.Run(name, func(t *testing.T) {
			dns := zone{}
			for name, r := range me {
				dns[name] = r
			}
			for name, r := range c.dns {
				dns[name] = r
			}
			server := newServer(t, mailtest.Options{})
			sender := newSender(t, c.settings, mail.Ports{Resolver: dns, Dial: streets{"127.0.0.1:25": server}.dial})
			report := sender.Test(t.Context(), "anna@there.org")
			for _, h := range report.Hints {
				if h.About == c.about {
					if h.Verdict != c.want || !strings.Contains(h.Sentence, c.words) {
						t.Errorf("%+v", h)
					}
					return
				}
			}
			t.Errorf("nothing about %s: %+v", c.about, report.Hints)
		})
	}
}

// slow answers nothing until it is no longer asked.
type slow struct{ zone }

func (slow) LookupTXT(ctx context.Context, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A DNS that does not answer holds nothing up for long.
func TestHintsNeverBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sender, err := mail.NewSender(mail.Settings{Mode: mail.Direct, FromAddress: "it@school.org"}, mail.Ports{Resolver: slow{}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sender.Close() }()
		began := time.Now()
		report := sender.Test(t.Context(), "anna@nowhere.org")
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("took %s", took)
		}
		if len(report.Hints) != 4 || report.Hints[0].Verdict != mail.HintBut || report.Result.Outcome != mail.Refused {
			t.Errorf("%+v", report)
		}
	})
}
