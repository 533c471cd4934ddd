package console_test

import (
	"net/http"
	"testing"
)

// TestQuestions shows that what cannot be taken back is asked about, without
// scripts on a page, and that nothing happens before the answer.
func TestQuestions(t *testing.T) {
	s := openSchool(t)
	s.withMail()
	anna := s.anna()
	bo := s.invited(anna, "Bo Berg")[0]
	cy := s.add("Cy Cole", "cy@school.test")
	for _, c := range []struct{ path, question, done string }{
		{"/invite/withdraw", "Withdraw the invitation of Bo Berg?", "The invitation was withdrawn"},
		{"/users/" + string(cy) + "/remove", "Remove Cy Cole from rsvpp?", "was removed from rsvpp"},
	} {
		asked := anna.post(c.path, "user", string(bo), "return", "/users").has(t, c.question, `name="user" value="`+string(bo)+`"`, `href="/users" data-close`)
		asked.lacks(t, c.done)
		anna.get("/users").has(t, "Cy Cole")
		anna.send(c.path, asked.hidden("user", "return", "sure")).has(t, c.done)
	}
	if p := anna.post("/users/nobody/remove"); p.status != http.StatusNotFound {
		t.Errorf("about nobody it asks %d", p.status)
	}
}
