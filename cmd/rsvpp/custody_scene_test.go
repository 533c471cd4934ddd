package main

import (
	"bytes"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// scene is a server with a pretend Apple and a real mail server around it, and
// one location whose token was added.
type scene struct {
	log    *logged
	server *testServer
	apple  *applesim.Server
	school applesim.Location
	token  applesim.Token
	place  vpp.Location
	post   *mailtest.Server
}

func newScene(t *testing.T, database string, flags map[string]string) *scene {
	t.Helper()
	apple, err := applesim.NewServer(applesim.Options{PlainHooks: true, EventDelay: applesim.Range{Max: 50 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apple.Close() })
	w := &scene{apple: apple}
	if w.school, err = apple.AddLocation(applesim.Location{Name: "North School"}); err != nil {
		t.Fatal(err)
	}
	w.token = w.mint(t, applesim.TokenOptions{})
	if w.post, err = mailtest.NewServer(mailtest.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.post.Close() })
	all := map[string]string{"database": database, "apple-url": apple.BaseURL()}
	maps.Copy(all, flags)
	w.log = &logged{}
	w.server = startLogging(t, all, slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if w.place, err = w.server.locations.Add(t.Context(), vpp.Server, []byte(w.token.Content), true); err != nil {
		t.Fatal(err)
	}
	err = w.server.invite.SaveMailSettings(t.Context(), vpp.Server, invite.MailSettings{
		Mode: "relay", Host: w.post.Host(), Port: w.post.Port(), Security: "none",
		FromName: "North School", FromAddress: "it@north.example", Administrators: []string{"admin@north.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// logged keeps everything that a server logs.
type logged struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

// Write implements io.Writer.
func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.Write(line)
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.String()
}

func (w *scene) mint(t *testing.T, o applesim.TokenOptions) applesim.Token {
	t.Helper()
	token, err := w.apple.MintToken(w.school.UID, o)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
