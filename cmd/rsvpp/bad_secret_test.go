package main

import (
	"bytes"
	"encoding/base64"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// Through a whole campaign with failures and wrong links, at the finest level,
// no secret stands in the log, and none in clear in the database's files.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	const mailPassword = "relay-password-9f3c"
	h := openSite(t, siteOptions{
		bare: true,
		mail: mailtest.Options{Encryption: mailtest.STARTTLS, Username: "rsvpp", Password: mailPassword, Faults: mailtest.Faults{Greylist: 0.5, Unknown: []string{"pupil7@north.example"}}},
	})
	setup := "" // the set-up link was used by bootstrap
	h.refused(h.send("POST", "/locations", h.token.Content[:100]), 422)
	h.must("POST", "/locations?consent=true", h.token.Content, nil)
	settings := func(m *api.MailSettings) {
		m.Security, m.Username, m.Password, m.TrustedCA = "starttls-required", "rsvpp", mailPassword, string(h.post.CA())
	}
	h.useMail(settings)
	h.must("POST", "/mail/test", everybody{"to": "me@north.example"}, nil)
	h.pupils(12)
	h.apple.Inject(applesim.UsersCreate, applesim.CutAfter, applesim.Busy503)
	h.apple.Inject(applesim.UsersRead, applesim.TruncatedJSON, applesim.HTMLIn200)
	h.apple.Inject(applesim.EventStatus, applesim.Plain500)
	h.finished(h.inviting())
	secrets := map[string]string{
		"content token": h.token.Content, "API key": h.key, "password": password, "mail password": mailPassword,
		"mail sign-in": base64.StdEncoding.EncodeToString([]byte("\x00rsvpp\x00" + mailPassword)), "set-up link": setup,
	}
	inner, err := base64.StdEncoding.DecodeString(h.token.Content)
	if err != nil {
		t.Fatal(err)
	}
	secrets["token inside"] = strings.Split(strings.SplitAfter(string(inner), `"token":"`)[1], `"`)[0]
	key, err := os.ReadFile(filepath.Join(h.flags["data-dir"], "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets["seal key"] = strings.TrimSpace(string(key))
	hidden := map[string]string{} // stands in the database in clear: nothing of these may
	maps.Copy(hidden, secrets)
	for u := range h.apple.Users(h.uid) {
		secrets["invite code of "+u.Email], hidden["invite code of "+u.Email] = u.InviteCode, u.InviteCode
	}
	for _, l := range h.post.Letters() {
		link := letterLink(l)
		if link == "" { // the test letter
			continue
		}
		token := link[strings.LastIndex(link, "/")+1:]
		secrets["link of "+l.To[0]], hidden["link of "+l.To[0]] = token, token
		for _, odd := range []string{
			link, link + "x", link + "/", link + "/continue", strings.Replace(link, "/i/", "//i/", 1), strings.Replace(link, "/i/", "/./i/", 1),
			strings.Replace(link, "/i/", "/I/", 1), strings.Replace(link, "/i/", "/i//", 1), strings.Replace(link, "/i/", "/x/../i/", 1), link + "?utm=1",
			strings.Replace(link, "/i/", "/i%2f", 1), strings.Replace(link, "/i/", "/api/v1/i/", 1),
		} {
			h.visit(odd)
		}
		on := h.browse("POST", link+"/continue")
		apple, err := url.Parse(on.header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		secrets["Apple's link of "+l.To[0]] = apple.RequestURI()
	}
	first, _ := h.post.Find("pupil1@north.example")
	acceptByMail(t, h.testServer, first, "pupil1@home.example")
	h.until("the sign-in shows", func() bool { return h.statuses()["registered"] == 1 })
	var link api.Link
	h.must("POST", "/users/"+h.people()[3].ID+"/link", nil, &link)
	h.must("GET", "/mail", nil, nil)
	h.must("GET", "/history", nil, nil)
	h.send("GET", "/users", nil, "Authorization", "Bearer "+h.key+"x")
	h.stop()

	for name, s := range secrets {
		if len(s) < 8 {
			continue
		}
		if i := strings.Index(h.log.String(), s); i >= 0 {
			text := h.log.String()
			from := strings.LastIndex(text[:i], "\n") + 1
			t.Errorf("the log holds the %s: %.300s", name, text[from:])
		}
	}
	files, err := filepath.Glob(h.database + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range hidden {
			if len(s) >= 8 && bytes.Contains(b, []byte(s)) {
				t.Errorf("%s holds the %s in clear", filepath.Base(f), name)
			}
		}
	}
}
