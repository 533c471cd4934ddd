package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// step is the address of another page of the wizard that a page belongs to.
func step(p page, name string) string { return p.at[:strings.LastIndex(p.at, "/")+1] + name }

// S0-14…S0-18, F-21: choose, look, change the text, send, see what became of
// everybody; without scripts, and each name is text.
func TestWizard(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	bo, eve := s.add("Bo Berg", "bo@school.test"), s.add(evilName, "eve@school.test")
	other := s.add("Not Chosen", "not@school.test")
	anna := s.anna()
	who := anna.post("/invite", "user", string(eve), "user", string(bo), "return", "/users")
	who.has(t, "<strong>2</strong> <span>of 2 can be reached", "2 users chosen at Nordschule", "Will be invited").lacks(t, "<script>alert", "Not Chosen")
	how := anna.post(step(who, "who"), "audience", "not-invited", "go", "how").has(t, "By e-mail", "By link", "30 days")
	text := anna.post(how.at, "channel", "mail", "expiry", "14").has(t, "{{.Link}}", "Bo Berg")
	if !strings.HasSuffix(text.at, "/text") {
		t.Fatalf("after how comes %s", text.at)
	}
	broken := anna.post(text.at, "subject", "Hello {{.Frist}}", "text", "no link", "go", "review")
	if broken.status != http.StatusUnprocessableEntity || !strings.Contains(broken.body, "Hello {{.Frist}}") {
		t.Errorf("a broken letter gives %d", broken.status)
	}
	fresh := anna.post(text.at, "subject", "Just for you, {{.FullName}}", "text", "Follow {{.Link}} <b>", "html", "", "go", "preview").has(t, "Just for you, Bo Berg")
	anna.post(text.at, "subject", "Just for you, {{.FullName}}", "text", "Follow {{.Link}} <b>", "html", "", "go", "test", "to", "").has(t, "Type the address that the test goes to")
	anna.post(text.at, "subject", "Just for you, {{.FullName}}", "text", "Follow {{.Link}} <b>", "html", "", "go", "test", "to", "anna@school.test").
		has(t, "The mail server took the test to anna@school.test", "Its link leads nowhere")
	if l, ok := s.post.Find("anna@school.test"); !ok || l.Subject != "Just for you, Bo Berg" || s.status(bo) != vpp.NotInvited {
		t.Errorf("the test is %+v, and Bo is %s", l, s.status(bo))
	}
	preview := anna.get(step(fresh, "preview")).has(t, "&lt;b&gt;", "https://rsvpp")
	if policy := preview.header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") {
		t.Errorf("the preview may do things: %s", policy)
	}
	review := anna.post(text.at, "subject", "Just for you, {{.FullName}}", "text", "Follow {{.Link}} <b>", "html", "", "go", "review")
	review.has(t, `<span class="figure">2</span> invitations will be sent`, "14 days", "written for this run", "Just for you")

	token := review.hidden("token")
	sent := anna.send(step(review, "send"), token)
	again := anna.send(step(review, "send"), token)
	if !strings.HasSuffix(sent.at, "/result") || again.at != sent.at {
		t.Errorf("sending leads to %s, twice to %s", sent.at, again.at)
	}
	s.work(s.only(vpp.TaskInvite).ID)
	anna.get(sent.at).has(t, "Bo Berg", "Done", "Download CSV", "Close").lacks(t, "<script>alert", "Not Chosen")
	if got := anna.get(step(sent, "who")); got.at != sent.at {
		t.Errorf("a sent draft shows %s", got.at)
	}
	if s.status(eve) != vpp.Invited || s.status(bo) != vpp.Invited || s.status(other) != vpp.NotInvited {
		t.Error("the wrong people were invited")
	}
	if l, ok := s.post.Find("bo@school.test"); !ok || l.Subject != "Just for you, Bo Berg" || s.post.Count() != 3 {
		t.Errorf("%d letters, Bo's is %+v", s.post.Count(), l)
	}
	anna.get("/users?status=invited").has(t, "Bo Berg", "2 users")
	anna.get("/users/"+string(bo)).has(t, "The mail server took the letter", "Invitations and deliveries", "bo@school.test", "Apple says: Registered")
}

// S1-09, S1-15: all eligible people of the list are chosen and invited by one
// button. All that match with a filter are those, also when the list has
// changed since.
func TestAllThatMatch(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	for i := range 3 {
		s.add(fmt.Sprintf("Pupil %d", i), fmt.Sprintf("p%d@school.test", i), "Class 7b")
	}
	teacher := s.add("Teacher", "teacher@school.test")
	anna := s.anna()
	out := s.add("Pupil left out", "out@school.test")
	anna.post("/vpp/delete", "all", "1", "q", "pupil", "except", string(out)).has(t, "All 3 users at Nordschule that match “pupil”, without 1 user left out", `name="except" value="`+string(out)+`"`).lacks(t, "Pupil left out")
	anna.post("/invite", "all", "1", "q", "pupil", "except", string(out)).has(t, "<strong>3</strong> <span>of 3 can be reached")
	s.must(s.roster.Remove(t.Context(), fixture, out))
	list := anna.get("/users?q=pupil&status=not_invited")
	list.has(t, `formaction="/invite"`, "Invite user to VPP…")
	form := list.hidden("status", "location")
	form.Set("q", "pupil")
	form.Set("all", "1")
	form.Set("user", string(teacher)) // a box of the page does not widen it
	who := anna.send("/invite", form).has(t, "All 3 users at Nordschule who are Not invited that match “pupil”")
	anna.post(step(who, "send"))
	s.work(s.only(vpp.TaskInvite).ID)
	if s.post.Count() != 3 || s.status(teacher) != vpp.NotInvited {
		t.Errorf("%d letters, and the teacher is %s", s.post.Count(), s.status(teacher))
	}
	anna.post("/invite", "return", "/users?q=pupil").has(t, "Nobody is chosen")
}

// The list acts at the location that it showed, whatever is on view by now.
func TestSelectionKeepsItsLocation(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	s.add("Bo Berg", "bo@school.test")
	other := s.addLocation("Südschule")
	anna := s.anna()
	form := anna.get("/users").hidden("location")
	form.Set("all", "1")
	anna.post("/locations/current", "location", string(other.ID), "return", "/users").has(t, "Südschule")
	anna.send("/invite", form).has(t, "All 1 user at Nordschule")
}

// F-36: a missing address is typed in the wizard, and the count is live.
func TestMissingAddress(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	bo, zoe := s.add("Bo Berg", ""), s.add("Zoë Alm", "")
	anna := s.anna()
	who := anna.post("/invite", "user", string(bo), "user", string(zoe))
	who.has(t, "<strong>0</strong> <span>of 2", "Have no address", `name="email-`+string(bo), `name="email-`+string(zoe))
	wrong := anna.post(who.at, "go", "check", "email-"+string(bo), "bo@school.test", "email-"+string(zoe), "zoe@")
	if wrong.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong address gives %d", wrong.status)
	}
	wrong.has(t, "<strong>1</strong> <span>of 2", `value="zoe@"`, `aria-invalid="true"`).lacks(t, `name="email-`+string(bo))
	anna.post(who.at, "go", "check", "email-"+string(zoe), "zoe@school.test").has(t, "<strong>2</strong> <span>of 2").lacks(t, `name="email-`)
	anna.post(who.at, "go", "check", "email-"+string(zoe), "other@school.test") // has one by now
	p, err := s.roster.Profile(t.Context(), zoe)
	s.must(err)
	if p.User.Email != "zoe@school.test" {
		t.Errorf("an address that was there became %s", p.User.Email)
	}
}

// F-20, F-38: with no mail set up nothing pretends; a link is made, copied,
// withdrawn.
func TestByLink(t *testing.T) {
	s := openSchool(t)
	bo := s.add("Bo Berg", "")
	anna := s.anna()
	who := anna.post("/invite", "user", string(bo))
	how := anna.post(who.at, "go", "how").has(t, "No mail is set up")
	review := anna.post(how.at, "channel", "link", "expiry", "0").has(t, "will be made", "Make 1 link", "Nothing is mailed")
	anna.send(step(review, "send"), review.hidden("token"))
	s.work(s.only(vpp.TaskInvite).ID)
	path := "/users/" + string(bo)
	anna.get(path).has(t, "Show link to copy").lacks(t, "https://rsvpp.test/i/")
	shown := anna.post(path+"/link").has(t, "https://rsvpp.test/i/")
	if shown.header.Get("Cache-Control") == "" || s.status(bo) != vpp.Invited {
		t.Errorf("%v, and Bo is %s", shown.header, s.status(bo))
	}
	anna.get(path).lacks(t, "https://rsvpp.test/i/")
	anna.post("/invite/withdraw", "sure", "1", "user", string(bo), "return", path).has(t, "The invitation was withdrawn")
	anna.post("/invite/withdraw", "sure", "1", "user", string(bo), "return", path).has(t, `class="notice tone-warn"`)
}

// F-24, S2-07: a resend reaches those who hold an invitation and have not accepted.
func TestResend(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	bo, zoe, fresh := s.add("Bo Berg", "bo@school.test"), s.add("Zoë Alm", "zoe@school.test"), s.add("New One", "new@school.test")
	anna := s.anna()
	who := anna.post("/invite", "user", string(bo), "user", string(zoe))
	anna.post(step(who, "send"))
	s.work(s.only(vpp.TaskInvite).ID)
	s.accept(zoe)
	again := anna.post("/invite?audience=resend", "user", string(bo), "user", string(zoe), "user", string(fresh))
	again.has(t, "Resend invitation", "<strong>1</strong> <span>of 3", "Are registered already", "Are left out").lacks(t, `name="audience"`)
	anna.post(step(again, "send"))
	s.work(s.only(vpp.TaskResend).ID)
	if s.post.Count() != 3 || s.status(fresh) != vpp.NotInvited {
		t.Errorf("%d letters, and the new one is %s", s.post.Count(), s.status(fresh))
	}
	anna.get("/users?status=registered").has(t, "Zoë Alm", "Registered")
}

// Sent again by somebody who never saw the answer, it is one task, even if the
// server died before it noted that the draft was sent.
func TestSendTwice(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	bo := s.add("Bo Berg", "bo@school.test")
	anna := s.anna()
	who := anna.post("/invite", "user", string(bo))
	name := "invite-draft." + strings.Split(who.at, "/")[2]
	before, err := s.ops.Preference(t.Context(), s.owner.Operator.ID, name)
	s.must(err)
	first := anna.post(step(who, "send"))
	s.must(s.ops.SetPreference(t.Context(), s.owner.Operator.ID, name, before))
	if second := anna.post(step(who, "send")); second.at != first.at || !strings.Contains(second.body, "Invite 1 person") {
		t.Errorf("sending leads to %s, again to %s", first.at, second.at)
	}
	s.work(s.only(vpp.TaskInvite).ID)
	if s.post.Count() != 1 {
		t.Errorf("%d letters", s.post.Count())
	}
}

// A draft is its operator's alone, and only so many are kept.
func TestDrafts(t *testing.T) {
	s := openSchool(t)
	bo := s.add("Bo Berg", "bo@school.test")
	anna := s.anna()
	first := anna.post("/invite", "user", string(bo))
	if p := s.somebody("ben", operator.ScopeInvite, operator.ScopeRead).get(first.at); p.status != http.StatusNotFound {
		t.Errorf("somebody else's draft is %d", p.status)
	}
	var pairs []string // more ids than one preference holds, of people who are gone
	for range 900 {
		pairs = append(pairs, "user", "01a20486-e949-72ec-9487-"+fmt.Sprintf("%012d", len(pairs)))
	}
	anna.post("/invite", append(pairs, "user", string(bo))...).has(t, "1 user chosen", "Bo Berg") // the last of them all
	for range 6 {
		anna.post("/invite", "user", string(bo))
	}
	if p := anna.get(first.at); p.status != http.StatusNotFound || !strings.Contains(p.body, "not being prepared any more") {
		t.Errorf("the oldest draft is %d", p.status)
	}
}

// accept does what a person does at Apple, and reads what came of it.
func (s *school) accept(id vpp.UserID) {
	s.t.Helper()
	p, err := s.roster.Profile(s.t.Context(), id)
	s.must(err)
	for u := range s.apple.Users(s.uid) {
		if u.ClientUserID == string(p.Places[0].ClientUserID) {
			_, err := s.apple.Accept(u.InviteCode, string(id)+"@home.test")
			s.must(err)
		}
	}
	t, err := s.program.StartSync(s.t.Context(), fixture, vpp.Selection{IDs: []vpp.UserID{id}, Filter: vpp.Filter{Location: s.here.ID}}, true, "accepted"+string(id))
	s.must(err)
	s.work(t.ID)
}
