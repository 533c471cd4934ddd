package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Check is one line of a test.
type Check struct {
	Name     string `json:"name" enum:"apple,token,clock,ownership,notifications"`
	State    string `json:"state" enum:"ok,note,bad" doc:"note: it works all the same."`
	Sentence string `json:"sentence"`
	Next     string `json:"next,omitempty" doc:"What to do."`
	Millis   int64  `json:"milliseconds,omitempty"`
}

// ConnectionTest is how everything between this server and Apple fares.
type ConnectionTest struct {
	OK     bool    `json:"ok" doc:"No line is bad."`
	Checks []Check `json:"checks" nullable:"false"`
}

func (d *Door) testLocation(ctx context.Context, in *LocationPath) (*answer[ConnectionTest], error) {
	_, checks, err := d.Program.TestConnection(ctx, in.id())
	test := ConnectionTest{OK: true, Checks: each(checks, func(c vpp.Check) Check {
		return Check{c.Name, string(c.State), c.Sentence, c.Next, c.Took.Milliseconds()}
	})}
	for _, c := range checks {
		test.OK = test.OK && c.State != vpp.CheckBad
	}
	return answered(test, err)
}

// NotificationTest is what came of having Apple try this server's address.
type NotificationTest struct {
	OK        bool       `json:"ok" doc:"Apple reached this server."`
	ReachedAt *time.Time `json:"reached_at,omitempty"`
	Address   string     `json:"address,omitempty" doc:"Missing where there is none that Apple would take."`
	Sentence  string     `json:"sentence"`
	Next      string     `json:"next,omitempty" doc:"What to do."`
}

func (d *Door) testNotifications(ctx context.Context, in *LocationPath) (*answer[NotificationTest], error) {
	t, err := d.Program.TestNotify(ctx, in.id())
	return answered(NotificationTest{!t.ReachedAt.IsZero(), at(t.ReachedAt), t.Address, t.Sentence, t.Next}, err)
}
