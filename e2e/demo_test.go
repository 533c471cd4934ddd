package e2e

import (
	"regexp"
	"testing"
)

// demo is a running `rsvpp demo`.
type demo struct {
	*process
	password string
	catcher  string // the mail catcher's page
	apple    string // the pretend Apple
}

var (
	printedPassword = regexp.MustCompile(`Sign in +admin +(\S+)`)
	printedCatcher  = regexp.MustCompile(`Mail catcher +(http\S+)`)
	printedApple    = regexp.MustCompile(`Pretend Apple +(http\S+)`)
	printedAll      = regexp.MustCompile(`(?s)Console +(http\S+).*Ctrl-C ends the demo`)
)

// startDemo runs the real demo and reads what it prints, as a person would. It
// fails the test where the demo printed anything after that: it logs nothing
// but errors.
func startDemo(t testing.TB, args ...string) demo {
	t.Helper()
	args = append([]string{"demo", "--port", "0"}, args...)
	proc := start(t, program{path: rsvpp(t), args: args, ready: printedAll})
	printed := proc.out.String()
	group := func(re *regexp.Regexp) string {
		if m := re.FindStringSubmatch(printed); len(m) > 1 {
			return m[1]
		}
		t.Fatalf("the demo does not print %s:\n%s", re, printed)
		return ""
	}
	d := demo{proc, group(printedPassword), group(printedCatcher), group(printedApple)}
	t.Cleanup(func() {
		if later := proc.out.String()[len(printed):]; containsError(later) {
			t.Errorf("the demo logged errors:\n%s", later)
		}
	})
	return d
}

var loggedError = regexp.MustCompile(`level=(WARN|ERROR)|panic`)

func containsError(log string) bool { return loggedError.MatchString(log) }
