package main

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
)

// Whatever is uploaded in place of a content token gets a sentence, and the
// location that works already stays as it is.
func TestBadToken(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	south, err := h.apple.AddLocation(applesim.Location{Name: "South School"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.apple.MintToken(south.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	expired := h.mint(applesim.TokenOptions{ExpiresAt: time.Now().Add(-48 * time.Hour)})
	revoked := h.mint(applesim.TokenOptions{})
	if err := h.apple.RevokeToken(revoked.Content); err != nil {
		t.Fatal(err)
	}
	good := h.mint(applesim.TokenOptions{}).Content
	inner, err := base64.StdEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	unknown := base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(inner), `"token":"`, `"token":"x`, 1)))
	before := h.place()

	for _, c := range []struct {
		name, file string
		status     int
		words      []string
	}{
		{"empty", "", 422, []string{"empty", "Download it again"}},
		{"broken", good[:40] + "!!!" + good[43:], 422, []string{"damaged", "Download it again"}},
		{"truncated", good[:len(good)/2], 422, []string{"cut off", "Download it again"}},
		{"twice encoded", base64.StdEncoding.EncodeToString([]byte(good)), 422, []string{"second time", "Download it again"}},
		{"decoded", string(inner), 422, []string{"decoded", "Apple"}},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 422, []string{"content token"}},
		{"a web page", "<!doctype html><title>Sign in</title>", 422, []string{"content token"}},
		{"another's JSON", `{"a":1}`, 422, []string{"content token"}},
		{"a push certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", 422, []string{"content token"}},
		{"expired", expired.Content, 403, []string{"expired on", "Download a new token"}},
		{"revoked", revoked.Content, 403, []string{"revoked", "newest token"}},
		{"unknown to Apple", unknown, 403, []string{"does not accept", "Download the token again"}},
		{"second of the same uId", good, 409, []string{"North School", "here already", "renew"}},
		{"enormous", strings.Repeat("A", 2<<20), 413, []string{"larger than", "KiB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.within(t)
			p := h.refused(h.send("POST", "/locations", c.file), c.status, c.words...)
			if c.status != 413 && p.Field != "token" {
				t.Errorf("the field is %q", p.Field)
			}
			if len(c.file) > 20 && strings.Contains(p.Detail, c.file[:20]) {
				t.Errorf("the answer quotes the file: %s", p.Detail)
			}
		})
	}
	h.refused(h.send("PUT", "/locations/"+before.ID+"/token", other.Content), 409, "South School", "North School")
	h.refused(h.send("PUT", "/locations/nowhere/token", good), 404)
	if after := h.place(); after.Name != before.Name || after.TokenState != "valid" || !after.AddedAt.Equal(*before.AddedAt) {
		t.Errorf("the location changed: %+v", after)
	}
	var all api.List[api.Location]
	if h.must("GET", "/locations", nil, &all); len(all.Items) != 1 {
		t.Errorf("there are %d locations", len(all.Items))
	}
}

// A token that may only read is taken, for reading works; nobody is invited
// with it, each with the reason, and after the renewal everything goes.
func TestReadOnlyToken(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	h.must("POST", "/locations?consent=true", h.mint(applesim.TokenOptions{ReadOnly: true}).Content, nil)
	h.useMail(nil)
	h.pupils(3)
	task := h.finished(h.inviting())
	if task.Skipped != 3 {
		t.Fatalf("the run is %+v", task)
	}
	for _, i := range h.items(task) {
		h.sentence(i.Detail, "may only read", "manage licenses")
	}
	if l := h.place(); l.TokenState != "not_allowed" || !strings.Contains(l.TokenText, "may only read") {
		t.Errorf("the location is %s: %s", l.TokenState, l.TokenText)
	}
	if n := h.post.Count(); n != 0 {
		t.Errorf("%d letters went out about records that Apple refused", n)
	}
	h.must("PUT", "/locations/"+h.place().ID+"/token?sooner=true", h.token.Content, nil)
	if again := h.finished(h.inviting()); again.Done != 3 {
		t.Errorf("with the right token: %+v", again)
	}
	h.once(3)
	h.truth()
}
