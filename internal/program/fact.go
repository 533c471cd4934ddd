package program

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// fact compares Apple's records about one VPP user with how it stands, and
// returns what changes; changed is false when nothing does. Any number of
// retired records may share a name with at most one living one (trap 5): the
// living one counts. A retired record is old news when the living one was seen
// in the same walk.
func fact(now vpp.PlaceNow, records []vpp.Record, asked time.Time, seenLiving bool) (f vpp.Fact, code string, changed bool) {
	r, found := current(records)
	switch {
	case !found, now.ReadAt.After(asked):
		return f, "", false
	case !r.Status.Living() && seenLiving:
		return f, "", false
	}
	f = vpp.Fact{
		ID: now.ID, LocationID: now.LocationID, Seq: now.Seq, EditedAt: now.EditedAt, AppleStatus: r.Status, AppleEmail: r.Email, AccountHash: r.AccountHash,
		CreatedAt: now.CreatedAt, AssociatedAt: now.AssociatedAt, RetiredAt: now.RetiredAt, ReadAt: asked,
	}
	if now.AppleStatus == vpp.AppleAssociated {
		f.WasHash = now.AccountHash
	}
	if r.Status.Living() && (!now.AppleStatus.Living() || now.CreatedAt.IsZero()) {
		f.CreatedAt, f.AssociatedAt, f.RetiredAt = asked, time.Time{}, time.Time{}
	}
	if r.Status == vpp.AppleAssociated && now.AppleStatus != vpp.AppleAssociated {
		f.AssociatedAt = asked
		f.Managed = now.Pending == vpp.WriteCreate
	}
	if !r.Status.Living() && (now.AppleStatus.Living() || now.RetiredAt.IsZero()) {
		f.RetiredAt = asked
	}
	if r.Status == vpp.AppleRegistered {
		code, f.CodeMark = r.InviteCode, codeMark(r.InviteCode)
	}
	f.Confirms = confirms(now, r)
	after := now.ProgramUser
	after.AppleStatus, after.AppleEmail = r.Status, r.Email
	f.Differs = vpp.Differs(after, now.Email, now.Managed)
	changed = f.Confirms != "" || f.Differs != now.Differs || r.Status != now.AppleStatus || r.Email != now.AppleEmail ||
		r.AccountHash != now.AccountHash || f.CodeMark != now.CodeMark
	return f, code, changed
}

// current returns the record that counts.
func current(records []vpp.Record) (best vpp.Record, found bool) {
	for _, r := range records {
		if !found || r.Status.Living() && !best.Status.Living() {
			best, found = r, true
		}
	}
	return best, found
}

// confirms says which pending write the record proves done.
func confirms(now vpp.PlaceNow, r vpp.Record) vpp.Write {
	switch {
	case now.Pending == vpp.WriteCreate && r.Status.Living(),
		now.Pending == vpp.WriteRetire && !r.Status.Living(),
		now.Pending == vpp.WriteUpdate && updated(now, r):
		return now.Pending
	}
	return vpp.WriteNone
}

// updated says whether the record has what an update brings: the address, and
// the Managed Apple Account unless Apple refused to link it.
func updated(now vpp.PlaceNow, r vpp.Record) bool {
	link := now.Managed != "" && now.ManagedError == 0 && r.Status == vpp.AppleRegistered
	return r.Status.Living() && !link && (now.Email == "" || strings.EqualFold(r.Email, now.Email))
}

// codeMark is a digest of an invite code: it tells that a code changed and
// gives nothing away, the code being random.
func codeMark(code string) string {
	if code == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func recordOf(u appsandbooks.User) vpp.Record {
	return vpp.Record{
		ClientUserID: vpp.ClientUserID(u.ClientUserID), Status: vpp.AppleStatus(u.Status), Email: u.Email,
		AccountHash: u.IDHash, InviteCode: u.InviteCode.Reveal(),
	}
}
