package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// TestLocationAdd: a token is seen before it is stored (F-50), and comes from
// where Apple has put the program (S0-04).
func TestLocationAdd(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.get("/locations").says(http.StatusOK, "No location yet", "A location is a part of your organization in Apple Business Manager", "Add content token")
	b.get("/locations/add").says(http.StatusOK, "Choose a .vpptoken file")
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{OrgName: "ORG777"})

	seen := b.upload("/locations/add", token.Content).says(http.StatusOK, "ORG777", "Apple accepts the token", "Gymnasium Berlin", "Germany", "Apple School Manager")
	if strings.Contains(seen.body, token.Content) {
		t.Error("the token itself stands in the page")
	}
	b.get("/locations").says(http.StatusOK, "No location yet")
	sealed := seen.hidden("token")
	if sealed == "" {
		t.Fatal("the page does not carry the file")
	}
	stored := b.post("/locations/add/confirm", "token", sealed, "consent", "1")
	stored.leads("/locations/")
	path := stored.header.Get("Location")
	b.get(path).says(http.StatusOK, "Gymnasium Berlin is here.", "Token valid", token.UID, "Germany")
	b.get("/locations").says(http.StatusOK, "Gymnasium Berlin", "default")
	b.get("/").says(http.StatusOK, "Four steps")

	b.upload("/locations/add", token.Content).says(http.StatusUnprocessableEntity, "This location is here already, as Gymnasium Berlin", path+"#renew")
	b.post("/locations/add/confirm", "token", sealed, "consent", "1").says(http.StatusUnprocessableEntity, "which is here already")
	b.post("/locations/add/confirm", "token", sealed+"x", "consent", "1").says(http.StatusUnprocessableEntity, "choose it again")
	b.post(path + "/check").leads(path)
	b.get(path).says(http.StatusOK, "Apple accepts the token of Gymnasium Berlin.")
}

// F-58: a location can be added unconfirmed, every page then says that nothing
// is written, and one button confirms it; who did and when stays on the page.
func TestLocationConsent(t *testing.T) {
	h := open(t)
	b := h.anna()
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{})
	seen := b.upload("/locations/add", token.Content).says(http.StatusOK, "What Apple gets", vpp.ConsentText)
	path := b.post("/locations/add/confirm", "token", seen.hidden("token")).header.Get("Location")
	b.get(path).says(http.StatusOK, "Waits for a confirmation", "Nobody has confirmed it: nothing is written to Apple", vpp.ConsentText, path+"/consent")
	b.get("/users").says(http.StatusOK, "may go to Apple", path+"#consent")
	b.post(path + "/consent").leads(path)
	page := b.get(path).says(http.StatusOK, "Confirmed by", "anna", vpp.ConsentText, "Token valid")
	if strings.Contains(page.body, path+"/consent") {
		t.Error("asks for what is confirmed")
	}
	storetest.Exec(t, h.db, "UPDATE locations SET consent_text = ''")
	b.get(path).says(http.StatusOK, "Assumed: anna added the location before rsvpp asked", path+"/consent")
	b.get("/history").says(http.StatusOK, "Confirmed that data of people at Gymnasium Berlin may go to Apple")
}

// TestLocationTokenRefused: each token that is no use is refused with its own
// sentence (F-51, F-52).
func TestLocationTokenRefused(t *testing.T) {
	h := open(t)
	b := h.anna()
	revoked := h.token("Revoked", applesim.TokenOptions{})
	must(t, h.apple.RevokeToken(revoked.Content))
	expired := h.token("Expired", applesim.TokenOptions{ExpiresAt: time.Now().Add(-time.Hour)})
	for name, c := range map[string]struct{ content, sentence string }{
		"none":    {"", "choose the file again"},
		"image":   {"\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100), "image"},
		"text":    {"hello", "token"},
		"revoked": {revoked.Content, "The content token was revoked"},
		"expired": {expired.Content, "The content token expired on"},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.upload("/locations/add", c.content).says(http.StatusUnprocessableEntity)
			if !strings.Contains(strings.ToLower(got.body), strings.ToLower(c.sentence)) || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("does not say %q: %s", c.sentence, text(got.body))
			}
		})
	}
	b.post("/locations/add").says(http.StatusUnprocessableEntity, "Choose a file first")
	must(t, h.apple.Close())
	b.upload("/locations/add", h.token("Late", applesim.TokenOptions{}).Content).says(http.StatusUnprocessableEntity, "Apple cannot be reached.")
}

// TestLocationRenewSooner: a token that ends earlier is asked about before it
// is taken, without another upload (pain 12).
func TestLocationRenewSooner(t *testing.T) {
	h := open(t)
	b := h.anna()
	first := h.token("First", applesim.TokenOptions{})
	one := b.post("/locations/add/confirm", "token", b.upload("/locations/add", first.Content).hidden("token"), "consent", "1").header.Get("Location")
	older, err := h.apple.MintToken(first.UID, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(0, 0, 20)})
	must(t, err)
	asked := b.upload(one+"/token", older.Content).says(http.StatusUnprocessableEntity, "Renew with an earlier end?", "it may be an older file", "Keep the present token")
	if strings.Contains(asked.body, older.Content) {
		t.Error("the token itself stands in the page")
	}
	b.get(one).says(http.StatusOK, "Token valid")
	b.post(one+"/token?sooner=1", "carried", "nonsense").says(http.StatusUnprocessableEntity, "choose it again")
	b.post(one+"/token?sooner=1", "carried", asked.hidden("carried")).leads(one)
	b.get(one).says(http.StatusOK, "The token of First is renewed.", "Token expires in", "Download a new token in Apple Business Manager")
	b.get("/tasks").says(http.StatusOK, "The content token of First expires in 20 days")
}

// TestLocationTests: the tests say what is well and what to do (F-59).
func TestLocationTests(t *testing.T) {
	h := open(t)
	b := h.anna()
	first := h.token("First", applesim.TokenOptions{})
	one := b.post("/locations/add/confirm", "token", b.upload("/locations/add", first.Content).hidden("token"), "consent", "1").header.Get("Location")
	b.get(one).says(http.StatusOK, "Test connection")
	b.post(one+"/test").says(http.StatusOK, "Connection test", "Apple answers.", "Apple accepts the token of First", "Notifications from Apple")
	b.post(one + "/notifications/test").leads(one)
	b.get(one).says(http.StatusOK, "nothing is lost")
	must(t, h.apple.RevokeToken(first.Content))
	b.post(one+"/test").says(http.StatusOK, "was revoked")
	b.post("/locations/none/test").says(http.StatusNotFound)
	b.post("/locations/none/notifications/test").says(http.StatusNotFound)
}

// F-55: a token is renewed in place, one of another location is refused with
// both names, and everything stays.
func TestLocationRenewAndDefault(t *testing.T) {
	h := open(t)
	b := h.anna()
	first := h.token("First", applesim.TokenOptions{})
	add := func(token applesim.Token) string {
		sealed := b.upload("/locations/add", token.Content).hidden("token")
		return b.post("/locations/add/confirm", "token", sealed, "consent", "1").header.Get("Location")
	}
	one := add(first)
	other := h.token("Second", applesim.TokenOptions{})
	two := add(other)
	b.upload(one+"/token", other.Content).says(http.StatusUnprocessableEntity, "The content token opens the location “Second”, but it is “First”")
	newer, err := h.apple.MintToken(first.UID, applesim.TokenOptions{RevokeOlder: true})
	must(t, err)
	b.post(one + "/check").leads(one)
	b.get(one).says(http.StatusOK, "was revoked", "Token revoked at Apple")
	b.get("/tasks").says(http.StatusOK, "The content token of First was revoked at Apple")
	b.upload(one+"/token", newer.Content).leads(one)
	b.get(one).says(http.StatusOK, "The token of First is renewed.", "Token valid")
	b.upload("/locations/add", newer.Content).says(http.StatusUnprocessableEntity, "This location is here already, as First", one+"#renew")

	if page := b.get(two).says(http.StatusOK, "Make default"); strings.Contains(page.body, "Add content token") {
		t.Error("asks for a token that is there")
	}
	b.post(two + "/default").leads(two)
	b.get(two).says(http.StatusOK, "New people go here from now on.")

	id := strings.TrimPrefix(one, "/locations/")
	b.post("/locations/current", "location", id, "return", "/tasks").leads("/tasks")
	b.get("/tasks").says(http.StatusOK, "Location: First. Change")
	b.post("/locations/current", "location", "none").says(http.StatusNotFound)
	b.post("/locations/none/check").says(http.StatusNotFound)
}

// F-56: a location that another server claims is added only by somebody who
// was told, and taken back only from the server that was named.
func TestLocationClaim(t *testing.T) {
	h := open(t)
	b := h.anna()
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{})
	claim := func(id, name string) {
		t.Helper()
		c, err := appsandbooks.New(appsandbooks.Config{BaseURL: h.apple.BaseURL(), Token: appsandbooks.Secret(token.Content)})
		must(t, err)
		_, err = c.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{MDMInfo: &appsandbooks.MDMInfo{ID: id, Name: name}})
		must(t, err)
	}
	claim("other", "Other <b>MDM</b>")
	seen := b.upload("/locations/add", token.Content).says(http.StatusOK, "Another server manages this location: “Other &lt;b&gt;MDM&lt;/b&gt;”", "Take the location over from")
	sealed := seen.hidden("token")
	b.post("/locations/add/confirm", "token", sealed, "consent", "1").says(http.StatusUnprocessableEntity, "“Other &lt;b&gt;MDM&lt;/b&gt;” manages Gymnasium Berlin already")
	claim("third", "Third MDM")
	b.post("/locations/add/confirm", "token", sealed, "consent", "1", "take_over", "1", "claim", seen.hidden("claim")).says(http.StatusUnprocessableEntity, "Meanwhile “Third MDM”")
	path := b.post("/locations/add/confirm", "token", sealed, "consent", "1", "take_over", "1", "claim", "third").header.Get("Location")
	b.get("/tasks").says(http.StatusOK, "“Third MDM” manages Gymnasium Berlin.", "See what to do")
	b.get(path).says(http.StatusOK, "Managed by", "Another server manages it", "Take over…")

	ask := b.get(path+"/take-back").says(http.StatusOK, "“Third MDM”</bdi> claims Gymnasium Berlin at Apple.")
	claim("other", "Other MDM")
	again := b.post(path+"/take-back", "claim", ask.hidden("claim")).says(http.StatusUnprocessableEntity, "Meanwhile “Other MDM” is the one that claims Gymnasium Berlin")
	b.post(path+"/take-back", "claim", again.hidden("claim")).leads(path)
	b.get(path).says(http.StatusOK, "This server manages it", "everything is read before anything is sent")
	b.get(path + "/take-back").leads(path)
	b.get("/history").says(http.StatusOK, "anna took Gymnasium Berlin over from “Other MDM”.")
}

// A location that was added by mistake is removed from a page that says what
// goes, by somebody who types its name; a dead token asks for one word more.
func TestLocationRemove(t *testing.T) {
	h := open(t)
	b := h.anna()
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{})
	seen := b.upload("/locations/add", token.Content)
	path := b.post("/locations/add/confirm", "token", seen.hidden("token"), "consent", "1").header.Get("Location")
	id := vpp.LocationID(strings.TrimPrefix(path, "/locations/"))
	storetest.AddPerson(t, h.db, id, "eve", vpp.WriteNone)
	storetest.Exec(t, h.db, "UPDATE program_users SET apple_status = 'Registered'")
	b.get(path).says(http.StatusOK, path+"/remove")
	b.get(path+"/remove").says(http.StatusOK, "1 person of Gymnasium Berlin has a living record at Apple", path+"/move-out")
	b.post(path+"/remove", "name", "Gymnasium Berlin").says(http.StatusUnprocessableEntity, "use Delete from VPP first")

	storetest.Exec(t, h.db, "UPDATE program_users SET apple_status = 'Retired'")
	must(t, h.apple.RevokeToken(token.Content))
	b.post(path + "/check").leads(path)
	b.get(path+"/remove").says(http.StatusOK, "1 person loses their place here.", "1 person has no other", "does not work any more", "Remove it without telling Apple", "This cannot be undone.")
	b.post(path+"/remove", "name", "Gymnasium", "without", "1").says(http.StatusUnprocessableEntity, "That is not the name of the location.")
	b.post(path+"/remove", "name", "Gymnasium Berlin").says(http.StatusUnprocessableEntity, "does not work any more")
	b.post(path+"/remove", "name", "Gymnasium Berlin", "without", "1").leads("/locations")
	b.get("/locations").says(http.StatusOK, "Gymnasium Berlin is removed. Its people stay.", "No location yet")
	b.get(path).says(http.StatusNotFound)
	b.get("/users").says(http.StatusOK, "user-eve")
	b.get("/history").says(http.StatusOK, "Gymnasium Berlin was removed without telling Apple.")
}
