package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

const worldVariable = "RSVPP_BENCH_WORLD"

// worldOptions say how the other side of the wire is.
type worldOptions struct {
	People    int  // whom Apple knows from the start, every second of them registered
	Unlimited bool // no requests per second
}

// benchWorld is the other side of the wire, in a process of its own so that
// its memory does not count as ours.
type benchWorld struct {
	Apple, Token string
	MailHost     string
	MailPort     int

	in  io.Writer
	out *bufio.Scanner
}

// worldCalls is what was asked of it since the last reset.
type worldCalls struct {
	Total, Creates, Looks, Reads int
	Letters                      int64
}

func openWorld(t *testing.T, o worldOptions) *benchWorld {
	t.Helper()
	w := &benchWorld{}
	w.in, w.out = startChild(t, "TestBenchWorld", worldVariable, o)
	hear(t, w.out, w)
	return w
}

// startChild runs a part of this test in a process of its own, until the test
// ends. The child's standard input and its lines come back.
func startChild(t *testing.T, name, variable string, options any) (io.Writer, *bufio.Scanner) {
	t.Helper()
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0], "-test.run=^"+name+"$", "-test.timeout=0")
	if dir := os.Getenv("RSVPP_BENCH_PROFILE"); dir != "" { // -cpuprofile sees the parent alone
		c.Args = append(c.Args, "-test.cpuprofile="+filepath.Join(dir, fmt.Sprint(name, "-", time.Now().UnixMilli(), ".cpu")))
	}
	c.Env = append(os.Environ(), variable+"="+string(text))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	return in, bufio.NewScanner(out)
}

// tell is how a child answers, and hear how it is heard, among what the test
// itself prints.
func tell(v any) {
	text, _ := json.Marshal(v)
	fmt.Printf("child: %s\n", text)
}

func hear(t *testing.T, out *bufio.Scanner, into any) {
	t.Helper()
	said := ""
	for out.Scan() {
		if text, ours := strings.CutPrefix(out.Text(), "child: "); ours {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatal(err)
			}
			return
		}
		said += out.Text() + "\n"
	}
	t.Fatalf("the child ended: %s", said)
}

func (w *benchWorld) ask(t *testing.T, question string) (c worldCalls) {
	t.Helper()
	if _, err := fmt.Fprintln(w.in, question); err != nil {
		t.Fatal(err)
	}
	hear(t, w.out, &c)
	return c
}

// TestBenchWorld is not a test: it is the child that openWorld starts.
func TestBenchWorld(t *testing.T) {
	options := os.Getenv(worldVariable)
	if options == "" {
		t.Skip("a part of TestBench")
	}
	var o worldOptions
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		t.Fatal(err)
	}
	limits := applesim.DocumentedLimits()
	if o.Unlimited {
		limits = applesim.UnlimitedRate()
	}
	apple, err := applesim.NewServer(applesim.Options{
		Limits: limits, PlainHooks: true, EventDelay: applesim.Range{Min: 100 * time.Millisecond, Max: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	school, err := apple.AddLocation(applesim.Location{Name: "North School"})
	if err != nil {
		t.Fatal(err)
	}
	seed := applesim.SeedOptions{ClientUserID: benchClient, Email: benchEmail, AssociatedEvery: 2}
	if err := apple.Seed(school.UID, o.People, seed); err != nil {
		t.Fatal(err)
	}
	token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sink, err := mailtest.NewServer(mailtest.Options{CountOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	tell(benchWorld{Apple: apple.BaseURL(), Token: token.Content, MailHost: sink.Host(), MailPort: sink.Port()})
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if in.Text() == "reset" {
			apple.ResetCalls()
		}
		c := apple.Calls()
		tell(worldCalls{Total: c.Total(), Creates: c.Of(applesim.UsersCreate), Looks: c.Of(applesim.EventStatus), Reads: c.Of(applesim.UsersRead), Letters: sink.Count()})
	}
}
