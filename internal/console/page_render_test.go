package console_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/console"
	"github.com/rsvpp/rsvpp/internal/console/view"
)

func TestRender(t *testing.T) {
	page := view.TasksPage(view.Tasks{Page: view.Page{Title: "Active Tasks"}})
	for fragment, want := range map[string]string{"": "<!doctype html>", "task-list": `<div id="task-list"`, "unknown": "<!doctype html>"} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/tasks", nil)
		r.Header.Set(console.FragmentHeader, fragment)
		w := httptest.NewRecorder()
		if err := console.Render(w, r, 200, page); err != nil {
			t.Fatal(err)
		}
		if body := w.Body.String(); !strings.HasPrefix(body, want) {
			t.Errorf("fragment %q: begins with %.40q, want %q", fragment, body, want)
		}
		if w.Header().Get("Vary") != console.FragmentHeader {
			t.Error("a cache could mix regions and pages")
		}
	}
}

// TestRenderSendsNothingOfAnError shows that a page that cannot be drawn
// leaves the answer untouched.
func TestRenderSendsNothingOfAnError(t *testing.T) {
	broken := errors.New("broken")
	page := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half a page")
		return broken
	})
	w := httptest.NewRecorder()
	err := console.Render(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), 200, page)
	if !errors.Is(err, broken) || w.Body.Len() > 0 {
		t.Errorf("got %v and %q", err, w.Body)
	}
}
