package mail

import "strings"

// explainReply covers what a mail server says in words: 4xx is tried again,
// 5xx about a sender, a recipient or a letter ends the delivery, and 5xx before
// the letter was mentioned (greeting, signing in) is deferred, since mending
// the settings mends it for everybody.
func (f *failure) explainReply(r *Result, said answer) {
	switch {
	case f.step == StepAuth:
		f.explainAuth(r, said)
	case f.step == StepTLS:
		r.later(CauseServer, later, "%s could not begin encryption. The letter is tried again; if this goes on, ask its administrator.", f.host)
	case said.code < 500:
		f.explainNotNow(r, said)
	case f.step == StepGreet:
		r.later(CauseServer, muchLate, "%s takes no mail from this server. Its answer says why; its administrator can change that, or use another relay.", f.host)
	case asksToSignIn(said):
		r.later(CauseSettings, muchLate, "%s wants a user name and password first. Enter them in the mail settings.", f.host)
	case f.step == StepFrom:
		r.refuse(CauseSettings, "%s does not take letters from our sender's address. Change the sender's address in the mail settings to one that this server may use.", f.host)
	case f.step == StepTo:
		f.explainRecipient(r, said)
	case said.code == 552 || said.enhanced == "5.3.4":
		r.refuse(CauseLetter, "The letter is too large for %s. Shorten the text.", f.host)
	default:
		r.refuse(CauseLetter, "%s refused the letter after reading it, most often because it looks like spam. Check SPF and DKIM of the sender's domain and the text of the letter, then send again.", f.host)
	}
}

func (f *failure) explainAuth(r *Result, said answer) {
	if said.code < 500 {
		r.later(CauseServer, later, "%s cannot check user names just now. The letter is tried again.", f.host)
		return
	}
	r.later(CauseSettings, muchLate, "The mail server %s did not accept the user name and password. Enter them again in the mail settings; some providers want a password made for apps.", f.host)
}

func (f *failure) explainNotNow(r *Result, said answer) {
	switch {
	case said.enhanced == "4.2.2" || said.code == 452 && f.step == StepTo:
		r.later(CauseRecipient, muchLate, "The person's mailbox is full. The letter is tried again.")
	case f.step == StepTo:
		r.later(CauseServer, later, "%s asks to come back later for this address, as many servers do with senders they do not know yet. The letter is tried again.", f.host)
	default:
		r.later(CauseServer, later, "%s is busy or asks to come back later. The letter is tried again.", f.host)
	}
}

func (f *failure) explainRecipient(r *Result, said answer) {
	switch {
	case said.enhanced == "5.2.2":
		r.refuse(CauseRecipient, "The person's mailbox is full. Ask the person to make room, then send again.")
	case said.enhanced == "5.2.1":
		r.refuse(CauseRecipient, "The person's mailbox is switched off. Enter another address, or hand over the link another way.")
	case strings.HasPrefix(said.enhanced, "5.7."):
		r.refuse(CauseServer, "%s does not take our letters for this address. If it is your relay, it may want a user name and password or must be allowed to pass on mail for this server.", f.host)
	default:
		r.refuse(CauseRecipient, "%s does not know this address or takes no mail for it. Check the address for a typing error, then send again.", f.host)
	}
}

func asksToSignIn(said answer) bool {
	switch said.code {
	case 530, 534, 535, 538:
		return true
	}
	return false
}
