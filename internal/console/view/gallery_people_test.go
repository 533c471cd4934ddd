package view_test

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

func people(theme string) map[string]templ.Component {
	p := page(theme, "users", "Users")
	p.Notices = []Notice{{Tone: Good, Text: "240 invitations are on their way. You can go on working.", Action: Link{"Watch", "/tasks/7"}}}
	users := Users{
		Page: p, Query: "", Lines: userLines(), Matching: 48210, Able: map[string]int{"invite": 12379, "register": 375, "sync": 35831}, Export: "/users/export.csv",
		Keep: []Hidden{{"sort", "name"}},
		Filters: []Choice{
			{Text: "All", Hint: "48,210", Value: "/users", Current: true},
			{Text: "Not invited", Hint: "12,004", Value: "/users?status=not_invited"},
			{Text: "Invited", Hint: "9,730", Value: "/users?status=invited"},
			{Text: "Registered", Hint: "26,101", Value: "/users?status=registered"},
			{Text: "Removed", Hint: "375", Value: "/users?status=removed"},
		},
		More: []Choice{
			{Text: "Waiting for Apple", Hint: "12", Value: "/users?step=apple"},
			{Text: "Mail refused", Hint: "3", Value: "/users?step=refused"},
			{Text: "No address", Hint: "41", Value: "/users?step=address"},
			{Text: "Stuck 7 days", Hint: "1,209", Value: "/users?step=stuck"},
		},
		Columns: []Column{
			{Key: ColumnName, Text: "Name", Sort: "/users?sort=-name", Dir: "ascending"},
			{Key: ColumnEmail, Text: "E-mail", Sort: "/users?sort=email"},
			{Key: ColumnStatus, Text: "VPP status", Sort: "/users?sort=status"},
			{Key: ColumnStep, Text: "Step or reason"},
			{Key: ColumnSince, Text: "Since", Sort: "/users?sort=since"},
			{Key: ColumnGroups, Text: "Groups"},
		},
		Chooser: []Choice{
			{Value: ColumnName, Text: "Name", Current: true},
			{Value: ColumnEmail, Text: "E-mail", Current: true},
			{Value: ColumnUserName, Text: "User name"},
			{Value: ColumnStatus, Text: "VPP status", Current: true},
			{Value: ColumnApple, Text: "Apple’s word"},
			{Value: ColumnStep, Text: "Step or reason", Current: true},
			{Value: ColumnManaged, Text: "Managed Apple Account"},
			{Value: ColumnGroups, Text: "Groups", Current: true},
			{Value: ColumnInvitedAt, Text: "Invited"},
			{Value: ColumnRegisteredAt, Text: "Registered"},
			{Value: ColumnSince, Text: "Since", Current: true},
			{Value: ColumnExternalID, Text: "External id"},
		},
		Pager: Pager{Next: "/users?after=x", Range: "1–100 of 48,210"},
	}
	quiet := users
	quiet.Page.KeysOff = true
	none := users
	none.Page.Notices, none.Lines, none.Matching, none.Query, none.Pager = nil, nil, 0, "zzz <b>", Pager{Range: "0 of 0"}
	nobody := Users{Page: page(theme, "users", "Users"), Nobody: true}
	wide := users
	wide.Columns = nil
	for _, c := range users.Chooser {
		wide.Columns = append(wide.Columns, Column{Key: c.Value, Text: c.Text})
	}
	return map[string]templ.Component{
		"users": UsersPage(users), "users-none-match": UsersPage(none), "users-empty": UsersPage(nobody), "users-wide": UsersPage(wide), "users-keys-off": UsersPage(quiet),
		"user": UserPage(stuckUser(theme)), "user-new": UserPage(freshUser(theme)), "user-edit": UserFormPage(userForm(theme)),
		"delete": DeletePage(deletion(theme)), "sync": SyncPage(syncing(theme)), "sync-result": SyncResultPage(synced(theme)),
	}
}

func userLines() []UserLine {
	standings := []Standing{
		{Registered, "Associated", "", ago(400 * time.Hour), false},
		{Invited, "Registered", "link opened on an iPhone", ago(75 * time.Hour), true},
		{NotInvited, "Registered", "created at Apple, mail queued", ago(2 * time.Minute), false},
		{NotInvited, "", "", Moment{}, false},
		{Removed, "Retired", "", ago(9000 * time.Hour), false},
		{NotInvited, "", "waiting for Apple", ago(20 * time.Second), false},
		{NotInvited, "", "no address: type one or take the link", Moment{}, false},
		{NotInvited, "Registered", "mail refused: mailbox full", ago(26 * time.Hour), false},
	}
	var out []UserLine
	for i, name := range sampleNames() {
		s := standings[i%len(standings)]
		out = append(out, UserLine{
			ID: fmt.Sprint("u", i), Name: name, Email: sampleEmail(i), UserName: fmt.Sprint("user", i), Standing: s, Groups: []Link{{"Class 7b", "/users?group=Class+7b"}, {"Chess", "/users?group=Chess"}}[:i%3%2+i%2],
			Managed: "p@appleid.school.example", ExternalID: fmt.Sprint(90000 + i), InvitedAt: s.Since, RegisteredAt: Moment{}, Can: "invite sync",
		})
	}
	return out
}

func stuckUser(theme string) User {
	p := page(theme, "users", sampleNames()[1])
	p.Crumbs = []Link{{"Users", "/users"}}
	return User{
		Page: p, ID: "u1", Name: sampleNames()[1], Can: UserCan{Resend: true, Withdraw: true, Sync: true, Delete: true, Link: true}, Link: "https://rsvpp.school.example/i/8QmZ-not-a-real-one",
		Next: NextAction{Title: "Ask again, by hand", Why: "The mail arrived and the link was opened on a Windows PC three days ago, but nobody signed in to Apple. It can only be finished on an iPhone, iPad or Mac: show the QR code, or send the invitation again to be opened there.", Button: "Resend invitation…", Action: "/invite", Tone: Warn},
		Facts: []Fact{
			{Term: "E-mail", Text: sampleEmail(1), Copy: true},
			{Term: "User name", Text: "bfitzgerald"},
			{Term: "Managed Apple Account", Text: ""},
			{Term: "Groups", Text: "Teachers, Chess"},
			{Term: "External id", Text: "90001"},
			{Term: "Came from", Text: "CSV import “staff-2026.csv”, 3 November 2026"},
		},
		Standings: []LocationStanding{
			{"Gymnasium Berlin-Mitte", Standing{Invited, "Registered", "link opened on a Windows PC", ago(75 * time.Hour), false}, true, "No license can be assigned before the person has accepted the invitation."},
			{"北京国际学校", Standing{Registered, "Associated", "", ago(4000 * time.Hour), false}, false, ""},
		},
		Timeline: []Event{
			{Icon: "device", Tone: Warn, Title: "Opened the link on a Windows PC", Detail: "The page showed a QR code to go on with on an iPhone, iPad or Mac.", At: ago(73 * time.Hour)},
			{Icon: "mail", Tone: Good, Title: "Mail accepted by mx1.staff.school.example", Detail: "250 2.0.0 Ok: queued as 4F2D1C0A9", At: ago(75 * time.Hour)},
			{Icon: "clock", Tone: Warn, Title: "Mail deferred, tried again after 10 minutes", Detail: "451 4.7.1 Greylisting in action, please come back later", At: ago(76 * time.Hour)},
			{Icon: "check", Tone: Info, Title: "Apple created the record", Detail: "Apple’s status: Registered", At: ago(76 * time.Hour)},
			{Icon: "send", Tone: Info, Title: "Invited by e-mail", By: "Ada Lindqvist", At: ago(76 * time.Hour)},
			{Icon: "upload", Tone: Neutral, Title: "Imported", By: evil, At: ago(450 * time.Hour)},
		},
		Invitations: []InvitationLine{{ID: "i1", State: "sent", Tone: Info, Location: "Gymnasium Berlin-Mitte", By: "Ada Lindqvist", Made: ago(76 * time.Hour), Expires: At(now.Add(260*time.Hour), now), Deliveries: []DeliveryLine{
			{"By e-mail", sampleEmail(1), "accepted", Good, "250 2.0.0 Ok: queued as 4F2D1C0A9", ago(75 * time.Hour)},
			{"By e-mail", "b.fitz@school.example", "refused", Bad, "550 5.1.1 <b.fitz@school.example>: Recipient address rejected: User unknown", ago(76 * time.Hour)},
		}}},
	}
}

func freshUser(theme string) User {
	p := page(theme, "users", evil)
	p.Crumbs = []Link{{"Users", "/users"}}
	return User{
		Page: p, ID: "u4", Name: evil, Can: UserCan{Invite: true, Sync: true},
		Next:      NextAction{Title: "Type an e-mail address", Why: "Nothing can be sent: there is no address and no Managed Apple Account.", Button: "Edit", Href: "/users/u4/edit", Tone: Bad},
		Facts:     []Fact{{Term: "E-mail"}, {Term: "User name", Text: "x"}},
		Standings: []LocationStanding{{"Gymnasium Berlin-Mitte", Standing{Status: NotInvited}, true, "No license can be assigned: the person has to be invited and accept first."}},
	}
}

func userForm(theme string) UserForm {
	p := page(theme, "users", "Edit Łucja Wiśniewska")
	p.Crumbs = []Link{{"Łucja Wiśniewska", "/users/u0"}}
	return UserForm{Page: p, ID: "u0", Groups: Field{Name: "groups", Label: "Groups", Value: "Class 7b, Chess", Hint: "Apart by commas."}, Fields: []Field{
		{Name: "name", Label: "Name", Value: "Łucja Wiśniewska", Required: true},
		{Name: "email", Label: "E-mail", Type: "email", Value: "lucja@@school", Error: "This is not an e-mail address: it has two @. Type it like name@example.org."},
		{Name: "user_name", Label: "User name", Value: "lucja"},
		{Name: "managed", Label: "Managed Apple Account", Hint: "With one, no invitation is needed."},
		{Name: "external", Label: "External id", Value: "90000"},
		{Name: "language", Label: "Language", Value: "pl"},
	}}
}

func picked() Selection {
	return Selection{Summary: "240 users of Gymnasium Berlin-Mitte", Fields: []Hidden{{"selection", "s1"}}, Sample: sampleNames()[:5], More: 235}
}

func deletion(theme string) Delete {
	p := page(theme, "users", "Delete from VPP")
	p.Crumbs = []Link{{"Users", "/users"}}
	return Delete{Page: p, Selection: picked(), Retire: 231, Linked: 204, Skipped: []Reason{{Text: "were never created at Apple", Count: 8}, {Text: "is waiting for Apple; try again in a minute", Count: 1}}}
}

func syncing(theme string) Sync {
	p := page(theme, "users", "Sync VPP")
	p.Crumbs = []Link{{"Users", "/users"}}
	return Sync{
		Page: p, Selection: picked(), Last: ago(3 * time.Hour), Scopes: []Choice{{Value: "selection", Text: "The selection", Hint: "240 users", Current: true}, {Value: "location", Text: "This location", Hint: "48,210 users, about 2 minutes"}, {Value: "all", Text: "All locations", Hint: "3 locations"}},
		Reads: []Choice{{Value: "changes", Text: "What changed", Hint: "Since the last sync.", Current: true}, {Value: "full", Text: "Everything anew", Hint: "Takes longer."}},
	}
}

func synced(theme string) SyncResult {
	p := page(theme, "tasks", "Sync of Gymnasium Berlin-Mitte")
	return SyncResult{Page: p, Line: taskLines()[0], Out: []Reason{{Text: "e-mail addresses changed", Count: 12}, {Text: "Managed Apple Account added", Count: 1}}, In: []Reason{{Text: "became Registered", Count: 340}, {Text: "became Removed", Count: 2}}, Odd: nil}
}
