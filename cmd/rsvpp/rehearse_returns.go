package main

import (
	"context"
	"fmt"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// lettersReturn lets a few letters come back that the mail server had taken.
// Their people must be shown as not reached, get a right address, and are
// written to again (F-37).
func (r *rehearsal) lettersReturn(ctx context.Context) error {
	chosen, err := r.choose(ctx, max(2, r.o.users/50), func(q client.Person, one *part) bool {
		_, written := r.s.mail.Box().Find(one.email)
		return written && q.VPPStatus == client.Invited && q.MailProblem == "" && one.managed == ""
	})
	if err != nil || len(chosen) == 0 {
		return err
	}
	for _, one := range chosen {
		if err := r.letterReturns(ctx, one); err != nil {
			return err
		}
	}
	r.least.updates(len(chosen)) // they may go to Apple in one call
	r.custody.Returned = len(chosen)
	request := client.InvitationRequest{Selection: client.Selection{Users: idsOf(chosen)}, Channel: "mail", Audience: "not-registered", Resend: true}
	return r.mailing(ctx, request, chosen)
}

func (r *rehearsal) letterReturns(ctx context.Context, one *part) error {
	letter, _ := r.s.mail.Box().Find(one.email) // was found before
	if err := r.s.giveBack(ctx, letter, mailtest.Failed); err != nil {
		return fmt.Errorf("the letter to %s does not come back: %w", one.externalID, err)
	}
	story, err := r.c.Story(ctx, one.userID, "")
	if err != nil {
		return err
	}
	one.mu.Lock()
	prompts := len(one.prompts)
	one.mu.Unlock()
	switch {
	case story.Place.MailProblem != "bounced":
		r.differ(one.externalID, "has a letter that came back, and the mail problem %q", story.Place.MailProblem)
	case prompts == 0 && story.Place.VPPStatus != client.NotInvited:
		r.differ(one.externalID, "was reached by one letter, which came back, and is %q", story.Place.VPPStatus)
	}
	right := "right." + one.email
	for r.faulty(right) {
		right = "really." + right
	}
	r.cast.reachAt(one, right)
	one.email = right
	_, err = r.c.UpdateUser(ctx, one.userID, client.UserPatch{Email: &right})
	return err
}
