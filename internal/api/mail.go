package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) getLetter(ctx context.Context, _ *none) (*answer[Letter], error) {
	l, err := d.Letters.Letter(ctx)
	return answered(Letter(l), err)
}

type letterInput struct{ Body Letter }

func (d *Door) putLetter(ctx context.Context, in *letterInput) (*answer[Letter], error) {
	if err := d.Letters.SaveLetter(ctx, actor(ctx), vpp.Letter(in.Body)); err != nil {
		return nil, err
	}
	return d.getLetter(ctx, nil)
}

type previewLetterInput struct {
	Body struct {
		Letter   *Letter `json:"letter,omitempty" doc:"The saved one if missing."`
		User     string  `json:"user,omitempty" maxLength:"64" doc:"Filled in for this person (an id); with invented values if missing."`
		Location string  `json:"location,omitempty" maxLength:"64"`
	}
}

func (d *Door) previewLetter(ctx context.Context, in *previewLetterInput) (*answer[Letter], error) {
	letter, err := d.letterOr(ctx, in.Body.Letter)
	if err != nil {
		return nil, err
	}
	l, err := d.Letters.PreviewLetter(ctx, letter, vpp.UserID(in.Body.User), vpp.LocationID(in.Body.Location))
	return answered(Letter(l), err)
}

// letterOr is the letter that was sent along, or the saved one.
func (d *Door) letterOr(ctx context.Context, sent *Letter) (vpp.Letter, error) {
	if sent != nil {
		return vpp.Letter(*sent), nil
	}
	return d.Letters.Letter(ctx)
}

type testLetterInput struct {
	Body struct {
		To       string  `json:"to" minLength:"1" maxLength:"320" doc:"Where the letter goes."`
		Letter   *Letter `json:"letter,omitempty" doc:"The saved one if missing."`
		User     string  `json:"user,omitempty" maxLength:"64" doc:"Filled in for this person (an id); with invented values if missing."`
		Location string  `json:"location,omitempty" maxLength:"64"`
	}
}

// LetterTest tells what became of a letter that was sent to try it.
type LetterTest struct {
	Outcome  string `json:"outcome" enum:"accepted,deferred,refused"`
	Answer   string `json:"answer,omitempty" doc:"The mail server's last words."`
	Sentence string `json:"sentence,omitempty" doc:"What that means and what to do."`
}

func (d *Door) testLetter(ctx context.Context, in *testLetterInput) (*answer[LetterTest], error) {
	letter, err := d.letterOr(ctx, in.Body.Letter)
	if err != nil {
		return nil, err
	}
	h, err := d.Letters.TestLetter(ctx, actor(ctx), letter, in.Body.To, vpp.UserID(in.Body.User), vpp.LocationID(in.Body.Location))
	return answered(LetterTest{string(h.Outcome), h.Answer, h.Sentence}, err)
}

// MailSettings say how letters leave and whom they come from.
type MailSettings struct {
	Mode           string `json:"mode" enum:"none,relay,direct"`
	Host           string `json:"host,omitempty" maxLength:"255"`
	Port           int    `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"0 for the usual port of the security."`
	Security       string `json:"security,omitempty" enum:"none,starttls,starttls-required,tls"`
	Username       string `json:"username,omitempty" maxLength:"320"`
	Password       string `json:"password,omitempty" maxLength:"1000" doc:"Goes in and never comes out; missing keeps the one there is."`
	HasPassword    bool   `json:"has_password,omitempty" doc:"A password is kept. Without meaning in requests."`
	ForgetPassword bool   `json:"forget_password,omitempty"`
	FromName       string `json:"from_name,omitempty" maxLength:"200"`
	FromAddress    string `json:"from_address,omitempty" maxLength:"320"`
	ReplyTo        string `json:"reply_to,omitempty" maxLength:"320"`
	HELO           string `json:"helo,omitempty" maxLength:"255" doc:"The name we greet with."`
	MaxConnections int    `json:"max_connections,omitempty" minimum:"0" maximum:"256"`
	TimeoutSeconds int    `json:"timeout_seconds,omitempty" minimum:"0" maximum:"600"`
	TrustedCA      string `json:"trusted_ca,omitempty" maxLength:"200000" doc:"PEM certificates, trusted beside the system's."`

	BounceTo string `json:"bounce_to,omitempty" maxLength:"320" doc:"Letters that cannot be delivered come back to this address, with a token of the letter behind a + (VERP)."`

	DKIM         bool   `json:"dkim,omitempty" doc:"Letters are signed; needs a key, see /mail/dkim."`
	DKIMDomain   string `json:"dkim_domain,omitempty" maxLength:"255" doc:"The domain of the sender's address if missing."`
	DKIMSelector string `json:"dkim_selector,omitempty" maxLength:"100" doc:"rsvpp if missing."`

	Administrators []string `json:"administrators,omitempty" maxItems:"20" doc:"Addresses that this server writes to about expiring tokens, lost locations and the like."`
}

func mailOf(s invite.MailSettings) MailSettings {
	out := MailSettings(s)
	out.Password, out.ForgetPassword = "", false
	return out
}

func (d *Door) getMail(ctx context.Context, _ *none) (*answer[MailSettings], error) {
	s, err := d.Letters.MailSettings(ctx)
	return answered(mailOf(s), err)
}

type mailInput struct{ Body MailSettings }

func (d *Door) putMail(ctx context.Context, in *mailInput) (*answer[MailSettings], error) {
	if err := d.Letters.SaveMailSettings(ctx, actor(ctx), invite.MailSettings(in.Body)); err != nil {
		return nil, err
	}
	return d.getMail(ctx, nil)
}

// Signing tells how letters are signed, and what must be published for it.
type Signing struct {
	On       bool       `json:"on" doc:"Letters are signed. Switched by dkim in the mail settings."`
	Domain   string     `json:"domain,omitempty"`
	Selector string     `json:"selector"`
	Name     string     `json:"name,omitempty" doc:"Of the TXT record in the DNS."`
	Record   string     `json:"record,omitempty" doc:"What it must say; missing while there is no key."`
	MadeAt   *time.Time `json:"made_at,omitempty"`
}

func signingOf(s invite.Signing) Signing {
	return Signing{s.On, s.Domain, s.Selector, s.Name, s.Record, at(s.MadeAt)}
}

func (d *Door) getSigning(ctx context.Context, _ *none) (*answer[Signing], error) {
	s, err := d.Letters.Signing(ctx)
	return answered(signingOf(s), err)
}

func (d *Door) makeSigningKey(ctx context.Context, _ *none) (*answer[Signing], error) {
	s, err := d.Letters.MakeSigningKey(ctx, actor(ctx))
	return answered(signingOf(s), err)
}

type testMailInput struct {
	Body struct {
		To       string        `json:"to" minLength:"1" maxLength:"320" doc:"Where the test letter goes."`
		Settings *MailSettings `json:"settings,omitempty" doc:"Settings to try before they are saved; the saved ones if missing."`
	}
}

// MailTest tells how a test letter fared, step by step.
type MailTest struct {
	Outcome  string     `json:"outcome" enum:",accepted,deferred,refused"`
	Answer   string     `json:"answer,omitempty" doc:"The mail server's last words."`
	Sentence string     `json:"sentence" doc:"What that means and what to do."`
	Steps    []MailStep `json:"steps" nullable:"false"`
	Hints    []MailHint `json:"hints" nullable:"false" doc:"What recipients' servers find out about the sender, and what to do about it."`
}

// MailHint is one thing that recipients' servers look up about letters from here.
type MailHint struct {
	About    string `json:"about" enum:"spf,dkim,dmarc,greeting,dns"`
	Verdict  string `json:"verdict" enum:"ok,but,bad"`
	Sentence string `json:"sentence"`
}

// MailStep is one step of the exchange with the mail server.
type MailStep struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Millis int64  `json:"milliseconds"`
	Answer string `json:"answer,omitempty"`
}

func (d *Door) testMail(ctx context.Context, in *testMailInput) (*answer[MailTest], error) {
	var settings invite.MailSettings
	var err error
	if in.Body.Settings != nil {
		settings = invite.MailSettings(*in.Body.Settings)
	} else if settings, err = d.Letters.MailSettings(ctx); err != nil {
		return nil, err
	}
	r, err := d.Letters.TestMail(ctx, actor(ctx), settings, in.Body.To)
	return answered(MailTest{string(r.Outcome), r.Answer, r.Sentence, each(r.Steps, func(s invite.TestStep) MailStep {
		return MailStep{s.Name, s.OK, s.Took.Milliseconds(), s.Answer}
	}), each(r.Hints, func(h invite.TestHint) MailHint { return MailHint(h) })}, err)
}
