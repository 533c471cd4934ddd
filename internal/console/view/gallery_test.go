package view_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/console/static"
	. "github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/console/viewtest"
)

// evil is a name that must arrive as text.
const evil = `<script>alert("x")</script> O’Neill`

var now = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func ago(d time.Duration) Moment { return At(now.Add(-d), now) }

func page(theme, section, title string) Page {
	return Page{
		Title: title, Section: section, Static: "/static/test", Theme: theme, Path: "/" + section, Running: 2,
		Operator: Operator{Name: "Ada Lindqvist"},
		Locations: []Choice{
			{Value: "1", Text: "Gymnasium Berlin-Mitte", Hint: "Germany · 48,210 users", Current: true},
			{Value: "2", Text: "مدرسة القاهرة الدولية", Hint: "Egypt · token expires in 13 days"},
			{Value: "3", Text: "北京国际学校", Hint: "China"},
		},
	}
}

// gallery renders every page with rich invented people.
func gallery(theme string) map[string]templ.Component {
	out := map[string]templ.Component{}
	for _, part := range []func(string) map[string]templ.Component{entrance, starts, people, imports, invites, places, works, onDevices, devices, mdmServers, webhooks, removals, licensing} {
		maps.Copy(out, part(theme))
	}
	return out
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPages holds every page to the rules: well-formed, one h1, nothing
// inline, every field labelled, names escaped.
func TestPages(t *testing.T) {
	for name, c := range gallery("light") {
		t.Run(name, func(t *testing.T) {
			html := render(t, c)
			viewtest.Check(t, html)
			if strings.Contains(html, "<script>") {
				t.Error("a name is not escaped")
			}
		})
	}
}

// TestRegions shows that each region of a page can be rendered alone, as the
// header X-Fragment asks for it.
func TestRegions(t *testing.T) {
	for name, c := range gallery("light") {
		html := render(t, c)
		for part := range strings.SplitSeq(html, "<div id=\"") {
			id, rest, _ := strings.Cut(part, "\"")
			if !strings.HasPrefix(rest, " data-region") {
				continue
			}
			var b bytes.Buffer
			if err := templ.RenderFragments(t.Context(), &b, c, id); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(b.String(), `<div id="`+id+`"`) || !strings.Contains(html, b.String()) {
				t.Errorf("%s: the region %s is not itself when alone", name, id)
			}
		}
	}
}

// TestShots takes pictures into RSVPP_SHOTS; RSVPP_PAGES chooses pages.
func TestShots(t *testing.T) {
	dir := os.Getenv("RSVPP_SHOTS")
	if dir == "" {
		t.Skip("RSVPP_SHOTS names no directory for pictures")
	}
	viewtest.Shoot(t, dir, gallery, assets(), strings.Fields(os.Getenv("RSVPP_PAGES"))...)
}

func assets() http.Handler { return static.Handler("/static/test/") }

func sampleNames() []string {
	return []string{
		"Łucja Wiśniewska", "Bartholomew Fitzgerald-Worthington de la Vega y Montenegro III", "محمد عبد الرحمن الشريف", "王小明", evil,
		"Ann Li", "Jörg Müller-Lüdenscheidt", "Chidi Anagonye", "Søren Kierkegård", "Zoë", "दीपिका पादुकोण", "O'Brien, Pat",
	}
}

func sampleEmail(i int) string {
	switch i {
	case 6:
		return ""
	case 1:
		return "bartholomew.fitzgerald-worthington.de-la-vega@staff.school.example"
	default:
		return fmt.Sprintf("person%d@school.example", i)
	}
}
