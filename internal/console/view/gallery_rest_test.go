package view_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

func entrance(theme string) map[string]templ.Component {
	bare := func(title, lead string) Page {
		return Page{Title: title, Lead: lead, Static: "/static/test", Theme: theme, Bare: true}
	}
	password := Field{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Required: true, Hint: "At least 12 characters. A sentence is good."}
	again := Field{Name: "again", Label: "The same once more", Type: "password", Autocomplete: "new-password", Required: true}
	return map[string]templ.Component{
		"settings":      SettingsPage(Settings{Page: page(theme, "settings", "Settings"), Parts: []SettingsPart{{"mail", "Mail", "How invitations leave this server.", "/settings/mail"}, {"key", "API keys", "Keys by which programs do what you may do.", "/account#keys"}}}),
		"signin":        SignInPage(SignIn{Page: bare("Sign in", ""), Hint: "Forgotten your password? Ask another administrator."}),
		"signin-failed": SignInPage(SignIn{Page: bare("Sign in", ""), Name: "ada", Error: "The name or the password is wrong."}),
		"setup":         SetupPage(Setup{Page: bare("Welcome to rsvpp", "Create the first administrator. This link works once."), Code: "abc", Name: Field{Name: "name", Label: "Name to sign in with", Required: true}, Password: password, Again: again}),
		"administrators": OperatorsPage(Operators{
			Page: page(theme, "account", "Administrators"),
			People: []OperatorRow{
				{ID: "1", Name: "ada@school.example", Scopes: "everything", Created: Moment{Text: "in September", Full: "2 September 2026"}, SignedIn: Moment{Text: "just now", Full: "today"}, You: true},
				{ID: "2", Name: "help desk", Scopes: "read, invite", Created: Moment{Text: "yesterday", Full: "yesterday"}, SignedIn: Moment{Text: "never"}, May: []Choice{{Value: "read", Text: "See", Hint: "people, invitations, tasks, history", Current: true}}},
			},
			Keys: []HeldKey{{Key{"k3", evil, "read", ago(900 * time.Hour), ago(9 * time.Hour), At(now.Add(2000*time.Hour), now), false}, "help desk", false}},
			Name: Field{Name: "name", Label: "Name", Required: true}, Password: Field{Name: "password", Label: "First password", Type: "password", Required: true, Hint: "At least 12 characters. They change it under their name."},
			Scopes: []Choice{{Value: "owner", Text: "Everything", Hint: "also what comes later"}, {Value: "read", Text: "See", Hint: "people, invitations, tasks, history", Current: true}, {Value: "invite", Text: "Invite", Hint: "send, resend, withdraw", Current: true}},
		}),
		"account": AccountPage(Account{
			Admins: true,
			Page:   page(theme, "account", "Account"), Current: Field{Name: "current", Label: "Present password", Type: "password", Autocomplete: "current-password", Required: true}, Password: password, Again: again,
			Address: "203.0.113.7", SignedIn: ago(3 * time.Hour),
			Keys:   []Key{{"k1", "School sync, every night", "everything", ago(900 * time.Hour), ago(9 * time.Hour), At(now.Add(2000*time.Hour), now), false}, {"k2", evil, "read, invite", ago(9000 * time.Hour), Moment{}, ago(30 * time.Hour), true}},
			NewKey: "rk_not_a_real_key_Zk4vQ8yT2nB6", KeyName: Field{Name: "name", Label: "Name of a new key", Required: true, Placeholder: "What it is for"}, KeyTerm: []Choice{{Value: "90", Text: "90 days", Current: true}, {Value: "365", Text: "a year"}},
			KeyScopes: []Choice{{Value: "read", Text: "See", Hint: "people, invitations, tasks, history", Current: true}}, KeyScopesError: "Choose at least one scope.",
		}),
		"problem":   ProblemPage(Problem{Page: page(theme, "", "Apple does not answer"), Sentence: "Apple’s service did not answer within 30 seconds.", Advice: "Nothing was changed. Apple’s system status page says whether others have the same trouble; rsvpp tries again by itself every minute.", Request: "01JD8Z6Q4W", Back: Link{"Back to users", "/users"}}),
		"not-found": ProblemPage(Problem{Page: page(theme, "", "There is nothing here"), Sentence: "No page has this address, or what was here is gone.", Advice: "People who were removed keep their history.", Back: Link{"Go to the start page", "/"}}),
	}
}

func starts(theme string) map[string]templ.Component {
	first := []FirstStep{
		{"Add a content token", "It lets rsvpp work for a location of your organization at Apple.", "/locations/add", true},
		{"Bring people in", "From a CSV file of your directory or your present MDM, or one by one.", "/users/import", false},
		{"Set up mail", "A relay, or directly to the recipients’ servers. Without mail, links can be copied.", "/settings/mail", false},
		{"Invite", "Choose people, look at who can be reached, send.", "/users?status=not_invited", false},
	}
	return map[string]templ.Component{
		"start": StartPage(Start{
			Page: page(theme, "start", "Gymnasium Berlin-Mitte"), Funnel: Funnel{48210, 47120, 35831, 29004, 26101}, Running: taskLines()[:2],
			Attention: []Notice{
				{Tone: Bad, Text: "The content token of مدرسة القاهرة الدولية expires in 13 days. Without a new one nobody can be invited or synced there.", Action: Link{"Renew", "/locations/2"}},
				{Tone: Warn, Text: "3 mails were refused for good.", Action: Link{"Show", "/users?step=refused"}},
				{Tone: Warn, Text: "1,209 people were invited more than 7 days ago and have not accepted.", Action: Link{"Show", "/users?step=stuck"}},
				{Tone: Info, Text: "Apple asked us to wait until 14:05.", Action: Link{}},
			},
		}),
		"start-calm":  StartPage(Start{Page: page(theme, "start", "北京国际学校"), Funnel: Funnel{1, 1, 0, 0, 0}}),
		"start-first": StartPage(Start{Page: Page{Title: "Welcome to rsvpp", Lead: "Four steps, about ten minutes.", Section: "start", Static: "/static/test", Theme: theme, Path: "/", Operator: Operator{Name: "Ada Lindqvist"}}, First: first, Attention: []Notice{{Tone: Warn, Text: "No mail is configured. Invitations can be created, but nothing is mailed.", Action: Link{"Set up mail", "/settings/mail"}}}}),
	}
}

func taskLines() []TaskLine {
	return []TaskLine{
		{"7", "Invite 240 people by e-mail", "Ada Lindqvist", "Gymnasium Berlin-Mitte", TaskRunning, ago(2 * time.Minute), Moment{}, 131, 3, 240, ""},
		{"8", "Sync of Gymnasium Berlin-Mitte", "rsvpp itself", "Gymnasium Berlin-Mitte", TaskWaiting, ago(9 * time.Minute), Moment{}, 12000, 0, 48210, "Apple asked us to wait until 14:05"},
		{"6", "Import of “staff-2026.csv”", evil, "", TaskPartly, ago(90 * time.Minute), ago(88 * time.Minute), 9999, 1, 10000, ""},
		{"5", "Delete 12 users from VPP", "API key “School sync”", "北京国际学校", TaskDone, ago(50 * time.Hour), ago(49 * time.Hour), 12, 0, 12, ""},
		{"4", "Invite 1 person by link", "محمد عبد الرحمن", "مدرسة القاهرة الدولية", TaskFailed, ago(51 * time.Hour), ago(51 * time.Hour), 0, 1, 1, "Apple refused the token: it was revoked"},
		{"3", "Sync of all locations", "Ada Lindqvist", "", TaskCancelled, ago(80 * time.Hour), ago(79 * time.Hour), 100, 0, 48210, ""},
	}
}

func task(theme string) Task {
	p := page(theme, "tasks", "Invite 240 people by e-mail")
	p.Crumbs = []Link{{"Tasks", "/tasks"}}
	var items []TaskItem
	states := []TaskItem{{Tone: Good, State: "Sent", Answer: "250 2.0.0 Ok: queued as 4F2D1C0A9"}, {Tone: Info, State: "Waiting for Apple"}, {Tone: Bad, State: "Refused", Answer: "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table"}, {Tone: Good, State: "Link made", Link: "https://rsvpp.school.example/i/not-a-real-one"}}
	for i, n := range sampleNames() {
		item := states[i%len(states)]
		item.UserID, item.Name, item.Email, item.At = fmt.Sprint("u", i), n, sampleEmail(i), ago(time.Duration(i+1)*time.Minute)
		items = append(items, item)
	}
	return Task{Page: p, Steer: true, Line: taskLines()[0], Items: items, Pager: Pager{Prev: "/tasks/7?before=x", Next: "/tasks/7?after=x", Range: "101–200 of 240"}, Filters: []Choice{{Text: "All", Hint: "240", Value: "/tasks/7", Current: true}, {Text: "Sent", Hint: "131", Value: "/tasks/7?state=sent"}, {Text: "Under way", Hint: "106", Value: "/tasks/7?state=open"}, {Text: "Failed", Hint: "3", Value: "/tasks/7?state=failed"}}}
}

func works(theme string) map[string]templ.Component {
	filters := []Choice{{Text: "Active", Hint: "2", Value: "/tasks", Current: true}, {Text: "Ended", Hint: "418", Value: "/tasks?ended=1"}, {Text: "With failures", Hint: "7", Value: "/tasks?failed=1"}}
	history := History{
		Page: page(theme, "history", "History"), Export: "/history.csv", Who: []Choice{{Text: "Everybody", Current: true}}, What: []Choice{{Text: "Everything", Current: true}}, Pager: Pager{Range: "1–50", Next: "/history?after=x"},
		Entries: []Entry{
			{"1", ago(2 * time.Minute), "Ada Lindqvist", "203.0.113.7", Link{"Invite 240 people", "/tasks/7"}, nil},
			{"2", ago(30 * time.Minute), evil, "2001:db8:85a3::8a2e:370:7334", Link{"Łucja Wiśniewska was changed.", "/users/u0"}, []Change{{"E-mail", "lucja@old.example", "lucja@school.example"}, {"Managed Apple Account", "", "lucja@appleid.school.example"}}},
			{"3", ago(9 * time.Hour), "server", "", Link{"Apple refuses the content token of 北京国际学校.", "/locations/3"}, nil},
			{"4", ago(80 * time.Hour), "API key “School sync”", "203.0.113.9", Link{"Revoked the API key Old laptop", ""}, nil},
		},
	}
	empty := history
	empty.Entries = nil
	return map[string]templ.Component{
		"tasks": TasksPage(Tasks{Page: page(theme, "tasks", "Active Tasks"), Filters: filters, Lines: taskLines(), Pager: Pager{Range: "1–6 of 6"}}), "tasks-empty": TasksPage(Tasks{Page: page(theme, "tasks", "Active Tasks"), Filters: filters}),
		"task": TaskPage(task(theme)), "history": HistoryPage(history), "history-empty": HistoryPage(empty),
	}
}

func imports(theme string) map[string]templ.Component {
	p := page(theme, "users", "Import people")
	p.Crumbs = []Link{{"Users", "/users"}}
	targets := func(now string) []Choice {
		var out []Choice
		for _, t := range []string{"Leave out", "Name", "First name", "Last name", "E-mail", "User name", "Managed Apple Account", "Groups", "External id"} {
			out = append(out, Choice{Value: t, Text: t, Current: t == now})
		}
		return out
	}
	mapping := ImportMapping{Page: p, ID: "im1", File: "staff-2026.csv", Recognized: "Google Workspace export", Facts: []Fact{{Term: "File", Text: "staff-2026.csv"}, {Term: "Rows", Text: "10,000"}, {Term: "Encoding", Text: "UTF-8 with a byte order mark"}, {Term: "Separator", Text: "comma"}}, Columns: []MappedColumn{
		{"First Name [Required]", 0, []string{"Łucja", "محمد", "小明"}, targets("First name")},
		{"Last Name [Required]", 1, []string{"Wiśniewska", "الشريف", "王"}, targets("Last name")},
		{"Email Address [Required]", 2, []string{"person0@school.example", "person1@school.example"}, targets("E-mail")},
		{"Org Unit Path [Required]", 3, []string{"/Staff", `=HYPERLINK("x")`, evil}, targets("Leave out")},
	}}
	unknown := mapping
	unknown.Recognized, unknown.Error = "", "No column is the name. Say which one it is."
	totals := ImportTotals{New: 8123, Changed: 402, Unchanged: 1474, Failed: 1}
	rows := []ImportRow{{1, sampleNames()[0], sampleEmail(0), "new", "", nil}, {2, sampleNames()[1], sampleEmail(1), "changed", "", []Change{{"E-mail", "b@old.example", sampleEmail(1)}}}, {3, evil, "x@school.example", "unchanged", "", nil}, {4711, "王小明", "wang@@school", "failed", "“wang@@school” is not an e-mail address: it has two @.", nil}}
	chips := []Choice{{Text: "All", Hint: "10,000", Value: "?", Current: true}, {Text: "New", Hint: "8,123", Value: "?v=new"}, {Text: "Failed", Hint: "1", Value: "?v=failed"}}
	return map[string]templ.Component{
		"import": ImportUploadPage(ImportUpload{Page: p}), "import-refused": ImportUploadPage(ImportUpload{Page: p, Error: "Row 17 has no end: a quotation mark is opened and never closed. Mend the file and upload it again."}),
		"import-columns": ImportMappingPage(mapping), "import-columns-unknown": ImportMappingPage(unknown),
		"import-preview": ImportPreviewPage(ImportPreview{Page: p, ID: "im1", Totals: totals, Filters: chips, Rows: rows, Pager: Pager{Range: "1–100 of 10,000", Next: "?after=100"}}),
		"import-run":     ImportRunPage(ImportRun{Page: p, ID: "im1", Line: TaskLine{ID: "6", Title: "Import", State: TaskRunning, Done: 6120, Total: 8525}, Totals: totals}),
		"import-done":    ImportRunPage(ImportRun{Page: p, ID: "im1", Line: TaskLine{ID: "6", Title: "Import", State: TaskPartly, Done: 8525, Total: 8526}, Totals: totals, Failed: "/users/import/im1/failed.csv"}),
	}
}

func letter() Letter {
	return Letter{
		Subject: Field{Name: "subject", Label: "Subject", Value: "{{organization}} invites you", Required: true}, Text: Field{Name: "text", Label: "Text", Value: "Hello {{name}},\n\n{{organization}} invites you to get the apps it pays for.\n\n{{link}}\n", Error: "The link is missing: put {{link}} where it shall stand."},
		HTML: Field{Name: "html", Label: "HTML", Value: "<p>Hello {{name}}</p>"}, Variables: []Fact{{Term: "{{link}}", Text: "the person’s own link; must be there"}, {Term: "{{name}}", Text: "the person’s name"}, {Term: "{{organization}}", Text: "the location’s name"}},
		Preview: "/letter-preview", PreviewAs: "Łucja Wiśniewska", Shown: "Gymnasium Berlin-Mitte invites you",
	}
}

func invites(theme string) map[string]templ.Component {
	p := page(theme, "users", "Invite users to VPP")
	p.Crumbs = []Link{{"Users", "/users"}}
	checks := []Check{{Good, "Found the server", "mail.school.example is 203.0.113.25", "4 ms"}, {Good, "Connected", "port 587", "11 ms"}, {Good, "Encrypted", "TLS 1.3, certificate valid until 3 March 2027", "22 ms"}, {Bad, "Signing in was refused", "535 5.7.8 Error: authentication failed. Check user name and password; some providers want a password made for this app.", "140 ms"}}
	fields := func(list ...Field) []Field { return list }
	result := task(theme)
	result.Page.Title, result.Page.Crumbs = "Invite users to VPP", nil
	return map[string]templ.Component{
		"invite-who": InviteWhoPage(InviteWho{
			Page: p, ID: "r1", Selection: picked(), Reachable: 203, Chosen: 240, MoreMiss: 27,
			Audiences: []Choice{{Value: "not-invited", Text: "Not invited before", Hint: "197 people", Current: true}, {Value: "not-registered", Text: "Not registered yet", Hint: "240 people, 43 of them invited before"}},
			Verdicts: []Verdict{
				{Good, "Will get an e-mail", "The address looks right and the mail server takes mail.", 191, true, sampleNames()[:3], Link{}},
				{Good, "Will be linked without an invitation", "They have a Managed Apple Account; Apple links it at once.", 12, true, sampleNames()[3:5], Link{}},
				{Warn, "No address", "Type one below, or hand over the link yourself.", 29, false, sampleNames()[6:7], Link{}},
				{Neutral, "Already registered", "Nothing to do.", 7, false, nil, Link{}},
				{Bad, "Waiting for Apple", "An earlier change is not confirmed yet. Try again in a minute.", 1, false, []string{evil}, Link{"See devices", "/devices?needs=closed"}},
			},
			Missing: []MissingAddress{{"u6", "Jörg Müller-Lüdenscheidt", "", ""}, {"u7", evil, "x@", "The part after @ is missing. Type it like name@example.org."}},
		}),
		"invite-how": InviteHowPage(InviteHow{Page: p, ID: "r1", ElseMail: true, MayMail: true, Expiry: []Choice{{Value: "14", Text: "14 days", Current: true}}, Channels: []Channel{
			{"mail", "By e-mail", "191 people get a mail with their own link.", "mail", true, ""}, {"link", "By link", "Nothing is sent. You get a list of links to hand over.", "link", false, ""}, {"device", "On the device", "", "device", false, "No MDM is connected."},
		}}),
		"invite-text":   InviteTextPage(InviteText{Page: p, ID: "r1", Letter: letter(), TestTo: Field{Name: "to", Label: "To", Type: "email", Value: "ada@school.example"}, TestSaid: Notice{Tone: Good, Text: "mx1.school.example took the test mail: 250 2.0.0 Ok."}}),
		"invite-review": InviteReviewPage(InviteReview{Page: p, ID: "r1", Send: 191, Text: true, Ways: "174 on devices, 17 by e-mail", Link: 12, Skip: 37, Token: "t", Facts: []Fact{{Term: "Location", Text: "Gymnasium Berlin-Mitte"}, {Term: "Channel", Text: "By e-mail, from Example School <apps@school.example>"}, {Term: "Subject", Text: "Gymnasium Berlin-Mitte invites you"}, {Term: "Links work", Text: "14 days"}}, Reasons: []Reason{{Text: "have no address", Count: 29}, {Text: "are registered already", Count: 7}, {Text: "is waiting for Apple", Count: 1}}}),
		"invite-result": InviteResultPage(InviteResult{Task: result, ID: "r1"}),
		"mail": MailPage(Mail{
			Page: page(theme, "settings", "Mail"), Way: []Field{{Name: "max_connections", Label: "Connections at a time"}, {Name: "timeout", Label: "Seconds to wait for an answer"}}, TrustedCA: Field{Name: "trusted_ca", Label: "Certificate of your own authority"}, Modes: []Choice{{Value: "none", Text: "No mail", Hint: "Links are copied and handed over."}, {Value: "relay", Text: "Through a relay", Hint: "Your provider’s outgoing mail server.", Current: true}, {Value: "direct", Text: "Directly", Hint: "To the recipients’ servers. Port 25 must be open."}},
			Relay:    fields(Field{Name: "host", Label: "Outgoing mail server", Value: "mail.school.example", Required: true}, Field{Name: "port", Label: "Port", Value: "587", Hint: "587 or 465 with sign-in, 25 without."}, Field{Name: "user", Label: "User name", Value: "apps"}, Field{Name: "password", Label: "Password", Type: "password", Hint: "Kept sealed. Leave empty to keep the present one."}),
			Security: []Choice{{Value: "starttls", Text: "STARTTLS", Current: true}, {Value: "tls", Text: "TLS from the start"}}, Direct: fields(Field{Name: "hello", Label: "This server’s name", Value: "rsvpp.school.example"}),
			Sender: fields(Field{Name: "from_name", Label: "Sender’s name", Value: "Example School"}, Field{Name: "from", Label: "Sender’s address", Type: "email", Value: "apps@school.example"}, Field{Name: "reply", Label: "Answers go to", Type: "email"}),
			Letter: letter(), TestTo: Field{Name: "to", Label: "To", Type: "email", Value: "ada@school.example"}, Report: checks,
			Signing: Signing{On: true, Fields: fields(Field{Name: "dkim_domain", Label: "Signed for the domain"}, Field{Name: "dkim_selector", Label: "Selector", Placeholder: "rsvpp"}), Name: "rsvpp._domainkey.school.example", Record: "v=DKIM1; k=rsa; p=" + strings.Repeat("MIIBIjANBgkqhkiG9w0B", 19)},
		}),
	}
}

func places(theme string) map[string]templ.Component {
	card := LocationCard{"1", "Gymnasium Berlin-Mitte", "Germany", "Apple School Manager", true, Good, "Token valid", At(now.Add(5000*time.Hour), now), ago(3 * time.Hour), 26101, 48210, ""}
	cards := []LocationCard{card, {"2", "مدرسة القاهرة الدولية", "Egypt", "Apple School Manager", false, Warn, "Token expires in 13 days", At(now.Add(312*time.Hour), now), ago(30 * time.Hour), 12, 930, "Apple asked us to wait until 14:05"}, {"3", evil, "China", "Apple Business Manager", false, Bad, "Token revoked at Apple", Moment{}, Moment{}, 0, 0, ""}}
	found := &TokenFound{
		Consent: "Data of people may go to Apple: a random id, the e-mail address, the Managed Apple Account.",
		Sealed:  "v1.sealed", CanAdd: true, Default: true,
		Facts:  []Fact{{Term: "Organization", Text: "Schulverbund Berlin"}, {Term: "Location id", Text: "2049025000431439", Copy: true}, {Term: "Expires", Text: "3 June 2027, in 6 months"}},
		Checks: []Check{{Good, "Apple accepts the token", "Gymnasium Berlin-Mitte, storefront Germany, Apple School Manager", "212 ms"}, {Warn, "Another server managed this location before", "mdm.old-school.example, last seen unknown. Take its token out before you invite anybody.", ""}},
	}
	foreign := *found
	foreign.Other, foreign.Claim = "“mdm.old-school.example”", "5b6f0c1e"
	double := *found
	double.CanAdd, double.Existing = false, Link{"Gymnasium Berlin-Mitte", "/locations/1"}
	add := func(title string) Page {
		p := page(theme, "locations", title)
		p.Crumbs = []Link{{"Locations", "/locations"}}
		return p
	}
	return map[string]templ.Component{
		"locations": LocationsPage(Locations{Page: page(theme, "locations", "Locations"), Cards: cards}), "locations-empty": LocationsPage(Locations{Page: page(theme, "locations", "Locations")}),
		"location-add": LocationAddPage(LocationAdd{Page: add("Add content token"), Error: "This file is not a content token: it holds an image. Download the .vpptoken file again."}), "location-found": LocationAddPage(LocationAdd{Page: add("Add content token"), Found: found}), "location-double": LocationAddPage(LocationAdd{Page: add("Add content token"), Found: &double}),
		"location-taken-token": LocationAddPage(LocationAdd{Page: add("Add content token"), Found: &foreign}),
		"location-take-back": TakeBackPage(TakeBack{
			Page: add("Take back Gymnasium Berlin-Mitte"), Location: "1", Name: "Gymnasium Berlin-Mitte", Verb: "Take back",
			From: "“mdm.old-school.example”", Claim: "5b6f0c1e-1d4e-4a61-9a77-0e1f5a1d8f10", Error: "Meanwhile “mdm.old-school.example” is the one that claims Gymnasium Berlin-Mitte at Apple: look again, and confirm that.",
		}),
		"notifications": NotificationsPage(Notifications{
			Page: add("Notifications, Gymnasium Berlin-Mitte"), Location: "1", Kept: 200, Pager: Pager{Next: "/locations/1/notifications?after=x"},
			Tabs: []Choice{{Value: "/locations/1", Text: "Location"}, {Value: "/locations/1/notifications", Text: "Notifications", Current: true}},
			Lines: []NotificationLine{
				{At: ago(time.Hour), Type: "USER_ASSOCIATED", ID: "0b2d1f1e-6f0c-4b43-9a0e-c7f6a2a1b6c1", Tone: Good, Word: "Heeded", Outcome: "What changed about people is read.", Body: `{"notificationId":"0b2d1f1e-6f0c-4b43-9a0e-c7f6a2a1b6c1","notificationType":"USER_ASSOCIATED","uId":"2049025000431439","notification":{"associatedUsers":[{"clientUserId":"9f1c6a34-5d1c-4a52-8d1e-1f0a7f7f2f10","idHash":"dGhpcyBpcyBub3QgYW4gaGFzaA==","inviteCode":"(not kept)","status":"Associated"}]}}`, Size: 342},
				{At: ago(3 * time.Hour), Type: evil, Tone: Warn, Word: "Unknown kind", Outcome: "A kind that rsvpp does not know: people and licenses are read.", Problem: "this is not a notification of Apple's: " + evil, Body: evil, Size: 90000, Cut: true},
				{At: ago(4 * time.Hour), Tone: Bad, Word: "Refused", Outcome: "Refused: it cannot be read.", Problem: "this is not a notification of Apple's: it is not a JSON object", Body: "<html>", Size: 6},
			},
		}),
		"notifications-none": NotificationsPage(Notifications{Page: add("Notifications, Gymnasium Berlin-Mitte"), Location: "1", Kept: 200, Asks: true}),
		"consent-text": ConsentTextPage(ConsentText{
			Page: add("What Apple gets"), Own: true, Saved: ago(50 * time.Hour), Usual: "rsvpp sends Apple an id and the e-mail address.", Anew: true,
			Text: Field{Name: "text", Label: "What is confirmed before data goes to Apple", Value: "Our board says yes.\n" + evil, Error: "The text is longer than 4000 bytes: make it shorter."},
		}),
		"location-remove": RemoveLocationPage(RemoveLocation{
			Page: add("Remove Gymnasium Berlin-Mitte"), Location: "1", Name: "Gymnasium Berlin-Mitte", People: 48210, Only: 1, Strangers: 212, Assets: 31, Licenses: 40100,
			Untold:  "“mdm.old-school.example” manages Gymnasium Berlin-Mitte: what stands at Apple is that server’s, and is left as it is. Remove the location without telling Apple.",
			Confirm: Field{Name: "name", Label: "Type the location’s name to confirm", Hint: "Gymnasium Berlin-Mitte", Value: "Gymnasium", Error: "That is not the name of the location."},
		}),
		"location-kept": RemoveLocationPage(RemoveLocation{
			Page: add("Remove Gymnasium Berlin-Mitte"), Location: "1", Name: "Gymnasium Berlin-Mitte",
			Kept: "26,101 people of Gymnasium Berlin-Mitte have a living record at Apple (26101 registered, 0 not yet): use Delete from VPP first, or move the location out and give its hand-over file to the next server.",
		}),
		"location-sooner": LocationPage(Location{
			Page: add("Gymnasium Berlin-Mitte"), Card: card, Sooner: "v1.sealed", Error: "This content token expires on 3 March 2027, and the one that is stored works until 3 June 2027: it may be an older file. Renew with it only if you mean it.",
			Token: []Fact{{Term: "State", Text: "Token valid", Tone: Good}}, Hook: []Fact{{Term: "State", Text: "Apple knows it", Tone: Good}},
		}),
		"location-tested": LocationPage(Location{
			Page: add("Gymnasium Berlin-Mitte"), Card: card, Trouble: Notice{Tone: Bad, Text: "The content token of Gymnasium Berlin-Mitte may only read: Apple shows everything and changes nothing. Invitations and removals wait. Give the account that made the token the role Content Manager at Apple and let Apple be asked again, or renew with a token of an account that has it."},
			Token: []Fact{{Term: "State", Text: "Token may only read", Tone: Bad}}, Hook: []Fact{{Term: "State", Text: "Apple does not notify this server: rsvpp asks Apple instead, and changes show later. Apple cannot reach this server's notification address. Open it to the internet, or leave it: rsvpp then asks Apple instead. (Apple's error 9728)"}},
			Report: []Check{{Tone: Good, Title: "The way to Apple", Detail: "Apple answers.", Took: "34ms"}, {Tone: Warn, Title: "Content token", Detail: "The content token may only read."}, {Tone: Good, Title: "Clocks", Detail: "This server’s clock agrees with Apple’s."}, {Tone: Bad, Title: "Who manages the location", Detail: "Gymnasium Berlin-Mitte is managed by another server, “Old MDM”. It is still read, but nothing is changed there. Look on the location’s page who has it, and take it back if it is yours."}, {Tone: Warn, Title: "Notifications from Apple", Detail: "Apple could not reach https://rsvpp.school.example/hooks/apple/1."}},
		}),
		"location": LocationPage(Location{
			Page: add("Gymnasium Berlin-Mitte"), Card: card, Wait: "Apple asked us to wait until 14:05. Work for other locations goes on.", Claim: Claim{Location: "1", Takes: true, Verb: "Take back", Facts: []Fact{{Term: "State", Text: "Another server took it over", Tone: Bad}, {Term: "Apple shows", Text: "“mdm.old-school.example”"}, {Term: "Its id", Text: "5b6f0c1e-1d4e-4a61-9a77-0e1f5a1d8f10", Copy: true}, {Term: "Taken", Text: "2 hours ago by “mdm.old-school.example”"}}},
			Token: []Fact{{Term: "State", Text: "valid", Tone: Good}, {Term: "Expires", Text: "3 June 2027, in 6 months"}, {Term: "Added", Text: "5 months ago"}, {Term: "Apple accepted it", Text: "4 minutes ago"}, {Term: "Storefront", Text: "Germany"}, {Term: "Platform", Text: "Apple School Manager"}, {Term: "Organization", Text: "2049025000431439"}, {Term: "Location id", Text: "2049025000431439", Copy: true}},
			Consent: Consent{
				Location: "1", Text: "Our board says yes.\nSee paper 7.", Newer: "For each person who is invited, updated or removed, rsvpp sends Apple an id that rsvpp makes up, the e-mail address, and the Managed Apple Account if there is one.", Asks: true, Version: "v",
				Facts: []Fact{{Term: "Confirmed by", Text: "anna", Tone: Good}, {Term: "Confirmed", Text: "3 days ago"}},
			},
			Sync: []Fact{{Term: "Last read", Text: "4 minutes ago"}, {Term: "Last read of everything", Text: "3 hours ago"}, {Term: "Records found then", Text: "26,101"}, {Term: "Last read of apps and books", Text: "3 hours ago"}, {Term: "Next read", Text: "in 11 minutes"}, {Term: "Next read of everything", Text: "in 21 hours"}},
			Hook: []Fact{{Term: "Address", Text: "https://rsvpp.school.example/apple/2049025000431439", Copy: true}, {Term: "State", Text: "last heard 4 minutes ago", Tone: Good}},
		}),
	}
}
