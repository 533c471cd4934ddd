package console_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// upload sends a file as a browser does.
func (b *browser) upload(name, content string) page {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		b.s.must(err)
		_, err = part.Write([]byte(content))
		b.s.must(err)
	}
	b.s.must(form.Close())
	r, err := http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.server.URL+"/users/import", &body)
	b.s.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(r)
}

// Upload, columns, preview with a verdict per row, run, result, failed rows.
func TestImport(t *testing.T) {
	s := openSchool(t)
	s.add("Bo Berg", "bo@school.test")
	anna := s.anna()
	anna.get("/users/import").has(t, "data-drop", "multipart/form-data")
	if p := anna.upload("", ""); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "Choose a CSV file") {
		t.Errorf("no file gives %d", p.status)
	}
	file := "Konto;Wer;Post\nboberg;Bo Berg-Alm;bo@school.test\neve;" + strings.ReplaceAll(evilName, `"`, "'") + ";eve@school.test\nzoe;Zoë;not an address\n"
	columns := anna.upload("people <1>.csv", file).has(t, "Konto", "Wer", "semicolon", "people &lt;1&gt;.csv")
	twice := anna.post(columns.at, "column-0", "user_name", "column-1", "user_name")
	if twice.status != http.StatusUnprocessableEntity {
		t.Errorf("two user names give %d", twice.status)
	}
	twice.has(t, "choose one of them")
	preview := anna.post(columns.at, "column-0", "user_name", "column-1", "full_name", "column-2", "email")
	preview.has(t, "Import 2 rows", "changes: ", "The failed row", "not an address").lacks(t, "<script>")
	anna.get(preview.at+"?show=failed").has(t, "not an address").lacks(t, "Bo Berg-Alm")

	ran := anna.post(step(preview, "run"))
	if again := anna.post(step(preview, "run")); again.at != ran.at || !strings.HasSuffix(ran.at, "/result") {
		t.Errorf("running leads to %s, twice to %s", ran.at, again.at)
	}
	s.work(s.only(vpp.TaskImport).ID)
	anna.get(ran.at).has(t, "Failed rows as CSV", "3 of 3")
	failed := anna.get(step(ran, "failed.csv")).has(t, "zoe", "not an address").lacks(t, "eve@school.test")
	if !strings.Contains(failed.header.Get("Content-Disposition"), "-failed.csv") {
		t.Errorf("the failed rows come as %v", failed.header)
	}
	anna.get("/users").has(t, "Bo Berg-Alm", "eve@school.test", "2 users").lacks(t, "<script>alert")
	if got := anna.get(columns.at); got.at != ran.at {
		t.Errorf("an import that ran shows %s", got.at)
	}
	anna.upload("again.csv", file).has(t, "imported before")
}
