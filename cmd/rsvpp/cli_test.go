package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		says   string // on stderr
	}{
		{"version", exitOK, ""},
		{"", exitOK, ""},
		{"token", exitOK, ""},
		{"vresion", exitUsage, `unknown command "vresion"`},
		{"token ad", exitUsage, `unknown command "ad"`},
		{"version --no", exitUsage, "unknown flag"},
		{"serve here", exitUsage, "here"},
		{"licenses line", exitUsage, "it is called like this: rsvpp licenses line ADAM-ID"},
		{"licenses line", exitUsage, "Run rsvpp licenses line --help"},
		{"webhooks add x", exitUsage, "rsvpp: say --url\n"},
		{"webhooks set x --on --off", exitUsage, "say only one of --on or --off"},
		{"applesim --faults lots", exitUsage, "none, some or many"},
		{"applesim --quirk NoSuch", exitUsage, "there is no quirk"},
		{"applesim --outage holiday", exitUsage, "none, maintenance, unavailable, removed"},
		{"applesim --token-state gold", exitUsage, "good, expired, revoked, invalid, read-only or legacy"},
		{"applesim --token-days 0", exitUsage, "1 to 36500"},
		{"applesim --page-size 0", exitUsage, "1 or more"},
		{"applesim --asset 361309726", exitUsage, "361309726=100"},
		{"applesim --accept-every 1ns", exitUsage, "a millisecond or more"},
		{"applesim --time-lapse {}x", exitUsage, "--time-lapse"},
		{"applesim --time-lapse no-such-file.json", exitFailed, "no-such-file.json"},
		{"applesim --listen 192.0.2.1:1", exitFailed, "cannot listen on 192.0.2.1:1"},
	} {
		status, _, errs := world{}.run(t, strings.Fields(c.args)...)
		if status != c.status || !strings.Contains(errs, c.says) || c.says == "" && errs != "" {
			t.Errorf("rsvpp %s: status %d, %q", c.args, status, errs)
		}
	}
}

// One plain sentence, and the cause only for those who ask.
func TestExplain(t *testing.T) {
	cause := errors.New("dial tcp: refused\x1b[2J")
	for _, c := range []struct {
		err  error
		want string
	}{
		{vpp.Wrap(vpp.Internal, cause, "The key file is damaged."), "rsvpp: The key file is damaged.\n"},
		{fmt.Errorf("open: %w", sayf(cause, "Nobody answers.")), "rsvpp: Nobody answers.\n"},
		{usageError{errors.Join(errors.New("one"), errors.New("two"))}, "rsvpp: one\nrsvpp: two\n"},
	} {
		var errs strings.Builder
		p := &cli{err: &errs, started: true}
		p.explain(c.err)
		if errs.String() != c.want {
			t.Errorf("%q, want %q", errs.String(), c.want)
		}
		p.verbose = true
		p.explain(c.err)
		if !strings.Contains(errs.String(), "cause: ") || strings.Contains(errs.String(), "\x1b") {
			t.Errorf("verbose: %q", errs.String())
		}
	}
}
