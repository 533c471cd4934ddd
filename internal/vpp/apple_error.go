package vpp

import (
	"fmt"
	"strconv"
)

// Apple's error numbers that rules of ours turn on.
const (
	AppleInternal         = 9603
	AppleUserNotFound     = 9609
	AppleTokenExpired     = 9621
	AppleTokenInvalid     = 9622
	AppleTokenRevoked     = 9625
	AppleNotAllowed       = 9637
	AppleAccountUnusable  = 9635
	AppleAccountTaken     = 9641
	AppleHasLicense       = 9616
	AppleLicenseAbsent    = 9619
	AppleNoLicenses       = 9709
	AppleUserExists       = 9716
	AppleBadEmail         = 9717
	AppleUnavailable      = 9729
	AppleNeverConfirmed   = -1 // ours: Apple took the request and never showed a result
	AppleUnreadableAnswer = -2 // ours: what came back was not an answer of the API
	AppleConfigUntrusted  = -3 // ours: Apple's service config cannot be trusted
)

// AppleProblem explains one of Apple's error numbers.
type AppleProblem struct {
	Number   int
	Kind     Kind
	Sentence string // what is wrong
	Cause    string // why that happens
	Next     string // what to do
}

// Advice says what is wrong and what to do.
func (p AppleProblem) Advice() string { return p.Sentence + " " + p.Next }

// Said is the advice with Apple's number, to look it up by.
func (p AppleProblem) Said() string {
	if p.Number <= 0 { // ours, not Apple's
		return p.Advice()
	}
	return fmt.Sprintf("%s (Apple's error %d)", p.Advice(), p.Number)
}

// Refuses makes the error that says so, with a cause for the log.
func (p AppleProblem) Refuses(err error) *Error {
	return &Error{Kind: p.Kind, Message: p.Said(), Apple: p.Number, Err: err}
}

// Name is how the number is written: Apple's as it is, ours as a word.
func (p AppleProblem) Name() string {
	switch p.Number {
	case AppleNeverConfirmed:
		return "never-confirmed"
	case AppleUnreadableAnswer:
		return "unreadable-answer"
	case AppleConfigUntrusted:
		return "service-config"
	}
	return strconv.Itoa(p.Number)
}

// ExplainApple returns the explanation of Apple's error number. Numbers that
// nobody has documented get a sentence that says so.
func ExplainApple(number int) AppleProblem {
	if p, known := FindApple(number); known {
		return p
	}
	return AppleProblem{
		number, Unavailable, "Apple answered with an error number that is not documented.",
		"Apple's service says more than its pages do, or something new.",
		"Try again; if it stays, look the number up at Apple.",
	}
}

// FindApple looks a number up in the table.
func FindApple(number int) (p AppleProblem, known bool) {
	for _, p := range AppleProblems {
		if p.Number == number {
			return p, true
		}
	}
	return AppleProblem{Number: number}, false
}

// EndsToken says whether the number means that the content token can no
// longer be used at all.
func EndsToken(number int) bool {
	switch number {
	case AppleTokenExpired, AppleTokenInvalid, AppleTokenRevoked:
		return true
	}
	return false
}

// AppleProblems is the one table of Apple's error numbers in plain language,
// for the console, the API, the commands and docs/apple-errors.md.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
// https://developer.apple.com/documentation/devicemanagement/interpreting-error-codes
var AppleProblems = [...]AppleProblem{
	{
		9600, Internal, "Apple missed an argument in our request.",
		"rsvpp sent a request that Apple's service does not know in this form.",
		"Report this as a fault of rsvpp.",
	},
	{
		9601, Unavailable, "Apple did not accept the sign-in of this location's content token.",
		"The token was not sent, or Apple could not sign in with it.",
		"Renew the content token.",
	},
	{
		9602, Internal, "Apple did not understand an argument of our request.",
		"A value had a form or a size that Apple's service does not take.",
		"Report this as a fault of rsvpp.",
	},
	{
		9603, Unavailable, "Apple had an internal error.",
		"Something failed inside Apple's service; nothing is wrong with the request.",
		"It is tried again by itself; if it stays, wait some minutes.",
	},
	{
		9604, NotFound, "Apple found nothing under this name.",
		"The record was asked for by a name that Apple does not know, or knows no more.",
		"Sync the location.",
	},
	{
		9605, Conflict, "The Apple Account belongs to another country's store.",
		"Apps and books are bought in the store of the location's country; the person's account is of another one.",
		"Ask the person to use an account of the location's country.",
	},
	{
		9606, Internal, "Apple could not make the token that pages through a long list.",
		"An error inside Apple's older service while a list was read.",
		"It is read again by itself; if it stays, wait some minutes.",
	},
	{
		9607, Conflict, "The license cannot be taken back.",
		"Apple never takes books back, nor some apps: they belong to the person for good.",
		"Leave it with the person, and buy another license where one is needed.",
	},
	{
		9608, Unavailable, "Apple's service gave an empty answer.",
		"Something failed behind Apple's service.",
		"It is tried again by itself; if it stays, wait some minutes.",
	},
	{
		9609, NotFound, "Apple has no living record of this person.",
		"The record was retired, perhaps by another server, or was never made.",
		"Sync the location, then invite again.",
	},
	{
		9610, NotFound, "Apple found no such license.",
		"The license was refunded, moved to another location or taken back; or the content token is used by a second server as well.",
		"Sync the location, and look whether another server uses the same content token.",
	},
	{
		9611, NotFound, "Apple does not find the content manager.",
		"The account whose token this is was removed or lost its role.",
		"Download a token with the account of a content manager who is there, and renew the location with it.",
	},
	{
		9612, Unavailable, "Apple could not begin to take over licenses.",
		"Apple's service did not make the job that claims them.",
		"Try again in some minutes.",
	},
	{
		9613, Unavailable, "Apple could not begin to release licenses.",
		"Apple's service did not make the job that releases them.",
		"Try again in some minutes.",
	},
	{
		9614, Internal, "Apple did not understand a date in our request.",
		"A date had a form that Apple's service does not take.",
		"Report this as a fault of rsvpp.",
	},
	{
		9615, Conflict, "Apple does not find the country of the organization.",
		"The organization at Apple has no country, or one without a store for volume purchases.",
		"Check the organization's country in Apple Business Manager or Apple School Manager.",
	},
	{
		9616, Conflict, "The license is already with this person.",
		"The person has it, or another record with the same Apple Account does.",
		"Look under Mapping conflicts whether two people share one Apple Account; otherwise there is nothing to do.",
	},
	{
		9617, Unavailable, "Apple's service has moved to another address.",
		"The addresses that Apple hands out were replaced.",
		"They are read again by themselves; if it stays, update rsvpp.",
	},
	{
		9618, Conflict, "The person was already removed at Apple.",
		"Somebody else retired the record: another server, or an administrator in Apple's portal.",
		"Sync the location.",
	},
	{
		9619, Conflict, "The license is not with this person or device.",
		"It was taken back before, or never assigned.",
		"Sync the location.",
	},
	{
		9620, Conflict, "The record was already deleted at Apple.",
		"It was replaced by a newer record of the same person.",
		"Sync the location.",
	},
	{
		9621, Denied, "The content token has expired.",
		"A content token works for a year, or until the password of the account that made it changes.",
		"Download a new token in Apple Business Manager or Apple School Manager and renew the location with it.",
	},
	{
		9622, Denied, "Apple does not accept the content token.",
		"The token is damaged, or it was ended by a changed password or a removed account.",
		"Download the token again and renew the location with it.",
	},
	{
		9623, Invalid, "Apple does not accept the push token.",
		"The token that tells Apple where to send push messages has a wrong form.",
		"Report this as a fault of rsvpp.",
	},
	{
		9624, Conflict, "The license was refunded.",
		"The purchase was given back, and the license with it.",
		"Buy a new license, or assign another one.",
	},
	{
		9625, Denied, "The content token was revoked, usually because a newer one was downloaded.",
		"Each download of a location's token ends the one before, here and on every other server.",
		"Renew the location with the newest token.",
	},
	{
		9626, Conflict, "The license went to somebody else in the meantime.",
		"Two requests asked for the same license at once.",
		"Try again: another license is taken.",
	},
	{
		9627, Exhausted, "Apple does not take the license back now.",
		"It was assigned and taken back too often within a short time.",
		"Wait before it is moved again.",
	},
	{
		9628, Conflict, "The app or book cannot be assigned to devices.",
		"Its maker does not allow it, and no book can be.",
		"Assign it to the person instead.",
	},
	{
		9629, Internal, "The content token does not belong to the list that was being read.",
		"The token was changed while a long list was read.",
		"It is read again by itself, from the beginning.",
	},
	{
		9630, Exhausted, "Apple saw too many failing requests of one kind.",
		"Licenses were assigned again and again to those who have them already.",
		"Wait some minutes.",
	},
	{
		9631, Exhausted, "Apple saw too many failing requests of one kind.",
		"Licenses were assigned again and again although none is left.",
		"Wait some minutes.",
	},
	{
		9632, Exhausted, "Apple saw too many identical requests.",
		"The same request came several times within minutes, from here or from another server.",
		"Wait some minutes.",
	},
	{
		9633, Unavailable, "Apple lost its place in the list that was being read.",
		"What Apple kept to page through the list is gone.",
		"It is read again by itself, from the beginning.",
	},
	{
		9634, Unavailable, "Apple removed this service.",
		"The request asked for something that Apple no longer offers.",
		"Update rsvpp.",
	},
	{
		9635, Conflict, "The Managed Apple Account cannot be linked: it is unknown, unusable, or belongs to another organization.",
		"Apple links only accounts of the organization whose content token this is, and that are active.",
		"Correct the Managed Apple Account, or invite the person by e-mail.",
	},
	{
		9636, NotFound, "Apple has no registered person under this name.",
		"The person has not accepted the invitation, or the record was retired.",
		"Sync the location.",
	},
	{
		9637, Denied, "The content manager who made this token may only read.",
		"The role of that account in Apple's portal does not allow to manage licenses.",
		"Use a token of a content manager who may manage licenses.",
	},
	{
		9638, Unavailable, "Apple could not use the content manager's account.",
		"Apple says no more than that something is wrong with the account that made the token.",
		"Check the account that made the token.",
	},
	{
		9639, Unavailable, "Apple could not use the content manager's account.",
		"Apple says no more than that something is wrong with the account that made the token.",
		"Check the account that made the token.",
	},
	{
		9640, Unavailable, "Apple could not use the content manager's account.",
		"Apple says no more than that something is wrong with the account that made the token.",
		"Check the account that made the token.",
	},
	{
		9641, Conflict, "The Managed Apple Account is already linked to another record at this location.",
		"Apple links a managed account to one living record only: another server made one before, or two people here have the same account.",
		"Find who holds it (another server, or a double entry) and remove that one, or invite the person by e-mail.",
	},
	{
		9642, Conflict, "The account must first accept Apple's terms.",
		"New terms and conditions were published and not accepted with this account.",
		"Ask the person to sign in once and accept them.",
	},
	{
		9643, Conflict, "The license is locked by a transfer.",
		"It is being moved to another location in Apple's portal.",
		"Wait until the transfer is done, then try again.",
	},
	{
		9644, Unavailable, "Apple's service is in maintenance.",
		"Apple closed it for a while.",
		"It is tried again by itself.",
	},
	{
		9645, Denied, "This location is managed by Apple's built-in device management: it can only be read.",
		"The location was given to the device management that is built into Apple Business.",
		"Release it there first.",
	},
	{
		9646, Exhausted, "Apple asked us to slow down.",
		"All servers of the organization together made too many requests.",
		"It is tried again by itself.",
	},
	{
		9647, Denied, "Apple does not support this for older tokens.",
		"The token was made for the older service.",
		"Renew the content token.",
	},
	{
		9650, Internal, "Apple has fewer pages than we asked for.",
		"The list became shorter while it was read.",
		"It is read again by itself.",
	},
	{
		9700, Internal, "There were too many apps and books in one request.",
		"The limit that Apple's service says was not kept, or has just changed.",
		"It is tried again by itself; if it stays, report this as a fault of rsvpp.",
	},
	{
		9701, Internal, "There were too many people in one request for licenses.",
		"The limit that Apple's service says was not kept, or has just changed.",
		"It is tried again by itself; if it stays, report this as a fault of rsvpp.",
	},
	{
		9702, Internal, "There were too many devices in one request.",
		"The limit that Apple's service says was not kept, or has just changed.",
		"It is tried again by itself; if it stays, report this as a fault of rsvpp.",
	},
	{
		9703, Internal, "An app or book stood twice in one request.",
		"The list that was sent was not free of doubles.",
		"Report this as a fault of rsvpp.",
	},
	{
		9704, Internal, "A person stood twice in one request for licenses.",
		"The list that was sent was not free of doubles.",
		"Report this as a fault of rsvpp.",
	},
	{
		9705, Internal, "A device stood twice in one request.",
		"The list that was sent was not free of doubles.",
		"Report this as a fault of rsvpp.",
	},
	{
		9706, Conflict, "Licenses of this app or book cannot be taken back.",
		"Books never can, nor some apps: they belong to the person for good.",
		"Leave it with the person, and buy another license where one is needed.",
	},
	{
		9707, Conflict, "This app or book cannot be assigned to devices.",
		"Its maker does not allow it, and no book can be.",
		"Assign it to the person instead.",
	},
	{
		9708, NotFound, "Apple no longer knows the receipt of this request.",
		"Apple keeps receipts for a while only.",
		"What happened is read again by itself.",
	},
	{
		9709, Exhausted, "There are not enough licenses.",
		"More people or devices were to get the app or book than licenses are free.",
		"Buy more, or take some back.",
	},
	{
		9710, Invalid, "A notification address needs a secret, and a secret an address.",
		"Only one of the two was set.",
		"Set both.",
	},
	{
		9711, Invalid, "The notification address or its secret is too long.",
		"Apple's service says how long they may be, 512 characters at present.",
		"Use a shorter address.",
	},
	{
		9712, Invalid, "Apple accepts only https addresses for notifications.",
		"The address begins with something else, or has more than a host and a path.",
		"Set the server's public https address.",
	},
	{
		9713, Invalid, "The claim's metadata is too long.",
		"Apple's service says how long it may be, 255 characters at present.",
		"Use a shorter server name.",
	},
	{
		9714, Internal, "There were too many people in one request.",
		"The limit that Apple's service says was not kept, or has just changed.",
		"Report this as a fault of rsvpp.",
	},
	{
		9715, Internal, "A person stood twice in one request.",
		"The list that was sent was not free of doubles.",
		"Report this as a fault of rsvpp.",
	},
	{
		9716, Conflict, "Apple already has a living record of this person.",
		"An earlier request arrived although its answer did not.",
		"It is read by itself.",
	},
	{
		9717, Invalid, "Apple does not accept the e-mail address.",
		"Apple's idea of an address is narrower than what mail servers take.",
		"Correct the address.",
	},
	{
		9718, Internal, "The request named no app or book.",
		"An empty list was sent.",
		"Report this as a fault of rsvpp.",
	},
	{
		9719, Internal, "The request named neither people nor devices.",
		"Two empty lists were sent.",
		"Report this as a fault of rsvpp.",
	},
	{
		9720, Internal, "The request named nobody.",
		"An empty list was sent.",
		"Report this as a fault of rsvpp.",
	},
	{
		9721, Conflict, "Apple no longer knows up to where we had read.",
		"Apple keeps the state of a list for a while only.",
		"Everything is read again by itself.",
	},
	{
		9722, Denied, "Apple could not read the content token that was sent.",
		"It arrived damaged, or is not the whole text of the token's file.",
		"Download the token again and renew the location with it.",
	},
	{
		9723, Internal, "The claim of the location was not complete.",
		"A claim needs an id, a name and metadata.",
		"Report this as a fault of rsvpp.",
	},
	{
		9724, Invalid, "The claim's id is too long.",
		"Apple's service says how long it may be, 100 characters at present.",
		"Report this as a fault of rsvpp.",
	},
	{
		9725, Invalid, "The claim's name is too long.",
		"Apple's service says how long it may be, 100 characters at present.",
		"Use a shorter server name.",
	},
	{
		9726, Internal, "The request used a wrong method.",
		"Something between here and Apple changed the request, or rsvpp made a wrong one.",
		"Check proxies on the way to vpp.itunes.apple.com; otherwise report this as a fault of rsvpp.",
	},
	{
		9727, Internal, "The request had a wrong content type.",
		"Something between here and Apple changed the request, or rsvpp made a wrong one.",
		"Check proxies on the way to vpp.itunes.apple.com; otherwise report this as a fault of rsvpp.",
	},
	{
		9728, Unavailable, "Apple cannot reach this server's notification address.",
		"A firewall, a certificate that Apple does not trust, or a name that only your network knows.",
		"Open it to the internet, or leave it: rsvpp then asks Apple instead.",
	},
	{
		9729, Unavailable, "Apple's service is not available for the moment.",
		"It is overloaded, or closed for a while.",
		"It is tried again by itself.",
	},
	{
		9811, Conflict, "Apple does not take this request about subscriptions.",
		"Something in it does not fit the location's subscriptions. rsvpp itself does not use them.",
		"Look at the subscriptions in Apple's portal.",
	},
	{
		9812, Internal, "Apple does not know up to where subscriptions had been read.",
		"The place in the list is out of date.",
		"It is read again from the beginning.",
	},
	{
		9813, Conflict, "Apple does not take this request about subscriptions.",
		"Something in it does not fit the location's subscriptions. rsvpp itself does not use them.",
		"Look at the subscriptions in Apple's portal.",
	},
	{
		9814, Conflict, "The subscription needs a person whose Apple Account is linked.",
		"The person is invited and has not signed in.",
		"Wait until the person is registered.",
	},
	{
		9815, Conflict, "Apple does not take this request about subscriptions.",
		"Something in it does not fit the location's subscriptions. rsvpp itself does not use them.",
		"Look at the subscriptions in Apple's portal.",
	},
	{
		9816, Exhausted, "There were too many subscriptions in one request, or too many are asked for.",
		"The limit that Apple's service says was not kept.",
		"Ask for fewer at once.",
	},
	{
		9817, Conflict, "Apple does not take this request about subscriptions.",
		"Something in it does not fit the location's subscriptions. rsvpp itself does not use them.",
		"Look at the subscriptions in Apple's portal.",
	},
	{
		9818, Conflict, "Subscriptions cannot be switched off while there are any.",
		"The location still has subscriptions.",
		"End them in Apple's portal first.",
	},
	{
		AppleNeverConfirmed, Unavailable, "Apple took the request and never showed a result.",
		"Apple's service accepted it several times and no read showed that anything came of it.",
		"Try again.",
	},
	{
		AppleUnreadableAnswer, Unavailable, "Something between here and Apple answered in Apple's place.",
		"A proxy, a firewall or a sign-in page of the network sent an answer that is not the API's.",
		"Check proxies and firewalls on the way to vpp.itunes.apple.com.",
	},
	{
		AppleConfigUntrusted, Unavailable, "What Apple's service says of its addresses and limits cannot be trusted, so nothing was sent.",
		"An address leads to another host than Apple's, or a limit makes no sense: a proxy changed the answer, or Apple made a mistake.",
		"Check proxies on the way to vpp.itunes.apple.com; it is read again by itself, and the work goes on when it is right.",
	},
}
