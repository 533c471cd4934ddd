package console_test

import (
	"net/http"
	"regexp"
	"testing"
)

// Administrators are added with the least they need, get new passwords, and
// are removed; nobody reaches through another what they may not do.
func TestAdministrators(t *testing.T) {
	h := open(t)
	anna := h.anna()
	anna.get("/account").says(http.StatusOK, "Look after administrators")
	anna.get("/settings/administrators").says(http.StatusOK, "Who may use this server", `value="invite" checked`)
	anna.post("/settings/administrators", "name", "", "password", "short", "scope", "read").says(http.StatusUnprocessableEntity, "field-name")
	anna.post("/settings/administrators", "name", "Ben", "password", "a long enough phrase").says(http.StatusUnprocessableEntity, "Choose at least one scope")
	anna.post("/settings/administrators", "name", "Ben", "password", "a long enough phrase", "scope", "operators").leads("/settings/administrators")
	page := anna.get("/settings/administrators").says(http.StatusOK, "Ben may sign in now", ">operators<")
	id := regexp.MustCompile(`/settings/administrators/([^/"]+)/remove`).FindStringSubmatch(page.body)
	if id == nil {
		t.Fatal("Ben cannot be removed")
	}

	ben := h.visitor()
	ben.post("/signin", "name", "Ben", "password", "a long enough phrase").leads("/")
	ben.get("/settings/administrators").says(http.StatusOK, "Ben")
	ben.post("/settings/administrators", "name", "Eve", "password", "a long enough phrase", "scope", "owner").says(http.StatusForbidden)

	change := "/settings/administrators/" + id[1]
	anna.post(change, "called", "", "may", "read").says(http.StatusUnprocessableEntity, "Type a name.")
	anna.post(change, "called", "Ben").says(http.StatusUnprocessableEntity, "Choose at least one scope")
	anna.post(change, "called", "anna", "may", "read").says(http.StatusUnprocessableEntity, "of this name already")
	anna.post(change, "called", "Benedict", "may", "operators", "may", "read").leads("/settings/administrators")
	anna.get("/settings/administrators").says(http.StatusOK, `value="Benedict"`, ">read, operators<")
	ben.post(change, "called", "Ben", "may", "owner").says(http.StatusForbidden)

	anna.post("/account/keys", "name", "nightly", "term", "30", "scope", "read").says(http.StatusOK, "Copy it now")
	ben.post("/account/keys", "name", "of ben", "term", "30", "scope", "read").says(http.StatusOK, "Copy it now")
	key := regexp.MustCompile(`/settings/administrators/keys/([^/"]+)/revoke`)
	others := ben.get("/settings/administrators").says(http.StatusOK, "nightly")
	if key.MatchString(others.body) {
		t.Error("Ben is offered to revoke the key of somebody who may do more")
	}
	found := key.FindStringSubmatch(anna.get("/settings/administrators").says(http.StatusOK, "of ben").body)
	if found == nil {
		t.Fatal("the key of Ben cannot be revoked")
	}
	own := regexp.MustCompile(`/account/keys/([^/"]+)/revoke`).FindStringSubmatch(anna.get("/account").body)
	ben.post("/settings/administrators/keys/"+own[1]+"/revoke", "sure", "1").says(http.StatusForbidden)
	anna.post("/settings/administrators/keys/"+found[1]+"/revoke").says(http.StatusOK, "Revoke this key?")
	anna.post("/settings/administrators/keys/"+found[1]+"/revoke", "sure", "1").leads("/settings/administrators")
	ben.get("/account").says(http.StatusOK, "No keys yet")

	anna.post("/settings/administrators/"+id[1]+"/password", "password", "x").says(http.StatusUnprocessableEntity)
	anna.post("/settings/administrators/"+id[1]+"/password", "password", "another long phrase").leads("/settings/administrators")
	ben.get("/settings/administrators").leads("/signin?next=%2Fsettings%2Fadministrators")
	anna.post("/settings/administrators/"+id[1]+"/remove", "sure", "1").leads("/settings/administrators")
	if page := anna.get("/settings/administrators"); regexp.MustCompile(`>\s*Benedict\s*<`).MatchString(page.body) {
		t.Error("Ben is still there")
	}
}
