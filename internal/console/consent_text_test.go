package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-58: a page of the settings takes the organization's own words; the
// location's page shows what was confirmed, and what is asked now.
func TestConsentTextPage(t *testing.T) {
	h := open(t)
	b := h.anna()
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{})
	seen := b.upload("/locations/add", token.Content).says(http.StatusOK, vpp.ConsentText)
	b.get("/settings").says(http.StatusOK, "/settings/consent")
	b.get("/settings/consent").says(http.StatusOK, vpp.ConsentText, "These are the words that rsvpp brings along.")
	b.post("/settings/consent", "text", "The board says yes.").leads("/settings/consent")
	b.get("/settings/consent").says(http.StatusOK, "Saved. What was confirmed before stays in force.", "The board says yes.", "Your own words, saved", vpp.ConsentText)
	b.post("/locations/add/confirm", "token", seen.hidden("token"), "consent", "1", "words", seen.hidden("words")).says(http.StatusUnprocessableEntity, "Meanwhile somebody changed what there is to confirm")
	seen = b.upload("/locations/add", token.Content).says(http.StatusOK, "The board says yes.")
	path := b.post("/locations/add/confirm", "token", seen.hidden("token"), "consent", "1", "words", seen.hidden("words")).header.Get("Location")
	b.get(path).says(http.StatusOK, "The board says yes.", "Confirmed by")

	b.post("/settings/consent", "text", "x", "usual", "1").leads("/settings/consent")
	page := b.get(path).says(http.StatusOK, "The board says yes.", "Other words since", vpp.ConsentText, "Token valid", path+"/consent")
	version := page.hidden("version")
	b.post("/settings/consent", "text", "The board says yes, again.", "anew", "1").says(http.StatusOK, "Ask anew at every location?", "The board says yes, again.")
	b.post("/settings/consent", "text", "The board says yes, again.", "anew", "1", "sure", "1").leads("/settings/consent")
	b.get("/settings/consent").says(http.StatusOK, "It is asked for anew at 1 location: nothing is written there before.")
	b.post(path+"/consent", "version", version).leads(path)
	page = b.get(path).says(http.StatusOK, "Meanwhile somebody changed what there is to confirm: read it again.", "Waits for a confirmation", "The board says yes, again.")
	b.post(path+"/consent", "version", page.hidden("version")).leads(path)
	b.get(path).says(http.StatusOK, "Token valid", "Confirmed by")
	b.post("/settings/consent", "text", strings.Repeat("x", 4001)).says(http.StatusUnprocessableEntity, "make it shorter")
	b.get("/history?what=location.consent_anew").says(http.StatusOK, "Asked anew to confirm that data of people at Gymnasium Berlin may go to Apple")
}
