package command_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/jessepeterson/mdmcommands"
	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const link = "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?cc=us&inviteCode=0123456789abcdef0123456789abcdef&mt=8"

// S3-01, S3-11…S3-14, S3-19: the command as Apple's schema has it; the link's
// ampersands survive the property list.
func TestWriteInvite(t *testing.T) {
	body, err := command.Write(vpp.Command{ID: "0001_InviteToProgram", Kind: vpp.CommandInvite, URL: link})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, []byte("cc=us&inviteCode")) || !bytes.Contains(body, []byte("cc=us&amp;inviteCode")) {
		t.Errorf("the ampersands are not escaped: %s", body)
	}
	if bytes.Contains(body, []byte("RequestRequiresNetworkTether")) { // false is the default
		t.Error("it asks for a tether")
	}
	var back mdmcommands.InviteToProgramCommand
	if err := plist.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	if back.CommandUUID != "0001_InviteToProgram" || back.Command.RequestType != "InviteToProgram" ||
		back.Command.ProgramID != "com.apple.cloudvpp" || back.Command.InvitationURL != link {
		t.Errorf("%+v", back)
	}
	if _, err := command.Write(vpp.Command{ID: "1", Kind: vpp.CommandInvite}); err == nil {
		t.Error("an invitation without a link was written")
	}
}

func TestWriteAccount(t *testing.T) {
	body, err := command.Write(vpp.Command{ID: "q", Kind: vpp.CommandAccount})
	if err != nil {
		t.Fatal(err)
	}
	var back mdmcommands.DeviceInformationCommand
	if err := plist.Unmarshal(body, &back); err != nil || !strings.HasPrefix(strings.Join(back.Command.Queries, " "), "iTunesStoreAccountIsActive iTunesStoreAccountHash DeviceName ") {
		t.Errorf("%+v %v", back, err)
	}
}

func answer(inside string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>UDID</key><string>U1</string><key>CommandUUID</key><string>c1</string>` + inside + `</dict></plist>`)
}

// S3-15…S3-18: what a device may say.
func TestRead(t *testing.T) {
	at := time.Unix(1, 0)
	for _, c := range []struct {
		name, inside string
		want         vpp.CommandState
		kind         vpp.CommandKind
	}{
		{"shown", "<key>Status</key><string>Acknowledged</string><key>InvitationResult</key><string>Acknowledged</string>", vpp.CommandAcknowledged, vpp.CommandInvite},
		{"a link that Apple does not know", "<key>Status</key><string>Acknowledged</string><key>InvitationResult</key><string>InvalidInvitationURL</string>", vpp.CommandFailed, vpp.CommandInvite},
		{"not now", "<key>Status</key><string>NotNow</string>", vpp.CommandNotNow, vpp.CommandInvite},
		{"an error", "<key>Status</key><string>Error</string><key>ErrorChain</key><array><dict><key>ErrorCode</key><integer>12021</integer><key>ErrorDomain</key><string>MCMDMErrorDomain</string><key>LocalizedDescription</key><string>Befehl</string><key>USEnglishDescription</key><string>not a valid request type</string></dict></array>", vpp.CommandFailed, vpp.CommandInvite},
		{"who is signed in", "<key>Status</key><string>Acknowledged</string><key>QueryResponses</key><dict><key>iTunesStoreAccountIsActive</key><true/><key>iTunesStoreAccountHash</key><string>C2Wwd8LcIaE2v6f2/mvu82Gs/Lc=</string></dict>", vpp.CommandAcknowledged, vpp.CommandAccount},
	} {
		body := answer(c.inside)
		if err := command.Guard(body); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		a, err := command.Read(body, vpp.BuiltinMDM, "U1", at)
		if err != nil || a.ID != "c1" || a.State(c.kind) != c.want {
			t.Errorf("%s: %+v %v", c.name, a, err)
		}
		if c.kind == vpp.CommandAccount && (a.Account == nil || !a.Account.Active || a.Account.Hash != "C2Wwd8LcIaE2v6f2/mvu82Gs/Lc=") {
			t.Errorf("%s: %+v", c.name, a.Account)
		}
		if c.name == "an error" && (len(a.Errors) != 1 || a.Errors[0].Code != 12021 || a.Errors[0].Description != "not a valid request type") {
			t.Errorf("%s: %+v", c.name, a.Errors)
		}
	}
}

// killer is a binary property list of a few bytes that holds itself: the
// parser that we stand on never comes back from it.
func killer() []byte {
	body := append([]byte("bplist00"), 0xA1, 0x00, 0x08)
	trailer := make([]byte, 32)
	trailer[6], trailer[7], trailer[15], trailer[31] = 1, 1, 1, 10
	return append(body, trailer...)
}

func TestGuard(t *testing.T) {
	for name, body := range map[string][]byte{
		"empty":                          nil,
		"binary":                         killer(),
		"binary after white space":       append([]byte(" \n"), killer()...),
		"JSON":                           []byte(`{"Status":"Idle"}`),
		"nested without end":             []byte(strings.Repeat("<array>", 1_000_000)),
		"nested and closed":              []byte(strings.Repeat("<array>", 100) + strings.Repeat("</array>", 100)),
		"entities":                       []byte(`<!DOCTYPE x [<!ENTITY a "b">]><plist/>`),
		"an entity of a doctype":         []byte("<!DOCTYPE plist [\n<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"),
		"nested behind a comment":        []byte("<!-- > -->" + strings.Repeat("<dict>", 100)),
		"nested behind a data part":      []byte("<![CDATA[ <dict/> ]]>" + strings.Repeat("<dict>", 100)),
		"nested, with > in quotes":       []byte(strings.Repeat(`<dict a="/>">`, 100)),
		"nested, with > in other quotes": []byte(strings.Repeat(`<dict a='/>'>`, 100)),
		"closed in a comment":            []byte("<plist>" + strings.Repeat("<!--></a></a>--><dict>", 100)),
		"closed in an instruction":       []byte("<plist>" + strings.Repeat("<?x ></a></a>?><dict>", 100)),
		"closed in a data part":          []byte("<plist>" + strings.Repeat("<![CDATA[]></a></a>]]><dict>", 100)),
		"closed before it is open":       []byte("</a></a>"),
		"a directive in quotes":          []byte(`<!DOCTYPE plist "<" [ <!ENTITY a "b"> ]>`),
		"a directive of its own":         []byte("<plist><!ELEMENT a ></plist>"),
	} {
		if command.Guard(body) == nil {
			t.Errorf("%s passes", name)
		}
	}
	wide := []byte("<plist><array>" + strings.Repeat("<string>x</string><true/>", 100_000) + "</array></plist>")
	if err := command.Guard(wide); err != nil {
		t.Errorf("a long list: %v", err)
	}
}

// What devices write in their messages passes.
func TestGuardPasses(t *testing.T) {
	for name, inside := range map[string]string{
		"a comment":      "<!-- <dict> > -- --><key>Status</key><string>Idle</string>",
		"a data part":    "<key>Status</key><string><![CDATA[</dict><Idle]]></string>",
		"an instruction": "<?x <dict> ?><key>Status</key><string/>",
	} {
		if err := command.Guard(answer(inside)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever passes the guard, the parser comes back from, and it nests no
// deeper than the guard counted.
func FuzzRead(f *testing.F) {
	f.Add(answer("<key>Status</key><string>Idle</string>"))
	f.Add(killer())
	f.Add([]byte(strings.Repeat("<dict><key>a</key>", 60)))
	for _, part := range []string{`<a b="/>">`, `<a b='/>'>`, "<!--></a>--><a>", "<?x ></a>?><a>", "<![CDATA[></a>]]><a>", "<a/>", `<!DOCTYPE a "<b>"><a>`} {
		f.Add([]byte("<plist>" + strings.Repeat(part, 70)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if command.Guard(body) != nil {
			return
		}
		if depth := nesting(body); depth > 65 { // one more: an empty element is open for a moment
			t.Errorf("it nests %d deep", depth)
		}
		_, _ = command.Read(body, vpp.BuiltinMDM, "U1", time.Time{})
	})
}

// nesting is how deep encoding/xml finds a message to nest, as far as it can
// read it.
func nesting(body []byte) (deepest int) {
	for d, depth := xml.NewDecoder(bytes.NewReader(body)), 0; ; {
		token, err := d.RawToken()
		if err != nil {
			return deepest
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		deepest = max(deepest, depth)
	}
}
