package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

// rehearsal is one campaign being played.
type rehearsal struct {
	p       *cli
	o       rehearsalOptions
	s       *stage
	c       *client.Client
	cast    *cast
	post    *postman
	fleet   *fleet                    // nil without devices
	faulty  func(address string) bool // no letter ever gets there
	badRows int
	killed  int
	least   leastCalls
	phases  []phase
	found   []difference

	late    []*part         // newcomers
	removed []*part         // with their licenses
	holders map[string]bool // user ids of who held a license at some time
	current string          // the content token in use, once it was needed
	custody custodyUse
	ending  []func() // when it is over
}

// phase is how long one act took.
type phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// difference is one thing that is not as it must be.
type difference struct {
	Person string `json:"person,omitempty"`
	What   string `json:"what"`
}

func (r *rehearsal) differ(person, format string, args ...any) {
	r.found = append(r.found, difference{person, fmt.Sprintf(format, args...)})
}

// acts are the whole campaign, in order.
func (r *rehearsal) acts() []act {
	before := []act{
		{"add the location", r.addLocation},
		{"rest between", r.quiet},
		{"import people", r.importPeople},
		{"set up mail", r.setUpMail},
	}
	if r.fleet != nil {
		before = append(before, act{"enroll devices", r.enrollDevices}, act{"invite three ways", r.inviteThreeWays})
	} else {
		before = append(before, act{"invite everybody", r.inviteAll})
	}
	after := []act{
		{"people accept", r.peopleAccept},
		{"sign-ins show", r.signInsShow},
		{"scheduled sync", r.scheduledSync},
		{"give licenses", r.giveLicenses},
		{"sync", r.syncAll},
		{"letters come back", r.lettersReturn},
		{"send again", r.sendAgain},
		{"more accept", r.peopleAccept},
		{"sync again", r.syncAll},
		{"newcomers arrive", r.newcomersArrive},
		{"adopt records", r.adoptRecords},
		{"theft, taken back", r.theft},
		{"token expires", r.tokenExpires},
		{"newcomers accept", r.peopleAccept},
		{"they show", r.signInsShow},
		{"token revoked", r.tokenRevoked},
		{"more licenses", r.moreLicenses},
		{"wait in line", r.waitInLine},
		{"change addresses", r.changeAddresses},
		{"undo a removal", r.undoRemoval},
		{"remove holders", r.removeHolders},
		{"delete some", r.deleteSome},
		{"invite some anew", r.inviteAnew},
		{"register again", r.registerAgain},
		{"they accept", r.peopleAccept},
		{"take licenses", r.takeLicenses},
		{"sync at the end", r.syncAll},
		{"licenses equal", r.licensesMatch},
		{"nobody else", r.nobodyElse},
	}
	if r.fleet != nil {
		after = append(after, act{"devices come to rest", r.rest}, act{"who is signed in", r.askAccounts})
	}
	return append(before, after...)
}

type act struct {
	name string
	play func(context.Context) error
}

func (r *rehearsal) play(ctx context.Context) error {
	for _, a := range r.acts() {
		begun := time.Now()
		if err := a.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		took := time.Since(begun)
		r.phases = append(r.phases, phase{a.name, took.Seconds()})
		if !r.p.json {
			_, _ = fmt.Fprintf(r.p.err, "%-18s %8.1f s\n", a.name, took.Seconds())
		}
	}
	return nil
}

func (r *rehearsal) addLocation(ctx context.Context) error {
	people, err := r.c.CountUsers(ctx, "")
	if err != nil {
		return err
	}
	if people.Total > 0 {
		return usagef("the database already holds %s: a rehearsal needs an empty one", many(people.Total, "person", "people"))
	}
	token, err := tokenOf(r.s.apple.Apple, r.s.location.UID)
	if err != nil {
		return err
	}
	return r.until(ctx, "Apple to accept the content token", func() (bool, any, error) {
		_, err := r.c.AddLocation(ctx, client.File{Name: "rehearsal.vpptoken", Reader: strings.NewReader(token.Content), Size: int64(len(token.Content))}, true)
		if mayPass(err) { // Apple has one of its bad days
			return false, err, nil
		}
		return err == nil, nil, err
	})
}

// mayPass says whether the server answered that it may work later.
func mayPass(err error) bool {
	var problem *client.Problem
	return errors.As(err, &problem) && (problem.Kind() == "unavailable" || problem.Kind() == "exhausted")
}

// importPeople brings everybody in by a file with some rows that nobody can read.
func (r *rehearsal) importPeople(ctx context.Context) error {
	var file bytes.Buffer
	people := make([]inventedPerson, len(r.cast.all))
	for i, one := range r.cast.all {
		people[i] = one.inventedPerson
	}
	bad := badRows(people[0])
	if err := writePeople(&file, people, bad...); err != nil {
		return err
	}
	r.badRows = len(bad)
	upload, err := r.c.UploadImport(ctx, client.File{Name: "people.csv", Reader: &file, Size: int64(file.Len())})
	if err != nil {
		return err
	}
	task, err := r.c.RunImport(ctx, upload.ID, "")
	if err != nil {
		return err
	}
	if _, err = r.await(ctx, task); err != nil {
		return err
	}
	if upload, err = r.c.Import(ctx, upload.ID); err != nil {
		return err
	}
	if upload.Created != len(people) || upload.Failed != r.badRows {
		r.differ("", "the import made %d people and refused %d rows; there are %d people and %d bad rows", upload.Created, upload.Failed, len(people), r.badRows)
	}
	return r.meet(ctx)
}

// badRows are rows that must be refused, each for another reason.
func badRows(known inventedPerson) [][]string {
	return [][]string{
		{"X000001", "bad.address", "Bad", "Address", "Bad Address", "not an address", "", "", ""},
		{known.externalID, "twice", "Twice", "There", "Twice There", "twice@" + peopleDomain, "", "", ""},
		{"", "", "Nobody", "Known", "Nobody Known", "", "", "", ""},
	}
}

// meet learns under which ids the server knows everybody.
func (r *rehearsal) meet(ctx context.Context) error {
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return err
		}
		one, known := r.cast.byName[q.ExternalID]
		if !known {
			r.differ(q.FullName, "the server knows somebody who was not imported")
			continue
		}
		one.userID = q.ID
		r.cast.byUserID[q.ID] = one
	}
	return nil
}

func (r *rehearsal) setUpMail(ctx context.Context) error {
	_, err := r.c.SaveMail(ctx, client.MailSettings{
		Mode: "relay", Host: r.s.mail.Host(), Port: r.s.mail.Port(), Security: "none",
		FromName: "Rehearsal School", FromAddress: "it@" + peopleDomain, BounceTo: returnsTo,
	})
	return err
}

func (r *rehearsal) inviteAll(ctx context.Context) error {
	var who []*part
	for _, one := range r.cast.all {
		if one.email != "" || one.usable() {
			who = append(who, one)
		}
	}
	r.least.creates(len(who))
	r.least.creates(r.unusable()) // once more, by mail
	return r.mailing(ctx, client.InvitationRequest{Selection: client.Selection{All: true}}, who)
}

func (r *rehearsal) unusable() int {
	n := 0
	for _, one := range r.cast.all {
		if one.managed != "" && !one.usable() {
			n++
		}
	}
	return n
}

// sendAgain writes to those who hold an invitation and have not accepted.
func (r *rehearsal) sendAgain(ctx context.Context) error {
	var who []*part
	for q, err := range r.c.Users(ctx, client.Filter{Status: client.Invited}, "name") {
		if err != nil {
			return err
		}
		who = append(who, r.cast.byUserID[q.ID])
	}
	if len(who) == 0 {
		return nil
	}
	return r.mailing(ctx, client.InvitationRequest{Selection: client.Selection{All: true, Filter: &client.Filter{Status: client.Invited}}, Channel: r.ways(), Audience: "not-registered", Resend: true}, who)
}

func (r *rehearsal) inviteAnew(ctx context.Context) error {
	var who []*part
	var ids []string
	for q, err := range r.c.Users(ctx, client.Filter{Status: client.Removed}, "name") {
		if err != nil {
			return err
		}
		if len(who) < 3 {
			one := r.cast.byUserID[q.ID]
			one.begins()
			who, ids = append(who, one), append(ids, q.ID)
		}
	}
	if len(who) == 0 {
		r.differ("", "nobody was removed, although some were deleted from VPP")
		return nil
	}
	r.least.creates(len(who))
	return r.mailing(ctx, client.InvitationRequest{Selection: client.Selection{Users: ids}, Channel: r.ways(), Audience: "not-registered"}, who)
}

// mailing runs an invitation and does again what failed for a passing reason,
// as an administrator would. Everybody in who must have been reached then.
func (r *rehearsal) mailing(ctx context.Context, request client.InvitationRequest, who []*part) error {
	task, err := r.c.Invite(ctx, request)
	reached := map[*part]bool{}
	for _, one := range who {
		one.sends++
	}
	for try := 0; err == nil; try++ {
		var again bool
		if task, err = r.await(ctx, task); err != nil {
			break
		}
		if again, err = r.noteSent(ctx, task, request.Channel, reached); err != nil || !again || try == 5 {
			break
		}
		task, err = r.c.RetryTask(ctx, task.ID)
	}
	for _, one := range who {
		if !reached[one] && !r.unreachable(one, request.Channel) {
			r.differ(one.externalID, "was not reached by %q", task.Title)
		}
	}
	return err
}

// unreachable says whether no invitation may get through to a person.
func (r *rehearsal) unreachable(one *part, channel string) bool {
	byDevice := (channel == "device" || channel == "both") && one.shows()
	return !one.usable() && !byDevice && (one.email == "" || r.faulty(one.email))
}

// ways are those of later runs: both, where there are devices.
func (r *rehearsal) ways() string {
	if r.fleet != nil {
		return "both"
	}
	return "mail"
}

// noteSent counts the letters that the server says it sent, and says whether
// somebody failed who could have been reached.
func (r *rehearsal) noteSent(ctx context.Context, task client.Task, channel string, reached map[*part]bool) (again bool, err error) {
	for i, err := range r.c.TaskItems(ctx, task.ID, "") {
		if err != nil {
			return false, err
		}
		one, known := r.cast.byUserID[i.UserID]
		switch {
		case !known:
			r.differ(i.FullName, "stands in a task and was not imported")
		case i.State == "done":
			reached[one] = true
			if !one.usable() && r.fleet == nil { // with devices the stories tell, at the end
				one.due++
			}
		case i.State == "failed" && !r.unreachable(one, channel):
			one.retries++
			again = true
		}
	}
	return again, nil
}

// peopleAccept waits until everybody who signs in has done so.
func (r *rehearsal) peopleAccept(ctx context.Context) error {
	return r.until(ctx, "people signing in", func() (bool, any, error) { return r.post.idle(), r.post.at(), nil })
}

// syncAll reads everything, when Apple's lists have everything.
func (r *rehearsal) syncAll(ctx context.Context) error {
	quirks, _ := quirksOf(r.o.quirks) // checked before
	if err := pass(ctx, quirks.ReadLag); err != nil {
		return err
	}
	r.least.reads(len(r.cast.all))
	task, err := r.c.Sync(ctx, client.SyncRequest{Selection: client.Selection{All: true}, Full: true})
	if err == nil {
		_, err = r.await(ctx, task)
	}
	return err
}

// changeAddresses gives some of those who have a record a new address.
func (r *rehearsal) changeAddresses(ctx context.Context) error {
	chosen, err := r.choose(ctx, max(3, r.o.users/50), func(q client.Person, one *part) bool {
		return (q.VPPStatus == client.Invited || q.VPPStatus == client.Registered) && one.managed == "" && one.email != ""
	})
	if err != nil {
		return err
	}
	var ids []string
	for _, one := range chosen {
		one.email = "new." + one.email
		r.cast.reachAt(one, one.email)
		if _, err := r.c.UpdateUser(ctx, one.userID, client.UserPatch{Email: &one.email}); err != nil {
			return err
		}
		ids = append(ids, one.userID)
	}
	r.least.updates(len(ids))
	task, err := r.c.Sync(ctx, client.SyncRequest{Selection: client.Selection{Users: ids}})
	if err != nil {
		return err
	}
	return r.insist(ctx, task)
}

func (r *rehearsal) deleteSome(ctx context.Context) error {
	chosen, err := r.choose(ctx, max(4, r.o.users*3/100), func(q client.Person, one *part) bool {
		return (q.VPPStatus == client.Invited || q.VPPStatus == client.Registered) && one.managed == "" && !r.unreachable(one, "mail")
	})
	if err != nil {
		return err
	}
	var ids []string
	for _, one := range chosen {
		ids = append(ids, one.userID)
	}
	r.least.retires(len(ids))
	task, err := r.c.DeleteFromVPP(ctx, client.DeleteRequest{Selection: client.Selection{Users: ids}})
	if err != nil {
		return err
	}
	return r.insist(ctx, task)
}

// choose picks up to n people, spread over the list.
func (r *rehearsal) choose(ctx context.Context, n int, fits func(client.Person, *part) bool) ([]*part, error) {
	var all []*part
	for q, err := range r.c.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return nil, err
		}
		if one := r.cast.byUserID[q.ID]; one != nil && fits(q, one) {
			all = append(all, one)
		}
	}
	if len(all) <= n {
		return all, nil
	}
	out := make([]*part, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out, nil
}

// insist waits for a task, and does again what failed.
func (r *rehearsal) insist(ctx context.Context, task client.Task) error {
	for range 5 {
		done, err := r.await(ctx, task)
		if err != nil || done.Failed == 0 {
			return err
		}
		if task, err = r.c.RetryTask(ctx, done.ID); err != nil {
			return err
		}
	}
	task, err := r.await(ctx, task)
	if err == nil && task.Failed > 0 {
		r.differ("", "%q still fails for %d after five tries", task.Title, task.Failed)
	}
	return err
}
