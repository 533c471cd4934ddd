package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// people adds n people, "Person 01" first.
func (h *house) people(c *client.Client, n int) (ids []string) {
	h.t.Helper()
	for i := range n {
		u, err := c.CreateUser(h.t.Context(), client.NewUser{FirstName: "Person", LastName: fmt.Sprintf("No%02d", i+1), Email: fmt.Sprintf("p%02d@school.test", i+1), Groups: []string{"8b"}})
		must(h.t, err)
		ids = append(ids, u.ID)
	}
	return ids
}

func names(people []client.Person) (out []string) {
	for _, p := range people {
		out = append(out, p.LastName)
	}
	return out
}

// TestPeople follows people through create, list, change and remove; both
// status words stand beside each other (trap 1).
func TestPeople(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	ids := h.people(c, 3)
	list, err := c.ListUsers(ctx, client.Filter{Group: "8b", Status: client.NotInvited}, "-name", client.Page{})
	must(t, err)
	if diff := cmp.Diff([]string{"No03", "No02", "No01"}, names(list.Items)); diff != "" {
		t.Error(diff)
	}
	if p := list.Items[0]; p.VPPStatus != "not_invited" || p.AppleStatus != "" || p.LocationID == "" || p.VPPUserID == "" {
		t.Errorf("statuses: %+v", p.Place)
	}
	raw := h.ask("GET", "/api/v1/users", h.key(operator.ScopeRead), "", "")
	if !strings.Contains(string(raw.body), `"vpp_status":"not_invited","apple_status":""`) || strings.Contains(string(raw.body), "$schema") {
		t.Errorf("the row is %s", raw.body)
	}
	name := "Zoë"
	changed, err := c.UpdateUser(ctx, ids[0], client.UserPatch{FirstName: &name})
	must(t, err)
	found, err := c.FindUser(ctx, "p01@school.test")
	must(t, err)
	if changed.FirstName != name || found.ID != ids[0] || found.FirstName != name || len(found.Places) != 1 {
		t.Errorf("changed %+v, found %+v", changed, found)
	}
	must(t, c.DeleteUser(ctx, ids[2]))
	counts, err := c.CountUsers(ctx, "")
	must(t, err)
	if counts.Total != 2 || counts.Status["not_invited"] != 2 {
		t.Errorf("counts: %+v", counts)
	}
	history, err := c.ListHistory(ctx, client.HistoryFilter{Object: "user:" + ids[0]}, client.Page{})
	must(t, err)
	if len(history.Items) != 2 || history.Items[0].Actor != "key:test" || !strings.Contains(string(history.Items[0].After), name) {
		t.Errorf("history: %+v", history.Items)
	}
}

func TestPages(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	h.people(c, 5)
	first, err := c.ListUsers(ctx, client.Filter{}, "", client.Page{Limit: 2})
	must(t, err)
	second, err := c.ListUsers(ctx, client.Filter{}, "", client.Page{Limit: 2, After: first.Next})
	must(t, err)
	back, err := c.ListUsers(ctx, client.Filter{}, "", client.Page{Limit: 2, Before: second.Prev})
	must(t, err)
	if diff := cmp.Diff(names(first.Items), names(back.Items)); diff != "" || first.Prev != "" {
		t.Errorf("there and back differ: %s", diff)
	}
	n := 0
	for _, err := range c.Users(ctx, client.Filter{}, "") {
		must(t, err)
		n++
	}
	if n != 5 || second.Items[0].LastName != "No03" {
		t.Errorf("walked past %d people", n)
	}
}

func TestProblems(t *testing.T) {
	h := open(t)
	key := h.key(operator.ScopeOwner)
	for _, c := range []struct {
		method, path, body string
		status             int
		kind, says         string
	}{
		{"GET", "/users?limit=0", "", 422, "invalid", "query.limit"},
		{"GET", "/users?status=happy", "", 422, "invalid", "query.status"},
		{"GET", "/users?statsu=invited", "", 422, "invalid", "statsu"},
		{"GET", "/users?after=x", "", 422, "invalid", "begin at its first page"},
		{"GET", "/users?after=x&before=y", "", 422, "invalid", "send one of them"},
		{"GET", "/users/nobody", "", 404, "not_found", ""},
		{"GET", "/users/find?name=nobody", "", 404, "not_found", "nobody"},
		{"POST", "/users", `{"email":`, 400, "invalid", ""},
		{"POST", "/users", `{"e_mail":"x"}`, 422, "invalid", "e_mail"},
		{"POST", "/users", `{}`, 422, "invalid", ""},
		{"POST", "/users", `{"email":"not an address"}`, 422, "invalid", "not an address"},
		{"POST", "/invitations", `{"selection":{}}`, 422, "invalid", "Nobody is chosen"},
		{"POST", "/invitations", `{"selection":{"all":true,"users":["x"]}}`, 422, "invalid", "either all or single people"},
		{"POST", "/invitations", `{"selection":{"all":true},"channel":"pigeon"}`, 422, "invalid", "channel"},
		{"POST", "/vpp/delete", `{"selection":{"user":"nobody"}}`, 404, "not_found", "nobody"},
		{"PUT", "/letter", `{"subject":"Hi","text":"no link"}`, 422, "invalid", ""},
		{"PUT", "/mail", `{"mode":"relay","password":"s3cret","port":70000}`, 422, "invalid", "port"},
		{"POST", "/locations", `not a token`, 422, "invalid", ""},
		{"GET", "/events?topics=%3Cscript%3E", "", 422, "invalid", "topic"},
		{"GET", "/tasks/none/items/export", "", 404, "not_found", ""},
		{"POST", "/keys", `{"name":"x","scopes":["fly"]}`, 422, "invalid", "There is no scope"},
	} {
		t.Run(c.method+" "+c.path+" "+c.body, func(t *testing.T) {
			kind := "application/json"
			if c.path == "/locations" {
				kind = "application/octet-stream"
			}
			r := h.ask(c.method, "/api/v1"+c.path, key, kind, c.body)
			p := r.problem(t)
			if r.status != c.status || p.Status != c.status || p.Kind() != c.kind || p.Detail == "" || p.Instance != r.header.Get("X-Request-Id") {
				t.Errorf("got %d %s", r.status, r.body)
			}
			if !strings.Contains(string(r.body), c.says) || strings.Contains(string(r.body), "s3cret") {
				t.Errorf("says %s", r.body)
			}
		})
	}
}

// TestInviteOnce starts a run twice under one key, and once more under another.
func TestInviteOnce(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	h.people(c, 3)
	token, err := h.apple.MintToken("2049025000431439", applesim.TokenOptions{})
	must(t, err)
	l, err := c.AddLocation(ctx, client.File{Reader: strings.NewReader(token.Content)}, true)
	must(t, err)
	if l.Name != "Example School" || l.TokenState != "valid" || !l.Default {
		t.Errorf("the location is %+v", l)
	}
	request := client.InvitationRequest{Selection: client.Selection{Names: []string{"p01@school.test", "P02@school.test", "p01@school.test"}}, Channel: "link", IdempotencyKey: "k1"}
	found, err := c.Examine(ctx, request)
	must(t, err)
	if found.People != 2 || found.Reachable != 2 || len(found.Verdicts) != 1 || found.Verdicts[0].Code != "will_invite" {
		t.Errorf("the doctor says %+v", found)
	}
	lines, err := c.ListExamined(ctx, request, "will_invite", client.Page{})
	must(t, err)
	if len(lines.Items) != 2 {
		t.Errorf("%d people will be invited", len(lines.Items))
	}
	first, err := c.Invite(ctx, request)
	must(t, err)
	again, err := c.Invite(ctx, request)
	must(t, err)
	// Another request under the same key is refused, whatever is other about it.
	for what, change := range map[string]func(*client.InvitationRequest){
		"people": func(r *client.InvitationRequest) { r.Selection.Names = r.Selection.Names[:1] },
		"letter": func(r *client.InvitationRequest) { r.Letter = &client.Letter{Subject: "S", Text: "{{.Link}}"} },
		"resend": func(r *client.InvitationRequest) { r.Resend = true },
	} {
		changed := request
		change(&changed)
		var problem *client.Problem
		if _, err := c.Invite(ctx, changed); !errors.As(err, &problem) || problem.Status != 422 {
			t.Errorf("other %s under the same key: %v", what, err)
		}
	}
	request.IdempotencyKey = ""
	other, err := c.Invite(ctx, request)
	must(t, err)
	if first.ID != again.ID || first.ID == other.ID || first.Kind != "invite" {
		t.Errorf("tasks %s, %s, %s", first.ID, again.ID, other.ID)
	}
	tasks, err := c.ListTasks(ctx, client.TaskFilter{Open: true}, client.Page{})
	must(t, err)
	if len(tasks.Items) != 2 {
		t.Errorf("%d tasks are open", len(tasks.Items))
	}
	story, err := c.Story(ctx, lines.Items[0].Person.ID, "")
	must(t, err)
	if story.Why == "" || story.Place.VPPStatus != "not_invited" || len(story.Events) == 0 {
		t.Errorf("the story is %+v", story)
	}
	// Reading is not enough to end a run, and importing is neither.
	if r := h.ask("POST", "/api/v1/tasks/"+other.ID+"/cancel", h.key(operator.ScopeRead, operator.ScopeRoster), "", ""); r.status != 403 || !strings.Contains(r.problem(t).Detail, "invite") {
		t.Errorf("a key for imports ends a run: %d %s", r.status, r.body)
	}
	canceled, err := c.CancelTask(ctx, other.ID)
	must(t, err)
	if canceled.State != "canceled" || !canceled.Finished {
		t.Errorf("canceled: %+v", canceled)
	}
}

// TestImport uploads a file in both forms; formulas stay text on their way out.
func TestImport(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	text := "user_name,full_name,email\nanna,\"=HYPERLINK(\"\"http://evil.test\"\")\",anna@school.test\nbob,Bob,not an address\n"
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	must(t, m.WriteField("note", "before the file"))
	part, err := m.CreateFormFile("file", "people.csv")
	must(t, err)
	_, err = part.Write([]byte(text))
	must(t, err)
	must(t, m.Close())
	r := h.ask("POST", "/api/v1/imports", h.key(operator.ScopeRoster), m.FormDataContentType(), form.String())
	if r.status != 201 || !strings.Contains(string(r.body), `"filename":"people.csv"`) || !strings.Contains(string(r.body), `"rows":2`) {
		t.Errorf("a form got %d %s", r.status, r.body)
	}
	i, err := c.UploadImport(ctx, client.File{Name: "raw.csv", Reader: strings.NewReader(text)})
	must(t, err)
	preview, err := c.PreviewImport(ctx, i.ID, "", 10)
	must(t, err)
	if !i.Usable || i.Filename != "raw.csv" || preview.New != 1 || preview.Failed != 1 || len(preview.Problems) != 1 || preview.Problems[0].Problem == "" {
		t.Errorf("%+v gives %+v", i, preview)
	}
	task, err := c.RunImport(ctx, i.ID, "")
	must(t, err)
	must(t, h.roster.RunImport(ctx, vpp.ImportPeople{TaskID: vpp.TaskID(task.ID)}))
	for seen, err := range c.WatchTask(ctx, task.ID) {
		must(t, err)
		if !seen.Finished || seen.State != "failed" || seen.Done != 1 || seen.Failed != 1 {
			t.Errorf("the task ended as %+v", seen)
		}
	}
	var people, failed bytes.Buffer
	must(t, c.ExportUsers(ctx, client.Filter{}, &people))
	must(t, c.ImportFailures(ctx, i.ID, &failed))
	if !strings.Contains(people.String(), "'=HYPERLINK") || !strings.Contains(people.String(), "not_invited") {
		t.Errorf("the export is %s", people.String())
	}
	if !strings.Contains(failed.String(), "not an address") || !strings.Contains(failed.String(), "problem") {
		t.Errorf("the failures are %s", failed.String())
	}
	r = h.ask("GET", "/api/v1/users/export?location=none", h.key(operator.ScopeRead), "", "")
	if p := r.problem(t); r.status != 404 || p.Kind() != "not_found" {
		t.Errorf("an export of nowhere: %d %s", r.status, r.body)
	}
}

func TestMailPasswordStaysIn(t *testing.T) {
	h := open(t)
	c := h.client()
	saved, err := c.SaveMail(t.Context(), client.MailSettings{Mode: "relay", Host: "mail.school.test", Security: "tls", Username: "u", Password: "s3cret", FromAddress: "it@school.test"})
	must(t, err)
	if saved.Password != "" || !saved.HasPassword {
		t.Errorf("the settings came back as %+v", saved)
	}
	saved.FromName = "IT"
	if again, err := c.SaveMail(t.Context(), saved); err != nil || !again.HasPassword || again.FromName != "IT" {
		t.Errorf("what was read cannot be sent back: %+v, %v", again, err)
	}
	if r := h.ask("GET", "/api/v1/history", h.key(operator.ScopeRead), "", ""); strings.Contains(string(r.body), "s3cret") {
		t.Error("the password stands in the history")
	}
}

func TestKeys(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	k, secret, err := c.CreateKey(ctx, client.NewKey{Name: "backup", Scopes: []string{"read"}})
	must(t, err)
	if r := h.ask("GET", "/api/v1/me", secret, "", ""); r.status != 200 || !strings.Contains(string(r.body), `"key":"backup"`) {
		t.Errorf("the new key gets %d %s", r.status, r.body)
	}
	must(t, c.RevokeKey(ctx, k.ID))
	if r := h.ask("GET", "/api/v1/me", secret, "", ""); r.status != 401 {
		t.Errorf("a revoked key gets %d", r.status)
	}
	narrow, err := client.New(client.Config{Address: h.server.URL, Key: h.key(operator.ScopeOperators)})
	must(t, err)
	_, _, err = narrow.CreateKey(ctx, client.NewKey{Name: "wide", Scopes: []string{"owner"}})
	var p *client.Problem
	if !errors.As(err, &p) || p.Kind() != "denied" {
		t.Errorf("a key made a wider one: %v", err)
	}
}

func TestEvents(t *testing.T) {
	h := open(t)
	var kinds []string
	for change, err := range h.client().Events(t.Context(), "users") {
		must(t, err)
		if len(kinds) == 0 {
			h.hub.said <- api.Change{Topic: "users", At: time.Now()}
		}
		if kinds = append(kinds, change.Kind+" "+change.Topic); change.Kind == "change" {
			break
		}
	}
	if kinds[0] != "ping " || kinds[len(kinds)-1] != "change users" {
		t.Errorf("told of %q", kinds)
	}
}

func TestNotReady(t *testing.T) {
	h := open(t)
	h.down = errors.New("disk full at /secret/place")
	r := h.ask("GET", "/api/v1/health", "", "", "")
	if p := r.problem(t); r.status != 503 || p.Kind() != "unavailable" || strings.Contains(p.Detail, "secret") {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

func TestTooLarge(t *testing.T) {
	h := open(t)
	key := h.key(operator.ScopeOwner)
	long := `{"email":"` + strings.Repeat("x", 2<<20) + `"}`
	if r := h.ask("POST", "/api/v1/users", key, "application/json", long); r.status != 413 || r.problem(t).Detail == "" {
		t.Errorf("a long body got %d %s", r.status, r.body)
	}
	// Without a length, as in chunks.
	r, err := http.NewRequest(http.MethodPost, h.server.URL+"/api/v1/users", io.MultiReader(strings.NewReader(long)))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a long body in chunks got %d", resp.StatusCode)
	}
	if r := h.ask("POST", "/api/v1/locations", key, "application/octet-stream", long); r.status != 413 {
		t.Errorf("a long token got %d %s", r.status, r.body)
	}
}

// broken breaks in the middle of an export.
type broken struct{ api.People }

func (broken) Export(_ context.Context, _ vpp.Filter, w io.Writer) error {
	for range 1000 {
		if _, err := io.WriteString(w, strings.Repeat("half a file ", 100)); err != nil {
			return err
		}
	}
	return vpp.Errorf(vpp.Unavailable, "The database does not answer.")
}

// TestHalfAFile shows that a file that breaks off is not taken for whole.
func TestHalfAFile(t *testing.T) {
	h := open(t, func(s *api.Services) { s.People = broken{s.People} })
	var b bytes.Buffer
	if err := h.client().ExportUsers(t.Context(), client.Filter{}, &b); err == nil {
		t.Errorf("%d bytes were taken for whole", b.Len())
	}
}
