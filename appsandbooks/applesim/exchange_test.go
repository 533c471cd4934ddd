package applesim_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Who listens hears of each call, with whose the location was by its answer;
// an answer that nobody can read says nothing.
func TestExchanges(t *testing.T) {
	apple, err := applesim.NewServer(applesim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apple.Close() })
	school, err := apple.AddLocation(applesim.Location{})
	if err != nil {
		t.Fatal(err)
	}
	rival, err := apple.Rival(school.UID, applesim.Stranger())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var seen []applesim.Exchange
	t.Cleanup(apple.OnExchange(func(x applesim.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, x)
	}))
	read := func(f applesim.Fault) {
		apple.Inject(applesim.UsersRead, f)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, apple.BaseURL()+"/users", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+rival.Token.Content)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}
	if err := rival.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []applesim.Fault{"", applesim.TruncatedJSON, applesim.CutAfter, applesim.Plain500} {
		read(f)
	}
	wait := time.Now().Add(5 * time.Second) // a cut connection is told of after its client knows
	for mu.Lock(); len(seen) < 5 && time.Now().Before(wait); mu.Lock() {
		mu.Unlock()
	}
	defer mu.Unlock()
	if len(seen) != 5 {
		t.Fatalf("%d exchanges were told of", len(seen))
	}
	slices.SortFunc(seen, func(a, b applesim.Exchange) int { return a.Came.Compare(b.Came) })
	for i, want := range []int{200, 200, 200, 0, 500} {
		x := seen[i]
		if x.Status != want || x.Token != rival.Token.Content || x.Went.Before(x.Came) || (x.Owner == applesim.Stranger()) != (i < 2) {
			t.Errorf("%d: %+v", i, x)
		}
	}

}
