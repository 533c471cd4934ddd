package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A location moves from one rsvpp to another: the people, their states and
// their records go along, nobody is retired, nobody is invited twice (F-07).
func TestMove(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		apple, err := applesim.NewServer(applesim.Options{PlainHooks: true, EventDelay: applesim.Range{Max: 20 * time.Millisecond}})
		must(t, err)
		t.Cleanup(func() { _ = apple.Close() })
		school, err := apple.AddLocation(applesim.Location{Name: "North School"})
		must(t, err)
		token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
		must(t, err)

		first := startServer(t, map[string]string{"database": url, "apple-url": apple.BaseURL(), "claim-name": "old server"})
		place, err := first.locations.Add(ctx, vpp.Server, []byte(token.Content), true)
		must(t, err)
		if place.ClaimState() != vpp.ClaimOurs || place.Claim.Name != "old server" {
			t.Fatalf("the location is %s: %+v", place.ClaimState(), place.Claim)
		}
		populate(t, first, apple, school.UID)
		out, err := first.newMovers(ctx)
		must(t, err)
		var early bytes.Buffer
		must(t, out.HandOver(ctx, place.ID, &early))
		place, err = out.MoveOut(ctx, vpp.Server, place.ID)
		must(t, err)
		if again, err := out.MoveOut(ctx, vpp.Server, place.ID); err != nil || again.ClaimState() != vpp.ClaimMovedOut || !again.Claim.None() {
			t.Errorf("asked again: %+v %v", again.Claim, err)
		}
		var file bytes.Buffer
		must(t, out.HandOver(ctx, place.ID, &file))
		if text := file.String(); strings.Contains(text, "invite_code") || strings.Contains(text, token.Content[:40]) {
			t.Error("the file holds a secret")
		}

		second := startServer(t, map[string]string{"database": storetest.SQLite(t), "apple-url": apple.BaseURL(), "claim-name": "new server"})
		here, err := second.locations.Add(ctx, vpp.Server, []byte(token.Content), true) // nobody is in the way
		must(t, err)
		if here.ClaimState() != vpp.ClaimOurs {
			t.Fatalf("the location is %s: %+v", here.ClaimState(), here.Claim)
		}
		second.await(t, func() bool { l, _ := second.locations.Get(ctx, here.ID); return !l.FullReadAt.IsZero() })
		in, err := second.newMovers(ctx)
		must(t, err)
		for name, bad := range map[string][]byte{
			"changed": bytes.Replace(file.Bytes(), []byte("pupil3@"), []byte("pupilX@"), 1), "cut off": file.Bytes()[:file.Len()-300],
			"longer": append(bytes.Clone(file.Bytes()), "{}\n"...), "empty object": []byte("{}"),
		} {
			if _, err := in.MoveIn(ctx, vpp.Server, here.ID, "x", "", bytes.NewReader(bad)); vpp.KindOf(err) != vpp.Invalid {
				t.Errorf("a file that is %s: %v", name, err)
			}
		}
		if _, err := in.MoveIn(ctx, vpp.Server, here.ID, "x", in.Fingerprint(), bytes.NewReader(file.Bytes())); vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("signed by another: %v", err)
		}
		moved, err := in.MoveIn(ctx, vpp.Server, here.ID, "hand-over.jsonl", out.Fingerprint(), bytes.NewReader(file.Bytes()))
		must(t, err)
		task, err := second.roster.Run(ctx, vpp.Server, moved.ID, here.ID)
		must(t, err)
		second.await(t, func() bool { task, _ = second.tasks.Get(ctx, task.ID); return !task.FinishedAt.IsZero() })
		if task.Failed != 0 || task.Done != 12 {
			t.Errorf("%+v", task)
		}
		want := states(t, first, place.ID)
		second.await(t, func() bool { return fmt.Sprint(states(t, second, here.ID)) == fmt.Sprint(want) })
		if want["pupil0"] != "registered" || want["pupil4"] != "invited" || want["pupil8"] != "removed" || want["pupil11"] != "not_invited" {
			t.Errorf("the states are not those that were made: %v", want)
		}
		calls := apple.Calls()
		if n := calls.Of(applesim.UsersRetire); n != 1 {
			t.Errorf("%d calls retired people, not the one that was asked for", n)
		}
		if n := calls.Of(applesim.UsersCreate); n != 1 {
			t.Errorf("%d calls created people", n)
		}
		counts, err := second.roster.Counts(ctx, here.ID)
		if err != nil || counts.Total != 12 {
			t.Errorf("%+v %v", counts, err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// populate makes 12 people: 4 registered, 4 invited, 3 removed, one who was
// never invited.
func populate(t *testing.T, v *testServer, apple *applesim.Server, uid string) {
	t.Helper()
	ctx := t.Context()
	var all []vpp.UserID
	for i := range 12 {
		u, err := v.roster.Create(ctx, vpp.Server, "", vpp.UserInput{UserName: fmt.Sprint("pupil", i), Email: fmt.Sprintf("pupil%d@north.example", i)})
		must(t, err)
		all = append(all, u.ID)
	}
	invited := vpp.Selection{IDs: all[:11]}
	task, err := v.invite.Start(ctx, vpp.Server, invite.Request{Selection: invited, Channel: vpp.ChannelLink, IdempotencyKey: "once"})
	must(t, err)
	v.await(t, func() bool { task, err = v.tasks.Get(ctx, task.ID); return err == nil && task.State() == vpp.TaskDone })
	for _, id := range all[:11] {
		_, err := v.invite.CopyLink(ctx, vpp.Server, id, "")
		must(t, err)
	}
	for u := range apple.Users(uid) {
		for i := range 4 {
			if u.Email == fmt.Sprintf("pupil%d@north.example", i) {
				_, err := apple.Accept(u.InviteCode, u.Email)
				must(t, err)
			}
		}
	}
	gone, err := v.program.StartDelete(ctx, vpp.Server, vpp.Selection{IDs: all[8:11]}, true, "")
	must(t, err)
	v.await(t, func() bool { gone, _ = v.tasks.Get(ctx, gone.ID); return !gone.FinishedAt.IsZero() })
	v.await(t, func() bool {
		c, _ := v.roster.Counts(ctx, "")
		return c.Status[vpp.Registered] == 4 && c.Status[vpp.Removed] == 3 && c.Status[vpp.Invited] == 4
	})
}

// states are everybody's word on screen, by user name.
func states(t *testing.T, v *testServer, id vpp.LocationID) map[string]string {
	t.Helper()
	found := map[string]string{}
	must(t, v.db.EachPerson(t.Context(), vpp.Selection{All: true, Filter: vpp.Filter{Location: id}}, func(people []vpp.Person) error {
		for _, p := range people {
			found[p.UserName] = string(p.Program.VPPStatus())
		}
		return nil
	}))
	return found
}
