package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A removal by the API waits, can be undone by who may begin one, and says so.
func TestRemoval(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	token, err := h.apple.MintToken("2049025000431439", applesim.TokenOptions{})
	must(t, err)
	l, err := c.AddLocation(ctx, client.File{Reader: strings.NewReader(token.Content)}, true)
	must(t, err)
	ids := h.people(c, 3)
	storetest.Exec(t, h.db, "UPDATE program_users SET client_user_id = 'c' || user_id, generation = 1, apple_status = 'Associated', account_hash = 'h', associated_at = 1 WHERE user_id <> $1", ids[2])
	storetest.Exec(t, h.db, "INSERT INTO same_accounts (location_id, account_hash, people) VALUES ($1, 'h', 2)", l.ID)
	r, err := c.PreviewDelete(ctx, client.DeleteRequest{Selection: client.Selection{All: true}})
	if err != nil || r.Retired != 2 || r.Nothing != 1 || r.UndoSeconds != 3600 || r.Licenses != nil {
		t.Errorf("the preview: %+v %v", r, err)
	}
	task, err := c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{Users: ids}, IdempotencyKey: "k"})
	if err != nil || !task.Undoable || task.State != "queued" || task.HoldUntil.IsZero() || task.Total != 3 {
		t.Fatalf("the removal: %+v %v", task, err)
	}
	if again, err := c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{Users: ids}, IdempotencyKey: "k"}); err != nil || again.ID != task.ID {
		t.Errorf("asked twice: %s, %v", again.ID, err)
	}
	list, err := c.ListUsers(ctx, client.Filter{}, "name", client.Page{})
	must(t, err)
	for _, p := range list.Items {
		if p.Step != "removal_held" || p.RemovalTask != task.ID || !p.RemovalAt.Equal(task.HoldUntil) {
			t.Errorf("%s: %s %s", p.FullName, p.Step, p.RemovalAt)
		}
	}
	if r := h.ask("POST", "/api/v1/tasks/"+task.ID+"/undo", h.key(operator.ScopeInvite, operator.ScopeRead), "", ""); r.status != 403 {
		t.Errorf("somebody who may not delete undoes: %d", r.status)
	}
	undone, err := c.UndoTask(ctx, task.ID)
	if err != nil || undone.State != "canceled" || undone.Undoable {
		t.Errorf("undone: %+v %v", undone, err)
	}
	var problem *client.Problem
	if _, err := c.UndoTask(ctx, task.ID); !errors.As(err, &problem) || problem.Kind() != "conflict" {
		t.Errorf("undone twice: %v", err)
	}
	now, err := c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{Users: ids[:1]}, AtOnce: true})
	if err != nil || now.Undoable || !now.HoldUntil.IsZero() {
		t.Errorf("at once: %+v %v", now, err)
	}

	counts, err := c.CountConflicts(ctx, "")
	if err != nil || counts.SameAccount != 1 {
		t.Errorf("conflicts: %+v %v", counts, err)
	}
	found, err := c.ListConflicts(ctx, client.SameAccount, "", client.Page{})
	if err != nil || len(found.Items) != 1 || len(found.Items[0].People) != 2 || found.Items[0].Sentence == "" || found.Items[0].Next == "" {
		t.Errorf("conflicts: %+v %v", found, err)
	}
	story, err := c.Story(ctx, ids[1], "")
	if err != nil || len(story.SameAccount) != 1 || !strings.Contains(story.Why, "the same Apple Account as") {
		t.Errorf("the story: %q %+v %v", story.Why, story.SameAccount, err)
	}
	if _, err := c.RetireOther(ctx, "", "nobody", ""); !errors.As(err, &problem) || problem.Kind() != "not_found" {
		t.Errorf("a record that is not there: %v", err)
	}
}

// A problem that comes from Apple carries its number, why, and what to do.
func TestProblemOfApple(t *testing.T) {
	h := open(t)
	token, err := h.apple.MintToken("2049025000431439", applesim.TokenOptions{})
	must(t, err)
	must(t, h.apple.RevokeToken(token.Content))
	r := h.ask("POST", "/api/v1/locations?consent=true", h.key(operator.ScopeOwner), "application/octet-stream", token.Content)
	var said struct {
		Detail, Cause, Next string
		AppleError          int `json:"apple_error"`
	}
	must(t, json.Unmarshal(r.body, &said))
	p := vpp.ExplainApple(vpp.AppleTokenRevoked)
	if said.AppleError != p.Number || said.Cause != p.Cause || said.Next != p.Next || !strings.Contains(said.Detail, p.Sentence) {
		t.Errorf("%d: %s", r.status, r.body)
	}
}
