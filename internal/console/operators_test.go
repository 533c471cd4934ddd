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

	anna.post("/settings/administrators/"+id[1]+"/password", "password", "x").says(http.StatusUnprocessableEntity)
	anna.post("/settings/administrators/"+id[1]+"/password", "password", "another long phrase").leads("/settings/administrators")
	ben.get("/settings/administrators").leads("/signin?next=%2Fsettings%2Fadministrators")
	anna.post("/settings/administrators/"+id[1]+"/remove", "sure", "1").leads("/settings/administrators")
	if page := anna.get("/settings/administrators"); regexp.MustCompile(`>\s*Ben\s*<`).MatchString(page.body) {
		t.Error("Ben is still there")
	}
}
