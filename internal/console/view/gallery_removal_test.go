package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

// removals are the pages around Delete from VPP and what does not go together.
func removals(theme string) map[string]templ.Component {
	known := deletion(theme)
	known.Undo, known.ReadAt, known.ComeBack, known.Stay, known.Losing, known.Keeping = "5 minutes", ago(20*time.Minute), 1420, 38, 204, 24
	known.Serves = 17
	known.Assets = []Holding{
		{AdamID: "408709785", Kind: "App", Licenses: 204, People: 204}, {AdamID: "361309726", Kind: "App", Licenses: 198, People: 198},
		{AdamID: "1440147259", Kind: "Book", Licenses: 38, People: 24, Stays: true}, {AdamID: "9990001", Kind: "App or book", Licenses: 1, People: 1},
	}
	for i, n := range sampleNames()[:6] {
		known.Keepers = append(known.Keepers, Keeper{ID: "u", Name: n, Books: 7 - i})
	}
	held := task(theme)
	held.Page.Title, held.Held, held.HeldAt = "Delete from VPP", At(now.Add(4*time.Minute), now), "14:09:00 UTC"
	held.Page.Notices = []Notice{{Tone: Info, Text: "240 users will be deleted from VPP at 14:09:00 UTC. Nothing is sent to Apple before.", Undo: "/tasks/7/undo", Until: "2099-11-22T14:09:00Z", Action: Link{Text: "Show the task", Href: "/tasks/7"}}}
	held.Held.ISO = "2099-11-22T14:09:00Z"
	refused := task(theme)
	refused.Items[2].Answer, refused.Items[2].Error = "This location is managed by Apple's built-in device management: it can only be read. Release it there first. (Apple's error 9645)", "9645"
	return map[string]templ.Component{
		"question": QuestionPage(Question{
			Page: page(theme, "users", "Are you sure?"), Title: "Remove " + evil + " from rsvpp?", Text: "The person is gone from every list here.",
			Verb: "Remove from rsvpp", Action: "/users/1/remove", Fields: []Hidden{{"sure", "1"}}, Back: "/users/1",
		}),
		"delete-known": DeletePage(known), "task-held": TaskPage(held), "task-refused": TaskPage(refused),
		"user-removed": UserPage(removedUser(theme)), "conflicts": ConflictsPage(clashes(theme, "same_account")),
		"conflicts-records": ConflictsPage(clashes(theme, "two_records")), "conflicts-unusable": ConflictsPage(clashes(theme, "unusable_account")),
		"conflicts-device": ConflictsPage(clashes(theme, "account_on_device")), "conflicts-stranger": ConflictsPage(clashes(theme, "stranger")),
		"conflicts-none": ConflictsPage(Conflicts{Page: page(theme, "conflicts", "Mapping conflicts"), Filters: clashes(theme, "").Filters}),
		"apple-errors": AppleErrorsPage(AppleErrors{Page: page(theme, "", "Apple's error numbers"), Lines: []AppleError{
			{"9635", "The Managed Apple Account cannot be linked: it is unknown, unusable, or belongs to another organization.", "Apple links only accounts of the organization whose content token this is, and that are active.", "Correct the Managed Apple Account, or invite the person by e-mail."},
			{"never-confirmed", "Apple took the request and never showed a result.", "Apple's service accepted it several times and no read showed that anything came of it.", "Try again."},
		}}),
	}
}

func removedUser(theme string) User {
	u := freshUser(theme)
	u.Next = NextAction{Title: "Removed from VPP. Held 3 apps and 1 book before.", Why: "The same person gets a new record and a new invitation. The apps' licenses came back then; they have to be assigned again.", Button: "Register again", Action: "/invite?audience=removed", Tone: Warn}
	u.Before = []Holding{{AdamID: "408709785", Kind: "App", Licenses: 1, People: 1}, {AdamID: "1440147259", Kind: "Book", Licenses: 1, People: 1, Stays: true}}
	return u
}

func clashes(theme, kind string) Conflicts {
	p := page(theme, "conflicts", "Mapping conflicts")
	p.Lead, p.Conflicts = "What does not go together between the people here and the records at Apple.", 17
	m := Conflicts{
		Page: p, LocationID: "1", Strangers: 212, Pager: Pager{Next: "/conflicts?after=x"},
		Filters: []Choice{{Text: "One account, several people", Hint: "12", Value: "/conflicts?kind=same_account", Current: kind == "same_account"}, {Text: "One person, two records", Hint: "3", Value: "/conflicts?kind=two_records", Current: kind == "two_records"}, {Text: "Account cannot be linked", Hint: "2", Value: "/conflicts?kind=unusable_account", Current: kind == "unusable_account"}},
		Why:     Notice{Tone: Info, Text: "These people are registered with one and the same Apple Account. Licenses that are assigned to both fail for one of them, or the app does not install. Find out whose account it is, and delete the other one from VPP; that person is then invited again and signs in with an account of their own."},
	}
	person := func(i int) ConflictPerson {
		return ConflictPerson{ID: "u", Name: sampleNames()[i], Email: sampleEmail(i), Managed: "lucja@managed.school.example", Standing: Standing{Registered, "Associated", "", ago(400 * time.Hour), false}, Delete: true, Edit: kind == "unusable_account", Invite: kind == "unusable_account"}
	}
	for i := range 3 {
		c := Conflict{Kind: kind, Location: "1", Key: "k", People: []ConflictPerson{person(2 * i)}}
		switch kind {
		case "same_account":
			c.People = append(c.People, person(2*i+1))
			c.More = 3 * i
		case "two_records":
			c.Other = &OtherRecord{ClientUserID: "0b5a4c12-7a60-4e0e-a3c5-5f9df6b0aa10", Apple: "Registered", Email: sampleEmail(1), SameAccount: i == 1, Retire: true}
		case "account_on_device":
			c.Device = &WrongDevice{ID: "d", Name: "Łucja’s MacBook Pro", User: map[bool]string{true: "lucja"}[i == 1], Ask: true}
		case "stranger":
			c.People, c.Other = nil, &OtherRecord{ClientUserID: "0b5a4c12-7a60-4e0e-a3c5-5f9df6b0aa10", Apple: "Registered", Email: sampleEmail(1), Retire: true, Alone: true}
		default:
			c.Error, c.Sentence, c.Next = "9641", "The Managed Apple Account is already linked to another record at this location. Apple links a managed account to one living record only.", "Find who holds it and remove that one, or invite the person by e-mail."
		}
		m.Lines = append(m.Lines, c)
	}
	return m
}
