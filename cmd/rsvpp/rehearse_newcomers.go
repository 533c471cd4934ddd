package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// newcomers are a quarter of all people: they come when the campaign is under
// way, in two waves. The location is stolen during the first; the token expires
// during the second.
func (c *cast) newcomers() []*part {
	at := len(c.all) * 3 / 4
	late := c.all[at:]
	c.all = c.all[:at:at]
	return late
}

func (r *rehearsal) waves() (first, second []*part) {
	half := (len(r.late) + 1) / 2
	return r.late[:half], r.late[half:]
}

// newcomersArrive imports who comes later.
func (r *rehearsal) newcomersArrive(ctx context.Context) error {
	var file bytes.Buffer
	var people []inventedPerson
	for _, one := range r.late {
		people = append(people, one.inventedPerson)
	}
	if err := writePeople(&file, people); err != nil {
		return err
	}
	upload, err := r.c.UploadImport(ctx, client.File{Name: "newcomers.csv", Reader: &file, Size: int64(file.Len())})
	if err != nil {
		return err
	}
	task, err := r.c.RunImport(ctx, upload.ID, "")
	if err == nil {
		_, err = r.await(ctx, task)
	}
	if err != nil {
		return err
	}
	r.cast.all = append(r.cast.all, r.late...)
	return r.meet(ctx)
}

// leftBehind is the address of somebody whom only Apple knows.
const leftBehind = "left.behind@" + peopleDomain

// adoptRecords finds records that an earlier server made for some of the
// second wave, and for one person nobody here has heard of, and adopts them.
func (r *rehearsal) adoptRecords(ctx context.Context) error {
	found := r.seedRecords()
	if err := r.s.apple.Seed(r.s.location.UID, len(found)+1, applesim.SeedOptions{
		ClientUserID: func(n int) string { return fmt.Sprintf("earlier-server-%04d", n) },
		Email: func(n int) string {
			if n < len(found) {
				return found[n].email
			}
			return leftBehind
		},
		AssociatedEvery: 2,
	}); err != nil {
		return sayf(err, "The pretend Apple takes no records.")
	}
	if err := r.syncAll(ctx); err != nil {
		return err
	}
	l, err := r.place(ctx)
	if err != nil {
		return err
	}
	if n, err := r.c.PreviewAdopt(ctx, l.ID); err != nil {
		return err
	} else if n.Adopt != len(found) || n.Unknown != 1 || n.Total != len(found)+1 {
		r.differ("", "of %d records of an earlier server %+v are found", len(found)+1, n)
	}
	done, err := r.c.Adopt(ctx, l.ID, client.AdoptRequest{Clear: true, Create: true})
	if err != nil {
		return err
	}
	if r.custody.Adopted = done.Adopted; done.Adopted != len(found)+1 || done.Created != 1 || len(done.Left) > 0 {
		r.differ("", "%d records were to be adopted: %+v", len(found)+1, done)
	}
	return r.meetLeftBehind(ctx)
}

// seedRecords picks whose records an earlier server made.
func (r *rehearsal) seedRecords() []*part {
	var found []*part
	_, second := r.waves()
	for _, one := range second {
		if one.managed == "" && one.email != "" && len(found) < max(2, r.o.users/50) {
			found = append(found, one)
		}
	}
	for n, one := range found {
		one.adopted = n%2 == 0 // has signed in already
	}
	return found
}

// meetLeftBehind learns who was added for the record of somebody unknown.
func (r *rehearsal) meetLeftBehind(ctx context.Context) error {
	profile, err := r.c.FindUser(ctx, leftBehind)
	if err != nil {
		return err
	}
	one := &part{inventedPerson: inventedPerson{email: leftBehind}, letters: map[string]int{}, prompts: map[string]int{}, userID: profile.ID, adopted: true}
	r.cast.all = append(r.cast.all, one)
	r.cast.byUserID[profile.ID] = one
	r.cast.reachAt(one, one.email)
	return nil
}

// wave is the invitation of one wave, and who must be reached by it. Asked
// again, the server goes on with the task that there is.
func wave(name string, all []*part) (client.InvitationRequest, []*part) {
	var who []*part
	for _, one := range all {
		if !one.adopted && (one.email != "" || one.usable()) {
			who = append(who, one)
		}
	}
	return client.InvitationRequest{Selection: client.Selection{Users: idsOf(all)}, IdempotencyKey: "rehearsal " + name}, who
}
