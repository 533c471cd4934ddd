package vpp

import (
	"fmt"
	"time"
)

// TokenSentence says how the location's token stands and what that means; ""
// while all is well. What to do about it is TokenNext's.
func (l Location) TokenSentence(now time.Time) string {
	switch l.TokenState(now) {
	case TokenMissing:
		return l.Name + " has no content token: nothing can be done at Apple yet."
	case TokenExpiring:
		return "The content token of " + l.Name + " expires " + inDays(DaysLeft(l.Token.ExpiresAt, now)) + ", on " + l.Token.ExpiresAt.Format("2 January 2006") + "."
	case TokenExpired:
		return "The content token of " + l.Name + " has expired. Nothing reaches Apple until it is renewed."
	case TokenRevoked:
		return "The content token of " + l.Name + " was revoked at Apple, usually because a newer one was downloaded. Nothing reaches Apple until it is renewed."
	case TokenInvalid:
		return "Apple does not accept the content token of " + l.Name + ". Nothing reaches Apple until it is renewed."
	case TokenNotAllowed:
		return "The content token of " + l.Name + " may only read: Apple shows everything and changes nothing. Invitations and removals wait."
	case TokenElsewhere:
		return l.Name + " is managed by " + l.holder() + ". It is still read, but nothing is changed there."
	case TokenNoConsent:
		return "Nobody has confirmed yet that data of people at " + l.Name + " may go to Apple. It is read, and nothing is written there."
	}
	return ""
}

// TokenNext says what to do about the state of the token; "" for nothing.
func (l Location) TokenNext(now time.Time) string {
	switch l.TokenState(now) {
	case TokenMissing:
		return "Add its content token."
	case TokenExpiring, TokenExpired:
		return "Download a new token in Apple Business Manager or Apple School Manager and renew the location with it."
	case TokenRevoked:
		return "Renew the location with the newest token."
	case TokenInvalid:
		return "Download the token again and renew the location with it."
	case TokenNotAllowed:
		return "Give the account that made the token the role Content Manager at Apple and let Apple be asked again, or renew with a token of an account that has it."
	case TokenElsewhere:
		return "Look on the location’s page who has it, and take it back if it is yours."
	case TokenNoConsent:
		return "Read on the location’s page what Apple gets, and confirm it."
	}
	return ""
}

// holder names who has a location that is not ours.
func (l Location) holder() string {
	switch {
	case l.FrozenBy.Name != "":
		return "another server, “" + l.FrozenBy.Name + "”"
	case l.Claim.Name != "":
		return "another server, “" + l.Claim.Name + "”"
	}
	return "another server"
}

// DaysLeft counts the days until a time, begun ones included: 1 until 24 hours
// before, 0 from then on.
func DaysLeft(end, now time.Time) int {
	left := end.Sub(now)
	if left <= 0 {
		return 0
	}
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}

func inDays(n int) string {
	switch n {
	case 0:
		return "now"
	case 1:
		return "within a day"
	}
	return fmt.Sprintf("in %d days", n)
}

// WarnedExpired is Location.WarnedDays once the end itself was told.
const WarnedExpired = -1

// WarningDays are the days before its end at which a token's expiry is told.
func WarningDays() []int { return []int{60, 30, 14, 7, 1} }

// dueWarning returns which warning of an end is the nearest that has come: one
// of WarningDays, or WarnedExpired; 0 for none.
func dueWarning(end, now time.Time) int {
	if !now.Before(end) {
		return WarnedExpired
	}
	due := 0
	for _, days := range WarningDays() {
		if end.Sub(now) <= time.Duration(days)*24*time.Hour {
			due = days
		}
	}
	return due
}

// DueWarning returns which warning about the token's expiry is due and was not
// given: one of WarningDays, or WarnedExpired; 0 for none. Of several that
// passed unseen only the nearest is given.
func (l Location) DueWarning(now time.Time) int {
	if l.Token.AddedAt.IsZero() || l.TokenProblem != 0 && l.TokenProblem != AppleNotAllowed || !l.MovedAt.IsZero() {
		return 0 // nothing to renew, or told already in stronger words
	}
	due := dueWarning(l.Token.ExpiresAt, now)
	if l.WarnedDays != 0 && due >= l.WarnedDays {
		return 0
	}
	return due
}

// ExpiryNotice is what administrators are written about a due warning. Its key
// names the end that it warns of, so that each warning of it is given once.
func (l Location) ExpiryNotice(days int, now time.Time) Notice {
	n := Notice{Key: fmt.Sprintf("token-expires:%s:%s:%d", l.ID, l.Token.ExpiresAt.UTC().Format(time.DateOnly), days)}
	n.Subject = "The content token of " + l.Name + " expires " + inDays(DaysLeft(l.Token.ExpiresAt, now))
	if days == WarnedExpired {
		n.Subject = "The content token of " + l.Name + " has expired"
	}
	n.Text = l.TokenSentence(now) + "\n\n" + howToRenew
	return n
}

// RefusedNotice is what administrators are written when Apple refuses the
// location's token with a number.
func (l Location) RefusedNotice(number int, now time.Time) Notice {
	l.TokenProblem = number
	n := Notice{Key: fmt.Sprintf("token-refused:%s:%d:%d", l.ID, l.Token.AddedAt.UnixMilli(), number)}
	switch l.TokenState(now) {
	case TokenRevoked:
		n.Subject = "The content token of " + l.Name + " was revoked at Apple"
	case TokenExpired:
		return l.ExpiryNotice(WarnedExpired, now)
	case TokenNotAllowed:
		n.Subject = "The content token of " + l.Name + " may only read"
	default:
		n.Subject = "Apple does not accept the content token of " + l.Name
	}
	n.Text = l.TokenSentence(now) + "\n\n" + l.TokenNext(now) + "\n\n" + howToRenew
	return n
}

const howToRenew = `How to renew it: sign in to Apple Business Manager or Apple School Manager, open your name, Preferences, Payments and Billing, Content Tokens, and download the token of the same location. In rsvpp open the location and press Renew token. People, invitations and history stay as they are.

A content token also ends when the person who downloaded it changes the password or leaves: use an account that stays.`
