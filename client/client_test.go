package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

// serve answers with the handler; requests are counted.
func serve(t *testing.T, h func(n int32, w http.ResponseWriter, r *http.Request)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	count := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(count.Add(1), w, r) }))
	t.Cleanup(server.Close)
	return server, count
}

func problem(w http.ResponseWriter, status int, kind, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"type":"urn:rsvpp:problem:%s","title":"x","status":%d,"detail":%q,"instance":"r1","field":"email"}`, kind, status, detail)
}

func TestProblem(t *testing.T) {
	server, count := serve(t, func(_ int32, w http.ResponseWriter, _ *http.Request) {
		problem(w, 422, "invalid", "The address is none.")
	})
	_, err := open(t, server, client.Config{}).User(t.Context(), "u1")
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != 422 || p.Kind() != "invalid" || p.Field != "email" || p.Instance != "r1" || err.Error() != "The address is none." {
		t.Errorf("got %#v", err)
	}
	if count.Load() != 1 {
		t.Errorf("what is invalid was sent %d times", count.Load())
	}
}

func TestNotOurServer(t *testing.T) {
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
	})
	_, err := open(t, server, client.Config{}).Me(t.Context())
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != 502 || p.Kind() != "" || !strings.Contains(p.Detail, "502") {
		t.Errorf("got %#v", err)
	}
}

func TestRetries(t *testing.T) {
	for _, c := range []struct {
		name  string
		call  func(*client.Client, context.Context) error
		times int32
	}{
		{"a read", func(c *client.Client, ctx context.Context) error { return second(c.Me(ctx)) }, 3},
		{"a send with its key", func(c *client.Client, ctx context.Context) error {
			return second(c.Invite(ctx, client.InvitationRequest{}))
		}, 3},
		{"a change", func(c *client.Client, ctx context.Context) error { return second(c.CreateUser(ctx, client.NewUser{})) }, 1},
		{"a file", func(c *client.Client, ctx context.Context) error { return second(c.UploadImport(ctx, file("x"))) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			keys := map[string]bool{}
			server, count := serve(t, func(n int32, w http.ResponseWriter, r *http.Request) {
				keys[r.Header.Get("Idempotency-Key")] = true
				if n < 3 {
					problem(w, 503, "unavailable", "The database does not answer.")
					return
				}
				_, _ = io.WriteString(w, `{}`)
			})
			err := c.call(open(t, server, client.Config{}), t.Context())
			if count.Load() != c.times || (err == nil) != (c.times == 3) {
				t.Errorf("%d requests, %v; want %d requests", count.Load(), err, c.times)
			}
			if len(keys) != 1 {
				t.Errorf("attempts carried different keys: %v", keys)
			}
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		problem(w, 429, "exhausted", "Too many.")
	})
	_, err := open(t, server, client.Config{Retries: -1}).Me(t.Context())
	var p *client.Problem
	if !errors.As(err, &p) || p.RetryAfter != 7*time.Second {
		t.Errorf("got %#v", err)
	}
}

func TestKeyStaysSecret(t *testing.T) {
	elsewhere, reached := serve(t, func(_ int32, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) })
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer rsvpp_s3cret" {
			t.Error("the key was not sent")
		}
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	c := open(t, server, client.Config{Key: "rsvpp_s3cret"})
	_, err := c.Me(t.Context())
	if err == nil || reached.Load() != 0 {
		t.Errorf("a redirect was followed: %v", err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c) + fmt.Sprintf(format, *c) + fmt.Sprintf(format, err); strings.Contains(text, "s3cret") {
			t.Errorf("%s shows the key: %s", format, text)
		}
	}
}

func TestUserIDsCannotLeadElsewhere(t *testing.T) {
	var path string
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		w.WriteHeader(http.StatusNoContent)
	})
	c := open(t, server, client.Config{})
	for id, want := range map[string]string{
		"": "/api/v1/users/-", "..": "/api/v1/users/-", "a/b": "/api/v1/users/a%2Fb", "../keys/1": "/api/v1/users/..%2Fkeys%2F1", "ä?x": "/api/v1/users/%C3%A4%3Fx",
	} {
		if err := c.DeleteUser(t.Context(), id); err != nil || path != want {
			t.Errorf("%q led to %s (%v), want %s", id, path, err, want)
		}
	}
}

func TestWalkThroughPages(t *testing.T) {
	server, count := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("after") {
		case "":
			_, _ = io.WriteString(w, `{"items":[{"id":"1","vpp_status":"invited","apple_status":"Registered"},{"id":"2"}],"next":"c"}`)
		case "c":
			_, _ = io.WriteString(w, `{"items":[{"id":"3"}]}`)
		}
	})
	c := open(t, server, client.Config{})
	var ids []string
	for p, err := range c.Users(t.Context(), client.Filter{Status: client.Invited}, "") {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	if strings.Join(ids, "") != "123" || count.Load() != 2 {
		t.Errorf("walked through %v in %d requests", ids, count.Load())
	}
	for _, err := range c.Users(t.Context(), client.Filter{}, "") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if count.Load() != 3 {
		t.Error("a walk that was left went on")
	}
}

func TestUploadStreams(t *testing.T) {
	text := strings.Repeat("anna,anna@school.test\n", 10_000)
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != text || r.URL.Query().Get("filename") != "a file.csv" || r.ContentLength != int64(len(text)) {
			t.Errorf("arrived: %d bytes of %d, %s", len(body), r.ContentLength, r.URL)
		}
		_, _ = io.WriteString(w, `{"id":"i1"}`)
	})
	f := file(text)
	var last, total int64
	f.Progress = func(sent, of int64) { last, total = sent, of }
	i, err := open(t, server, client.Config{}).UploadImport(t.Context(), f)
	if err != nil || i.ID != "i1" || last != int64(len(text)) || total != last {
		t.Errorf("got %+v, %v, progress %d of %d", i, err, last, total)
	}
}

func TestDownloadThatBreaks(t *testing.T) {
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	})
	var b bytes.Buffer
	if err := open(t, server, client.Config{}).ExportUsers(t.Context(), client.Filter{}, &b); err == nil {
		t.Error("half a file was taken for whole")
	}
}

func TestWatchTask(t *testing.T) {
	stream := "event: ping\ndata: {\"at\":\"2027-01-01T00:00:00Z\"}\n\n" +
		"event: task\ndata: {\"id\":\"t1\",\"state\":\"running\",\"done\":1}\n\n"
	end := "event: task\ndata: {\"id\":\"t1\",\"state\":\"done\",\"done\":2,\"finished\":true}\n\n"
	for name, h := range map[string]http.HandlerFunc{
		"by the stream": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, stream+end) },
		"a stream that breaks": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/events") {
				_, _ = io.WriteString(w, stream)
				return
			}
			_, _ = io.WriteString(w, `{"id":"t1","state":"done","done":2,"finished":true}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) { h(w, r) })
			var seen []string
			for task, err := range open(t, server, client.Config{PollEvery: time.Millisecond}).WatchTask(t.Context(), "t1") {
				if err != nil {
					t.Fatal(err)
				}
				seen = append(seen, fmt.Sprint(task.State, task.Done))
			}
			if strings.Join(seen, " ") != "running1 done2" {
				t.Errorf("saw %q", seen)
			}
		})
	}
}

func TestWatchByPolling(t *testing.T) {
	var looks atomic.Int32
	server, _ := serve(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			problem(w, 404, "not_found", "There is no such address in the API.")
			return
		}
		n := looks.Add(1)
		_, _ = fmt.Fprintf(w, `{"id":"t1","state":"running","done":%d,"finished":%t}`, n/2, n == 5)
	})
	states := 0
	for task, err := range open(t, server, client.Config{PollEvery: time.Millisecond}).WatchTask(t.Context(), "t1") {
		if err != nil {
			t.Fatal(err)
		}
		states++
		if task.Finished && looks.Load() != 5 {
			t.Error("finished too early")
		}
	}
	if states != 4 { // 0, 1 and 2 done, and the end; what did not change is not told
		t.Errorf("told %d times", states)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []client.Config{
		{Address: "", Key: "k"},
		{Address: "vpp.example.com", Key: "k"},
		{Address: "ftp://x", Key: "k"},
		{Address: "https://x", Key: ""},
		{Address: "https://x", Key: "two words"},
	} {
		if _, err := client.New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
