package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// TestScripts runs the commands of the real binary: every file in
// testdata/script. What they do goes through the API (F-87).
func TestScripts(t *testing.T) {
	rsvpp(t)
	scripts(t, filepath.Join("testdata", "script"))
}

// envKey is where a script's surroundings wait for our own commands.
type envKey struct{}

// serverKey is where a script's server waits for them, by its name.
type serverKey string

// scripts runs a folder of testscripts with our programs first on the PATH. To
// the usual commands they add
//
//	serve NAME PROGRAM [ARG…]   start a server; its address is then in $NAME
//	administrator NAME FILE     follow the set-up link that the server printed,
//	                            and write an API key into a file
//	postbox NAME [ADDRESS…]     start a mail server that knows none of these
//	                            addresses; its port is then in $NAME
//	found NAME PATTERN          put what matched in the latest standard output,
//	                            or its first group, in $NAME
//
// Serve waits until the server is ready and stops it when the script ends. The
// server sees the environment that the script began with; give it its settings
// as arguments.
func scripts(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		t.Skipf("LEFT OUT: there is no script in %s yet", dir)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "administrator": administrator, "postbox": postbox, "found": foundIn},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			env.Values[envKey{}] = env
			return nil
		},
	})
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME PROGRAM [ARG…]")
	}
	env := ts.Value(envKey{}).(*testscript.Env)
	p := program{path: filepath.Join(bin, args[1]), args: args[2:], dir: ts.MkAbs("."), env: env.Vars}
	proc, err := p.start()
	ts.Check(err)
	ts.Defer(func() {
		if err := proc.stop(); err != nil {
			env.T().Fatal(args[1], " did not end well: ", err, "\n", proc.out)
		}
	})
	ts.Check(proc.await(context.Background(), p))
	ts.Setenv(args[0], proc.url)
	env.Values[serverKey(args[0])] = proc
}

func postbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: postbox NAME [ADDRESS…]")
	}
	server, err := mailtest.NewServer(mailtest.Options{Faults: mailtest.Faults{Unknown: args[1:]}})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	ts.Setenv(args[0], strconv.Itoa(server.Port()))
}

func foundIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: found NAME PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	match := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if match == nil {
		ts.Fatalf("nothing matches %s", args[1])
	}
	ts.Setenv(args[0], match[len(match)-1])
}
