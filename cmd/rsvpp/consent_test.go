package main

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// written counts the calls by which something is changed at Apple.
func (h *site) written() (n int) {
	calls := h.apple.Calls()
	for _, e := range []applesim.Endpoint{applesim.UsersCreate, applesim.UsersUpdate, applesim.UsersRetire, applesim.ClientConfigWrite} {
		n += calls.Of(e)
	}
	return n
}

// F-58: before somebody confirms what Apple gets of people, a location is
// read and nothing at all is written to Apple, neither a claim nor an address;
// the doctor says why. One confirmation, kept with who, when and to what, and
// what has waited goes.
func TestNothingGoesBeforeConsent(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	h.useMail(nil)
	h.must("POST", "/locations", h.token.Content, nil)
	h.pupils(2)
	h.until("a read", func() bool { return h.place().FullReadAt != nil })
	l := h.place()
	if l.TokenState != "no_consent" || l.Consent != nil || !strings.Contains(l.TokenText, "Nobody has confirmed") || l.ConsentText != vpp.ConsentText {
		t.Errorf("%+v", l)
	}
	var found struct {
		Verdicts []struct{ Code, Fix string }
	}
	h.must("POST", "/invitations/examine", everybody{"selection": everybody{"all": true}}, &found)
	if len(found.Verdicts) != 1 || found.Verdicts[0].Code != "no_consent" || found.Verdicts[0].Fix != "consent" {
		t.Errorf("the doctor says %+v", found)
	}
	h.finished(h.inviting())
	h.refused(h.send("POST", "/vpp/delete", everybody{"selection": everybody{"all": true}}), 409, "Nobody has confirmed")
	h.refused(h.send("POST", "/locations/"+l.ID+"/take-back", everybody{"claim": ""}), 409)
	h.must("POST", "/locations/"+l.ID+"/notifications/test", nil, nil)
	h.must("POST", "/locations/"+l.ID+"/check", nil, nil)
	h.must("POST", "/locations/"+l.ID+"/test", nil, nil)
	if n := h.written(); n != 0 {
		t.Fatalf("%d calls changed something at Apple: %+v", n, h.apple.Calls())
	}

	h.must("POST", "/locations/"+l.ID+"/consent", nil, nil)
	if l = h.place(); l.Consent == nil || l.Consent.By == "" || l.Consent.Text != vpp.ConsentText || l.Consent.Assumed || l.TokenState != "valid" || !l.Notified || l.ClaimState != "ours" {
		t.Errorf("%+v %+v", l, l.Consent)
	}
	h.finished(h.inviting())
	if n := h.statuses()["invited"]; n != 2 {
		t.Errorf("%d are invited", n)
	}
	h.must("POST", "/locations/"+l.ID+"/consent", nil, nil) // the same text is noted once
	var history api.List[api.Entry]
	h.must("GET", "/history?action=location.consent", nil, &history)
	if len(history.Items) != 1 {
		t.Errorf("the history says %+v", history)
	}
}

// F-58: the commands show what is confirmed.
func TestConsentCommand(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true})
	w := world{env: map[string]string{"RSVPP_SERVER": "http://" + h.address, "RSVPP_API_KEY": h.key}, files: map[string]string{"north.vpptoken": h.token.Content}}
	say := func(want string, args ...string) {
		t.Helper()
		got, out, errs := w.run(t, args...)
		if got != exitOK || !strings.Contains(out+errs, want) {
			t.Errorf("rsvpp %v ended with %d and said:\n%s%s\nwant %q", args, got, out, errs, want)
		}
	}
	say(vpp.ConsentText, "token", "add", "north.vpptoken")
	say("no_consent", "token", "list")
	say("Confirmed", "token", "consent", "North School", "--yes")
	say("valid", "token", "list")
	say(`"by"`, "token", "list", "--json")
}

// F-58: the organization's own words, by command: what Apple has been given
// stays, and nothing more goes there before the new words are confirmed.
func TestConsentTextCommand(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.useMail(nil)
	w := world{
		env:   map[string]string{"RSVPP_SERVER": "http://" + h.address, "RSVPP_API_KEY": h.key},
		files: map[string]string{"words.txt": "The board\nsays yes.\n", "empty.txt": " \n"},
	}
	w.say(t, []saying{
		{"token consent-text", exitOK, "These are the words that rsvpp brings along"},
		{"token consent-text --set empty.txt", exitUsage, "the file is empty"},
		{"token consent-text --set words.txt", exitOK, "The board\nsays yes.\n\nThese are your own words"},
		{"token list", exitOK, "valid"},
		{"token consent-text --ask-anew", exitOK, "It is asked for anew at 1 location: nothing is written there before"},
		{"token list", exitOK, "no_consent"},
	})
	before := h.written()
	h.pupils(1)
	h.finished(h.inviting())
	h.must("POST", "/locations/"+h.place().ID+"/check", nil, nil)
	if n := h.written() - before; n != 0 {
		t.Errorf("%d calls changed something at Apple", n)
	}
	h.refused(h.send("POST", "/locations/"+h.place().ID+"/consent?version=other", nil), 409, "Meanwhile somebody changed")
	w.say(t, []saying{
		{"token consent North_School --yes", exitOK, "Confirmed"},
		{"token list", exitOK, "valid"},
		{"token consent-text --default", exitOK, "These are the words that rsvpp brings along"},
	})
	if l := h.place(); l.Consent == nil || l.Consent.Text != "The board\nsays yes." || !l.ConsentOutdated || l.Consent.Version == l.ConsentVersion {
		t.Errorf("%+v %+v", l, l.Consent)
	}
}

// What people confirm is no secret: an export holds the organization's words.
func TestConsentTextIsExported(t *testing.T) {
	if got := openSetting("consent_text", "The board says yes."); got != "The board says yes." {
		t.Errorf("exported as %v", got)
	}
}
