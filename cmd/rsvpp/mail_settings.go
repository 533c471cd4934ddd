package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rsvpp/rsvpp/client"
)

func (p *cli) mailShow() *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "Show how letters leave, without the password", Args: cobra.NoArgs}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		s, err := server.Mail(ctx)
		if err != nil {
			return err
		}
		return p.showMail(s)
	})
	return c
}

func (p *cli) showMail(s client.MailSettings) error {
	if p.json {
		return p.printJSON(s)
	}
	out := &table{}
	line := func(name, value string) {
		if value != "" && value != "0" {
			out.add(name, value)
		}
	}
	line("Mode", s.Mode)
	line("Host", s.Host)
	line("Port", strconv.Itoa(s.Port))
	line("Security", s.Security)
	line("User name", s.Username)
	line("Password", map[bool]string{true: "kept"}[s.HasPassword])
	line("From", strings.TrimSpace(s.FromName+" "+s.FromAddress))
	line("Reply to", s.ReplyTo)
	line("Greets as", s.HELO)
	line("Connections", strconv.Itoa(s.MaxConnections))
	line("Seconds to wait", strconv.Itoa(s.TimeoutSeconds))
	line("Trusts beside the system", map[bool]string{true: "certificates of its own"}[s.TrustedCA != ""])
	line("Letters come back to", s.BounceTo)
	line("Signed", map[bool]string{true: "yes (rsvpp mail dkim)"}[s.DKIM])
	line("Administrators", strings.Join(s.Administrators, ", "))
	return out.write(p.out)
}

// mailPatch holds the flags of `mail set`.
type mailPatch struct {
	client.MailSettings
	password bool
	ca       string
}

func (o *mailPatch) flags(f *pflag.FlagSet) {
	f.StringVar(&o.Mode, "mode", "", "none, relay, or direct to the recipients' servers")
	f.StringVar(&o.Host, "host", "", "the relay")
	f.IntVar(&o.Port, "port", 0, "of the relay; 0 for the usual one of the security")
	f.StringVar(&o.Security, "security", "", "none, starttls, starttls-required or tls")
	f.StringVar(&o.Username, "username", "", "for the relay")
	f.BoolVar(&o.password, "password", false, "ask for the relay's password, or read it from standard input")
	f.BoolVar(&o.ForgetPassword, "forget-password", false, "forget the password that is kept")
	f.StringVar(&o.FromName, "from-name", "", "the sender's name")
	f.StringVar(&o.FromAddress, "from-address", "", "the sender's address")
	f.StringVar(&o.ReplyTo, "reply-to", "", "where answers go")
	f.StringVar(&o.HELO, "helo", "", "the name to greet mail servers with")
	f.IntVar(&o.MaxConnections, "max-connections", 0, "at a time; 0 for the usual number")
	f.IntVar(&o.TimeoutSeconds, "timeout-seconds", 0, "how long a mail server may take; 0 for the usual time")
	f.StringVar(&o.ca, "trusted-ca", "", "`file` with PEM certificates, trusted beside the system's")
	f.StringVar(&o.BounceTo, "bounce-to", "", "the address to which letters come back")
	f.BoolVar(&o.DKIM, "dkim", false, "sign letters; needs a key (rsvpp mail dkim)")
	f.StringVar(&o.DKIMDomain, "dkim-domain", "", "the domain that signs; the sender's without")
	f.StringVar(&o.DKIMSelector, "dkim-selector", "", "the name of the key's record; rsvpp without")
	f.StringSliceVar(&o.Administrators, "administrators", nil, "whom the server writes to about tokens and locations, with commas between")
}

// given takes over what one flag said.
func given[T any](f *pflag.FlagSet, name string, to *T, value T) {
	if f.Changed(name) {
		*to = value
	}
}

// into changes what flags were given for.
func (o *mailPatch) into(f *pflag.FlagSet, s *client.MailSettings) {
	given(f, "mode", &s.Mode, o.Mode)
	given(f, "host", &s.Host, o.Host)
	given(f, "port", &s.Port, o.Port)
	given(f, "security", &s.Security, o.Security)
	given(f, "username", &s.Username, o.Username)
	given(f, "forget-password", &s.ForgetPassword, o.ForgetPassword)
	given(f, "from-name", &s.FromName, o.FromName)
	given(f, "from-address", &s.FromAddress, o.FromAddress)
	given(f, "reply-to", &s.ReplyTo, o.ReplyTo)
	given(f, "helo", &s.HELO, o.HELO)
	given(f, "max-connections", &s.MaxConnections, o.MaxConnections)
	given(f, "timeout-seconds", &s.TimeoutSeconds, o.TimeoutSeconds)
	given(f, "trusted-ca", &s.TrustedCA, o.TrustedCA)
	given(f, "bounce-to", &s.BounceTo, o.BounceTo)
	given(f, "dkim", &s.DKIM, o.DKIM)
	given(f, "dkim-domain", &s.DKIMDomain, o.DKIMDomain)
	given(f, "dkim-selector", &s.DKIMSelector, o.DKIMSelector)
	given(f, "administrators", &s.Administrators, o.Administrators)
	given(f, "password", &s.Password, o.Password)
}

func (p *cli) mailSet() *cobra.Command {
	var o mailPatch
	c := &cobra.Command{
		Use: "set", Short: "Change how letters leave", Args: cobra.NoArgs,
		Long: `Change how letters leave. Only what is given changes; "" empties it. The
password never stands on the command line: it is asked for, or read from
standard input.`,
		Example: `  rsvpp mail set --mode relay --host mail.example.org --security tls --from-address it@example.org
  rsvpp mail set --username rsvpp --password < password.txt`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	o.flags(c.Flags())
	c.MarkFlagsMutuallyExclusive("password", "forget-password")
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, _ []string) error {
		if !o.given(c.Flags()) {
			return usagef("nothing to change was given (see --help)")
		}
		if err := p.readMailPatch(&o); err != nil {
			return err
		}
		was, err := server.Mail(ctx)
		if err != nil {
			return err
		}
		o.into(c.Flags(), &was)
		now, err := server.SaveMail(ctx, was)
		if err != nil {
			return err
		}
		return p.showMail(now)
	})
	return c
}

// readMailPatch reads what does not stand on the command line.
func (p *cli) readMailPatch(o *mailPatch) error {
	if o.password {
		var err error
		if o.Password, err = p.askSecret("The relay's password"); err != nil {
			return err
		}
	}
	if o.ca == "" {
		return nil
	}
	text, err := p.readFile(o.ca)
	if err != nil {
		return sayf(err, "The file %s cannot be read.", o.ca)
	}
	o.TrustedCA = string(text)
	return nil
}

func (p *cli) mailTest() *cobra.Command {
	c := &cobra.Command{
		Use: "test ADDRESS", Short: "Send a test mail to yourself, and tell each step", Args: cobra.ExactArgs(1),
		Long: `Send a test mail to an address of yours under the saved settings, and tell each
step. The command fails when no mail server took it.`,
	}
	p.serverFlags(c)
	p.jsonFlag(c)
	c.RunE = p.asksServer(func(ctx context.Context, server *client.Client, args []string) error {
		t, err := server.TestMail(ctx, args[0], nil)
		if err != nil {
			return err
		}
		if err := p.printMailTest(t); err != nil {
			return err
		}
		return tookIt(t.Outcome)
	})
	return c
}

func (p *cli) printMailTest(t client.MailTest) error {
	if p.json {
		return p.printJSON(t)
	}
	out := &table{}
	for _, s := range t.Steps {
		out.add(map[bool]string{true: "ok", false: "NOT OK"}[s.OK], s.Name, strconv.FormatInt(s.Milliseconds, 10)+" ms", s.Answer)
	}
	for _, h := range t.Hints {
		out.add(map[string]string{"ok": "ok", "but": "ok, but"}[h.Verdict], h.About, "", h.Sentence)
	}
	if err := out.write(p.out); err != nil {
		return err
	}
	return p.println(clean(t.Sentence))
}

// tookIt turns what became of a test into the exit status.
func tookIt(outcome string) error {
	if outcome == "accepted" {
		return nil
	}
	return sayf(nil, "No mail server took it.")
}

// given says whether any of these flags stands on the command line.
func (*mailPatch) given(f *pflag.FlagSet) bool {
	own, some := pflag.NewFlagSet("", pflag.ContinueOnError), false
	new(mailPatch).flags(own)
	own.VisitAll(func(flag *pflag.Flag) { some = some || f.Changed(flag.Name) })
	return some
}
