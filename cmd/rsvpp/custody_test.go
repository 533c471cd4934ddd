package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (w *scene) now(t *testing.T) vpp.Location {
	t.Helper()
	l, err := w.server.locations.Get(t.Context(), w.place.ID)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// read makes the location be read soon.
func (w *scene) read(t *testing.T) {
	t.Helper()
	if err := w.server.db.WantRead(t.Context(), w.place.ID, true); err != nil {
		t.Fatal(err)
	}
}

// Pain 9: a token that was revoked shows at once as what it is, everywhere,
// and is written about once; renewing keeps everything (F-55) and says the new
// date at once (pain 12).
func TestRevokedAndRenewed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := newScene(t, url, nil)
		ctx, v := t.Context(), w.server
		v.await(t, func() bool { return !w.now(t).FullReadAt.IsZero() })
		first, err := v.db.SealedNotify(ctx, w.place.ID)
		if err != nil || len(first) != 1 {
			t.Fatal(first, err)
		}
		newer := w.mint(t, applesim.TokenOptions{RevokeOlder: true, ExpiresAt: time.Now().AddDate(1, 1, 0)})
		w.read(t)
		v.await(t, func() bool { return w.now(t).TokenState(time.Now()) == vpp.TokenRevoked })
		letter, err := w.post.Box().Await(ctx, "admin@north.example")
		if err != nil || !strings.Contains(letter.Subject, "North School was revoked") || !strings.Contains(letter.Text, "press Renew token") {
			t.Errorf("the letter is %q: %s, %v", letter.Subject, letter.Text, err)
		}
		w.read(t) // nobody is told twice
		if l := w.now(t); !strings.Contains(l.TokenSentence(time.Now()), "revoked at Apple") {
			t.Error(l.TokenSentence(time.Now()))
		}

		began := time.Now()
		l, err := v.locations.Renew(ctx, vpp.Server, w.place.ID, []byte(newer.Content), false)
		if err != nil || l.ID != w.place.ID || l.TokenState(time.Now()) != vpp.TokenValid || !l.Token.ExpiresAt.Equal(newer.ExpiresAt.Truncate(time.Second)) {
			t.Fatal(l, err)
		}
		if l.NotifyURL == "" || l.NotifyTestAt.Before(began.Truncate(time.Millisecond)) {
			t.Errorf("Apple was not told of the new secret: %+v", l)
		}
		v.await(t, func() bool { return w.now(t).FullReadAt.After(began) })
		both, err := v.db.SealedNotify(ctx, w.place.ID)
		if err != nil || len(both) != 2 || both[1] != first[0] || both[0] == first[0] {
			t.Errorf("the secrets after renewing are %d, want the new one and the one before: %v", len(both), err)
		}
		if n := len(w.post.Letters()); n != 1 {
			t.Errorf("%d letters went out, want 1", n)
		}
	})
}

// A token that ends sooner than the one that works is a mistake, unless it is
// said to be none.
func TestRenewSooner(t *testing.T) {
	t.Parallel()
	w := newScene(t, storetest.SQLite(t), nil)
	older := w.mint(t, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(0, 3, 0)})
	_, err := w.server.locations.Renew(t.Context(), vpp.Server, w.place.ID, []byte(older.Content), false)
	if vpp.KindOf(err) != vpp.Conflict || !strings.Contains(vpp.MessageOf(err), "older file") {
		t.Fatal(err)
	}
	if l, err := w.server.locations.Renew(t.Context(), vpp.Server, w.place.ID, []byte(older.Content), true); err != nil || !l.Token.ExpiresAt.Equal(older.ExpiresAt.Truncate(time.Second)) {
		t.Error(l.Token, err)
	}
}

// 9637: reads go on, writes stop with a sentence, and go out once they may.
func TestMayOnlyRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := newScene(t, url, nil)
		ctx, v := t.Context(), w.server
		weak := w.mint(t, applesim.TokenOptions{ReadOnly: true, RevokeOlder: true})
		l, err := v.locations.Renew(ctx, vpp.Server, w.place.ID, []byte(weak.Content), true)
		if err != nil || l.TokenState(time.Now()) != vpp.TokenNotAllowed {
			t.Fatalf("the token is %s: %v", l.TokenState(time.Now()), err)
		}
		if _, err := v.roster.Create(ctx, vpp.Server, "", vpp.UserInput{UserName: "anna", Email: "anna@north.example"}); err != nil {
			t.Fatal(err)
		}
		d, err := v.invite.Examine(ctx, invite.Request{Selection: vpp.Selection{All: true}})
		if err != nil || len(d.Verdicts) != 1 || d.Verdicts[0].Code != invite.TokenReadOnly {
			t.Errorf("the doctor says %+v, %v", d.Verdicts, err)
		}
		began := time.Now()
		w.read(t)
		v.await(t, func() bool { return w.now(t).FullReadAt.After(began) })
		if letter, err := w.post.Box().Await(ctx, "admin@north.example"); err != nil || !strings.Contains(letter.Subject, "may only read") {
			t.Error(letter.Subject, err)
		}
		// Who says that it was mended is believed until Apple refuses a write; what
		// was to be written waits, and goes out under a token that may.
		// Another write may be refused before the run has looked at anybody: then
		// the run says so of everybody, and is begun anew.
		var task vpp.Task
		for begun := false; !begun; begun = task.Skipped == 0 {
			v.await(t, func() bool { // such a refusal may come before the answer does
				l, err := v.locations.Check(ctx, vpp.Server, w.place.ID)
				return err == nil && l.TokenState(time.Now()) == vpp.TokenValid
			})
			if task, err = v.invite.Start(ctx, vpp.Server, invite.Request{Selection: vpp.Selection{All: true}, IdempotencyKey: storetest.NewID()}); err != nil {
				t.Fatal(err)
			}
			v.await(t, func() bool { task, err = v.tasks.Get(ctx, task.ID); return err == nil && !task.ExpandedAt.IsZero() })
		}
		v.await(t, func() bool { return w.now(t).TokenState(time.Now()) == vpp.TokenNotAllowed })
		full := w.mint(t, applesim.TokenOptions{RevokeOlder: true})
		if l, err = v.locations.Renew(ctx, vpp.Server, w.place.ID, []byte(full.Content), true); err != nil || l.TokenState(time.Now()) != vpp.TokenValid {
			t.Error(l.TokenState(time.Now()), err)
		}
		v.await(t, func() bool { task, err = v.tasks.Get(ctx, task.ID); return task.State() == vpp.TaskDone })
		if task.Done != 1 {
			t.Errorf("what waited did not go out: %+v, %v", task, err)
		}
		told := 0
		for _, letter := range w.post.Letters() {
			if strings.Contains(letter.Subject, "may only read") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the administrator was told %d times", told)
		}
	})
}

// Pain 11: the end that comes with Apple's answers counts at once, also when
// it moves later again.
func TestExpiryMoves(t *testing.T) {
	t.Parallel()
	w := newScene(t, storetest.SQLite(t), nil)
	w.server.await(t, func() bool { return !w.now(t).FullReadAt.IsZero() })
	known := w.now(t)
	soon := time.Now().AddDate(0, 0, 5).Truncate(time.Millisecond)
	if err := w.server.db.TokenExpires(t.Context(), known, soon); err != nil {
		t.Fatal(err)
	}
	if l := w.now(t); l.TokenState(time.Now()) != vpp.TokenExpiring {
		t.Fatal(l.Token)
	}
	if err := w.server.locations.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if letter, err := w.post.Box().Await(t.Context(), "admin@north.example"); err != nil || !strings.Contains(letter.Subject, "expires in 5 days") {
		t.Error(letter.Subject, err)
	}
	w.read(t)
	w.server.await(t, func() bool { return w.now(t).Token.ExpiresAt.Equal(known.Token.ExpiresAt) })
	if l := w.now(t); l.WarnedDays != 0 || l.TokenState(time.Now()) != vpp.TokenValid {
		t.Errorf("warned %d, %s", l.WarnedDays, l.TokenState(time.Now()))
	}
}

// F-59: each line is ok, or says what to do.
func TestConnectionTest(t *testing.T) {
	t.Parallel()
	w := newScene(t, storetest.SQLite(t), nil)
	check := func(l vpp.Location, checks []vpp.Check, err error) map[string]vpp.Check {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]vpp.Check{}
		for _, c := range checks {
			by[c.Name] = c
		}
		return by
	}
	all := check(w.server.program.TestConnection(t.Context(), w.place.ID))
	for _, name := range []string{"apple", "token", "clock", "ownership", "notifications"} {
		if c, there := all[name]; !there || c.State == vpp.CheckBad || name != "ownership" && c.State != vpp.CheckOK {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if !strings.HasPrefix(all["notifications"].Sentence, "Apple reached this server at ") {
		t.Error(all["notifications"].Sentence)
	}
	if err := w.apple.RevokeToken(w.token.Content); err != nil {
		t.Fatal(err)
	}
	all = check(w.server.program.TestConnection(t.Context(), w.place.ID))
	if c := all["token"]; c.State != vpp.CheckBad || !strings.Contains(c.Sentence, "revoked") {
		t.Errorf("%+v", c)
	}
	if err := w.apple.Close(); err != nil {
		t.Fatal(err)
	}
	all = check(w.server.program.TestConnection(t.Context(), w.place.ID))
	if c := all["apple"]; c.State != vpp.CheckBad {
		t.Errorf("%+v", c)
	}
}

// Where Apple cannot reach us the test says so, and that rsvpp asks instead.
func TestNotificationsUnreachable(t *testing.T) {
	t.Parallel()
	w := newScene(t, storetest.SQLite(t), map[string]string{"public-url": "http://school.example"})
	test, err := w.server.program.TestNotify(t.Context(), w.place.ID)
	if err != nil || !test.ReachedAt.IsZero() || !strings.Contains(test.Sentence, "https addresses only") || !strings.Contains(test.Next, "nothing is lost") {
		t.Errorf("%+v, %v", test, err)
	}
	w = newScene(t, storetest.SQLite(t), map[string]string{"public-url": "http://127.0.0.1:1"})
	test, err = w.server.program.TestNotify(t.Context(), w.place.ID)
	if err != nil || !test.ReachedAt.IsZero() || !strings.Contains(test.Sentence, "could not reach") || !strings.Contains(test.Next, "certificate") {
		t.Errorf("%+v, %v", test, err)
	}
	if l := w.now(t); l.NotifyURL != "" || l.NotifyProblem == "" {
		t.Errorf("%q, %q", l.NotifyURL, l.NotifyProblem)
	}
}

// 10,000 forged notifications that look like real ones do not disturb: the real
// ones in between are taken.
func TestTenThousandForgeries(t *testing.T) {
	w := newScene(t, storetest.SQLite(t), nil)
	address := w.now(t).NotifyURL
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	post := func(secret string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(`{"notificationId":"n","notificationType":"USER_ASSOCIATED","uId":"`+w.school.UID+`","notification":{"associatedUsers":[]}}`))
		if err != nil {
			return 0
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		resp, err := client.Do(r)
		if err != nil {
			return 0
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	secret := w.notifySecret(t)
	rows := func() (n int) {
		list, err := w.server.db.Query(t.Context(), "SELECT id FROM notifications")
		if err != nil {
			t.Fatal(err)
		}
		defer list.Close()
		for list.Next() {
			n++
		}
		return n
	}
	before, began := rows(), time.Now()
	var forgers sync.WaitGroup
	for f := range 8 {
		forgers.Go(func() {
			for i := range 1250 {
				if status := post(fmt.Sprintf("%s%d-%d", secret[:70], f, i)); status != http.StatusUnauthorized {
					t.Errorf("a forgery got %d", status)
					return
				}
			}
		})
	}
	slowest := time.Duration(0)
	for range 20 {
		one := time.Now()
		if status := post(secret); status != http.StatusNoContent {
			t.Errorf("the real one got %d amid the flood", status)
		}
		slowest = max(slowest, time.Since(one))
	}
	forgers.Wait()
	if n := rows() - before; n != 1 { // the real one, told twenty times
		t.Errorf("%d notifications were noted, want 1", n)
	}
	t.Logf("10,000 forgeries in %s; the slowest real one took %s", time.Since(began).Round(time.Millisecond), slowest.Round(time.Millisecond))
	if slowest > 20*time.Second { // forgers and server share this machine; without the race detector it is tens of milliseconds
		t.Errorf("a real one took %s", slowest)
	}
	if !w.server.program.Minted(w.place.ID, secret) || w.server.program.Minted("other", secret) {
		t.Error("the real secret is not known by its look")
	}
}

// No forgery is worth a look at the database: where it is gone, a real
// notification gets 503, so that Apple comes again, and forgeries of every kind
// get 401 as ever.
func TestForgeriesNeverReachTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newScene(t, url, nil)
		address, secret := w.now(t).NotifyURL, w.notifySecret(t)
		other, err := openServer(t.Context(), w.server.settings, serverOptions{logger: slog.New(slog.DiscardHandler)}) // works on nothing by itself
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(other.handler)
		t.Cleanup(web.Close)
		_, path, _ := strings.Cut(address, "/hooks/")
		note := fmt.Sprintf(`{"notificationId":"real","notificationType":"USER_ASSOCIATED","uId":%q,"notification":{"associatedUsers":[]}}`, w.school.UID)
		post := func(secret string) int {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/hooks/"+path, strings.NewReader(note))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+secret)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			return answer.StatusCode
		}
		if status := post(secret); status != http.StatusNoContent {
			t.Fatalf("a real one got %d", status)
		}
		if err := other.db.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			for _, forged := range []string{fmt.Sprint("wrong-", i), fmt.Sprint(secret[:60], i), fmt.Sprint(secret, i), fmt.Sprintf("%d.%s", i, secret[strings.Index(secret, ".")+1:])} {
				if status := post(forged); status != http.StatusUnauthorized {
					t.Fatalf("the forgery %q got %d", forged, status)
				}
			}
		}
		if status := post(secret); status != http.StatusServiceUnavailable {
			t.Errorf("a real one got %d without a database: nothing is shown by this test", status)
		}
	})
}

// A secret from before secrets were marked is replaced at the next start, or
// Apple would be taken for a forger; whether or not Apple could be told of it.
func TestUnmarkedSecretIsReplaced(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"told": "notify_url", "untold": "''"} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := newScene(t, url, nil)
				sealed, err := w.server.box.Seal([]byte("from-an-older-version"), "notify:"+string(w.place.ID))
				if err != nil {
					t.Fatal(err)
				}
				storetest.Exec(t, w.server.db, "UPDATE locations SET notify_sealed = $1, notify_url = "+address, sealed)
				w.server.locations.announceAll(t.Context())
				if secret := w.notifySecret(t); !w.server.program.Minted(w.place.ID, secret) {
					t.Error("the secret is still not known by its look")
				}
				if test, err := w.server.program.TestNotify(t.Context(), w.place.ID); err != nil || test.ReachedAt.IsZero() {
					t.Errorf("Apple does not reach us: %+v, %v", test, err)
				}
			})
		})
	}
}

// notifySecret is what Apple shows with each notification.
func (w *scene) notifySecret(t *testing.T) string {
	t.Helper()
	sealed, err := w.server.db.SealedNotify(t.Context(), w.place.ID)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := w.server.box.Open(sealed[0], "notify:"+string(w.place.ID))
	if err != nil {
		t.Fatal(err)
	}
	return string(secret)
}

// Links that are out keep working, everything opens, and nothing is left of
// the old key (6).
func TestSealRotate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		w := newScene(t, url, map[string]string{"data-dir": dir})
		ctx, v := t.Context(), w.server
		letter := w.inviteAnna(t)
		var said []string
		r := &rotation{db: v.db, keys: keysOf(v.settings), say: func(f string, a ...any) error { said = append(said, fmt.Sprintf(f, a...)); return nil }, wait: sleep}
		var err error
		if r.box, err = openBox(ctx, v.db, r.keys); err != nil {
			t.Fatal(err)
		}
		old := r.box.Keys()[0]
		if err := r.forget(ctx); err != nil { // one key: nothing to do
			t.Fatal(err)
		}
		// Cut off after the new key was written and a part was done …
		if err := r.newKey(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.place(ctx, vpp.SealedToken); err != nil {
			t.Fatal(err)
		}
		if err := r.forget(ctx); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("a key that is needed was forgotten: %v", err)
		}
		// … the server goes on meanwhile, also what it seals with either key …
		if _, err := v.locations.Check(ctx, vpp.Server, w.place.ID); err != nil {
			t.Error(err)
		}
		// … and run again it goes on.
		if r.box, err = openBox(ctx, v.db, r.keys); err != nil {
			t.Fatal(err)
		}
		if err := r.run(ctx); err != nil {
			t.Fatal(err)
		}
		if err := r.forget(ctx); err != nil {
			t.Fatal(err)
		}
		if keys := r.box.Keys(); len(keys) != 2 || keys[0] == old {
			t.Error(keys)
		}
		if text, err := r.keys.read(); err != nil || strings.Count(text, "rsvpp-key-v1:") != 1 {
			t.Errorf("the key file has %d keys: %v", strings.Count(text, "rsvpp-key-v1:"), err)
		}
		if err := v.box.Reload(); err != nil { // as it does every few seconds
			t.Fatal(err)
		}
		for place := range contexts() {
			left, err := v.db.SealedOtherwise(ctx, place, seal.SealedWith(v.box.Keys()[0]), "", 10)
			if err != nil || len(left) > 0 {
				t.Errorf("%s: %v, %v", place, left, err)
			}
		}
		all, err := v.db.SettingsLike(ctx, "mail")
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range all {
			if name == "mail" && (strings.Count(value, seal.SealedWith(v.box.Keys()[0])) != 2 || strings.Contains(value, seal.SealedWith(old))) {
				t.Errorf("password and signing key are not sealed anew: %s", value)
			}
		}
		if fmt.Sprint(said) == "" {
			t.Error("nothing was said")
		}
		if _, err := v.locations.Check(ctx, vpp.Server, w.place.ID); err != nil {
			t.Error(err)
		}
		if s, err := v.invite.MailSettings(ctx); err != nil || !s.HasPassword || len(s.Administrators) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if test, err := v.program.TestNotify(ctx, w.place.ID); err != nil || test.ReachedAt.IsZero() {
			t.Error(test, err)
		}
		acceptByMail(t, v, letter, "anna@home.example")
		v.await(t, func() bool { c, _ := v.roster.Counts(ctx, ""); return c.Status[vpp.Registered] == 1 })
	})
}

// No known secret is in an export, in a log, or in the numbers.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir, "log-level": "debug"})
	ctx, v := t.Context(), w.server
	key, err := v.bootstrap(ctx, "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	letter := w.inviteAnna(t)
	sealed, err := v.db.SealedNotify(ctx, w.place.ID)
	if err != nil {
		t.Fatal(err)
	}
	notify, err := v.box.Open(sealed[0], "notify:"+string(w.place.ID))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := export(ctx, v.db, &out, true); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{
		"content token": w.token.Content, "notification secret": string(notify), "mail password": mailPassword, "API key": key,
		"seal key": strings.Split(string(text), "rsvpp-key-v1:")[1][:40], "sealed": "v1." + v.box.Keys()[0], "hash": "$argon2id$",
	}
	for _, l := range letter.Links {
		if _, code, ok := strings.Cut(l, "/i/"); ok {
			secrets["link"] = code
		}
	}
	for u := range w.apple.Users(w.school.UID) {
		secrets["invite code of "+u.ClientUserID] = u.InviteCode
	}
	if len(secrets) < 9 {
		t.Fatalf("too few secrets are known: %v", secrets)
	}
	_, numbers := readMetrics(t, v, "")
	for name, secret := range secrets {
		for where, text := range map[string]string{"the export": out.String(), "the log": w.log.text(), "the numbers": numbers} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds the %s", where, name)
			}
		}
	}
	for _, want := range []string{`"table":"locations"`, `"table":"users"`, "anna@north.example", `"name":"mail"`, "it@north.example"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the export lacks %s", want)
		}
	}
	out.Reset()
	if err := export(ctx, v.db, &out, false); err != nil || strings.Contains(out.String(), "anna@north.example") {
		t.Errorf("without people there is one: %v", err)
	}
}

const mailPassword = "the mail server's password"

// inviteAnna invites one person and returns the letter.
func (w *scene) inviteAnna(t *testing.T) mailtest.Letter {
	t.Helper()
	ctx, v := t.Context(), w.server
	if _, err := v.roster.Create(ctx, vpp.Server, "", vpp.UserInput{UserName: "anna", Email: "anna@north.example"}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.invite.Start(ctx, vpp.Server, invite.Request{Selection: vpp.Selection{All: true}, IdempotencyKey: "once"}); err != nil {
		t.Fatal(err)
	}
	letter, err := w.post.Box().Await(ctx, "anna@north.example")
	if err != nil {
		t.Fatal(err)
	}
	// The mail password is kept beside settings that do not use it.
	settings, err := v.invite.MailSettings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	settings.Username, settings.Password, settings.Security = "school", mailPassword, "tls"
	if err := v.invite.SaveMailSettings(ctx, vpp.Server, settings); err != nil {
		t.Fatal(err)
	}
	if _, err := v.invite.MakeSigningKey(ctx, vpp.Server); err != nil { // kept beside it
		t.Fatal(err)
	}
	return letter
}
