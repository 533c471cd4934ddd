package program_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// liar answers like Apple, and then not: with pages of its own making.
type liar struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]func(index int, since string) string // by path: what is answered instead of the truth
	asked map[string]int
}

const onPage, liars = 3, 12 // users and licenses there are, and how many stand on a page

func newLiar(t *testing.T) *liar {
	t.Helper()
	a := &liar{pages: map[string]func(int, string) string{}, asked: map[string]int{}}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *liar) lie(path string, page func(index int, since string) string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages, a.asked = map[string]func(int, string) string{}, map[string]int{}
	if page != nil {
		a.pages[path] = page
	}
}

func (a *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	path := r.URL.Path[len("/mdm/v2"):]
	a.asked[path]++
	w.Header().Set("Content-Type", "application/json")
	index, _ := strconv.Atoi(r.URL.Query().Get("pageIndex"))
	if path == "/service/config" {
		_, _ = io.WriteString(w, a.config())
		return
	}
	page := a.pages[path]
	name := r.URL.Query().Get("clientUserId")
	if page == nil || name != "" {
		page = func(index int, _ string) string { return truth(path, index, name) }
	}
	text := page(index, r.URL.Query().Get("sinceVersionId"))
	if len(text) > 20 && text[:15] == `{"errorNumber":` {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = io.WriteString(w, text)
}

func (a *liar) config() string {
	urls := map[string]string{"invitationEmail": "https://buy.itunes.apple.com/x?inviteCode=%25inviteCode%25"}
	for key, path := range map[string]string{
		"clientConfig": "client/config", "getUsers": "users", "createUsers": "users/create", "updateUsers": "users/update", "retireUsers": "users/retire",
		"getAssets": "assets", "associateAssets": "assets/associate", "disassociateAssets": "assets/disassociate", "revokeAssets": "assets/revoke",
		"getAssignments": "assignments", "eventStatus": "status", "contentMetadataLookup": "lookup",
	} {
		urls[key] = a.URL + "/mdm/v2/" + path
	}
	text, _ := json.Marshal(map[string]any{"urls": urls, "limits": map[string]int{
		"maxUsers": 100, "maxAssets": 25, "maxClientUserIds": 1000, "maxSerialNumbers": 1000, "maxRevokeClientUserIds": 100, "maxRevokeSerialNumbers": 100,
		"maxRequestPerSecond": 2000, "maxNotificationLength": 512, "maxMdmIdLength": 100, "maxMdmNameLength": 100, "maxMdmMetadataLength": 255,
	}})
	return string(text)
}

func user(n int, status string) string {
	return fmt.Sprintf(`{"clientUserId":"client-%04d","email":"person.%04d@example.org","status":%q,"inviteCode":"c%d"}`, n, n, status, n)
}

func license(n int) string {
	return fmt.Sprintf(`{"adamId":"361309726","pricingParam":"STDQ","clientUserId":"client-%04d"}`, n)
}

// answerOf writes a page as Apple does.
func answerOf(path string, items []string, index, next, total int, version string) string {
	list := ""
	for i, item := range items {
		if i > 0 {
			list += ","
		}
		list += item
	}
	more := ""
	if next >= 0 {
		more = fmt.Sprintf(`"nextPageIndex":%d,`, next)
	}
	return fmt.Sprintf(`{"uId":"2049025000431439","%s":[%s],"currentPageIndex":%d,%s"totalPages":%d,"size":%d,"versionId":%q}`,
		path[1:], list, index, more, total, len(items), version)
}

// truth is what an honest Apple says.
func truth(path string, index int, name string) string {
	var items []string
	switch {
	case path == "/assets":
		return answerOf(path, []string{`{"adamId":"361309726","pricingParam":"STDQ","productType":"App","assignedCount":12,"availableCount":1,"retiredCount":0,"totalCount":13,"revocable":true}`}, 0, -1, 1, "v1")
	case name != "":
		for n := range liars {
			if name == fmt.Sprintf("client-%04d", n) {
				items = append(items, map[string]string{"/users": user(n, "Registered"), "/assignments": license(n)}[path])
			}
		}
		return answerOf(path, items, 0, -1, 1, "v1")
	}
	return answerOf(path, itemsOf(path, index), index, nextOf(index), liars/onPage, "v1")
}

func itemsOf(path string, index int) (items []string) {
	for n := index * onPage; n < (index+1)*onPage; n++ {
		items = append(items, map[string]string{"/users": user(n, "Registered"), "/assignments": license(n)}[path])
	}
	return items
}

func nextOf(index int) int {
	if index == liars/onPage-1 {
		return -1
	}
	return index + 1
}

// hostile is a world whose Apple lies.
func hostile(t *testing.T, url string) (*world, *liar) {
	t.Helper()
	a := newLiar(t)
	db := storetest.Open(t, url, time.Now)
	q, err := queue.New(t.Context(), db.SQLite(), db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	db.Use(q)
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, box: box, token: "eyJleHBEYXRlIjoiMjAzMS0wMi0wM1QwNDowNTowNiswMDAwIiwidG9rZW4iOiJ4Iiwib3JnTmFtZSI6Ik8ifQ=="}
	w.Service = program.New(db, w, box, program.Config{
		Client:  appsandbooks.Config{BaseURL: a.URL + "/mdm/v2", RequestTimeout: time.Second, BackoffFirst: time.Millisecond},
		Cadence: program.Cadence{FirstLook: time.Millisecond, LookEvery: 8 * time.Millisecond, ResendAfter: time.Second, Settle: time.Millisecond, ReadEvery: time.Hour, FullEvery: time.Hour},
		Lease:   time.Minute, Slice: 2 * time.Second, Parallel: 4, Attempts: 3, Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString, Sleep: sleep,
	})
	storetest.AddLocation(t, db, school, "2049025000431439")
	storetest.AddPeople(t, db, school, liars, vpp.WriteNone)
	return w, a
}

// some tends for a while: a location that is lied to does not come to rest.
func (w *world) some(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(40 * time.Millisecond); time.Now().Before(end); {
		ctx, stop := context.WithDeadline(t.Context(), end.Add(30*time.Second))
		err := w.Tend(ctx, vpp.TendLocation{LocationID: school})
		stop()
		var later *vpp.Later
		if err != nil && !errors.As(err, &later) {
			t.Fatal(err)
		}
		if later != nil {
			_ = sleep(t.Context(), min(time.Until(later.At), 20*time.Millisecond))
		}
	}
}

// known is everything that we believe of Apple.
func (w *world) known(t *testing.T) (all []string) {
	t.Helper()
	err := w.db.EachPerson(t.Context(), vpp.Selection{All: true}, func(people []vpp.Person) error {
		for _, p := range people {
			all = append(all, fmt.Sprint(p.Program.ClientUserID, p.Program.AppleStatus, p.Program.AppleEmail, p.Program.HasCode, p.Program.Pending))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, fmt.Sprint(len(w.held(t)), " licenses"))
	assets, err := w.Assets(t.Context(), school)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assets {
		all = append(all, fmt.Sprint(a.AssetID, a.Assigned, a.Available, a.Total))
	}
	return all
}

// lies are the ways in which pages are wrong.
func lies(path string) map[string]func(index int, since string) string {
	return map[string]func(int, string) string{
		"repeats a page": func(index int, _ string) string {
			return answerOf(path, itemsOf(path, 0), index, nextOf(index), liars/onPage, "v1")
		},
		"skips a page": func(index int, _ string) string {
			return answerOf(path, itemsOf(path, index), index, index+2, liars/onPage+9, "v1")
		},
		"leads in a circle": func(index int, _ string) string {
			return answerOf(path, itemsOf(path, index), index, 0, liars/onPage, "v1")
		},
		"answers another page": func(index int, _ string) string {
			return answerOf(path, itemsOf(path, 1), 1, 2, liars/onPage, "v1")
		},
		"ends too early": func(index int, _ string) string {
			return answerOf(path, itemsOf(path, index), index, -1, liars/onPage, "v1")
		},
		"forgets pages under way": func(index int, _ string) string {
			if index == 2 {
				return `{"errorNumber":9650,"errorMessage":"no such page"}`
			}
			return answerOf(path, itemsOf(path, index), index, nextOf(index), liars/onPage, "v1")
		},
		"forgets the version under way": func(index int, since string) string {
			if since != "" && index > 0 {
				return `{"errorNumber":9721,"errorMessage":"unknown version"}`
			}
			return answerOf(path, itemsOf(path, index), index, nextOf(index), liars/onPage, "v1")
		},
		"moves all the time, without the last page": func(index int, _ string) string {
			next := index + 1
			if next == liars/onPage-1 {
				next = -1
			}
			return answerOf(path, itemsOf(path, index), index, next, liars/onPage-1, "v"+strconv.Itoa(index))
		},
		"ends in the middle": func(int, string) string {
			return `{"uId":"2049025000431439","users":[{"clientUserId":"client-0000","sta`
		},
		"is a page of a proxy": func(int, string) string {
			return "<html><body>Sign in to the network</body></html>"
		},
		"has numbers for names": func(index int, _ string) string {
			return answerOf(path, []string{`{"clientUserId":5,"status":[],"adamId":{},"email":true}`}, index, -1, 1, "v1")
		},
		"has nothing in it": func(index int, _ string) string {
			return answerOf(path, []string{`{}`, `null`, `{"clientUserId":"","status":""}`}, index, nextOf(index), liars/onPage, "v9")
		},
	}
}

// Bad input: whatever pages say that cannot be, nobody changes, no license is
// gone, nothing falls over; and once Apple is well again, everything is as
// Apple says.
func TestHostilePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w, a := hostile(t, url)
		w.wake(t, true)
		before := w.known(t)
		if len(before) != liars+2 || before[liars] != "12 licenses" {
			t.Fatalf("the truth is not known: %q", before)
		}
		for _, path := range []string{"/users", "/assignments", "/assets"} {
			for name, page := range lies(path) {
				for _, full := range []bool{true, false} {
					a.lie(path, page)
					storetest.Exec(t, w.db, "UPDATE tenders SET library_full_wanted_at = CASE WHEN $1 THEN 1 ELSE 0 END, library_wanted_at = 1", full)
					if err := w.db.WantRead(t.Context(), school, full); err != nil {
						t.Fatal(err)
					}
					w.some(t)
					if diff := cmp.Diff(before, w.known(t)); diff != "" {
						t.Errorf("%s %s, full %v (-before +after):\n%s", path, name, full, diff)
					}
					a.lie("", nil)
					storetest.Exec(t, w.db, "UPDATE locations SET wait_until = 0")
					storetest.Exec(t, w.db, "UPDATE tenders SET failures = 0, walk = '', library_walk = ''")
				}
			}
		}
		a.lie("", nil)
		storetest.Exec(t, w.db, "UPDATE locations SET wait_until = 0")
		w.wake(t, true)
		if diff := cmp.Diff(before, w.known(t)); diff != "" {
			t.Errorf("when Apple is well again (-before +after):\n%s", diff)
		}
	})
}

// From a status that nobody has heard of nothing follows: the person stays as
// they were, and a removal is not taken for done.
func TestHostileStatus(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w, a := hostile(t, url)
		w.wake(t, true)
		a.lie("/users", func(index int, _ string) string {
			return answerOf("/users", []string{user(0, "Levitating"), user(1, "Associated")}, index, -1, 1, "v2")
		})
		w.wake(t, false)
		if p := w.person(t, "user-0000"); p.Program.AppleStatus != vpp.AppleRegistered || !p.Program.RetiredAt.IsZero() {
			t.Errorf("an unknown status made %+v", p.Program)
		}
		if p := w.person(t, "user-0001"); p.Program.VPPStatus() != vpp.Registered {
			t.Errorf("beside an unknown status: %+v", p.Program)
		}
	})
}
