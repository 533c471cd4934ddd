package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rsvpp/rsvpp/client"
)

// inviteThreeWays invites half of the people both ways, a quarter on their
// devices with a letter where none takes it, a quarter by mail; devices leave
// and begin anew meanwhile.
func (r *rehearsal) inviteThreeWays(ctx context.Context) error {
	var both, device, mail []*part
	for i, one := range r.cast.all {
		canDevice := len(one.gadgets) > 0
		switch {
		case i%4 < 2 && (one.email != "" || one.usable() || canDevice):
			both = append(both, one)
		case i%4 == 2 && (one.email != "" || one.usable() || canDevice) && !r.waitsForWeeks(one):
			device = append(device, one)
		case one.email != "" || one.usable():
			mail = append(mail, one)
		}
	}
	gone := make(chan error, 1)
	go func() { gone <- r.comeAndGo(ctx) }()
	err := errors.Join(
		r.invite(ctx, both, client.InvitationRequest{Channel: "both"}),
		r.invite(ctx, device, client.InvitationRequest{Channel: "device", ElseMail: true}),
		r.invite(ctx, mail, client.InvitationRequest{Channel: "mail"}))
	r.least.creates(r.unusable()) // once more, by mail
	return errors.Join(err, <-gone)
}

// waitsForWeeks: a device that vanished may still come, and on the device
// alone nothing else is tried until then.
func (r *rehearsal) waitsForWeeks(one *part) bool {
	return slices.ContainsFunc(one.gadgets, func(g *gadget) bool { return g.vanishes })
}

func (r *rehearsal) invite(ctx context.Context, who []*part, request client.InvitationRequest) error {
	if len(who) == 0 {
		return nil
	}
	r.least.creates(len(who))
	for _, one := range who {
		request.Selection.Users = append(request.Selection.Users, one.userID)
	}
	return r.mailing(ctx, request, who)
}

// rest waits until every device that is there has answered all it was asked.
func (r *rehearsal) rest(ctx context.Context) error {
	open := slices.Clone(r.cast.all)
	return r.until(ctx, "devices to answer", func() (bool, any, error) {
		if !r.post.idle() {
			return false, len(open), nil
		}
		for len(open) > 0 {
			one := open[len(open)-1]
			if len(one.gadgets) > 0 && !r.waitsForWeeks(one) {
				story, err := r.c.Story(ctx, one.userID, "")
				if err != nil && !mayPass(err) {
					return false, nil, err
				}
				if err != nil || slices.ContainsFunc(story.Deliveries, underway) {
					return false, len(open), nil
				}
			}
			open = open[:len(open)-1]
		}
		return true, nil, nil
	})
}

func underway(d client.Delivery) bool {
	return d.Channel == "device" && slices.Contains([]string{"queued", "deferred", "underway"}, d.Outcome)
}

// deviceUse is what devices saw.
type deviceUse struct {
	Devices  int `json:"devices"`
	Pushes   int `json:"pushes"`
	Commands int `json:"commands"` // fetched, put off ones each time
	Shown    int `json:"shown"`    // prompts
	Refused  int `json:"refused"`  // invitations that devices refused
	Twice    int `json:"shown_twice"`
	Misled   int `json:"misled"` // invitations where Apple has none
	Told     int `json:"accounts_told"`
	Right    int `json:"right_account"`
	Other    int `json:"other_account"`
	Nobody   int `json:"no_account"`
}

// checkDevices holds what devices saw against what our server says of it.
func (r *rehearsal) checkDevices(ctx context.Context, rep *report) error {
	use := &deviceUse{Devices: len(r.fleet.all), Pushes: r.s.apns.Pushes()}
	rep.Devices = use
	stories := make([]client.Story, len(r.cast.all)) // first: what a device shows now is told later
	for i, one := range r.cast.all {
		var err error
		if stories[i], err = r.c.Story(ctx, one.userID, ""); err != nil {
			return fmt.Errorf("the story of %s: %w", one.externalID, err)
		}
	}
	shown := map[string]*gadget{}
	for _, g := range r.fleet.all {
		use.Commands += g.Asked("")
		use.Misled += g.Misled()
		if n := g.Misled(); n > 0 {
			r.differ(g.Name, "got %d invitations, and %s may not get any there", n, g.Kind)
		}
		for id, n := range g.Shown() {
			use.Shown++
			shown[id] = g
			if n > 1 {
				use.Twice += n - 1
				r.differ(g.Name, "showed the prompt of %s %d times", id, n)
			}
		}
	}
	for _, what := range r.fleet.wrong {
		r.differ("", "%s", what)
	}
	for i, one := range r.cast.all {
		r.checkStory(stories[i], one, shown, use)
	}
	return r.checkAccounts(ctx, use)
}

// checkStory holds one person's deliveries against their devices and letters.
func (r *rehearsal) checkStory(story client.Story, one *part, shown map[string]*gadget, use *deviceUse) {
	good, known := 0, map[string]bool{}
	for _, d := range story.Deliveries {
		good += count1(d.Outcome == "accepted")
		if d.Channel != "device" {
			one.due += count1(d.Outcome == "accepted" || d.Outcome == "bounced")
			continue
		}
		known[d.ID] = true
		use.Refused += count1(d.Outcome == "refused")
		switch _, seen := shown[d.ID]; {
		case d.Outcome == "accepted" && !seen:
			r.differ(one.externalID, "has the command %s acknowledged, and no device showed it", d.ID)
		case d.Outcome == "refused" && seen:
			r.differ(one.externalID, "has the command %s refused, and a device showed it", d.ID)
		case d.Outcome == "underway" && !r.waitsForWeeks(one):
			r.differ(one.externalID, "has the command %s underway, and every device has answered", d.ID)
		}
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	for id := range one.prompts {
		if !known[id] {
			r.differ(one.externalID, "was shown %s, which is not theirs", id)
		}
	}
	if handed := !story.Place.HandedOverAt.IsZero(); !one.anew && !one.usable() && handed != (good > 0) {
		r.differ(one.externalID, "counts as handed over: %t; letters taken and prompts shown: %d", handed, good)
	}
	for _, g := range one.gadgets {
		mine := 0
		for _, p := range g.Prompts() {
			mine += count1(one.prompts[p.ID] > 0)
		}
		if mine > one.sends+one.retries {
			r.differ(one.externalID, "saw %d prompts on %s for %d sends", mine, g.Name, one.sends)
		}
	}
}

func count1(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
