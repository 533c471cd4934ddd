package client_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/client"
)

// TestCoversAll calls every method of the client, through which alone the
// commands speak (F-87), and compares what arrived at the server with the
// operations of the OpenAPI document.
func TestCoversAll(t *testing.T) {
	want := operations(t)
	seen := &record{seen: map[string]bool{}}
	mux := http.NewServeMux()
	for _, o := range want {
		mux.HandleFunc(o, func(w http.ResponseWriter, r *http.Request) {
			seen.add(r.Pattern)
			_, _ = io.WriteString(w, `{}`)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c := open(t, server, client.Config{})
	for name, err := range callAll(t.Context(), c) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range c.Events(t.Context(), "users") {
		if err == nil {
			t.Error("an empty stream told something")
		}
	}
	if diff := cmp.Diff(want, seen.sorted()); diff != "" {
		t.Errorf("operations of docs/openapi.yaml and calls of the client differ (-document +client):\n%s", diff)
	}
}

type record struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (r *record) add(pattern string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[pattern] = true
}

func (r *record) sorted() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.seen {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

var (
	pathLine   = regexp.MustCompile(`^  (/\S+):$`)
	methodLine = regexp.MustCompile(`^    (get|put|post|patch|delete):$`)
)

// operations reads method and path of every operation in the document.
func operations(t *testing.T) (all []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	path := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := pathLine.FindStringSubmatch(lines.Text()); m != nil {
			path = m[1]
		}
		if m := methodLine.FindStringSubmatch(lines.Text()); m != nil {
			all = append(all, strings.ToUpper(m[1])+" "+path)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d operations were found in the document", len(all))
	}
	slices.Sort(all)
	return all
}

func open(t *testing.T, server *httptest.Server, config client.Config) *client.Client {
	t.Helper()
	config.Address = server.URL
	if config.Key == "" {
		config.Key = "rsvpp_secret"
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func file(text string) client.File {
	return client.File{Name: "a file.csv", Reader: strings.NewReader(text), Size: int64(len(text))}
}

func second[T any](_ T, err error) error { return err }

func callAll(ctx context.Context, c *client.Client) map[string]error {
	var page client.Page
	_, _, keyErr := c.CreateKey(ctx, client.NewKey{})
	_, _, addErr := c.AddWebhook(ctx, client.NewWebhook{})
	_, _, rotateErr := c.RotateWebhook(ctx, "w")
	return map[string]error{
		"health": c.Health(ctx), "version": second(c.Version(ctx)), "me": second(c.Me(ctx)),
		"list users": second(c.ListUsers(ctx, client.Filter{}, "", page)), "create": second(c.CreateUser(ctx, client.NewUser{})),
		"count": second(c.CountUsers(ctx, "")), "export": c.ExportUsers(ctx, client.Filter{}, io.Discard), "find": second(c.FindUser(ctx, "x")),
		"get": second(c.User(ctx, "u")), "update": second(c.UpdateUser(ctx, "u", client.UserPatch{})), "delete": c.DeleteUser(ctx, "u"),
		"place": second(c.PlaceUsers(ctx, client.Selection{}, "", "x")), "unplace": second(c.UnplaceUsers(ctx, client.Selection{}, "")),
		"pause": second(c.PauseUsers(ctx, client.Selection{}, "")), "resume": second(c.ResumeUsers(ctx, client.Selection{}, "")),
		"story": second(c.Story(ctx, "u", "")), "withdraw": c.Withdraw(ctx, "u", ""), "link": second(c.CopyLink(ctx, "u", "")),
		"funnel": second(c.Funnel(ctx, "")), "upload": second(c.UploadImport(ctx, file("x"))), "import": second(c.Import(ctx, "i")),
		"map": second(c.MapImport(ctx, "i", nil)), "preview": second(c.PreviewImport(ctx, "i", "", 0)), "run": second(c.RunImport(ctx, "i", "")),
		"failures": c.ImportFailures(ctx, "i", io.Discard), "locations": second(c.Locations(ctx)), "add": second(c.AddLocation(ctx, file("x"), true)),
		"inspect": second(c.InspectToken(ctx, file("x"))), "location": second(c.Location(ctx, "l")), "renew": second(c.RenewToken(ctx, "l", file("x"), true)),
		"test": second(c.TestLocation(ctx, "l")), "test notifications": second(c.TestNotifications(ctx, "l")),
		"consent": second(c.ConsentLocation(ctx, "l", "v")), "consent text": second(c.ConsentText(ctx)), "save consent text": second(c.SaveConsentText(ctx, "x", true)), "take back": second(c.TakeBack(ctx, "l", "x")), "move out": second(c.MoveOut(ctx, "l")),
		"remove location": c.RemoveLocation(ctx, "l", true), "preview removal": second(c.PreviewRemoveLocation(ctx, "l")), "hand over": c.HandOver(ctx, "l", io.Discard),
		"move in": second(c.MoveIn(ctx, "l", "", file("x"))), "signer": second(c.Signer(ctx)),
		"schedule": second(c.SetSchedule(ctx, "l", client.Schedule{})), "assets": second(c.Assets(ctx, "l")), "licenses": second(c.Licenses(ctx, "u")),
		"assign licenses": second(c.AssignLicenses(ctx, client.LicenseRequest{})), "take licenses": second(c.TakeBackLicenses(ctx, client.LicenseRequest{})),
		"preview licenses": second(c.PreviewLicenses(ctx, client.LicenseRequest{})), "stocks": second(c.LicenseStocks(ctx, "1", "")),
		"order": second(c.SetLicenseOrder(ctx, "1", "", nil)), "line": second(c.ListLine(ctx, "1", "", page)), "wishes": second(c.Wishes(ctx, "u")),
		"strangers": second(c.ListStrangers(ctx, "l", page)), "notifications": second(c.ListNotifications(ctx, "l", page)), "preview adopt": second(c.PreviewAdopt(ctx, "l")), "adopt": second(c.Adopt(ctx, "l", client.AdoptRequest{})),
		"check": second(c.CheckLocation(ctx, "l")), "default": second(c.DefaultLocation(ctx, "l")),
		"examine": second(c.Examine(ctx, client.InvitationRequest{})), "examined": second(c.ListExamined(ctx, client.InvitationRequest{}, "x", page)),
		"invite": second(c.Invite(ctx, client.InvitationRequest{})), "sync": second(c.Sync(ctx, client.SyncRequest{})),
		"remove": second(c.DeleteFromVPP(ctx, client.DeleteRequest{})), "preview delete": second(c.PreviewDelete(ctx, client.DeleteRequest{})),
		"tasks": second(c.ListTasks(ctx, client.TaskFilter{}, page)), "task": second(c.Task(ctx, "t")),
		"items": second(c.ListTaskItems(ctx, "t", "", page)), "items csv": c.ExportTaskItems(ctx, "t", "", io.Discard),
		"cancel": second(c.CancelTask(ctx, "t")), "undo": second(c.UndoTask(ctx, "t")),
		"conflicts": second(c.ListConflicts(ctx, client.SameAccount, "", page)), "count conflicts": second(c.CountConflicts(ctx, "")),
		"retire other": second(c.RetireOther(ctx, "", "x", "")), "retry": second(c.RetryTask(ctx, "t")),
		"letter": second(c.Letter(ctx)), "save letter": second(c.SaveLetter(ctx, client.Letter{})), "preview letter": second(c.PreviewLetter(ctx, client.LetterPreview{})),
		"mail": second(c.Mail(ctx)), "save mail": second(c.SaveMail(ctx, client.MailSettings{})), "bounce": second(c.TakeBounce(ctx, strings.NewReader("m"))), "signing": second(c.Signing(ctx)), "make signing key": second(c.MakeSigningKey(ctx)), "test mail": second(c.TestMail(ctx, "x", nil)),
		"test letter":    second(c.TestLetter(ctx, client.LetterTest{To: "x"})),
		"export history": c.ExportHistory(ctx, client.HistoryFilter{}, io.Discard), "sign out": c.SignOutEverywhere(ctx), "held before": second(c.HeldBefore(ctx, client.Selection{All: true}, "")),
		"history": second(c.ListHistory(ctx, client.HistoryFilter{}, page)), "operators": second(c.Operators(ctx)),
		"create operator": second(c.CreateOperator(ctx, "n", "p", "read")), "delete operator": c.DeleteOperator(ctx, "o"),
		"update operator": second(c.UpdateOperator(ctx, "o", client.OperatorPatch{})),
		"password":        c.SetPassword(ctx, "o", "p"), "keys": second(c.Keys(ctx, "")), "create key": keyErr, "revoke": c.RevokeKey(ctx, "k"),
		"devices": second(c.ListDevices(ctx, client.DeviceFilter{}, page)), "count devices": second(c.CountDevices(ctx)), "device": second(c.Device(ctx, "d")),
		"user devices": second(c.UserDevices(ctx, "u")), "assign": second(c.AssignDevice(ctx, "d", "u")), "assign list": second(c.AssignDevices(ctx, "x")),
		"ask": second(c.AskDevice(ctx, "d")), "mdm": second(c.MDM(ctx)),
		"mdm servers": second(c.MDMServers(ctx)), "mdm server": second(c.MDMServer(ctx, "m")), "mdm add": second(c.AddMDMServer(ctx, client.MDMServerInput{})),
		"mdm key": second(c.ChangeMDMServerKey(ctx, "m", "k")), "mdm test": second(c.TestMDMServer(ctx, "m")), "mdm sync": second(c.SyncMDMServer(ctx, "m")), "mdm remove": c.RemoveMDMServer(ctx, "m"),
		"webhooks": second(c.Webhooks(ctx)), "webhook": second(c.Webhook(ctx, "w")), "change webhook": second(c.ChangeWebhook(ctx, "w", client.WebhookPatch{})),
		"remove webhook": c.RemoveWebhook(ctx, "w"), "test webhook": second(c.TestWebhook(ctx, "w")), "webhook messages": second(c.ListWebhookMessages(ctx, "w", page)),
		"message again": second(c.RepeatWebhookMessage(ctx, "w", "m")), "add webhook": addErr, "rotate webhook": rotateErr,
		"push certificate": second(c.SetPushCertificate(ctx, "c", "k")),
		"enroll link":      second(c.EnrollLink(ctx, "u")), "profile": c.Profile(ctx, "u", io.Discard), "nobody profile": c.Profile(ctx, "", io.Discard),
		"commands": second(c.ListCommands(ctx, client.CommandFilter{}, page)), "cancel command": second(c.CancelCommand(ctx, "d")),
		"retry command": second(c.RetryCommand(ctx, "d")), "rule": second(c.EnrollRule(ctx)), "save rule": second(c.SaveEnrollRule(ctx, client.EnrollRule{})),
	}
}

func ExampleClient_Users() {
	c, err := client.New(client.Config{Address: "https://vpp.example.com", Key: "rsvpp_…"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for person, err := range c.Users(context.Background(), client.Filter{Status: client.Invited}, "since") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(person.FullName, person.Since)
	}
}
