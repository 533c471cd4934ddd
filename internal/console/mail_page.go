package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) mailRoutes() []gate.Route {
	test := d.route("POST /settings/mail/test", operator.ScopeSettings, d.testMail)
	test.Timeout = 2 * time.Minute // patience of eight steps
	return []gate.Route{
		d.route("GET /settings/mail", operator.ScopeSettings, d.mailPage),
		d.route("POST /settings/mail", operator.ScopeSettings, d.saveMail),
		test,
		d.route("POST /settings/mail/dkim", operator.ScopeSettings, d.makeSigningKey),
		d.route("POST /settings/mail/letter", operator.ScopeSettings, d.saveLetter),
		d.route("GET /settings/mail/letter/preview", operator.ScopeRead, d.previewLetter),
	}
}

func (d *Door) mailPage(w http.ResponseWriter, r *http.Request) error {
	settings, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	m, err := d.mail(r, settings, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.MailPage(m))
}

// mail fills the page in with settings that need not be saved, and says what
// is wrong with which of them.
func (d *Door) mail(r *http.Request, s invite.MailSettings, wrong map[string]string) (view.Mail, error) {
	letter, err := d.Letters.Letter(r.Context())
	if err != nil {
		return view.Mail{}, err
	}
	m := view.Mail{
		Modes: mailModes(s.Mode), Relay: relayFields(s, wrong), Security: securities(s.Security), Insecure: wrong["security"],
		Direct: []view.Field{{Name: "helo", Label: "This server’s name", Value: s.HELO, Error: wrong["helo"], Placeholder: "rsvpp.example.com", Hint: "The name that recipients’ servers are greeted with. Empty: the domain of the sender’s address."}},
		Sender: senderFields(s, wrong), TestTo: d.testTo(r, wrong), Error: elsewhere(wrong),
	}
	m.Page = d.page(r)
	m.Page.Title, m.Page.Lead, m.Page.Path = "Mail", "How invitations leave this server, and what they say.", "/settings/mail"
	if m.Signing, err = d.signing(r, s, wrong); err != nil {
		return view.Mail{}, err
	}
	m.Letter, err = d.letterEditor(r, letter, nil)
	return m, err
}

// signing shows how letters are signed, and the record that must be published.
func (d *Door) signing(r *http.Request, s invite.MailSettings, wrong map[string]string) (view.Signing, error) {
	signing, err := d.Letters.Signing(r.Context())
	return view.Signing{
		On: s.DKIM, Name: signing.Name, Record: signing.Record, Error: wrong["dkim"],
		Fields: []view.Field{
			{Name: "dkim_domain", Label: "Signed for the domain", Value: s.DKIMDomain, Error: wrong["dkim_domain"], Hint: "Empty: the domain of the sender’s address."},
			{Name: "dkim_selector", Label: "Selector", Value: s.DKIMSelector, Error: wrong["dkim_selector"], Placeholder: signing.Selector, Hint: "A short word that tells this key from others of the domain."},
		},
	}, err
}

// makeSigningKey makes a new key; its record must be published before letters
// are signed with it.
func (d *Door) makeSigningKey(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.Letters.MakeSigningKey(r.Context(), actor(r)); err != nil {
		return err
	}
	return d.done(w, r, "/settings/mail#dkim", view.Notice{Tone: view.Good, Text: "There is a new key. Publish its record; then switch signing on and save."})
}

func mailModes(mode string) []view.Choice {
	list := []view.Choice{
		{Value: "none", Text: "No mail", Hint: "Links are copied and handed over."},
		{Value: "relay", Text: "Through a relay", Hint: "Your provider’s outgoing mail server."},
		{Value: "direct", Text: "Directly", Hint: "To the recipients’ servers. Port 25 must be open."},
	}
	return chosenFrom(list, mode)
}

func securities(security string) []view.Choice {
	list := []view.Choice{
		{Value: "starttls", Text: "STARTTLS, where the server offers it"},
		{Value: "starttls-required", Text: "STARTTLS, or not at all"},
		{Value: "tls", Text: "TLS from the start"},
		{Value: "none", Text: "None"},
	}
	return chosenFrom(list, security)
}

// chosenFrom marks the current choice; the first is for whoever has not chosen.
func chosenFrom(list []view.Choice, value string) []view.Choice {
	found := false
	for i, c := range list {
		list[i].Current = c.Value == value
		found = found || list[i].Current
	}
	if !found && len(list) > 0 {
		list[0].Current = true
	}
	return list
}

func relayFields(s invite.MailSettings, wrong map[string]string) []view.Field {
	port, kept := "", "Leave empty where the server wants none."
	if s.Port != 0 {
		port = strconv.Itoa(s.Port)
	}
	if s.HasPassword {
		kept = "One is kept, sealed. Leave empty to keep it."
	}
	return []view.Field{
		{Name: "host", Label: "Outgoing mail server", Value: s.Host, Error: wrong["host"], Required: true, Placeholder: "smtp.example.com"},
		{Name: "port", Label: "Port", Value: port, Error: wrong["port"], Hint: "Empty for the usual one: 587, or 465 with TLS from the start."},
		{Name: "username", Label: "User name", Value: s.Username, Error: wrong["username"], Autocomplete: "off"},
		{Name: "password", Label: "Password", Type: "password", Error: wrong["password"], Autocomplete: "new-password", Hint: kept},
	}
}

func senderFields(s invite.MailSettings, wrong map[string]string) []view.Field {
	return []view.Field{
		{Name: "from_name", Label: "Sender’s name", Value: s.FromName, Error: wrong["from_name"], Placeholder: "Example School"},
		{Name: "from_address", Label: "Sender’s address", Type: "email", Value: s.FromAddress, Error: wrong["from_address"], Required: true},
		{Name: "reply_to", Label: "Answers go to", Type: "email", Value: s.ReplyTo, Error: wrong["reply_to"], Hint: "Empty: to the sender’s address."},
		{Name: "bounce_to", Label: "Letters that cannot be delivered come back to", Type: "email", Value: s.BounceTo, Error: wrong["bounce_to"], Placeholder: "bounces@example.com", Hint: "Optional. A mailbox of your own domain that leads back to this server: then it is seen here when a letter does not arrive after all. Each letter gets its own address there, with a + in it."},
		{Name: "administrators", Label: "Administrators", Value: strings.Join(s.Administrators, ", "), Error: wrong["administrators"], Placeholder: "it@example.com", Hint: "This server writes to them when a content token is about to expire, when Apple refuses one, and when another server takes a location. Several with commas."},
	}
}

// elsewhere joins the faults that no field of the page shows.
func elsewhere(wrong map[string]string) string {
	text := ""
	for _, field := range []string{"", "mode", "max_connections", "timeout", "trusted_ca"} {
		text = join(text, wrong[field])
	}
	return text
}

func (d *Door) testTo(r *http.Request, wrong map[string]string) view.Field {
	to := typed(r, "to")
	if o, _ := gate.Operator(r.Context()); to == "" && strings.Contains(o.Name, "@") {
		to = o.Name
	}
	return view.Field{Name: "to", Label: "To", Type: "email", Value: to, Error: wrong["to"], Autocomplete: "email", Required: true}
}

func (d *Door) saveMail(w http.ResponseWriter, r *http.Request) error {
	kept, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	next, wrong := mailTyped(r, kept)
	if wrong == nil {
		err := d.Letters.SaveMailSettings(r.Context(), actor(r), next)
		if err == nil {
			return d.done(w, r, "/settings/mail#test", savedMail(next))
		}
		if wrong = faults(err); wrong == nil {
			return err
		}
	}
	m, err := d.mail(r, next, wrong)
	if err != nil {
		return err
	}
	return d.refuse(w, r, view.MailPage(m))
}

func savedMail(s invite.MailSettings) view.Notice {
	if !s.Configured() {
		return view.Notice{Tone: view.Info, Text: "Saved. No mail leaves this server: links are copied."}
	}
	return view.Notice{Tone: view.Good, Text: "Saved. Send a test mail to see that it works.", Action: view.Link{Text: "Test", Href: "/settings/mail#test"}}
}

// mailTyped reads the form over the settings that are kept: what the page does
// not show stays. Fields of the way that was not chosen are hidden, so they
// are no fault of anybody's: they are emptied.
func mailTyped(r *http.Request, s invite.MailSettings) (invite.MailSettings, map[string]string) {
	var wrong map[string]string
	s.Mode = r.PostFormValue("mode")
	s.FromName, s.FromAddress, s.ReplyTo = typed(r, "from_name"), typed(r, "from_address"), typed(r, "reply_to")
	s.Administrators = strings.FieldsFunc(r.PostFormValue("administrators"), func(c rune) bool { return c == ',' || c == ';' || unicode.IsSpace(c) })
	s.BounceTo = typed(r, "bounce_to")
	s.DKIM, s.DKIMDomain, s.DKIMSelector = r.PostFormValue("dkim") != "", strings.ToLower(typed(r, "dkim_domain")), strings.ToLower(typed(r, "dkim_selector"))
	s.HELO, s.Security = typed(r, "helo"), r.PostFormValue("security")
	s.Host, s.Username, s.Password, s.Port = typed(r, "host"), typed(r, "username"), r.PostFormValue("password"), 0
	if s.Mode != "relay" {
		s.Host, s.Username, s.Password, s.ForgetPassword, s.Security = "", "", "", true, "starttls"
		return s, nil
	}
	s.ForgetPassword = s.Username == "" && s.Password == ""
	if port := typed(r, "port"); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n <= 0 {
			wrong = map[string]string{"port": "A port is a number such as 587."}
		}
		s.Port = n
	}
	return s, wrong
}

// testMail tries the saved settings, and shows every step.
func (d *Door) testMail(w http.ResponseWriter, r *http.Request) error {
	settings, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	report, err := d.tryMail(r, settings)
	wrong := faults(err)
	if err != nil && wrong == nil {
		return err
	}
	m, err := d.mail(r, settings, wrong)
	if err != nil {
		return err
	}
	m.Report, m.Hints = testChecks(report), hintChecks(report.Hints)
	if len(wrong) > 0 {
		m.Report = []view.Check{{Tone: view.Bad, Title: "Nothing was sent", Detail: allOf(wrong)}}
	}
	return d.render(w, r, view.MailPage(m)) // 200: the report is the answer, also a bad one
}

func (d *Door) tryMail(r *http.Request, settings invite.MailSettings) (invite.TestReport, error) {
	to := typed(r, "to")
	if to == "" {
		return invite.TestReport{}, &vpp.Error{Kind: vpp.Invalid, Field: "to", Message: "Type the address that the test mail goes to."}
	}
	if !settings.Configured() {
		return invite.TestReport{}, vpp.Errorf(vpp.Invalid, "No mail is configured: choose a way above and save it first.")
	}
	return d.Letters.TestMail(r.Context(), actor(r), settings, to)
}

func allOf(wrong map[string]string) string {
	text := ""
	for _, sentence := range wrong {
		text = join(text, sentence)
	}
	return text
}

// testChecks turns the report of a test mail into its steps and its outcome.
func testChecks(t invite.TestReport) []view.Check {
	var list []view.Check
	for _, s := range t.Steps {
		tone := view.Good
		if !s.OK {
			tone = view.Bad
		}
		list = append(list, view.Check{Tone: tone, Title: stepTitle(s.Name), Detail: s.Answer, Took: took(s.Took)})
	}
	if t.Outcome == vpp.DeliveryAccepted {
		return append(list, view.Check{Tone: view.Good, Title: "The mail server took the test mail", Detail: t.Answer})
	}
	if t.Outcome == "" && t.Sentence == "" {
		return list
	}
	return append(list, view.Check{Tone: view.Bad, Title: "The test mail did not leave", Detail: t.Sentence})
}

// hintChecks are what recipients' servers find out about us.
func hintChecks(hints []invite.TestHint) []view.Check {
	var list []view.Check
	for _, h := range hints {
		tone := map[string]view.Tone{"ok": view.Good, "bad": view.Bad}[h.Verdict]
		if tone == "" {
			tone = view.Warn
		}
		title := map[string]string{"spf": "SPF", "dkim": "Signing (DKIM)", "dmarc": "DMARC", "greeting": "This server’s name"}[h.About]
		if title == "" {
			title = "Recipients’ servers"
		}
		list = append(list, view.Check{Tone: tone, Title: title, Detail: h.Sentence})
	}
	return list
}

func stepTitle(name string) string {
	title, known := map[string]string{
		"resolve": "Name look-up", "connect": "Connection", "greet": "Greeting", "tls": "Encryption", "auth": "Sign-in",
		"from": "Sender", "to": "Recipient", "data": "Hand-over",
	}[name]
	if !known {
		return name
	}
	return title
}
