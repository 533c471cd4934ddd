package client

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Letter reads the letter that carries invitations.
func (c *Client) Letter(ctx context.Context) (Letter, error) {
	return get[Letter](ctx, c, "/letter", nil)
}

// SaveLetter changes the letter; one without the link is refused.
func (c *Client) SaveLetter(ctx context.Context, l Letter) (Letter, error) {
	return send[Letter](ctx, c, http.MethodPut, "/letter", l)
}

// LetterPreview says what is filled in.
type LetterPreview struct {
	Letter   *Letter `json:"letter,omitempty"` // the saved one when nil
	User     string  `json:"user,omitempty"`   // an id; invented values when empty
	Location string  `json:"location,omitempty"`
}

// PreviewLetter fills a letter in; its link leads nowhere.
func (c *Client) PreviewLetter(ctx context.Context, p LetterPreview) (Letter, error) {
	return send[Letter](ctx, c, http.MethodPost, "/letter/preview", p)
}

// LetterTest says which letter to try and where it goes.
type LetterTest struct {
	To       string  `json:"to"`
	Letter   *Letter `json:"letter,omitempty"`   // the saved one when nil
	User     string  `json:"user,omitempty"`     // an id; invented values when empty
	Location string  `json:"location,omitempty"` // "" for the default one
}

// LetterTested tells what became of a letter that was sent to try it.
type LetterTested struct {
	Outcome  string `json:"outcome"` // accepted, deferred, refused
	Answer   string `json:"answer"`
	Sentence string `json:"sentence"`
}

// TestLetter sends a letter, filled in, to an address of yours.
func (c *Client) TestLetter(ctx context.Context, t LetterTest) (LetterTested, error) {
	return send[LetterTested](ctx, c, http.MethodPost, "/letter/test", t)
}

// MailSettings say how letters leave and whom they come from.
type MailSettings struct {
	Mode           string `json:"mode"` // none, relay, direct
	Host           string `json:"host,omitempty"`
	Port           int    `json:"port,omitempty"`     // 0 for the usual one
	Security       string `json:"security,omitempty"` // none, starttls, starttls-required, tls
	Username       string `json:"username,omitempty"`
	Password       string `json:"password,omitempty"` // goes in and never comes out; "" keeps the one there is
	HasPassword    bool   `json:"has_password,omitempty"`
	ForgetPassword bool   `json:"forget_password,omitempty"`
	FromName       string `json:"from_name,omitempty"`
	FromAddress    string `json:"from_address,omitempty"`
	ReplyTo        string `json:"reply_to,omitempty"`
	HELO           string `json:"helo,omitempty"`
	MaxConnections int    `json:"max_connections,omitempty"`
	TimeoutSeconds int    `json:"timeout_seconds,omitempty"`
	TrustedCA      string `json:"trusted_ca,omitempty"` // PEM

	BounceTo string `json:"bounce_to,omitempty"` // letters that cannot be delivered come back to it

	DKIM         bool   `json:"dkim,omitempty"` // letters are signed; needs a key
	DKIMDomain   string `json:"dkim_domain,omitempty"`
	DKIMSelector string `json:"dkim_selector,omitempty"`

	Administrators []string `json:"administrators,omitempty"` // whom the server writes to about tokens and locations
}

// Mail reads how letters leave, without the password.
func (c *Client) Mail(ctx context.Context) (MailSettings, error) {
	return get[MailSettings](ctx, c, "/mail", nil)
}

// SaveMail changes how letters leave.
func (c *Client) SaveMail(ctx context.Context, s MailSettings) (MailSettings, error) {
	return send[MailSettings](ctx, c, http.MethodPut, "/mail", s)
}

// Signing tells how letters are signed (DKIM), and what must be published for it.
type Signing struct {
	On       bool      `json:"on"`
	Domain   string    `json:"domain,omitempty"`
	Selector string    `json:"selector"`
	Name     string    `json:"name,omitempty"`   // of the TXT record
	Record   string    `json:"record,omitempty"` // what it must say; "" while there is no key
	MadeAt   time.Time `json:"made_at,omitzero"`
}

// Signing reads how letters are signed.
func (c *Client) Signing(ctx context.Context) (Signing, error) {
	return get[Signing](ctx, c, "/mail/dkim", nil)
}

// MakeSigningKey makes a new key. Letters are not signed until the record is
// published and MailSettings.DKIM is switched on.
func (c *Client) MakeSigningKey(ctx context.Context) (Signing, error) {
	return send[Signing](ctx, c, http.MethodPost, "/mail/dkim", nil)
}

// Bounce tells what a message that came back meant.
type Bounce struct {
	Outcome  string `json:"outcome,omitempty"` // bounced, complained, accepted when only late; "" for nothing
	News     bool   `json:"news"`
	Sentence string `json:"sentence"`
}

// TakeBounce tells the server of a letter that came back, or that a reader
// reported as junk: the message as it came.
func (c *Client) TakeBounce(ctx context.Context, message io.Reader) (Bounce, error) {
	return upload[Bounce](ctx, c, http.MethodPost, "/bounces", "message/rfc822", File{Reader: message})
}

// MailTest tells how a test letter fared, step by step.
type MailTest struct {
	Outcome  string     `json:"outcome"` // accepted, deferred, refused
	Answer   string     `json:"answer,omitempty"`
	Sentence string     `json:"sentence"`
	Steps    []MailStep `json:"steps"`
	Hints    []MailHint `json:"hints"` // what recipients' servers find out about the sender
}

// MailHint is one thing that recipients' servers look up about letters.
type MailHint struct {
	About    string `json:"about"`   // spf, dkim, dmarc, greeting, dns
	Verdict  string `json:"verdict"` // ok, but, bad
	Sentence string `json:"sentence"`
}

// MailStep is one step of the exchange with the mail server.
type MailStep struct {
	Name         string `json:"name"`
	OK           bool   `json:"ok"`
	Milliseconds int64  `json:"milliseconds"`
	Answer       string `json:"answer,omitempty"`
}

// TestMail sends a test letter under the given settings, or with nil the saved ones.
func (c *Client) TestMail(ctx context.Context, to string, s *MailSettings) (out MailTest, err error) {
	in := struct {
		To       string        `json:"to"`
		Settings *MailSettings `json:"settings,omitempty"`
	}{to, s}
	err = c.ask(ctx, call{method: http.MethodPost, path: "/mail/test", long: true}, in, &out)
	return out, err
}
