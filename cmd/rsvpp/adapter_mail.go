package main

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// carrier lets the mail room carry what the invite room writes.
type carrier struct {
	sender *mail.Sender
	count  func(vpp.DeliveryOutcome)
}

// Check implements invite.Carrier.
func (c *carrier) Check(s invite.MailSettings) error {
	faults := []error{mailSettings(invite.Outgoing{MailSettings: s}).Validate()}
	for _, a := range s.Administrators {
		if _, err := mail.ParseAddress(a); err != nil {
			faults = append(faults, &vpp.Error{Kind: vpp.Invalid, Field: "administrators", Message: vpp.MessageOf(err)})
		}
	}
	return errors.Join(faults...)
}

// Use implements invite.Carrier.
func (c *carrier) Use(s invite.Outgoing) error { return c.sender.Change(mailSettings(s)) }

// Send implements invite.Carrier. A letter whose answer was lost is tried
// again under the same Message-ID.
func (c *carrier) Send(ctx context.Context, m invite.Message) invite.Handover {
	r := c.sender.Send(ctx, mail.Letter{
		ToName: m.ToName, ToAddress: m.ToAddress, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
		MessageID: m.MessageID, Date: m.Date, Headers: m.Headers, ReturnPath: m.ReturnPath,
	})
	h := handover(r)
	c.count(h.Outcome)
	// A relay that cannot be reached is everybody's; a domain's server is not.
	h.Halt = h.Halt || r.Cause == mail.CauseNetwork && r.Step == mail.StepConnect && c.sender.Settings().Mode == mail.Relay
	return h
}

// Test implements invite.Carrier.
func (c *carrier) Test(ctx context.Context, s invite.Outgoing, to string) invite.TestReport {
	sender, err := mail.NewSender(mailSettings(s), mail.Ports{})
	if err != nil {
		return invite.TestReport{Outcome: vpp.DeliveryRefused, Sentence: vpp.MessageOf(err)}
	}
	defer func() { _ = sender.Close() }() // nothing was left behind
	r := sender.Test(ctx, to)
	h := handover(r.Result)
	report := invite.TestReport{Outcome: h.Outcome, Answer: h.Answer, Sentence: h.Sentence}
	for _, step := range r.Steps {
		report.Steps = append(report.Steps, invite.TestStep{Name: string(step.Step), OK: step.OK, Took: step.Took, Answer: step.Answer})
	}
	for _, hint := range r.Hints {
		report.Hints = append(report.Hints, invite.TestHint{About: hint.About, Verdict: string(hint.Verdict), Sentence: hint.Sentence})
	}
	return report
}

// ReturnPath implements invite.Bounces.
func (*carrier) ReturnPath(address, token string) string { return mail.ReturnPath(address, token) }

// ReadBounce implements invite.Bounces.
func (*carrier) ReadBounce(raw []byte, address string) invite.Returned {
	b := mail.ReadBounce(raw, address)
	outcome := map[mail.BounceKind]vpp.DeliveryOutcome{
		mail.BounceFailed: vpp.DeliveryBounced, mail.BounceDelayed: vpp.DeliveryAccepted, mail.BounceComplaint: vpp.DeliveryComplained,
	}[b.Kind]
	return invite.Returned{Outcome: outcome, Answer: b.Answer, BadAddress: b.Address, Tokens: b.Tokens}
}

// NewSigningKey implements invite.Carrier.
func (c *carrier) NewSigningKey() (key, record string, err error) {
	made, err := mail.NewSigningKey()
	return made.Key.Reveal(), made.Record, err
}

func handover(r mail.Result) invite.Handover {
	h := invite.Handover{Outcome: vpp.DeliveryDeferred, Answer: r.Answer, Sentence: r.Sentence, Halt: r.Cause == mail.CauseSettings}
	switch r.Outcome {
	case mail.Accepted:
		h.Outcome = vpp.DeliveryAccepted
	case mail.Refused:
		if r.Cause != mail.CauseSettings { // the settings can be mended, the letter is not to blame
			h.Outcome, h.BadAddress = vpp.DeliveryRefused, r.Cause == mail.CauseRecipient
		}
	}
	return h
}

func mailSettings(s invite.Outgoing) mail.Settings {
	return mail.Settings{
		Mode: mail.Mode(s.Mode), Host: s.Host, Port: s.Port, Security: mail.Security(s.Security), Username: s.Username,
		Password: mail.NewSecret(s.Password), FromName: s.FromName, FromAddress: s.FromAddress, ReplyTo: s.ReplyTo, HELO: s.HELO,
		MaxConnections: s.MaxConnections, Timeout: time.Duration(s.TimeoutSeconds) * time.Second, TrustedCA: []byte(s.TrustedCA),
		BounceTo: s.BounceTo,
		DKIM:     mail.DKIM{Domain: s.DKIMDomain, Selector: s.DKIMSelector, Key: mail.NewSecret(s.SigningKey)},
	}
}

// letters makes letters from templates for the invite room.
type letters struct{}

// Compile implements invite.Letters.
func (letters) Compile(l vpp.Letter) (invite.Compiled, error) {
	c, err := mail.Compile(mail.Template(l))
	if err != nil {
		return nil, err
	}
	return compiled{c}, nil
}

// Default implements invite.Letters.
func (letters) Default() vpp.Letter { return vpp.Letter(mail.DefaultTemplate()) }

// Sample implements invite.Letters.
func (letters) Sample() invite.LetterData { return invite.LetterData(mail.SampleData()) }

type compiled struct{ *mail.Compiled }

// Render implements invite.Compiled.
func (c compiled) Render(d invite.LetterData) (vpp.Letter, error) {
	r, err := c.Compiled.Render(mail.TemplateData(d))
	return vpp.Letter(r), err
}
