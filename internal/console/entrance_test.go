package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/gate"
)

// TestRoutes: every way into the door says who may use it.
func TestRoutes(t *testing.T) {
	h := open(t)
	must(t, gate.CheckRoutes(h.door.Routes()))
	for _, r := range h.door.Routes() {
		if r.Scope == gate.Public && !strings.Contains(r.Pattern, "/static/") {
			switch r.Pattern {
			case "GET /signin", "POST /signin", "POST /signout", "GET /setup/{token}", "POST /setup/{token}", "GET /favicon.ico":
			default:
				t.Errorf("%s is open to anybody", r.Pattern)
			}
		}
	}
}

// TestSetupOnce: the link makes one administrator and is dead (F-80).
func TestSetupOnce(t *testing.T) {
	h := open(t)
	b := h.visitor()
	b.get("/setup/wrong").says(http.StatusForbidden, "does not count any more")
	b.get("/setup/"+h.setup).says(http.StatusOK, "Create administrator")
	b.get("/signin").says(http.StatusOK, "Nobody can sign in yet")
	b.post("/setup/"+h.setup, "name", "anna", "password", password, "again", "another").says(http.StatusUnprocessableEntity, "not the same password", `value="anna"`)
	b.post("/setup/"+h.setup, "name", "an:na", "password", password, "again", password).says(http.StatusUnprocessableEntity, "may not hold colons")
	b.post("/setup/"+h.setup, "name", "anna", "password", "short", "again", "short").says(http.StatusUnprocessableEntity, "too short")
	b.post("/setup/"+h.setup, "name", "anna", "password", password, "again", password).leads("/")
	b.get("/").says(http.StatusOK, "Welcome to rsvpp", "You are the first administrator", "Four steps")
	b.get("/").says(http.StatusOK, "Welcome to rsvpp")
	h.visitor().get("/setup/"+h.setup).says(http.StatusForbidden, "does not count any more")
	h.visitor().post("/setup/"+h.setup, "name", "eve", "password", password, "again", password).says(http.StatusForbidden)
}

func TestSignIn(t *testing.T) {
	h := open(t)
	h.anna()
	b := h.visitor()
	b.get("/locations?x=1").leads("/signin?next=%2Flocations%3Fx%3D1")
	page := b.get("/signin?next=%2Flocations%3Fx%3D1").says(http.StatusOK, "Ask another administrator")
	if got := page.hidden("return"); got != "/locations?x=1" {
		t.Errorf("leads back to %q", got)
	}
	b.post("/signin", "name", "anna", "password", "wrong", "return", "/locations").says(http.StatusForbidden, "The name or the password is wrong.", `value="anna"`, `value="/locations"`)
	b.post("/signin", "name", "anna", "password", password, "return", "//evil.example").leads("/")
	b.get("/signin").leads("/")
	b.post("/signout").leads("/signin")
	b.get("/signin").says(http.StatusOK, "You are signed out.")
	b.get("/").leads("/signin")
}

// TestSignInThrottled: whoever guesses is told to wait.
func TestSignInThrottled(t *testing.T) {
	h := open(t)
	b := h.visitor()
	for range 5 {
		b.post("/signin", "name", "anna", "password", "wrong").says(http.StatusForbidden)
	}
	if got := b.post("/signin", "name", "anna", "password", "wrong").says(http.StatusTooManyRequests, "Too many attempts"); got.header.Get("Retry-After") == "" {
		t.Error("does not say how long to wait")
	}
}

// TestCrossOrigin: what another site makes a browser send is refused.
func TestCrossOrigin(t *testing.T) {
	h := open(t)
	b := h.anna()
	got := b.do(http.MethodPost, "/account/theme", strings.NewReader("theme=dark"),
		[]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"})
	got.says(http.StatusForbidden, "sent by a page of another site")
}

// TestFlash: a sentence is shown once, on a page and not on a region.
func TestFlash(t *testing.T) {
	b := open(t).anna()
	b.post("/settings/mail", "mode", "none").leads("/settings/mail")
	if region := b.get("/settings/mail", "X-Fragment", "mail-report"); strings.Contains(region.body, "Saved.") {
		t.Error("a region took the sentence away")
	}
	b.get("/settings/mail").says(http.StatusOK, "Saved. No mail leaves this server")
	if again := b.get("/settings/mail"); strings.Contains(again.body, "Saved.") {
		t.Error("the sentence is shown twice")
	}
}

// TestForeignFlash: a cookie that somebody else wrote leads nowhere and breaks nothing.
func TestForeignFlash(t *testing.T) {
	b := open(t).anna()
	for _, value := range []string{"%%%", "bm8", "W3siVGV4dCI6ImhpIiwiQWN0aW9uIjp7IlRleHQiOiJnbyIsIkhyZWYiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9fV0"} {
		got := b.get("/locations", "Cookie", "rsvpp_flash="+value)
		if strings.Contains(got.body, "evil.example") {
			t.Error("leads to another site")
		}
	}
}

func TestProblemPages(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.get("/nowhere").says(http.StatusNotFound, "There is nothing here", "There is no such page here.")
	b.get("/tasks/none").says(http.StatusNotFound, "There is nothing here", "Sign out")
	b.get("/tasks/none", "X-Fragment", "task", "Sec-Fetch-Mode", "cors").says(http.StatusNotFound, "<main", "There is nothing here")
	b.post("/tasks").says(http.StatusMethodNotAllowed, "does not take POST")
	h.visitor().get("/static/none.css").says(http.StatusNotFound)
	b.get("/favicon.ico").says(http.StatusFound)
}

func TestAccount(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.get("/account").says(http.StatusOK, "May do: everything", "127.0.0.1", "No keys yet")
	made := b.post("/account/keys", "name", "school sync", "term", "30", "scope", "read", "scope", "invite").says(http.StatusOK, "Copy it now", "rsvpp_", "school sync", ">read, invite<")
	if page := b.get("/account").says(http.StatusOK, "school sync"); strings.Contains(page.body, "rsvpp_") && strings.Contains(page.body, "Copy it now") {
		t.Error("the key is shown again")
	}
	_, rest, _ := strings.Cut(made.body, "/account/keys/")
	id, _, _ := strings.Cut(rest, "/revoke")
	b.post("/account/keys/"+id+"/revoke", "sure", "1").leads("/account")
	b.get("/account").says(http.StatusOK, "The key is revoked", "No keys yet")
	b.post("/account/keys", "name", "", "term", "30", "scope", "read").says(http.StatusUnprocessableEntity, "Type a name.")

	b.post("/account/keys", "name", "nothing", "term", "30").says(http.StatusUnprocessableEntity, "Choose at least one scope")
	if page := b.get("/account"); strings.Count(page.body, `name="scope" value="read" checked`) != 1 || strings.Count(page.body, ` checked`) != 1 {
		t.Error("a new key may do more than read, unless something else is chosen")
	}

	b.post("/account/password", "current", "wrong", "password", "another horse battery", "again", "another horse battery").says(http.StatusUnprocessableEntity, "The current password is wrong.")
	b.post("/account/password", "current", password, "password", "another horse battery", "again", "x").says(http.StatusUnprocessableEntity, "not the same password")
	b.post("/account/password", "current", password, "password", "another horse battery", "again", "another horse battery").leads("/account")
	b.get("/account").says(http.StatusOK, "The password is changed.")
	b.post("/account/sessions/end").leads("/signin")
	b.get("/account").leads("/signin")
}

// WCAG 2.1.4: keys that act alone can be switched off, and stay off.
func TestShortcutsOff(t *testing.T) {
	b := open(t).anna()
	b.get("/account").says(http.StatusOK, `data-keys="on"`)
	b.post("/account/shortcuts", "keys", "off").leads("/account")
	b.get("/account").says(http.StatusOK, `data-keys="off"`, "Keyboard shortcuts are off.", "Switch shortcuts on")
	b.post("/account/shortcuts", "keys", "on").leads("/account")
	b.get("/tasks").says(http.StatusOK, `data-keys="on"`)
}

func TestTheme(t *testing.T) {
	b := open(t).anna()
	b.post("/account/theme", "theme", "dark", "return", "/tasks?open=1").leads("/tasks?open=1")
	b.get("/tasks").says(http.StatusOK, `data-theme="dark"`)
	b.post("/account/theme", "theme", "auto", "return", "https://evil.example/").leads("/")
	b.get("/tasks").says(http.StatusOK, `data-theme="auto"`)
}
