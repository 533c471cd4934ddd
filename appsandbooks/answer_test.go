package appsandbooks_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// What answers but not as Apple does; and Apple's errors wherever they come.
func TestOddAnswers(t *testing.T) {
	const leak = "hush-hush"
	for _, tc := range []struct {
		name    string
		h       http.HandlerFunc
		number  appsandbooks.ErrorNumber
		refused bool // the token
		odd     string
	}{
		{name: "9622 within 200", h: status(200, `{"errorNumber":9622,"errorMessage":"bad","uId":"2"}`), number: 9622, refused: true},
		{name: "9622 within 200, fields of wrong types", h: status(200, `{"errorNumber":9622,"users":7}`), number: 9622, refused: true},
		{name: "9622, info of a wrong type", h: status(401, `{"errorInfo":"x","errorNumber":9622,"errorMessage":7}`), number: 9622, refused: true},
		{name: "9609, info of wrong types", h: status(400, `{"errorInfo":{"assets":[7],"clientUserIds":"x"},"errorNumber":9609}`), number: 9609},
		{name: "9722 with 401", h: status(401, `{"errorNumber":9722}`), number: 9722, refused: true},
		{name: "9721", h: status(400, `{"errorNumber":9721}`), number: 9721},
		{name: "empty 401", h: status(401, ""), refused: true},
		{name: "HTML 401", h: status(401, "<html>hush-hush"), refused: true},
		{name: "the other error shape", h: status(403, `{"errors":[{"id":"x","status":"403","code":"40300","title":"Forbidden","detail":"no"}]}`), number: 40300},
		{name: "HTML with 200", h: status(200, "<html>hush-hush</html>"), odd: "not a JSON object"},
		{name: "HTML with 403", h: status(403, "<html>hush-hush</html>"), odd: "no error of Apple's"},
		{name: "empty 200", h: status(200, ""), odd: "not a JSON object"},
		{name: "null", h: status(200, "null"), odd: "not a JSON object"},
		{name: "a list", h: status(200, `["hush-hush"]`), odd: "not a JSON object"},
		{name: "nothing in it", h: status(200, "{}"), odd: "lacks uId"},
		{name: "cut JSON", h: status(200, `{"uId":"2","users":[{"inviteCode":"hush-hush"`), odd: "broken or cut off"},
		{name: "wrong types", h: status(200, `{"uId":"2","users":[{"email":["hush-hush"]}]}`), odd: "wrong type"},
		{name: "wrong type of uId", h: status(200, `{"uId":22}`), odd: `"uId" has the wrong type`},
		{name: "too large", h: status(200, `{"uId":"2","x":"`+strings.Repeat("hush-hush", 1000)+`"}`), odd: "larger than"},
		{name: "404", h: status(404, ""), odd: "empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newApple(t)
			a.handle("/users", tc.h)
			c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.MaxBody = 4 << 10 })
			_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
			if err == nil {
				t.Fatal("no error")
			}
			if strings.Contains(err.Error(), leak) || strings.Contains(err.Error(), bearer) {
				t.Fatalf("the error tells too much: %v", err)
			}
			if e, ok := errors.AsType[*appsandbooks.Error](err); tc.odd == "" && (!ok || e.Number != tc.number || e.HTTPStatus == 0) {
				t.Errorf("got %#v", err)
			}
			if got := errors.Is(err, appsandbooks.ErrTokenRefused); got != tc.refused {
				t.Errorf("token refused is %v: %v", got, err)
			}
			if u, ok := errors.AsType[*appsandbooks.UnexpectedAnswerError](err); ok != (tc.odd != "") || ok && !strings.Contains(u.Reason, tc.odd) {
				t.Errorf("got %v, want %q", err, tc.odd)
			}
			if got := errors.Is(err, appsandbooks.ErrUnknownVersion); got != (tc.number == 9721) {
				t.Errorf("unknown version is %v", got)
			}
		})
	}
}

// The token goes to Apple's own address, and no redirect takes it elsewhere.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	a := newApple(t)
	a.handle("/users", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	c, _ := newClient(t, a)
	_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
	if u, ok := errors.AsType[*appsandbooks.UnexpectedAnswerError](err); !ok || u.Status != 307 {
		t.Fatalf("got %v", err)
	}
}

func TestOverTLSAndHTTP2(t *testing.T) {
	a := newUnstartedApple(t)
	a.EnableHTTP2 = true
	a.StartTLS()
	a.handle("/users", func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("spoken over %s", r.Proto)
		}
		reply(w, 200, okUsers)
	})
	a.handle("/users/create", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cfg := appsandbooks.Config{Token: bearer, BaseURL: a.URL, HTTPClient: a.Client()}
	c, err := appsandbooks.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: "u"}}); !errors.Is(err, appsandbooks.ErrOutcomeUnknown) {
		t.Fatalf("a reset stream gives %v", err)
	}
}

// A wrong certificate is told at once: trying again changes nothing.
func TestWrongCertificate(t *testing.T) {
	a := newUnstartedApple(t)
	a.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	a.StartTLS()
	c, ck := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.HTTPClient = &http.Client{Transport: &http.Transport{}} })
	_, err := c.ServiceConfig(t.Context())
	if err == nil || !strings.Contains(err.Error(), "certificate") || len(ck.sleeps()) != 0 {
		t.Fatalf("got %v after %v", err, ck.sleeps())
	}
}
