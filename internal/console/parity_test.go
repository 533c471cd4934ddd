package console_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/console"
)

// parity names for every operation of the API the route of the console that
// does or shows the same. A reason instead of a route says why there is none.
var parity = map[string]string{
	"health": "for load balancers", "version": "for programs: the command tells people", "findUser": "for programs: people search",
	"me": "GET /account", "signOutEverywhere": "POST /account/sessions/end",
	"listUsers": "GET /users", "countUsers": "GET /users", "createUser": "POST /users", "exportUsers": "GET /users/export.csv", "getUser": "GET /users/{id}",
	"placeUsers": "POST /users/place/confirm", "unplaceUsers": "for who was added by mistake: rsvpp users unplace",
	"updateUser": "POST /users/{id}", "deleteUser": "POST /users/{id}/remove", "userStory": "GET /users/{id}", "withdrawInvitation": "POST /invite/withdraw",
	"pauseUsers": "POST /users/pause", "resumeUsers": "POST /users/resume",
	"copyLink": "POST /users/{id}/link", "userDevices": "GET /users/{id}", "enrollLink": "POST /users/{id}/device", "userProfile": "POST /users/{id}/profile",
	"userLicenses": "GET /users/{id}", "userWishes": "GET /users/{id}",
	"previewLicenses": "POST /licenses/ask", "assignLicenses": "POST /licenses/assign", "takeBackLicenses": "POST /licenses/take-back",
	"licenseStocks": "GET /licenses/{asset}", "setLicenseOrder": "POST /licenses/{asset}/order", "licenseLine": "GET /licenses/{asset}", "funnel": "GET /{$}",
	"uploadImport": "POST /users/import", "getImport": "GET /users/import/{import}/columns", "mapImport": "POST /users/import/{import}/columns",
	"previewImport": "GET /users/import/{import}/preview", "runImport": "POST /users/import/{import}/run", "importFailures": "GET /users/import/{import}/failed.csv",
	"listLocations": "GET /locations", "addLocation": "POST /locations/add/confirm", "inspectToken": "POST /locations/add", "getLocation": "GET /locations/{id}",
	"consentLocation": "POST /locations/{id}/consent", "getConsentText": "GET /settings/consent", "saveConsentText": "POST /settings/consent",
	"renewToken": "POST /locations/{id}/token", "checkLocation": "POST /locations/{id}/check", "testLocation": "POST /locations/{id}/test",
	"testNotifications": "POST /locations/{id}/notifications/test", "defaultLocation": "POST /locations/{id}/default", "takeBackLocation": "POST /locations/{id}/take-back",
	"moveOutLocation": "POST /locations/{id}/move-out", "previewRemoveLocation": "GET /locations/{id}/remove", "removeLocation": "POST /locations/{id}/remove",
	"handOver": "GET /locations/{id}/hand-over", "moveIn": "POST /locations/{id}/move-in", "signer": "GET /locations/{id}/move-out",
	"setSchedule": "POST /settings/vpp/{id}", "listAssets": "GET /locations/{id}/assets", "listStrangers": "GET /locations/{id}/strangers", "listNotifications": "GET /locations/{id}/notifications",
	"previewAdopt": "GET /locations/{id}/strangers", "adopt": "POST /locations/{id}/strangers",
	"examineInvitations": "GET /invite/{draft}/who", "examinedPeople": "GET /invite/{draft}/who", "invite": "POST /invite/{draft}/send",
	"getEnrollRule": "GET /settings/enrollment", "saveEnrollRule": "POST /settings/enrollment", "listCommands": "GET /tasks/devices",
	"cancelCommand": "POST /tasks/devices/{id}/cancel", "retryCommand": "POST /tasks/devices/{id}/retry",
	"sync": "POST /vpp/sync/confirm", "deleteFromVPP": "POST /vpp/delete/confirm", "previewDelete": "POST /vpp/delete", "heldBefore": "GET /invite/{draft}/who",
	"listConflicts": "GET /conflicts", "countConflicts": "GET /conflicts", "retireOther": "POST /conflicts/retire-other",
	"listTasks": "GET /tasks", "getTask": "GET /tasks/{id}", "listTaskItems": "GET /tasks/{id}", "exportTaskItems": "GET /tasks/{id}/result.csv",
	"cancelTask": "POST /tasks/{id}/cancel", "undoTask": "POST /tasks/{id}/undo", "retryTask": "POST /tasks/{id}/retry", "events": "GET /events",
	"getLetter": "GET /settings/mail", "saveLetter": "POST /settings/mail/letter", "previewLetter": "GET /settings/mail/letter/preview", "testLetter": "POST /invite/{draft}/text",
	"getSigning": "GET /settings/mail", "makeSigningKey": "POST /settings/mail/dkim", "takeBounce": "for mail servers: they bring what came back",
	"getMail": "GET /settings/mail", "saveMail": "POST /settings/mail", "testMail": "POST /settings/mail/test",
	"listDevices": "GET /devices", "countDevices": "GET /devices", "assignDevices": "POST /devices/assign", "getDevice": "GET /devices/{id}",
	"assignDevice": "POST /devices/{id}/assign", "askDevice": "POST /devices/{id}/ask",
	"mdm": "GET /settings/mdm", "setPushCertificate": "POST /settings/mdm/push-cert", "mdmProfile": "POST /settings/mdm/profile", "listMDMServers": "GET /settings/mdm",
	"addMDMServer": "POST /settings/mdm/servers/add", "getMDMServer": "GET /settings/mdm/servers/{id}", "changeMDMServerKey": "POST /settings/mdm/servers/{id}/key",
	"testMDMServer": "POST /settings/mdm/servers/{id}/test", "syncMDMServer": "POST /settings/mdm/servers/{id}/sync", "removeMDMServer": "POST /settings/mdm/servers/{id}/remove",
	"listWebhooks": "GET /settings/webhooks", "addWebhook": "POST /settings/webhooks", "getWebhook": "GET /settings/webhooks/{id}",
	"changeWebhook": "POST /settings/webhooks/{id}", "removeWebhook": "POST /settings/webhooks/{id}/remove", "rotateWebhook": "POST /settings/webhooks/{id}/secret",
	"testWebhook": "POST /settings/webhooks/{id}/test", "listWebhookMessages": "GET /settings/webhooks/{id}",
	"repeatWebhookMessage": "POST /settings/webhooks/{id}/messages/{message}/again",
	"history":              "GET /history", "exportHistory": "GET /history.csv",
	"listOperators": "GET /settings/administrators", "createOperator": "POST /settings/administrators", "deleteOperator": "POST /settings/administrators/{id}/remove",
	"updateOperator": "POST /settings/administrators/{id}",
	"setPassword":    "POST /settings/administrators/{id}/password", "listKeys": "GET /account", "createKey": "POST /account/keys", "revokeKey": "POST /account/keys/{id}/revoke",
}

// consoleOnly are acts of the console for which the API has no operation of
// their own, and why.
var consoleOnly = map[string]string{
	"POST /signin": "a program has a key", "POST /signout": "a program has a key", "POST /setup/{token}": "the first administrator is a person",
	"POST /account/password": "a key must not be able to try passwords",
	"POST /account/theme":    "a matter of looks", "POST /account/shortcuts": "a matter of looks", "POST /users/columns": "a matter of looks",
	"POST /locations/current": "a program names the location each time",
	"POST /invite":            "a step of the wizard: the operation invite has all of it", "POST /invite/{draft}/who": "a step of the wizard", "POST /invite/{draft}/how": "a step of the wizard",
	"POST /users/place":                              "the question before it",
	"POST /invite/device":                            "the operation invite with devices",
	"POST /vpp/sync":                                 "the question before sync",
	"POST /settings/webhooks/{id}/switch":            "the operation changeWebhook, with on",
	"POST /settings/administrators/keys/{id}/revoke": "the operation revokeKey, from another page",
}

// TestParity shows that the console and the API can do the same: a gap on
// either side fails here until it is filled or has a reason.
func TestParity(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.yaml"))
	must(t, err)
	d, err := console.New(console.Services{}, console.Config{Clock: time.Now, Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	var routes []string
	for _, r := range d.Routes() {
		routes = append(routes, r.Pattern)
	}
	done := map[string]bool{}
	for _, m := range regexp.MustCompile(`operationId: (\w+)`).FindAllStringSubmatch(string(document), -1) {
		there, named := parity[m[1]]
		method, _, _ := strings.Cut(there, " /")
		switch {
		case !named:
			t.Errorf("the API can %s: which act of the console does that?", m[1])
		case (method == "GET" || method == "POST") && !slices.Contains(routes, there):
			t.Errorf("%s is said to be %s, which the console has not", m[1], there)
		}
		done[there] = true
	}
	for _, r := range routes {
		if strings.HasPrefix(r, "POST ") && !done[r] && consoleOnly[r] == "" {
			t.Errorf("the console can %s: which operation of the API does that?", r)
		}
	}
}
