package vpp

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
	AppleUserExists       = 9716
	AppleBadEmail         = 9717
	AppleUnavailable      = 9729
	AppleNeverConfirmed   = -1 // ours: Apple took the request and never showed a result
	AppleUnreadableAnswer = -2 // ours: what came back was not an answer of the API
)

// AppleProblem explains one of Apple's error numbers.
type AppleProblem struct {
	Number   int
	Kind     Kind
	Sentence string // what is wrong
	Next     string // what to do
}

// ExplainApple returns the explanation of Apple's error number. Numbers that
// nobody has documented get a sentence that says so.
func ExplainApple(number int) AppleProblem {
	for _, p := range AppleProblems {
		if p.Number == number {
			return p
		}
	}
	return AppleProblem{
		number, Unavailable, "Apple answered with an error number that is not documented.",
		"Try again; if it stays, look the number up at Apple.",
	}
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

// AppleProblems is the one table of Apple's error numbers in plain language.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
var AppleProblems = [...]AppleProblem{
	{9600, Internal, "Apple missed an argument in our request.", "Report this as a fault of rsvpp."},
	{9601, Unavailable, "Apple did not accept the sign-in of this location's content token.", "Renew the content token."},
	{9602, Internal, "Apple did not understand an argument of our request.", "Report this as a fault of rsvpp."},
	{9603, Unavailable, "Apple had an internal error.", "It is tried again by itself; if it stays, wait some minutes."},
	{9604, NotFound, "Apple found nothing under this name.", "Sync the location."},
	{9605, Conflict, "The Apple Account belongs to another country's store.", "Ask the person to use an account of the location's country."},
	{9609, NotFound, "Apple has no living record of this person.", "Sync the location, then invite again."},
	{9618, Conflict, "The person was already removed at Apple.", "Sync the location."},
	{9620, Conflict, "The record was already deleted at Apple.", "Sync the location."},
	{9621, Denied, "The content token has expired.", "Download a new token in Apple Business Manager or Apple School Manager and renew the location with it."},
	{9622, Denied, "Apple does not accept the content token.", "Download the token again and renew the location with it."},
	{9623, Invalid, "Apple does not accept the push token.", "Report this as a fault of rsvpp."},
	{9625, Denied, "The content token was revoked, usually because a newer one was downloaded.", "Renew the location with the newest token."},
	{9630, Exhausted, "Apple saw too many failing requests of one kind.", "Wait some minutes."},
	{9631, Exhausted, "Apple saw too many failing requests of one kind.", "Wait some minutes."},
	{9632, Exhausted, "Apple saw too many identical requests.", "Wait some minutes."},
	{9634, Unavailable, "Apple removed this service.", "Update rsvpp."},
	{9635, Conflict, "The Managed Apple Account cannot be linked: it is unknown, unusable, or belongs to another organization.", "Correct the Managed Apple Account, or invite the person by e-mail."},
	{9636, NotFound, "Apple has no registered person under this name.", "Sync the location."},
	{9637, Denied, "The content manager who made this token may only read.", "Use a token of a content manager who may manage licenses."},
	{9638, Unavailable, "Apple could not use the content manager's account.", "Check the account that made the token."},
	{9639, Unavailable, "Apple could not use the content manager's account.", "Check the account that made the token."},
	{9640, Unavailable, "Apple could not use the content manager's account.", "Check the account that made the token."},
	{9641, Conflict, "The Managed Apple Account is already linked to another record at this location.", "Find who holds it (another server, or a double entry) and remove that one, or invite the person by e-mail."},
	{9642, Conflict, "The account must first accept Apple's terms.", "Ask the person to sign in once and accept them."},
	{9644, Unavailable, "Apple's service is in maintenance.", "It is tried again by itself."},
	{9645, Denied, "This location is managed by Apple's built-in device management: it can only be read.", "Release it there first."},
	{9646, Exhausted, "Apple asked us to slow down.", "It is tried again by itself."},
	{9647, Denied, "Apple does not support this for older tokens.", "Renew the content token."},
	{9650, Internal, "Apple has fewer pages than we asked for.", "It is read again by itself."},
	{9708, NotFound, "Apple no longer knows the receipt of this request.", "What happened is read again by itself."},
	{9709, Exhausted, "There are not enough licenses.", "Buy more, or take some back."},
	{9710, Invalid, "A notification address needs a secret, and a secret an address.", "Set both."},
	{9711, Invalid, "The notification address or its secret is too long.", "Use a shorter address."},
	{9712, Invalid, "Apple accepts only https addresses for notifications.", "Set the server's public https address."},
	{9713, Invalid, "The claim's metadata is too long.", "Use a shorter server name."},
	{9714, Internal, "There were too many people in one request.", "Report this as a fault of rsvpp."},
	{9715, Internal, "A person stood twice in one request.", "Report this as a fault of rsvpp."},
	{9716, Conflict, "Apple already has a living record of this person.", "It is read by itself."},
	{9717, Invalid, "Apple does not accept the e-mail address.", "Correct the address."},
	{9720, Internal, "The request named nobody.", "Report this as a fault of rsvpp."},
	{9721, Conflict, "Apple no longer knows up to where we had read.", "Everything is read again by itself."},
	{9722, Denied, "Apple could not read the content token that was sent.", "Download the token again and renew the location with it."},
	{9723, Internal, "The claim of the location was not complete.", "Report this as a fault of rsvpp."},
	{9724, Invalid, "The claim's id is too long.", "Report this as a fault of rsvpp."},
	{9725, Invalid, "The claim's name is too long.", "Use a shorter server name."},
	{9726, Internal, "The request used a wrong method.", "Report this as a fault of rsvpp."},
	{9727, Internal, "The request had a wrong content type.", "Report this as a fault of rsvpp."},
	{9728, Unavailable, "Apple cannot reach this server's notification address.", "Open it to the internet, or leave it: rsvpp then asks Apple instead."},
	{9729, Unavailable, "Apple's service is not available for the moment.", "It is tried again by itself."},
	{AppleNeverConfirmed, Unavailable, "Apple took the request and never showed a result.", "Try again."},
	{AppleUnreadableAnswer, Unavailable, "Something between here and Apple answered in Apple's place.", "Check proxies and firewalls on the way to vpp.itunes.apple.com."},
}
