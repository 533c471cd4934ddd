package program_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Bad input: a service config that names another host, or limits that cannot
// be meant, is said as what it is; nothing leaves, nothing is lost, and the
// work goes on when it is right again.
func TestServiceConfigOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, was, is, want string }{
		{"another host", "/users/create", "http://evil.test/users/create", `There createUsers names the host "evil.test", not "127.0.0.1:`},
		{"an absurd limit", `"maxUsers":100`, `"maxUsers":900000`, "There maxUsers is 900000, which cannot be meant."},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := newWorld(t, url, applesim.Options{})
				was := c.was
				if strings.HasPrefix(was, "/") {
					was = w.apple.BaseURL() + was
				}
				w.wire.step(func(call string, _ int) *http.Response {
					if call != "GET service/config" {
						return nil
					}
					res, err := http.Get(w.apple.BaseURL() + "/service/config")
					if err != nil {
						t.Error(err)
						return nil
					}
					text, err := io.ReadAll(res.Body)
					if err != nil || !strings.Contains(string(text), was) {
						t.Errorf("%s %v", text, err)
					}
					_ = res.Body.Close()
					res.Body, res.ContentLength = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(text), was, c.is))), -1
					return res
				}, nil)
				storetest.AddPeople(t, w.db, school, 5, vpp.WriteCreate)
				w.some(t)
				if l := w.school(t); !strings.Contains(l.ReadProblem, c.want) || !strings.Contains(l.ReadProblem, "nothing was sent") {
					t.Errorf("it says %q", l.ReadProblem)
				}
				if calls := w.wire.since(0); len(calls) != 0 {
					t.Errorf("left: %v", calls)
				}
				if _, err := w.Verify(t.Context(), w.token); vpp.KindOf(err) != vpp.Unavailable || !strings.Contains(vpp.MessageOf(err), c.want) {
					t.Errorf("a new token: %v", err)
				}
				w.wire.step(nil, nil)
				w.settle(t)
				w.equal(t)
				if l := w.school(t); l.ReadProblem != "" {
					t.Errorf("it still says %q", l.ReadProblem)
				}
			})
		})
	}
}
