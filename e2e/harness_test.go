package e2e

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// The harness holds others to account, so it is tested too: each part once,
// against something real.

func TestHarnessProcess(t *testing.T) {
	proc := start(t, program{path: standin(t)})
	if err := ask(t.Context(), proc.url+"/"); err != nil {
		t.Fatalf("a started server does not answer: %v", err)
	}
	if err := proc.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if !strings.Contains(proc.out.String(), "stopped") {
		t.Errorf("the server was not asked to stop; it printed %q", proc.out)
	}
	if err := ask(t.Context(), proc.url+"/"); err == nil {
		t.Error("a stopped server still answers")
	}
}

func TestHarnessProcessKilled(t *testing.T) {
	proc := start(t, program{path: standin(t)})
	proc.kill()
	if strings.Contains(proc.out.String(), "stopped") {
		t.Error("a killed server found time to stop")
	}
	if err := proc.stop(); err != nil {
		t.Errorf("stop after kill: %v", err)
	}
}

func TestHarnessProcessFaults(t *testing.T) {
	p := program{path: standin(t), args: []string{"--refuse"}, dir: t.TempDir()}
	proc, err := p.start()
	if err != nil {
		t.Fatal(err)
	}
	if err := proc.await(t.Context(), p); err == nil || !strings.Contains(err.Error(), "refused to start") {
		t.Errorf("await = %v, want what the program printed before it ended", err)
	}

	p.args = []string{"--die-badly"}
	if proc, err = p.start(); err != nil {
		t.Fatal(err)
	}
	if err := proc.await(t.Context(), p); err != nil {
		t.Error(err)
	}
	if err := proc.stop(); err == nil {
		t.Error("stop = nil for a program that ended with status 1")
	}
}

func TestHarnessScripts(t *testing.T) {
	standin(t)
	scripts(t, filepath.Join("testdata", "harness"))
}

func TestHarnessPostgres(t *testing.T) {
	url := need(t, "RSVPP_TEST_POSTGRES")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var one int
	if err := conn.QueryRow(t.Context(), "select 1").Scan(&one); err != nil || one != 1 {
		t.Fatalf("select 1 = %d, %v", one, err)
	}
}

const goodDay = `<!doctype html><meta name="viewport" content="width=device-width"><title>Good day</title>
<style>:root { color-scheme: light dark } @media (prefers-color-scheme: dark) { body { background: #000 } }</style>
<h1>Good day</h1>`

func TestHarnessBrowser(t *testing.T) {
	ctx := tab(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(goodDay))
	}))
	t.Cleanup(server.Close)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	heading, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1")))
	if err != nil || heading != "Good day" {
		t.Fatalf("heading = %q, %v", heading, err)
	}
	dir := filepath.Join(t.TempDir(), "pictures")
	t.Setenv("RSVPP_TEST_SCREENSHOTS", dir)
	pictures := shoot(t, ctx, "harness")
	for _, v := range views {
		checkPicture(t, v, pictures[v.name])
		if _, err := os.Stat(filepath.Join(dir, "harness-"+v.name+".png")); err != nil {
			t.Errorf("the picture was not kept: %v", err)
		}
	}
}

// checkPicture looks at a picture: its size and its corner, which is dark in a
// dark view.
func checkPicture(t *testing.T, v view, data []byte) {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	if got := picture.Bounds().Dx(); got != int(v.width) {
		t.Errorf("%s is %d pixels wide, want %d", v.name, got, v.width)
	}
	red, _, _, _ := picture.At(1, 1).RGBA()
	if dark := red < 0x8000; dark != (v.scheme == "dark") {
		t.Errorf("%s: corner's red is %#x", v.name, red)
	}
}
