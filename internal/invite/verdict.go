package invite

import "github.com/rsvpp/rsvpp/internal/vpp"

// Code names a verdict.
type Code string

// The verdicts, in the order in which they are shown.
const (
	WillInvite        Code = "will_invite"
	WillResend        Code = "will_resend"
	ManagedLink       Code = "managed_link"
	RemovedAnew       Code = "removed_anew"
	RefusedBefore     Code = "refused_before"
	Waiting           Code = "waiting"
	MailNotConfigured Code = "mail_not_configured"
	NoAddress         Code = "no_address"
	AddressRefused    Code = "address_refused"
	AddressBounced    Code = "address_bounced"
	AddressSuppressed Code = "address_suppressed"
	NoDevice          Code = "no_device"
	DeviceForbidden   Code = "device_forbidden"
	BadAddress        Code = "bad_address"
	CannotLink        Code = "cannot_link"
	Removing          Code = "removing"
	Paused            Code = "paused"
	NoToken           Code = "no_token"
	TokenExpired      Code = "token_expired"
	TokenRefused      Code = "token_refused"
	TokenReadOnly     Code = "token_read_only"
	ManagedElsewhere  Code = "managed_elsewhere"
	NoConsent         Code = "no_consent"
	AlreadyRegistered Code = "already_registered"
	NotInAudience     Code = "not_in_audience"
)

// Codes lists the verdicts in the order in which they are shown.
func Codes() []Code {
	return []Code{
		WillInvite, WillResend, ManagedLink, RemovedAnew, RefusedBefore, Waiting,
		MailNotConfigured, NoAddress, AddressRefused, AddressBounced, AddressSuppressed, NoDevice, DeviceForbidden, BadAddress, CannotLink, Removing, Paused,
		NoToken, TokenExpired, TokenRefused, TokenReadOnly, ManagedElsewhere, NoConsent, AlreadyRegistered, NotInAudience,
	}
}

// Fix is the one thing that would mend a verdict.
type Fix string

// The fixes.
const (
	FixNone     Fix = ""
	FixAddress  Fix = "address"  // type or correct the address
	FixAccount  Fix = "account"  // correct the Managed Apple Account
	FixMail     Fix = "mail"     // set up mail
	FixDevice   Fix = "device"   // bring a device under management, or choose mail
	FixToken    Fix = "token"    // add or renew the content token
	FixConsent  Fix = "consent"  // confirm that people's data may go to Apple
	FixAudience Fix = "audience" // choose the other audience, or resend
	FixResume   Fix = "resume"   // resume the person
	FixWait     Fix = "wait"     // nothing but patience
)

// Verdict is the doctor's word on one person.
type Verdict struct {
	Code      Code
	Reachable bool        // the invitation will reach the person, or none is needed
	Channel   vpp.Channel // how; "" when it will not, or when Apple links the account itself
	Sentence  string
	Fix       Fix
	step      vpp.InviteStep
}

// Acts says whether a run does anything for the person. It does for people it
// cannot reach when no mail is set up: their record is made all the same (F-38).
func (v Verdict) Acts() bool { return v.step.State != vpp.ItemSkipped }

// terms are what a whole run has in common.
type terms struct {
	token    vpp.TokenState
	mail     bool // a way for mail is set up
	channel  vpp.Channel
	audience vpp.Audience
	resend   bool
	elseMail bool // by device: a letter where no device takes it
	tryAgain bool // letters to addresses that were refused before, too

	// How the one person is reached on the devices that a run is narrowed to;
	// nil where all their devices count.
	reach *vpp.Reach
}

// byMail and byDevice say which ways a run takes for a person.
func (t terms) byMail(c vpp.Case) bool {
	wanted := t.channel == vpp.ChannelMail || t.channel == vpp.ChannelBoth || t.channel == vpp.ChannelDevice && t.elseMail && !c.Reach.Open()
	return wanted && t.mail && !c.NoAddress && t.mayTry(c)
}

// mayTry says whether the person's address is worth a letter. Who called our
// letters junk gets no other, whatever an administrator says.
func (t terms) mayTry(c vpp.Case) bool {
	return c.BadAddress == "" || t.tryAgain && c.BadAddress != vpp.DeliveryComplained
}

func (t terms) byDevice(c vpp.Case) bool {
	return (t.channel == vpp.ChannelDevice || t.channel == vpp.ChannelBoth) && c.Reach.Open()
}

// verdict judges one case. It is the only place that decides who is invited.
func verdict(c vpp.Case, t terms) Verdict {
	if t.reach != nil {
		c.Reach = *t.reach
	}
	for _, rule := range rules() {
		if v, ok := rule(c, t); ok {
			return v
		}
	}
	return invited(c, t)
}

// rules are asked in order; the first that has something to say decides.
func rules() []func(vpp.Case, terms) (Verdict, bool) {
	return []func(vpp.Case, terms) (Verdict, bool){
		ruleStanding, rulePaused, ruleAudience, ruleToken, ruleManaged, ruleRefused, ruleDevice, ruleAddress, ruleMail,
	}
}

// ruleStanding covers those who are registered or on their way out.
func ruleStanding(c vpp.Case, _ terms) (Verdict, bool) {
	switch {
	case c.Pending == vpp.WriteRetire:
		return skip(Removing, FixWait, "A removal waits for Apple. Invite again when it is done."), true
	case c.AppleStatus == vpp.AppleAssociated:
		return skip(AlreadyRegistered, FixNone, "Already registered: there is nothing to send."), true
	}
	return Verdict{}, false
}

// rulePaused: whoever is paused is sent nothing, in no way (F-13).
func rulePaused(c vpp.Case, _ terms) (Verdict, bool) {
	if !c.Paused {
		return Verdict{}, false
	}
	return skip(Paused, FixResume, "Paused: nothing is sent before somebody resumes them."), true
}

// ruleAudience keeps a run to whom it is meant for (F-24, S1-14).
func ruleAudience(c vpp.Case, t terms) (Verdict, bool) {
	invited := c.AppleStatus == vpp.AppleRegistered
	switch {
	case t.resend && c.Pending == vpp.WriteCreate:
		return skip(NotInAudience, FixWait, "The first invitation is still on its way: there is nothing to resend yet."), true
	case t.audience == vpp.AudienceRemoved && (c.AppleStatus != vpp.AppleRetired && c.AppleStatus != vpp.AppleDeleted || c.Pending != vpp.WriteNone):
		return skip(NotInAudience, FixAudience, "Was not removed from VPP: there is nothing to register again."), true
	case t.resend && !invited:
		return skip(NotInAudience, FixAudience, "Holds no invitation: invite instead of resending."), true
	case !t.resend && t.audience != vpp.AudienceNotRegistered && invited && c.HandedOver:
		return skip(NotInAudience, FixAudience, "Invited already: resend, or choose everybody who is not registered."), true
	}
	return Verdict{}, false
}

// ruleToken: new records need a usable content token; letters do not.
func ruleToken(c vpp.Case, t terms) (Verdict, bool) {
	if t.token == vpp.TokenElsewhere { // letters lead to records that are the other server's
		return skip(ManagedElsewhere, FixToken, "Another server manages this location: nothing is changed there, and nobody is invited."), true
	}
	if !needsRecord(c) {
		return Verdict{}, false
	}
	switch t.token {
	case vpp.TokenMissing:
		return skip(NoToken, FixToken, "This location has no content token: add one first."), true
	case vpp.TokenExpired:
		return skip(TokenExpired, FixToken, "The location's content token has expired: renew it first."), true
	case vpp.TokenRevoked, vpp.TokenInvalid:
		return skip(TokenRefused, FixToken, "Apple no longer accepts the location's content token: renew it first."), true
	case vpp.TokenNotAllowed:
		return skip(TokenReadOnly, FixToken, "The location's content token may only read: use one of an account that may manage licenses."), true
	case vpp.TokenNoConsent:
		return skip(NoConsent, FixConsent, "Nobody has confirmed yet that data of people at this location may go to Apple: confirm it first."), true
	case vpp.TokenValid, vpp.TokenExpiring, vpp.TokenElsewhere:
	}
	return Verdict{}, false
}

// ruleManaged: a Managed Apple Account needs no invitation (F-06), unless
// Apple would not link it.
func ruleManaged(c vpp.Case, t terms) (Verdict, bool) {
	if !c.Managed || c.ManagedError != 0 || !needsRecord(c) || onlyCorrectionHelps(c) {
		return Verdict{}, false
	}
	return Verdict{
		Code: ManagedLink, Reachable: true,
		Sentence: "Managed Apple Account: will be linked without an invitation.",
		step: vpp.InviteStep{
			State: vpp.ItemQueued, Create: true, Invite: true, Mail: t.byMail(c), Device: t.byDevice(c),
			Detail: "Waits to be linked by Apple.",
		},
	}, true
}

// ruleRefused covers what Apple refused and nobody has mended since.
func ruleRefused(c vpp.Case, _ terms) (Verdict, bool) {
	if !needsRecord(c) || !onlyCorrectionHelps(c) {
		return Verdict{}, false
	}
	p := vpp.ExplainApple(c.AppleError)
	if c.AppleError == vpp.AppleBadEmail {
		return skip(BadAddress, FixAddress, "Apple does not accept the e-mail address: correct it."), true
	}
	return skip(CannotLink, FixAccount, p.Advice()), true
}

// ruleDevice: where only devices are asked for, one of them must take the
// command; which rule forbids it is said (F-42). Where a letter may take over,
// the rules of mail decide.
func ruleDevice(c vpp.Case, t terms) (Verdict, bool) {
	onlyDevice := t.channel == vpp.ChannelDevice || t.channel == vpp.ChannelBoth && (c.NoAddress || !t.mail)
	if !onlyDevice || c.Reach.Open() || t.byMail(c) {
		return Verdict{}, false
	}
	code, fix := DeviceForbidden, FixDevice
	if c.Reach == vpp.ReachNone {
		code = NoDevice
	}
	sentence, _ := vpp.ExplainReach(c.Reach)
	return skip(code, fix, sentence), true
}

func ruleAddress(c vpp.Case, t terms) (Verdict, bool) {
	switch {
	case t.channel == vpp.ChannelLink, t.byDevice(c):
	case c.NoAddress:
		return skip(NoAddress, FixAddress, "No address: type one or take the link."), true
	case t.mail && !t.mayTry(c):
		return badAddress(c), true
	}
	return Verdict{}, false
}

func badAddress(c vpp.Case) Verdict {
	switch c.BadAddress { //nolint:exhaustive // nothing else is kept against an address
	case vpp.DeliveryBounced:
		return skip(AddressBounced, FixAddress, "The last letter to this address came back: correct it or take the link.")
	case vpp.DeliveryComplained:
		return skip(AddressSuppressed, FixAddress, "A letter to this address was reported as junk, so nothing more is mailed to it: enter another or take the link.")
	}
	return skip(AddressRefused, FixAddress, "The mail server refused this address last time: correct it or take the link.")
}

// ruleMail keeps F-38: with no mail configured nothing pretends.
func ruleMail(c vpp.Case, t terms) (Verdict, bool) {
	if t.channel == vpp.ChannelLink || t.mail || t.byDevice(c) {
		return Verdict{}, false
	}
	v := Verdict{
		Code: MailNotConfigured, Fix: FixMail,
		Sentence: "Will be created at Apple, but nothing will be mailed: no mail is set up. The link is offered.",
		step:     vpp.InviteStep{State: vpp.ItemQueued, Invite: true, Create: needsRecord(c), Detail: "Waits for Apple. Nothing will be mailed: no mail is set up."},
	}
	if c.AppleStatus == vpp.AppleRegistered && c.Pending == vpp.WriteNone {
		v.step.State, v.step.Detail = vpp.ItemDone, "Created at Apple. Nothing was mailed: no mail is set up. Copy the link."
	}
	return v, true
}

// invited is for everybody whom nothing keeps from being invited.
func invited(c vpp.Case, t terms) Verdict {
	v := Verdict{Reachable: true, Channel: wayOf(c, t)}
	v.step = vpp.InviteStep{
		State: vpp.ItemQueued, Detail: "Waits for Apple.",
		Create: needsRecord(c), Invite: true, Mail: t.byMail(c), Device: t.byDevice(c),
	}
	switch {
	case c.Pending != vpp.WriteNone:
		v.Code, v.Sentence = Waiting, "A change waits for Apple: the invitation goes out when Apple confirms it."
	case c.AppleStatus == vpp.AppleRegistered:
		if v.Code, v.Sentence = WillInvite, "The record at Apple is there: the invitation goes out at once."; c.HandedOver {
			v.Code, v.Sentence = WillResend, "Invited and not registered yet: the same invitation goes out again."
		}
		v.step.State, v.step.Detail = vpp.ItemWaiting, waits(v.step)
		if t.channel == vpp.ChannelLink {
			v.step.State, v.step.Detail = vpp.ItemDone, "The link is ready: copy it."
		}
	case c.AppleStatus == vpp.AppleRetired, c.AppleStatus == vpp.AppleDeleted:
		v.Code, v.Sentence = RemovedAnew, "Removed: will be registered anew."
	case c.AppleError != 0:
		v.Code, v.Sentence = RefusedBefore, "Apple refused last time: "+vpp.ExplainApple(c.AppleError).Sentence+" It is tried again."
	default:
		v.Code, v.Sentence = WillInvite, "Will be created at Apple and invited."
	}
	if c.Managed && c.ManagedError != 0 && c.AppleStatus != vpp.AppleRegistered {
		v.Sentence += " The Managed Apple Account could not be linked, so an invitation goes out instead."
	}
	if t.channel == vpp.ChannelDevice && v.Channel == vpp.ChannelMail {
		why, _ := vpp.ExplainReach(c.Reach)
		v.Sentence += " By e-mail: " + why
	}
	return v
}

// wayOf is how the invitation reaches the person.
func wayOf(c vpp.Case, t terms) vpp.Channel {
	switch mail, device := t.byMail(c), t.byDevice(c); {
	case mail && device:
		return vpp.ChannelBoth
	case mail:
		return vpp.ChannelMail
	case device:
		return vpp.ChannelDevice
	}
	return t.channel
}

func waits(step vpp.InviteStep) string {
	switch {
	case step.Mail && step.Device:
		return "The letter and the device wait to be sent to."
	case step.Device:
		return "The command for the device waits to be sent."
	}
	return "The letter waits to be sent."
}

// needsRecord says whether Apple must be asked for a record first.
func needsRecord(c vpp.Case) bool { return !c.AppleStatus.Living() && c.Pending == vpp.WriteNone }

// onlyCorrectionHelps says whether asking Apple again as things are would get
// the same refusal. An account that cannot be linked can be invited by mail
// once managed_error is noted, so it is not among these then.
func onlyCorrectionHelps(c vpp.Case) bool {
	if c.Corrected {
		return false
	}
	switch c.AppleError {
	case vpp.AppleBadEmail:
		return true
	case vpp.AppleAccountUnusable, vpp.AppleAccountTaken:
		return c.ManagedError == 0
	}
	return false
}

func skip(code Code, fix Fix, sentence string) Verdict {
	return Verdict{Code: code, Fix: fix, Sentence: sentence, step: vpp.InviteStep{State: vpp.ItemSkipped, Detail: sentence}}
}
