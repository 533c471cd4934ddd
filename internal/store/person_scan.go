package store

import (
	"errors"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Columns in the order of scanUser, scanPlace and scanPerson; the tables are
// named u and p.
const (
	userColumns = `u.id, u.external_id, u.user_name, u.first_name, u.last_name, u.full_name, u.email,
		u.managed_apple_id, u.groups, u.locale, u.notes, u.source, u.created_at, u.updated_at, u.device_reach, u.bad_email, u.bad_email_why, u.paused_at`
	placeColumns = `p.id, p.user_id, p.location_id, p.client_user_id, p.generation, p.pending, p.pending_since, p.batch_id,
		p.apple_status, p.apple_email, p.account_hash, p.code_sealed <> '', p.created_at, p.associated_at, p.retired_at, p.read_at,
		p.apple_error, p.apple_error_at, p.managed_error, p.differs, p.edited_at, p.managed_edited_at, p.handed_over_at, p.mail_problem`
	personColumns = userColumns + ", " + placeColumns
)

// Lists are long, so names are scanned as the plain text that they are, and
// small numbers by wholeAt: database/sql goes by reflection for other types,
// and through text for an int.

func userFields(u *vpp.User, groups *string) []any {
	return []any{
		(*string)(&u.ID), &u.ExternalID, &u.UserName, &u.FirstName, &u.LastName, &u.FullName, &u.Email,
		&u.ManagedAppleID, groups, &u.Locale, &u.Notes, &u.Source, into(&u.CreatedAt), into(&u.UpdatedAt), (*string)(&u.DeviceReach),
		&u.BadEmail.Address, (*string)(&u.BadEmail.Why), into(&u.PausedAt),
	}
}

func placeFields(p *vpp.ProgramUser) []any {
	return []any{
		(*string)(&p.ID), (*string)(&p.UserID), (*string)(&p.LocationID), (*string)(&p.ClientUserID), wholeAt{&p.Generation},
		(*string)(&p.Pending), into(&p.PendingSince), (*string)(&p.BatchID),
		(*string)(&p.AppleStatus), &p.AppleEmail, &p.AccountHash, &p.HasCode, into(&p.CreatedAt), into(&p.AssociatedAt), into(&p.RetiredAt), into(&p.ReadAt),
		wholeAt{&p.AppleError}, into(&p.AppleErrorAt), wholeAt{&p.ManagedError},
		&p.Differs, into(&p.EditedAt), into(&p.ManagedEditedAt), into(&p.HandedOverAt), (*string)(&p.MailProblem),
	}
}

// wholeAt scans a stored number into an int.
type wholeAt struct{ n *int }

// Scan implements sql.Scanner.
func (w wholeAt) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return errors.New("a stored number is not a number")
	}
	*w.n = int(n)
	return nil
}

func scanUser(s scanner) (u vpp.User, err error) {
	var groups string
	err = s.Scan(userFields(&u, &groups)...)
	u.Groups = splitGroups(groups)
	return
}

func scanPlace(s scanner) (p vpp.ProgramUser, err error) {
	err = s.Scan(placeFields(&p)...)
	return
}

func scanPerson(s scanner) (p vpp.Person, err error) {
	var groups string
	err = s.Scan(append(userFields(&p.User, &groups), placeFields(&p.Program)...)...)
	p.Groups = splitGroups(groups)
	return
}

// Groups stand in one column for reading, one per line, and in user_groups
// for searching.
func splitGroups(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func joinGroups(g []string) string { return strings.Join(g, "\n") }
