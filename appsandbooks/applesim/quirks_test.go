package applesim_test

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Every quirk stands in the table of the package documentation, and the table names no other.
func TestQuirksAreDocumented(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for field := range reflect.TypeFor[applesim.Quirks]().Fields() {
		there[field.Name] = true
		if !regexp.MustCompile(`(?m)^//\t.*\b` + field.Name + `\b`).Match(text) {
			t.Errorf("%s is not in the table of doc.go", field.Name)
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^//\t.{80,82} {1,3}([A-Z]\w+)(?:, ([A-Z]\w+))?`).FindAllSubmatch(text, -1) {
		for _, name := range row[1:] {
			if len(name) > 0 && !there[string(name)] && string(name) != "Apple" {
				t.Errorf("doc.go names %s, which is no quirk", name)
			}
		}
	}
}

// Section 1.5 and 8: what an empty mdmInfo does, and a TEST_NOTIFICATION that nobody accepts.
func TestClientConfigQuirks(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	write := func(text string) answer {
		return w.post("/client/config", object{"mdmInfo": object{"id": text, "name": text, "metadata": text}})
	}
	w.want(write("a"), 200, 0)
	if out := w.want(write(""), 200, 0); out.Body["mdmInfo"] == nil {
		t.Error(out.Raw)
	}
	w.SetQuirks(applesim.Quirks{EmptyMDMInfo: applesim.EmptyRefused})
	w.want(write(""), 400, 9723)
	w.SetQuirks(applesim.Quirks{EmptyMDMInfo: applesim.EmptyClears})
	if out := w.want(write(""), 200, 0); out.Body["mdmInfo"] != nil {
		t.Error(out.Raw)
	}
	dead := object{"notificationUrl": "http://127.0.0.1:1/", "notificationAuthToken": "s"}
	w.want(w.post("/client/config", dead), 400, 9728)
	w.SetQuirks(applesim.Quirks{TestFailureNumber: -1})
	if out := w.want(w.post("/client/config", dead), 200, 0); out.str("notificationUrl") == "" {
		t.Error(out.Raw)
	}
}
