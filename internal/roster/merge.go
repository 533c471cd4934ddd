package roster

import (
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// personOf is a user as a row of a file.
func personOf(u vpp.User) sheet.Person {
	return sheet.Person{
		ExternalID: u.ExternalID, UserName: u.UserName, FirstName: u.FirstName, LastName: u.LastName, FullName: u.FullName,
		Email: u.Email, ManagedAppleID: u.ManagedAppleID, Groups: u.Groups, Locale: u.Locale, Notes: u.Notes,
	}
}

// userOf is the user with everything that the person says.
func userOf(u vpp.User, p sheet.Person) vpp.User {
	u.ExternalID, u.UserName, u.FirstName, u.LastName, u.FullName = p.ExternalID, p.UserName, p.FirstName, p.LastName, p.FullName
	u.Email, u.ManagedAppleID, u.Groups, u.Locale, u.Notes = p.Email, p.ManagedAppleID, p.Groups, p.Locale, p.Notes
	return u
}

// merge is the user with what a row says. An empty cell says nothing: it
// leaves what is known, so that a file with fewer columns forgets nothing.
func merge(u vpp.User, p sheet.Person) vpp.User {
	u = mergeNames(u, p)
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&u.ExternalID, p.ExternalID},
		{&u.UserName, p.UserName},
		{&u.Email, p.Email},
		{&u.ManagedAppleID, p.ManagedAppleID},
		{&u.Locale, p.Locale},
		{&u.Notes, p.Notes},
	} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	if len(p.Groups) > 0 {
		u.Groups = slices.Clone(p.Groups)
	}
	return u
}

// mergeNames keeps the three names in step: the full name follows the others,
// and they follow a full name that comes alone. A name that was only guessed
// from an address replaces nothing.
func mergeNames(u vpp.User, p sheet.Person) vpp.User {
	first, last := p.FirstName, p.LastName
	if p.NameDerived {
		if u.FullName == "" {
			u.FullName = p.FullName
		}
		return u
	}
	if first == "" && last == "" {
		if u.FullName != p.FullName || u.FirstName == "" && u.LastName == "" {
			u.FirstName, u.LastName = splitName(p.FullName)
		}
		u.FullName = p.FullName
		return u
	}
	if first != "" {
		u.FirstName = first
	}
	if last != "" {
		u.LastName = last
	}
	u.FullName = p.FullName
	if p.FullName == joinName(first, last) { // made of the row's own names, of which one may be missing
		u.FullName = joinName(u.FirstName, u.LastName)
	}
	return u
}

func joinName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// splitName takes a full name apart: "Anna Maria Meyer" and "Meyer, Anna
// Maria". A single word stays whole, in neither part.
func splitName(full string) (first, last string) {
	if before, after, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(after), strings.TrimSpace(before)
	}
	if i := strings.LastIndexByte(full, ' '); i > 0 {
		return strings.TrimSpace(full[:i]), full[i+1:]
	}
	return "", ""
}

// over is the person with what the patch says.
func (c Patch) over(p sheet.Person) sheet.Person {
	for _, f := range []struct {
		to   *string
		from *string
	}{
		{&p.ExternalID, c.ExternalID},
		{&p.UserName, c.UserName},
		{&p.FirstName, c.FirstName},
		{&p.LastName, c.LastName},
		{&p.FullName, c.FullName},
		{&p.Email, c.Email},
		{&p.ManagedAppleID, c.ManagedAppleID},
		{&p.Locale, c.Locale},
		{&p.Notes, c.Notes},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if c.Groups != nil {
		p.Groups = slices.Clone(*c.Groups)
	}
	names := c.FirstName != nil || c.LastName != nil
	switch {
	case names && c.FullName == nil:
		p.FullName = "" // is made anew of the other two
	case !names && c.FullName != nil:
		p.FirstName, p.LastName = splitName(strings.TrimSpace(p.FullName))
	}
	return p
}
