package appsandbooks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// kinds are the kinds of pages; all are walked the same way.
var kinds = map[string]func(context.Context, *appsandbooks.Client, func(index int, ids []string) error) (appsandbooks.Walk, error){
	"users": func(ctx context.Context, c *appsandbooks.Client, each func(int, []string) error) (appsandbooks.Walk, error) {
		return c.WalkUsers(ctx, appsandbooks.UsersQuery{RetiredOnly: true}, func(p *appsandbooks.UsersPage) error {
			var ids []string
			for _, u := range p.Users {
				ids = append(ids, u.ClientUserID)
			}
			return each(p.CurrentPageIndex, ids)
		})
	},
	"assets": func(ctx context.Context, c *appsandbooks.Client, each func(int, []string) error) (appsandbooks.Walk, error) {
		return c.WalkAssets(ctx, appsandbooks.AssetsQuery{Revocable: new(true)}, func(p *appsandbooks.AssetsPage) error {
			var ids []string
			for _, a := range p.Assets {
				ids = append(ids, a.AdamID)
			}
			return each(p.CurrentPageIndex, ids)
		})
	},
	"assignments": func(ctx context.Context, c *appsandbooks.Client, each func(int, []string) error) (appsandbooks.Walk, error) {
		return c.WalkAssignments(ctx, appsandbooks.AssignmentsQuery{IncludeUserState: true}, func(p *appsandbooks.AssignmentsPage) error {
			var ids []string
			for _, a := range p.Assignments {
				ids = append(ids, a.SerialNumber)
			}
			return each(p.CurrentPageIndex, ids)
		})
	},
}

// filters are the parameters that kinds ask for, on every page.
var filters = map[string]string{"users": "retiredOnly=true", "assets": "revocable=true", "assignments": "includeUserState=true"}

// everyKind runs a test for each kind of page.
func everyKind(t *testing.T, test func(t *testing.T, kind string)) {
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) { test(t, kind) })
	}
}

// pages serves a walk of any kind; a function makes each page from its index
// and how often it was asked before.
func (a *apple) pages(page func(index, asked int) (int, string)) {
	var asked [1000]atomic.Int32
	for kind := range kinds {
		a.handle("/"+kind, func(w http.ResponseWriter, r *http.Request) {
			index, _ := strconv.Atoi(r.URL.Query().Get("pageIndex"))
			code, body := page(index, int(asked[index].Add(1)-1))
			reply(w, code, body)
		})
	}
}

func pageJSON(index, next, total int, version string, ids ...string) string {
	records := []map[string]string{} // of all kinds in one
	for _, id := range ids {
		records = append(records, map[string]string{"clientUserId": id, "status": "Associated", "adamId": id, "serialNumber": id})
	}
	page := map[string]any{"uId": "2", "users": records, "assets": records, "assignments": records, "currentPageIndex": index, "totalPages": total, "size": len(ids), "versionId": version}
	if next >= 0 {
		page["nextPageIndex"] = next
	}
	return toJSON(page)
}

const e9650 = `{"errorNumber":9650,"errorMessage":"page index out of range"}`

// straight is a page of a walk of total pages, as it should be.
func straight(index, total int, version string) (int, string) {
	if index >= total {
		return 400, e9650
	}
	next := index + 1
	if next == total {
		next = -1
	}
	return 200, pageJSON(index, next, total, version, fmt.Sprintf("u%d", index))
}

func walk(t *testing.T, a *apple, kind string) ([]string, appsandbooks.Walk, error) {
	c, _ := newClient(t, a)
	var ids []string
	got, err := kinds[kind](t.Context(), c, func(_ int, page []string) error {
		ids = append(ids, page...)
		return nil
	})
	return ids, got, err
}

func TestWalkInOrderAtMostFiveAtOnce(t *testing.T) {
	everyKind(t, func(t *testing.T, kind string) {
		a := newApple(t)
		var now, most atomic.Int32
		var once sync.Once
		full := make(chan struct{})
		a.handle("/"+kind, func(w http.ResponseWriter, r *http.Request) {
			index, _ := strconv.Atoi(r.URL.Query().Get("pageIndex"))
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if index >= 1 && index <= 5 { // the first five ahead wait for each other
				if n == 5 {
					once.Do(func() { close(full) })
				}
				<-full
			}
			code, body := straight(index, 23, "v")
			now.Add(-1)
			reply(w, code, body)
		})
		ids, got, err := walk(t, a, kind)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			if id != fmt.Sprintf("u%d", i) {
				t.Fatalf("out of order: %v", ids)
			}
		}
		if want := (appsandbooks.Walk{VersionID: "v", Pages: 23, Records: 23}); got != want {
			t.Errorf("%+v", got)
		}
		if most.Load() != 5 || len(a.calls()) != 23 {
			t.Errorf("%d at once, %d calls", most.Load(), len(a.calls()))
		}
		for _, call := range a.calls() {
			if !strings.Contains(call, filters[kind]) {
				t.Errorf("the filter is lost: %s", call)
			}
		}
	})
}

// Memory stays small however slow the callback: nothing is read far ahead.
func TestWalkDoesNotRunAhead(t *testing.T) {
	a := newApple(t)
	a.pages(func(i, _ int) (int, string) { return straight(i, 100, "v") })
	c, _ := newClient(t, a)
	_, err := c.WalkUsers(t.Context(), appsandbooks.UsersQuery{}, func(p *appsandbooks.UsersPage) error {
		// Places among the five are given in order, so this read comes back
		// only after all that were asked for before it.
		if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
			return err
		}
		index := p.CurrentPageIndex
		if got, most := len(a.calls()), (index+1)+(index+1)+5; got > most {
			t.Errorf("at page %d: %d calls, want at most %d", index, got, most)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// However many goroutines read pages of whatever kind, five are read at once.
func TestFivePagesAtOnceOfAllGoroutines(t *testing.T) {
	a := newApple(t)
	arrived, release := make(chan struct{}, 30), make(chan struct{})
	for kind := range kinds {
		a.handle("/"+kind, func(w http.ResponseWriter, _ *http.Request) {
			arrived <- struct{}{}
			<-release
			reply(w, 200, okUsers)
		})
	}
	c, _ := newClient(t, a)
	var wg sync.WaitGroup
	for _, walk := range kinds {
		for range 10 {
			wg.Go(func() {
				if _, err := walk(t.Context(), c, func(int, []string) error { return nil }); err != nil {
					t.Error(err)
				}
			})
		}
	}
	for range 5 {
		<-arrived
	}
	select { // absence has no event: give a sixth the time to show itself
	case <-arrived:
		t.Error("a sixth page is read at once")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	wg.Wait()
}

// Page counts may change while walking; what cannot be true ends the walk.
func TestWalksThatGoAstray(t *testing.T) {
	for _, tc := range []struct {
		name    string
		page    func(index, asked int) (int, string)
		records int
		moved   bool
		err     bool
	}{
		{name: "one page", page: func(i, _ int) (int, string) { return straight(i, 1, "v") }, records: 1},
		{name: "nobody, list absent", page: func(int, int) (int, string) { return 200, `{"uId":"2","versionId":"v"}` }},
		{name: "totals absent", page: func(i, _ int) (int, string) {
			if i == 2 {
				return 200, pageJSON(2, -1, 0, "v", "last")
			}
			return 200, pageJSON(i, i+1, 0, "v", strconv.Itoa(i))
		}, records: 3},
		{name: "grows", page: func(i, _ int) (int, string) { return straight(i, min(3+i, 6), fmt.Sprint("v", i)) }, records: 6, moved: true},
		{name: "shrinks", page: func(i, _ int) (int, string) {
			if i < 2 {
				return straight(i, 9, "v")
			}
			return straight(i, 4, "w")
		}, records: 4, moved: true},
		{name: "shrinks just behind us", page: func(i, asked int) (int, string) {
			if i == 2 && asked == 0 {
				return straight(i, 9, "v")
			}
			if i < 2 {
				return straight(i, 9, "v")
			}
			return straight(i, 3, "w")
		}, records: 3, moved: true},
		{name: "out of range without reason", page: func(i, _ int) (int, string) {
			if i == 3 {
				return 400, e9650
			}
			return straight(i, 9, "v")
		}, records: 3, err: true},
		{name: "leads back", page: func(i, _ int) (int, string) {
			if i == 2 {
				return 200, pageJSON(2, 1, 9, "v", "x")
			}
			return straight(i, 9, "v")
		}, records: 2, err: true},
		{name: "leads to itself", page: func(i, _ int) (int, string) { return 200, pageJSON(0, 0, 9, "v", "x") }, err: true},
		{name: "skips", page: func(i, _ int) (int, string) { return 200, pageJSON(i, i+2, 9, "v", "x") }, err: true},
		{name: "another page than asked", page: func(i, _ int) (int, string) { return straight(0, 9, "v") }, records: 1, err: true},
		{name: "last, but of more", page: func(i, _ int) (int, string) { return 200, pageJSON(i, -1, 9, "v", "x") }, err: true},
		{name: "next beyond the total", page: func(i, _ int) (int, string) { return 200, pageJSON(i, i+1, i+1, "v", "x") }, err: true},
		{name: "repeats under another number", page: func(i, _ int) (int, string) { return 200, pageJSON(i, i+1, 9, "v", "same") }, records: 1, err: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			everyKind(t, func(t *testing.T, kind string) {
				a := newApple(t)
				a.pages(tc.page)
				ids, got, err := walk(t, a, kind)
				if (err != nil) != tc.err {
					t.Fatalf("error %v, want one: %v", err, tc.err)
				}
				if _, ok := errors.AsType[*appsandbooks.PageError](err); err != nil && !ok && !appsandbooks.IsNumber(err, 9650) {
					t.Errorf("got %v", err)
				}
				if len(ids) != tc.records || got.Records != tc.records {
					t.Errorf("%d records, %+v, want %d", len(ids), got, tc.records)
				}
				if err == nil && got.Moved != tc.moved {
					t.Errorf("moved is %v", got.Moved)
				}
			})
		})
	}
}

func TestWalkEndsWithTheCallbacksError(t *testing.T) {
	a := newApple(t)
	a.pages(func(i, _ int) (int, string) { return straight(i, 100, "v") })
	c, _ := newClient(t, a)
	stop := errors.New("enough")
	got, err := c.WalkUsers(t.Context(), appsandbooks.UsersQuery{}, func(p *appsandbooks.UsersPage) error {
		if p.CurrentPageIndex == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || got.VersionID != "v" || len(a.calls()) > 10 {
		t.Fatalf("%+v, %v, %d calls", got, err, len(a.calls()))
	}
}

func TestWalkFromForgottenVersion(t *testing.T) {
	everyKind(t, func(t *testing.T, kind string) {
		a := newApple(t)
		a.answer("/"+kind, 400, `{"errorNumber":9721,"errorMessage":"x"}`)
		if _, _, err := walk(t, a, kind); !errors.Is(err, appsandbooks.ErrUnknownVersion) {
			t.Fatal(err)
		}
	})
}
