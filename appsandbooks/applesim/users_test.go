package applesim_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

func record(h http.Handler, method, path, token, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	out := httptest.NewRecorder()
	h.ServeHTTP(out, req)
	return out
}

var hex32 = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Sections 1.6 and 1.8: create, read, accept; what each state shows.
func TestCreateAndAccept(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.want(w.post("/users/create", people(person{"clientUserId": "c", "email": "Ann <c@x.example>"})), 400, 9717)
	w.run("create", people(person{"clientUserId": "b", "email": "b@x.example"}, person{"clientUserId": "d"}))
	b := w.only("clientUserId=b")
	code, _ := b["inviteCode"].(string)
	if b["status"] != "Registered" || b["email"] != "b@x.example" || !hex32.MatchString(code) || b["idHash"] != nil {
		t.Fatal(b)
	}
	if d := w.only("clientUserId=d"); d["email"] != nil {
		t.Fatal(d)
	}
	if _, err := w.Accept(code, "somebody@else.example"); err != nil { // trap 3: any account
		t.Fatal(err)
	}
	b = w.only("clientUserId=b")
	hash, err := base64.StdEncoding.DecodeString(b["idHash"].(string))
	if b["status"] != "Associated" || err != nil || len(hash) != 20 || b["inviteCode"] != nil {
		t.Fatal(b, err)
	}
	w.SetQuirks(applesim.Quirks{InviteCodeOnAssociated: true})
	if b := w.only("clientUserId=b"); b["inviteCode"] != code {
		t.Fatal(b)
	}
	if _, err := w.Accept(code, "again@else.example"); !errors.Is(err, applesim.ErrUsedInvite) {
		t.Fatal(err)
	}
	d, _ := w.only("clientUserId=d")["inviteCode"].(string)
	if u, err := w.Accept(d, "Somebody@Else.example"); err != nil || u.IDHash != base64.StdEncoding.EncodeToString(hash) {
		t.Fatal("the same account on two users has the same hash", u, err) // pitfall 16
	}
}

// Section 1.6 and the table in 1.13: what a users request is refused for; nothing of it is done.
func TestUsersRefusals(t *testing.T) {
	w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{MaxClientUserID: 50}})
	for _, c := range []struct {
		name   string
		body   any
		number int
	}{
		{"none", people(), 9720},
		{"no list", "{}", 9720},
		{"too many", crowd("u", 101), 9714},
		{"twice", people(person{"clientUserId": "a"}, person{"clientUserId": "a"}), 9715},
		{"bad address", people(person{"clientUserId": "a"}, person{"clientUserId": "b", "email": "no address"}), 9717},
		{"no id", people(person{"email": "a@x.example"}), 9602},
		{"id in wrong case", people(person{"clientUserID": "a"}), 9602},
		{"long id", people(person{"clientUserId": strings.Repeat("i", 51)}), 9602},
		{"number as id", `{"users":[{"clientUserId":5}]}`, 9602},
		{"half", `{"users":[{"clientUserId":"a"}`, 9602},
		{"list", `[]`, 9602},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, verb := range []string{"create", "update"} {
				w.want(w.post("/users/"+verb, c.body), 400, c.number)
			}
		})
	}
	if n := len(w.Events(uid)); n != 0 || w.CountUsers(uid)[applesim.Registered] != 0 {
		t.Error(n, "events")
	}
}

// Sections 1.6 and 1.13: asynchronous failures carry their users, the others are done.
func TestPartialFailure(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.wantStatus(w.run("create", crowd("u", 2)), "COMPLETE", 2)
	out := w.wantStatus(w.run("create", crowd("u", 5)), "FAILED", 3)
	if n, ids := w.failure(out); n != 9716 || fmt.Sprint(ids) != "[u0 u1]" || out.num("numRequested") != 5 || out.str("eventType") != "CREATE" {
		t.Fatal(out.Raw)
	}
	for _, verb := range []string{"update", "retire"} {
		if n, ids := w.failure(w.run(verb, people(person{"clientUserId": "nobody"}, person{"clientUserId": "u4"}))); n != 9609 || fmt.Sprint(ids) != "[nobody]" {
			t.Fatal(verb, n, ids)
		}
	}
	w.SetQuirks(applesim.Quirks{UnknownUserSync: true})
	w.want(w.post("/users/retire", people(person{"clientUserId": "nobody"}, person{"clientUserId": "u3"})), 400, 9609)
	if w.only("clientUserId=u3")["status"] != "Registered" {
		t.Error("part of a refused request was done")
	}
}

// Section 1.6 and trap 5: several retired records and at most one living share a clientUserId.
func TestRetiredComesBack(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	id := people(person{"clientUserId": "a", "email": "a@x.example"})
	for range 3 {
		w.wantStatus(w.run("create", id), "COMPLETE", 1)
		w.wantStatus(w.run("retire", id), "COMPLETE", 1)
	}
	w.wantStatus(w.run("retire", id), "FAILED", 0)
	w.SetQuirks(applesim.Quirks{RetireTwiceSucceeds: true})
	w.wantStatus(w.run("retire", id), "COMPLETE", 1)
	w.run("create", id)
	if n := len(w.get("/users?clientUserId=a").users()); n != 4 {
		t.Fatal(n, "records")
	}
	if live := w.only("clientUserId=a&activeOnly=true"); live["status"] != "Registered" {
		t.Fatal(live)
	}
	retired := w.get("/users?retiredOnly=true").users()
	if len(retired) != 3 || retired[0]["inviteCode"] != nil || retired[0]["idHash"] != nil {
		t.Fatal(retired)
	}
	w.run("retire", id)
	w.SetQuirks(applesim.Quirks{ReuseRetired: true})
	w.run("create", id)
	if n := len(w.get("/users").users()); n != 4 || len(w.get("/users?retiredOnly=true").users()) != 3 {
		t.Fatal(n, "records after reuse")
	}
	if u := w.User(uid, "a"); len(u) != 4 || u[0].Status != applesim.Registered || !u[0].RetiredAt.IsZero() || u[1].RetiredAt.IsZero() {
		t.Fatal(u)
	}
}

// Section 1.6: managedAppleId binds at once, or fails with 9635 or 9641.
func TestManagedAppleID(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.wantStatus(w.run("create", people(person{"clientUserId": "a", "managedAppleId": "Ann@school.example"})), "COMPLETE", 1)
	if a := w.only("clientUserId=a"); a["status"] != "Associated" || a["idHash"] == nil || a["inviteCode"] != nil {
		t.Fatal(a)
	}
	if n, _ := w.failure(w.run("create", people(person{"clientUserId": "b", "managedAppleId": "ann@school.example"}))); n != 9641 {
		t.Fatal(n)
	}
	if n, _ := w.failure(w.run("create", people(person{"clientUserId": "b", "managedAppleId": "bob@home.example"}))); n != 9635 {
		t.Fatal(n)
	}
	w.run("create", people(person{"clientUserId": "b"}))
	w.wantStatus(w.run("update", people(person{"clientUserId": "b", "managedAppleId": "bob@school.example"})), "COMPLETE", 1)
	if b := w.only("clientUserId=b"); b["status"] != "Associated" {
		t.Fatal(b)
	}
	w.run("retire", people(person{"clientUserId": "a"})) // unbinds (section 4)
	w.wantStatus(w.run("create", people(person{"clientUserId": "c", "managedAppleId": "ann@school.example"})), "COMPLETE", 1)
	w.only("managedAppleId=bob@school.example&activeOnly=true")
	if list := w.want(w.get("/users?managedAppleId=Ann@school.example"), 200, 0).users(); len(list) != 2 || list[0]["status"] != "Retired" || list[1]["clientUserId"] != "c" {
		t.Error("everybody who is or was bound to an account, oldest first:", list)
	}
	if list := w.want(w.get("/users?managedAppleId=nobody@school.example"), 200, 0).users(); len(list) != 0 {
		t.Error("a client that takes the first would take", list[0])
	}
	w.SetQuirks(applesim.Quirks{ManagedAppleIDIgnored: true})
	if n := len(w.get("/users?managedAppleId=bob@school.example").users()); n != 3 {
		t.Error(n, "users: the filter must be ignored")
	}
}

// Section 1.6: update keeps what is not given and keeps the inviteCode, unless the quirk rotates it.
func TestUpdate(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.run("create", people(person{"clientUserId": "a", "email": "old@x.example"}))
	code := w.only("clientUserId=a")["inviteCode"].(string)
	w.run("update", people(person{"clientUserId": "a"}))
	w.run("update", people(person{"clientUserId": "a", "email": "new@x.example"}))
	if a := w.only("clientUserId=a"); a["email"] != "new@x.example" || a["inviteCode"] != code {
		t.Fatal(a)
	}
	w.SetQuirks(applesim.Quirks{RotateInviteOnEmail: true})
	w.run("update", people(person{"clientUserId": "a", "email": "newer@x.example"}))
	if a := w.only("clientUserId=a"); a["inviteCode"] == code {
		t.Fatal(a)
	}
	if _, err := w.Accept(code, "a@x.example"); !errors.Is(err, applesim.ErrUnknownInvite) {
		t.Fatal(err)
	}
}

// Section 4: which record survives when a returning person signs in with the same account.
func TestSameAccountAgain(t *testing.T) {
	for quirk, want := range map[applesim.SameAccount]string{
		applesim.NewSurvives: "[Associated Retired]", applesim.OldSurvives: "[Retired Associated]", applesim.OldDeleted: "[Associated Deleted]",
	} {
		t.Run(want, func(t *testing.T) {
			w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{SameAccount: quirk}})
			id := people(person{"clientUserId": "a"})
			for round := range 2 {
				w.run("create", id)
				if _, err := w.Accept(w.User(uid, "a")[0].InviteCode, "me@home.example"); err != nil {
					t.Fatal(err)
				}
				if round == 0 {
					w.run("retire", id)
				}
			}
			var got []applesim.Status
			for _, u := range w.User(uid, "a") {
				got = append(got, u.Status)
			}
			if fmt.Sprint(got) != want {
				t.Fatal(got)
			}
			w.only("activeOnly=true")
			w.only("retiredOnly=true")
		})
	}
}

// Section 1.8: invitations of the retired, the unknown and, by quirk, the late are refused.
func TestClosedInvitations(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{InviteTTL: time.Hour}})
	w.run("create", crowd("u", 2))
	code := func(id string) string { return w.User(uid, id)[0].InviteCode }
	w.run("retire", crowd("u", 1))
	now.add(time.Hour)
	for text, want := range map[string]error{
		code("u0"): applesim.ErrRetiredInvite, code("u1"): applesim.ErrExpiredInvite, strings.ToUpper(code("u1")): applesim.ErrUnknownInvite,
		"": applesim.ErrUnknownInvite, strings.Repeat("0", 32): applesim.ErrUnknownInvite,
	} {
		if _, err := w.Accept(text, "a@x.example"); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// Whatever stands in an address or id comes back as valid JSON.
func TestOddCharacters(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	id := "a\"\\\u2028ü<\x01/"
	w.run("create", people(person{"clientUserId": id}))
	out := w.get("/users")
	if !json.Valid([]byte(out.Raw)) || len(out.users()) != 1 || out.users()[0]["clientUserId"] != id {
		t.Fatal(out.Raw)
	}
}

// FuzzBodies: no body, however odd, brings anything but Apple's answers.
func FuzzBodies(f *testing.F) {
	a, err := applesim.New(applesim.Options{Seed: 1, Limits: applesim.UnlimitedRate(), Locations: []applesim.Location{{UID: uid}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { a.Close() })
	token, _ := a.MintToken(uid, applesim.TokenOptions{})
	for _, s := range []string{
		`{}`, `null`, `[]`, `{"users":null}`, `{"users":[{"clientUserId":"a","email":"a@b.c"}]}`, `{"users":[null,{}]}`, `{"users":[{"clientUserId":"\ud800"}]}`,
		`{"mdmInfo":{"id":"a","name":"b","metadata":"c"}}`, `{"notificationTypes":[]}`, `{"mdmInfo":null,"notificationUrl":"https://"}`, "\x00", `{"users":[{"clientUserId":"a","managedAppleId":"@"}]}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "://") {
			return // nothing is to be sent anywhere
		}
		for _, path := range []string{"users/create", "users/update", "users/retire", "client/config"} {
			out := record(a, "POST", "/mdm/v2/"+path, token.Content, body)
			if !json.Valid(out.Body.Bytes()) || out.Code != 200 && out.Code != 400 {
				t.Errorf("%s: %d %s", path, out.Code, out.Body)
			}
		}
		if out := record(a, "GET", "/mdm/v2/users", token.Content, ""); out.Code != 200 || !json.Valid(out.Body.Bytes()) {
			t.Errorf("users: %d %s", out.Code, out.Body)
		}
	})
}
