package console_test

import (
	"net/http"
	"testing"

	"github.com/rsvpp/rsvpp/internal/operator"
)

// TestSettingsPage shows that everything that is said to stand under Settings
// is found there, and that each link leads somewhere.
func TestSettingsPage(t *testing.T) {
	anna := open(t).anna()
	anna.get("/tasks").says(http.StatusOK, `href="/settings"`)
	list := anna.get("/settings").says(http.StatusOK, "Mail", "Letter", "VPP server", "Device management", "MDM servers", "On enrollment", "Webhooks", "Administrators", "API keys")
	for _, link := range linksIn(list.body, "/settings/", "/account") {
		anna.get(link).says(http.StatusOK)
	}
	anna.get("/settings/administrators").says(http.StatusOK, `href="/settings"`)
}

// TestSettingsByScope shows that nobody is led to what they may not open.
func TestSettingsByScope(t *testing.T) {
	s := openSchool(t)
	s.somebody("ben", operator.ScopeRead).get("/settings").has(t, "VPP server", "API keys").lacks(t, "/settings/administrators", "/settings/mail", "/settings/webhooks")
}
