package store

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const invitationColumns = `i.id, i.program_user_id, i.user_id, i.location_id, i.generation, i.revision, i.invited_by, i.created_at,
	i.expires_at, i.withdrawn_at, i.opened_at, i.opened_on, i.continued_at, i.not_me_at, i.copied_at`

func invitationFields(i *vpp.Invitation) []any {
	return []any{
		&i.ID, &i.ProgramUserID, &i.UserID, &i.LocationID, &i.Generation, &i.Revision, &i.InvitedBy,
		timeAt{&i.CreatedAt},
		timeAt{&i.ExpiresAt},
		timeAt{&i.WithdrawnAt},
		timeAt{&i.OpenedAt},
		&i.OpenedOn,
		timeAt{&i.ContinuedAt},
		timeAt{&i.NotMeAt},
		timeAt{&i.CopiedAt},
	}
}

func scanInvitation(s scanner) (i vpp.Invitation, err error) {
	err = s.Scan(invitationFields(&i)...)
	return
}

// HeldInvitation reads an invitation with its person and place.
func (db *DB) HeldInvitation(ctx context.Context, id vpp.InvitationID) (vpp.HeldInvitation, error) {
	h, err := heldInvitation(ctx, db, id)
	return h, missing(err, "There is no such invitation.")
}

func heldInvitation(ctx context.Context, r querier, id vpp.InvitationID) (vpp.HeldInvitation, error) {
	return one(ctx, r, func(s scanner) (h vpp.HeldInvitation, err error) {
		var groups string
		fields := append(userFields(&h.User, &groups), placeFields(&h.Place)...)
		err = s.Scan(append(append(fields, invitationFields(&h.Invitation)...), &h.LocationName, &h.LookWanted)...)
		h.User.Groups = splitGroups(groups)
		return
	}, "SELECT "+personColumns+", "+invitationColumns+`, l.name, p.look_wanted_at > 0 FROM invitations i
		JOIN program_users p ON p.id = i.program_user_id JOIN users u ON u.id = p.user_id JOIN locations l ON l.id = p.location_id
		WHERE i.id = $1`, id)
}

// CopyLink hands an invitation over to an administrator: the invitation is
// made or renewed, the act is on record, and the person counts as invited.
// check may refuse, by the facts at that moment.
func (db *DB) CopyLink(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID, expires time.Time, check func(vpp.Person) error) (vpp.Invitation, error) {
	var held vpp.Invitation
	err := db.inTx(ctx, func(t tx) error {
		location, err := db.locationOr(ctx, t, location)
		if err != nil {
			return err
		}
		p, err := one(ctx, t, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
			WHERE p.user_id = $1 AND p.location_id = $2`, user, location)
		if err != nil {
			return missing(err, "There is no such person at this location.")
		}
		if err := check(p); err != nil {
			return err
		}
		now := ms(db.now())
		held, err = one(ctx, t, scanInvitation, `INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at, invited_by, copied_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6)
			ON CONFLICT (program_user_id, generation) DO UPDATE SET copied_at = excluded.copied_at, expires_at = excluded.expires_at,
				revision = invitations.revision + CASE WHEN invitations.not_me_at > 0 THEN 1 ELSE 0 END, withdrawn_at = 0, not_me_at = 0
			RETURNING `+strings.ReplaceAll(invitationColumns, "i.", ""), db.ids(), p.Program.ID, user, location, p.Program.Generation, now, ms(expires), by.Name)
		if err != nil {
			return err
		}
		first, err := t.Exec(ctx, "UPDATE program_users SET handed_over_at = $2 WHERE id = $1 AND handed_over_at = 0", p.Program.ID, now)
		if err != nil {
			return err
		}
		if first > 0 {
			if err := db.publish(ctx, t, event{kind: vpp.EventDelivered, place: p.Program.ID, what: map[string]any{"channel": vpp.ChannelLink}}); err != nil {
				return err
			}
		}
		return db.insertEntry(ctx, t, by, "invite.copy_link", "user:"+string(user), "Copied the invitation link of "+p.FullName, nil, nil)
	})
	return held, err
}
