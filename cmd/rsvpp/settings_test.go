package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world is everything outside that a run may read.
type world struct {
	env   map[string]string
	files map[string]string
}

func (w world) cli(out, errs *strings.Builder) *cli {
	return &cli{
		in: strings.NewReader(""), out: out, err: errs,
		env: func(name string) (string, bool) { v, ok := w.env[name]; return v, ok },
		readFile: func(name string) ([]byte, error) {
			text, ok := w.files[name]
			if !ok {
				return nil, &os.PathError{Op: "open", Path: name, Err: os.ErrNotExist}
			}
			return []byte(text), nil
		},
		configDir: func() (string, error) { return "", errors.New("there is no home") },
	}
}

// run is one command line; it returns the exit status and what was printed.
func (w world) run(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs strings.Builder
	status := w.cli(&out, &errs).run(t.Context(), args)
	return status, out.String(), errs.String()
}

// Flag before environment before file before default (house rule 7).
func TestSettingsPrecedence(t *testing.T) {
	file := map[string]string{"/etc/rsvpp": "# ours\nlisten = file:1\nlink-life = \"48h\"\n\nsettle= 1s \r\nlog-level=warn\n", "/run/key": "from a file\n"}
	w := world{files: file, env: map[string]string{
		"RSVPP_CONFIG": "/etc/rsvpp", "RSVPP_LISTEN": "env:1", "RSVPP_LINK_LIFE": "24h", "RSVPP_SEAL_KEY_FILE": "/run/key",
	}}
	table := settingTable()
	text, err := parseSettings([]byte(file["/etc/rsvpp"]))
	if err != nil {
		t.Fatal(err)
	}
	p := w.cli(&strings.Builder{}, &strings.Builder{})
	s, err := resolve(table, map[string]string{"listen": "flag:1"}, p.env, text, p.readFile)
	if err != nil {
		t.Fatal(err)
	}
	if s.listen != "flag:1" || s.linkLife != 24*time.Hour || s.cadence.Settle != time.Second || s.sealKey != "from a file" || s.dataDir != "rsvpp-data" {
		t.Errorf("%+v", s)
	}
	sources := map[string]string{}
	for _, one := range table {
		if one.source != "default" {
			sources[one.name] = one.source
		}
	}
	want := map[string]string{"listen": "flag", "link-life": "environment", "seal-key": "environment", "settle": "file", "log-level": "file"}
	if diff := cmp.Diff(want, sources); diff != "" {
		t.Error(diff)
	}
	if status, out, errs := w.run(t, "config", "--config", "/nowhere"); status != exitUsage || !strings.Contains(errs, "/nowhere") || out == "" {
		t.Errorf("a missing file: %d, %q", status, errs)
	}
}

// Somebody who mends one fault must not meet the next one only then.
func TestSettingsFaultsAtOnce(t *testing.T) {
	w := world{
		env:   map[string]string{"RSVPP_LOG_LEVEL": "loud", "RSVPP_DATABASE_FILE": "/gone"},
		files: map[string]string{"/f": "listne = x\nwithout sense\nlog-format = xml\nlog-format = text\n"},
	}
	status, out, errs := w.run(t, "config", "--config", "/f", "--public-url", "rsvpp.example.org", "--settle", "-1s", "--tls-cert", "c.pem", "--trusted-proxies", "10.0.0.0/8, ten")
	if status != exitUsage {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{
		"line 2 of the settings file", "line 4 of the settings file sets log-format", `log-level (from environment): "loud"`, "RSVPP_DATABASE_FILE",
		`public-url (from flag): "rsvpp.example.org"`, "settle (from flag)", "tls-cert and tls-key go together", `"ten" is not a network`,
		`log-format (from file): "xml"`, `unknown name "listne"`,
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("nothing is said of %s:\n%s", want, errs)
		}
	}
	if !strings.Contains(out, "public-url") {
		t.Error("the settings are not shown with their faults")
	}
}

func TestConfigHidesSecrets(t *testing.T) {
	w := world{env: map[string]string{"RSVPP_SEAL_KEY": "opensesame"}}
	for _, c := range []struct{ database, shown string }{
		{"postgres://rsvpp:opensesame@db.example.org/rsvpp", "postgres://rsvpp:xxxxx@db.example.org/rsvpp"},
		{"postgres://db.example.org/rsvpp?password=opensesame", hidden},
		{"host=db password=opensesame", hidden},
		{"postgres://rsvpp:opensesame@%zz/x", hidden},
		{"/var/lib/rsvpp/people.db", "/var/lib/rsvpp/people.db"},
	} {
		for _, form := range []string{"--json", "--expert"} {
			_, out, errs := w.run(t, "config", form, "--database", c.database)
			if strings.Contains(out+errs, "opensesame") {
				t.Errorf("%s shows a secret:\n%s%s", c.database, out, errs)
			}
			if !strings.Contains(out, c.shown) {
				t.Errorf("%s is not shown as %s:\n%s", c.database, c.shown, out)
			}
		}
	}
}

func TestConfigLeavesExpertsOut(t *testing.T) {
	_, short, _ := world{}.run(t, "config")
	_, long, _ := world{}.run(t, "config", "--expert")
	_, changed, _ := world{}.run(t, "config", "--sweep-every", "1s")
	if strings.Contains(short, "sweep-every") || !strings.Contains(long, "sweep-every") || !strings.Contains(changed, "sweep-every") {
		t.Errorf("%s\n%s\n%s", short, long, changed)
	}
}
