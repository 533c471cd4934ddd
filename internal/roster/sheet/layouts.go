package sheet

import (
	"slices"
	"strings"
)

// layout is how one product writes its header: what must be there for us to
// recognize it, and the columns we read, the better name first. All names are
// folded, see fold.
type layout struct {
	source  Source
	all     []string // all of these
	any     []string // and one of these, unless empty
	marks   bool     // and remarks in brackets, as in "First Name [Required]"
	columns map[Field][]string
}

func (l layout) fits(marked bool, keys []string) bool {
	has := func(name string) bool { return slices.Contains(keys, name) }
	for _, name := range l.all {
		if !has(name) {
			return false
		}
	}
	return (!l.marks || marked) && (len(l.any) == 0 || slices.ContainsFunc(l.any, has))
}

func layoutOf(header, keys []string) (layout, bool) {
	marked := slices.ContainsFunc(header, func(h string) bool {
		return strings.Contains(strings.ToLower(h), "[required]")
	})
	for _, l := range layouts() {
		if l.fits(marked, keys) {
			return l, true
		}
	}
	return layout{}, false
}

// layouts lists the known products; the first that fits is meant.
//
// Google Workspace: "Download users" and "Bulk update users" of the Admin
// console. Entra ID: "Download users" of the Entra admin center and "Export
// users" of the Microsoft 365 admin center. Apple School Manager: the students
// and staff templates, and the list of sign-ins. Jamf Pro: Users, exported.
// Knox Manage: its User sheet; there the User ID signs in and the User Name is
// the person's name.
func layouts() []layout {
	return []layout{
		{source: OwnExport, all: []string{"externalid", "username", "managedappleid", "locale"}, columns: own()},
		{source: GoogleWorkspace, all: []string{"firstname", "lastname", "emailaddress"}, marks: true, columns: map[Field][]string{
			ExternalID: {"employeeid"}, UserName: {"emailaddress"}, Email: {"emailaddress"},
			FirstName: {"firstname"}, LastName: {"lastname"}, Groups: {"orgunitpath"},
		}},
		{source: EntraID, all: []string{"userprincipalname", "displayname"}, columns: map[Field][]string{
			ExternalID: {"objectid", "id", "userid"}, UserName: {"userprincipalname"}, Email: {"mail", "email", "primaryemail"},
			FirstName: {"givenname", "firstname"}, LastName: {"surname", "lastname"}, FullName: {"displayname"},
			Groups: {"department"}, Locale: {"preferredlanguage"},
		}},
		{
			source: AppleSchoolManager, all: []string{"personid", "firstname", "lastname"},
			any:     []string{"personnumber", "sisusername", "locationid", "managedappleid", "managedappleaccount"},
			columns: school("sisusername", "managedappleaccount", "managedappleid"),
		},
		{
			source: AppleSchoolManager, all: []string{"firstname", "lastname", "temporarypassword"},
			any:     []string{"managedappleid", "managedappleaccount"},
			columns: school("sisusername", "managedappleaccount", "managedappleid"),
		},
		{source: JamfPro, all: []string{"username", "fullname", "emailaddress"}, columns: map[Field][]string{
			UserName: {"username"}, FullName: {"fullname"}, Email: {"emailaddress"},
			FirstName: {"firstname"}, LastName: {"lastname"}, ManagedAppleID: {"managedappleid", "managedappleaccount"},
		}},
		{source: KnoxManage, all: []string{"userid", "username", "email"}, columns: map[Field][]string{
			UserName: {"userid"}, FullName: {"username"}, Email: {"email"}, ExternalID: {"employeeno", "employeenumber"},
			Groups: {"usergroup", "usergroups", "group", "groups", "usergrouporganization", "organization"}, Notes: {"description", "note"},
		}},
	}
}

func own() map[Field][]string {
	columns := map[Field][]string{}
	for _, f := range Fields() {
		columns[f] = []string{fold(string(f))}
	}
	return columns
}

func school(userName ...string) map[Field][]string {
	return map[Field][]string{
		ExternalID: {"personid"}, UserName: userName, Email: {"emailaddress", "email"},
		FirstName: {"firstname"}, LastName: {"lastname"},
		ManagedAppleID: {"managedappleaccount", "managedappleid"}, Location: {"location", "locationname"},
	}
}
