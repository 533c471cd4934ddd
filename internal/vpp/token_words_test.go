package vpp

import (
	"strings"
	"testing"
	"time"
)

// F-54: 60, 30, 14, 7, 1 days and the end itself, each once, the nearest only.
func TestDueWarning(t *testing.T) {
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	day := 24 * time.Hour
	for _, c := range []struct {
		left           time.Duration
		warned, due    int
		problem        int
		missing, moved bool
	}{
		{left: 61 * day},
		{left: 60*day + time.Second},
		{left: 60 * day, due: 60},
		{left: 60 * day, warned: 60},
		{left: 31 * day, warned: 60},
		{left: 30 * day, warned: 60, due: 30},
		{left: 30 * day, warned: 30},
		{left: 14 * day, warned: 30, due: 14},
		{left: 7 * day, warned: 14, due: 7},
		{left: 5 * day, warned: 7},
		{left: day, warned: 7, due: 1},
		{left: time.Hour, warned: 1},
		{left: 0, warned: 1, due: WarnedExpired},
		{left: -day, warned: WarnedExpired},
		{left: 3 * day, due: 7},
		{left: 20 * day, warned: 60, due: 30},
		{left: -day, due: WarnedExpired}, // slept meanwhile
		{left: 3 * day, problem: AppleTokenRevoked},
		{left: 3 * day, problem: AppleNotAllowed, due: 7},
		{left: 3 * day, missing: true},
		{left: 3 * day, moved: true},
	} {
		l := Location{TokenProblem: c.problem, WarnedDays: c.warned, Token: ContentToken{ExpiresAt: now.Add(c.left), AddedAt: now.AddDate(0, -1, 0)}}
		if c.missing {
			l.Token.AddedAt = time.Time{}
		}
		if c.moved {
			l.MovedAt = now
		}
		if got := l.DueWarning(now); got != c.due {
			t.Errorf("%+v: due is %d", c, got)
		}
	}
}

// Every state but valid has its sentence, and what to do.
func TestTokenSentences(t *testing.T) {
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	good := ContentToken{ExpiresAt: now.AddDate(1, 0, 0), AddedAt: now}
	soon := ContentToken{ExpiresAt: now.Add(13*24*time.Hour - time.Minute), AddedAt: now}
	seen := map[TokenState]bool{}
	for _, c := range []struct {
		l    Location
		says string
	}{
		{Location{Token: good, Consent: Consent{At: now}}, ""},
		{Location{Token: good}, "Nobody has confirmed"},
		{Location{}, "no content token"},
		{Location{Token: soon, Consent: Consent{At: now}}, "expires in 13 days, on 16 February 2031"},
		{Location{Token: ContentToken{ExpiresAt: now, AddedAt: now}}, "has expired"},
		{Location{Token: good, TokenProblem: AppleTokenExpired}, "has expired"},
		{Location{Token: good, TokenProblem: AppleTokenRevoked}, "was revoked"},
		{Location{Token: good, TokenProblem: AppleTokenInvalid}, "does not accept"},
		{Location{Token: good, TokenProblem: AppleNotAllowed}, "may only read"},
		{Location{Token: good, FrozenAt: now, FrozenBy: Claim{ID: "x", Name: "Old MDM"}}, "“Old MDM”"},
	} {
		state := c.l.TokenState(now)
		seen[state] = true
		said, next := c.l.TokenSentence(now), c.l.TokenNext(now)
		if (said == "") != (c.says == "") || !strings.Contains(said, c.says) || (next == "") != (c.says == "") {
			t.Errorf("%s says %q, %q; want %q", state, said, next, c.says)
		}
	}
	for _, s := range TokenStates() {
		if !seen[s] {
			t.Errorf("%s is not tried", s)
		}
	}
}

// Notices of one end, or of one refusal, have one key.
func TestNoticeKeys(t *testing.T) {
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	l := Location{ID: "l", Name: "North", Token: ContentToken{ExpiresAt: now.AddDate(0, 0, 20), AddedAt: now}}
	later := l
	later.Token.ExpiresAt = now.AddDate(0, 0, 25)
	if a, b := l.ExpiryNotice(30, now), l.ExpiryNotice(30, now.Add(time.Hour)); a.Key != b.Key || a.Key == l.ExpiryNotice(14, now).Key || a.Key == later.ExpiryNotice(30, now).Key {
		t.Error(a.Key, b.Key)
	}
	expired := l.RefusedNotice(AppleTokenExpired, now)
	if expired.Key != l.ExpiryNotice(WarnedExpired, now).Key { // Apple's word, or our clock's: one letter
		t.Error(expired.Key)
	}
	for number, subject := range map[int]string{AppleTokenRevoked: "was revoked", AppleTokenInvalid: "does not accept", AppleNotAllowed: "may only read"} {
		if n := l.RefusedNotice(number, now); !strings.Contains(n.Subject, subject) || !strings.Contains(n.Text, "How to renew it") {
			t.Errorf("%d: %+v", number, n)
		}
	}
}
