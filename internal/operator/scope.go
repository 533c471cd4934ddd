package operator

import (
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Scope is one thing that somebody may do. Every route asks for one.
type Scope string

// The scopes. Owner is all of them, also those that come later.
const (
	ScopeOwner     Scope = "owner"
	ScopeRead      Scope = "read"      // see people, invitations, tasks, history
	ScopeInvite    Scope = "invite"    // send, resend, withdraw invitations
	ScopeRoster    Scope = "roster"    // add, edit, import, remove people
	ScopeProgram   Scope = "program"   // sync with Apple, delete from VPP
	ScopeSettings  Scope = "settings"  // locations, content tokens, mail
	ScopeOperators Scope = "operators" // administrators and API keys
)

// KnownScopes lists every scope, the widest first.
func KnownScopes() []Scope {
	return []Scope{ScopeOwner, ScopeRead, ScopeInvite, ScopeRoster, ScopeProgram, ScopeSettings, ScopeOperators}
}

// Scopes is what somebody may do.
type Scopes []Scope

// Allow says whether the scope is among them.
func (s Scopes) Allow(scope Scope) bool {
	return slices.Contains(s, ScopeOwner) || slices.Contains(s, scope)
}

// Cover says whether everything that others allow is allowed here too.
func (s Scopes) Cover(others Scopes) bool {
	return !slices.ContainsFunc(others, func(o Scope) bool { return !s.Allow(o) })
}

// Within returns what both allow.
func (s Scopes) Within(others Scopes) Scopes {
	var both Scopes
	for _, scope := range KnownScopes() {
		if s.Allow(scope) && others.Allow(scope) {
			both = append(both, scope)
		}
	}
	return both.tidy()
}

// String is the text form, "read,invite".
func (s Scopes) String() string {
	words := make([]string, len(s))
	for i, scope := range s {
		words[i] = string(scope)
	}
	return strings.Join(words, ",")
}

// ParseScopes reads a list of scopes; doubles and order do not matter.
func ParseScopes(words []string) (Scopes, error) {
	var scopes Scopes
	for _, word := range words {
		scope := Scope(strings.TrimSpace(word))
		if !slices.Contains(KnownScopes(), scope) {
			return nil, &vpp.Error{
				Kind: vpp.Invalid, Field: "scopes",
				Message: "There is no scope " + quoted(word) + ". The scopes are " + Scopes(KnownScopes()).String() + ".",
			}
		}
		scopes = append(scopes, scope)
	}
	if len(scopes) == 0 {
		return nil, &vpp.Error{Kind: vpp.Invalid, Field: "scopes", Message: "Choose at least one scope."}
	}
	return scopes.tidy(), nil
}

// tidy orders scopes and leaves doubles out; owner swallows the others.
func (s Scopes) tidy() Scopes {
	var tidy Scopes
	for _, scope := range KnownScopes() {
		if slices.Contains(s, scope) {
			tidy = append(tidy, scope)
		}
	}
	if slices.Contains(tidy, ScopeOwner) {
		return Scopes{ScopeOwner}
	}
	return tidy
}

// storedScopes reads what the store kept. A word that this program does not
// know (of a newer one) allows nothing.
func storedScopes(text string) Scopes {
	var scopes Scopes
	for word := range strings.SplitSeq(text, ",") {
		scopes = append(scopes, Scope(word))
	}
	return scopes.tidy()
}
