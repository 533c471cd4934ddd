package main

import (
	"io"
	"testing"

	"github.com/rsvpp/rsvpp/client"
)

// F-37: letters of a busy demo come back after they were taken, and readers
// complain; both by the server's own door.
func TestDemoBounces(t *testing.T) {
	for want, shares := range map[string]crowdShares{"bounced": {bounced: 100}, "complained": {complained: 100}} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			p := &cli{out: io.Discard, err: io.Discard}
			o := demoOptions{people: "calm", users: 2, seed: 1}
			s, err := p.openStage(t.Context(), o.stage(0))
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			if err := s.furnish(t.Context(), inventPeople(o.users, o.seed, peopleShares{})); err != nil {
				t.Fatal(err)
			}
			c := newCrowd(t.Context(), s, o.seed, shares)
			defer c.stop()
			if _, err := s.client.Invite(t.Context(), client.InvitationRequest{Selection: client.Selection{All: true}}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "both letters to have "+want, func() bool {
				n := 0
				for q, err := range s.client.Users(t.Context(), client.Filter{}, "name") {
					n += count1(err == nil && q.MailProblem == want)
				}
				return n == 2
			})
		})
	}
}
