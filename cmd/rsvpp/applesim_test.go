package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// The flags of rsvpp applesim put the pretend Apple into the state that they name.
func TestPretendAppleFlags(t *testing.T) {
	dir := t.TempDir()
	schedule := filepath.Join(dir, "lapse.json")
	if err := os.WriteFile(schedule, []byte(`{"purchases":[{"adamId":"42","licensesPerEvent":5,"interval":"1h"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for state := range tokenChanges(nil) {
		t.Run(state, func(t *testing.T) {
			o := pretend{
				folder: filepath.Join(dir, state), faults: "none", outage: "none", tokenState: state, tokenDays: 30, pageSize: 7, locations: 2,
				assets: []string{"42=10", "book:43=3"}, timeLapse: schedule, acceptEvery: time.Minute, acceptUsers: 2, quirks: []string{"ReadLag=2s"},
				limits: []string{"maxUsers=10", "maxBatchAssociateLicenseCount=3"}, latency: time.Microsecond,
			}
			options, err := o.options()
			if err != nil {
				t.Fatal(err)
			}
			if options.Limits.MaxUsers != 10 || options.Limits.MaxBatchAssociate != 3 || options.Limits.MaxAssets != 25 || options.Latency.Min != time.Microsecond {
				t.Error(options.Limits, options.Latency)
			}
			if options.PageSize != 7 || options.Quirks.ReadLag != 2*time.Second {
				t.Error(options)
			}
			apple, err := applesim.New(options)
			if err != nil {
				t.Fatal(err)
			}
			defer apple.Close()
			p := &cli{out: io.Discard, err: io.Discard}
			for range 2 { // a second start finds the assets there
				if err := p.prepareApple(apple, o); err != nil {
					t.Fatal(err)
				}
			}
			for _, l := range apple.Locations() {
				tokens, assets := apple.Tokens(l.UID), apple.Assets(l.UID)
				if got := tokens[len(tokens)-1].State(time.Now()); got != state {
					t.Errorf("the token is %s", got)
				}
				if len(assets) != 2 || assets[0].Total != 10 || assets[1].ProductType != applesim.ProductBook {
					t.Error(assets)
				}
				file, err := os.ReadFile(filepath.Join(o.folder, "Pretend-Location-"+l.Name[len(l.Name)-1:]+".vpptoken"))
				if err != nil || string(file) != tokens[len(tokens)-1].Content {
					t.Error(string(file), err)
				}
			}
			if lapses := apple.TimeLapses(); len(lapses) != 1 || len(lapses[0].Invitations) != 1 || len(lapses[0].Purchases) != 1 {
				t.Error(lapses)
			}
		})
	}
}

// A path reaches the pretend Apple as it was sent; only /healthz is ours.
func TestPretendApplePaths(t *testing.T) {
	h := withHealth(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Was", r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusTeapot)
	}))
	for path, want := range map[string]string{"//mdm/v2/users/create": "POST //mdm/v2/users/create", "/healthz": "POST /healthz", "/a/../b": "POST /a/../b"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/", nil)
		r.URL.Path = path
		out := httptest.NewRecorder()
		h.ServeHTTP(out, r)
		if out.Code != http.StatusTeapot || out.Header().Get("Was") != want {
			t.Errorf("%s: HTTP %d, %q, Location %q", path, out.Code, out.Header().Get("Was"), out.Header().Get("Location"))
		}
	}
	out := httptest.NewRecorder()
	if h.ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil)); out.Code != http.StatusOK {
		t.Errorf("/healthz: HTTP %d", out.Code)
	}
}

// rsvpp rehearse --quirk reaches the pretend Apple, and a quirk that does not exist is refused.
func TestRehearseQuirks(t *testing.T) {
	o := rehearsalOptions{users: 20, faults: "none", rate: 15, quirks: []string{"ReadLag=2s", "sameaccount=1"}}
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	if q := o.stage().apple.Quirks; q.ReadLag != 2*time.Second || q.SameAccount != applesim.OldSurvives {
		t.Error(q)
	}
	o.quirks = []string{"Nonsense"}
	if err := o.check(); err == nil {
		t.Error("a quirk that does not exist was taken")
	}
}
