package vpp

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FoldKey is what user names and addresses are compared by.
func FoldKey(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// Changes returns the fields that differ from u in now, before and after;
// both are empty when nothing does.
func (u User) Changes(now User) (before, after map[string]string) {
	before, after = map[string]string{}, map[string]string{}
	was := u.texts()
	for i, f := range now.texts() {
		if f.value != was[i].value {
			before[f.name], after[f.name] = was[i].value, f.value
		}
	}
	return before, after
}

// Same says whether both users say the same of the person.
func (u User) Same(other User) bool { return slices.Equal(u.texts(), other.texts()) }

type fieldText struct{ name, value string }

func (u User) texts() []fieldText {
	return []fieldText{
		{"external_id", u.ExternalID},
		{"user_name", u.UserName},
		{"first_name", u.FirstName},
		{"last_name", u.LastName},
		{"full_name", u.FullName},
		{"email", u.Email},
		{"managed_apple_id", u.ManagedAppleID},
		{"groups", strings.Join(u.Groups, "\n")},
		{"locale", u.Locale},
		{"notes", u.Notes},
	}
}
