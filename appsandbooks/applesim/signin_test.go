package applesim_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Section 1.8: the template of the service config leads to a page where a person signs in; no script is needed.
func TestSignInPage(t *testing.T) {
	w := newWorld(t, applesim.Options{Locations: []applesim.Location{{UID: "2", Name: "Nobody's"}}})
	w.run("create", crowd("u", 2))
	code := w.only("clientUserId=u0")["inviteCode"].(string)
	template := w.get("/service/config").Body["urls"].(map[string]any)["invitationEmail"].(string)
	link := strings.ReplaceAll(template, "%25inviteCode%25", code)
	open := func(method, link, account string) (int, string) {
		var body io.Reader
		if method == "POST" {
			body = strings.NewReader(url.Values{"account": {account}}.Encode())
		}
		req, err := http.NewRequestWithContext(t.Context(), method, link, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		out, err := w.send(req)
		if err != nil {
			t.Fatal(err)
		}
		if csp := out.Header.Get("Content-Security-Policy"); out.Status != 405 && !strings.HasPrefix(csp, "default-src 'none'") {
			t.Error(csp)
		}
		return out.Status, out.Raw
	}
	unknown := strings.Replace(link, code, strings.Repeat("f", 32), 1)
	w.run("retire", people(person{"clientUserId": "u1"}))
	removed := strings.Replace(link, code, w.User(uid, "u1")[0].InviteCode, 1)
	for _, c := range []struct {
		name, method, link, account string
		status                      int
		want                        string
	}{
		{"open", "GET", link, "", 200, "Library invites you"},
		{"labelled", "GET", link, "", 200, "pretend Apple"},
		{"untouched template", "GET", template, "", 404, "no such invitation"},
		{"unknown", "POST", unknown, "a@home.example", 404, "no such invitation"},
		{"removed", "GET", removed, "", 410, "no longer valid"},
		{"no account", "POST", link, "  ", 422, "Type an Apple Account"},
		{"accept", "POST", link, "<b>@home.example", 200, "&lt;b&gt;@home.example"},
		{"used", "GET", link, "", 410, "accepted already"},
		{"used again", "POST", link, "c@home.example", 410, "accepted already"},
		{"wrong method", "PUT", link, "", 405, "GET or POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, page := open(c.method, c.link, c.account); status != c.status || !strings.Contains(page, c.want) {
				t.Errorf("%d: %s", status, page)
			}
		})
	}
	if w.only("clientUserId=u0")["status"] != "Associated" || w.Calls().Accepted != 1 {
		t.Error("not associated")
	}
}
