package applesim

import (
	"encoding/hex"
	"time"
)

// v1VppUser is a user record in version 1; unlike version 2 it has a number of its own and a ready-made link.
// https://developer.apple.com/documentation/devicemanagement/vppuser
type v1VppUser struct {
	UserID       int64       `json:"userId"`
	ClientUserID string      `json:"clientUserIdStr"`
	Email        string      `json:"email,omitempty"`
	Hash         string      `json:"itsIdHash,omitempty"`
	InviteCode   string      `json:"inviteCode,omitempty"` // Registered only
	InviteURL    string      `json:"inviteUrl,omitempty"`
	Licenses     []v1License `json:"licenses,omitzero"` // where one user is asked for or retired; may be empty
	Status       Status      `json:"status"`
}

// v1UserID is a record's number: where it stands, so that it is found again without an index. It fits a JavaScript number.
func v1UserID(location uint32, record int32) int64 { return int64(location+1)<<32 | int64(record+1) }

// byUserID finds the record of a number, within one location.
func (l *location) byUserID(id int64) (int32, bool) {
	i := id&0xffffffff - 1
	if id>>32 != int64(l.index)+1 || i < 0 || i >= int64(l.n) {
		return -1, false
	}
	return int32(i), true
}

func (a *Apple) v1UserOf(c *call, i int32) v1VppUser { return a.v1UserAs(c, i, c.location.at(i)) }

// v1UserAs is a user as r has it.
func (a *Apple) v1UserAs(c *call, i int32, r *record) v1VppUser {
	l := c.location
	out := v1VppUser{
		UserID: v1UserID(l.index, i), ClientUserID: r.clientUserID, Email: r.email, Hash: r.idHash(), Status: r.state.status(),
	}
	if r.state == stateRegistered {
		code := a.mint.code(l.index, i, r.rotation)
		out.InviteCode = hex.EncodeToString(code[:])
		out.InviteURL = a.origin(c.Request) + signInPath + "?cc=us&inviteCode=" + out.InviteCode + "&mt=8"
	}
	return out
}

// v1UserReply answers with one user.
func (a *Apple) v1UserReply(c *call, now time.Time, u v1VppUser) reply {
	return a.v1Reply(c, now, 0, struct {
		User v1VppUser `json:"user"`
	}{u})
}

// v1Find finds the user that a call is about: userId wins over clientUserIdStr, which means the living one, or else the newest.
func (a *Apple) v1Find(c *call) (i int32, byID bool, refused *wireError) {
	id, byID, refused := c.v1.number("userId")
	if refused != nil {
		return -1, byID, refused
	}
	name, _ := c.v1.text("clientUserIdStr")
	switch {
	case byID:
		if i, ok := c.location.byUserID(id); ok {
			return i, true, nil
		}
	case name == "":
		return -1, false, fail(9600)
	default:
		if i, _, lives := c.location.live(name); lives {
			return i, false, nil
		}
		if i, ok := c.location.newest[name]; ok {
			return i, false, nil
		}
	}
	return -1, byID, fail(9609)
}

// v1User answers getVPPUserSrv. A clientUserIdStr alone means the living user; with itsIdHash an older one.
// https://developer.apple.com/documentation/devicemanagement/getvppuserrequest
func (a *Apple) v1User(c *call) reply {
	now := a.lock()
	defer a.unlock()
	i, byID, refused := a.v1Find(c)
	if refused != nil && refused.Number == 9609 {
		refused = fail(9604)
	}
	if refused != nil {
		return refused.reply()
	}
	if hash, given := c.v1.text("itsIdHash"); !byID && given && hash != "" {
		i = c.location.withHash(c.location.at(i).clientUserID, hash)
	} else if !byID && !c.location.at(i).living() {
		i = -1
	}
	if i < 0 {
		return fail(9604).reply()
	}
	u := a.v1UserOf(c, i)
	u.Licenses = c.location.v1LicensesOf(i)
	return a.v1UserReply(c, now, u)
}

// withHash is the newest record of a clientUserId that is bound to an Apple Account.
func (l *location) withHash(clientUserID, hash string) int32 {
	for i, r := range l.records(clientUserID) {
		if r.state != stateDeleted && r.idHash() == hash {
			return i
		}
	}
	return -1
}

// v1Register answers registerVPPUserSrv. A living user comes back unchanged; a retired one that never had an Apple Account
// comes back to life; else there is a new record.
// https://developer.apple.com/documentation/devicemanagement/registervppuserrequest
func (a *Apple) v1Register(c *call) reply {
	u, refused := v1Person(c.v1)
	now := a.lock()
	defer a.unlock()
	switch {
	case refused != nil:
		return refused.reply()
	case u.ClientUserID == "":
		return fail(9600).reply()
	case a.tooLong(u.ClientUserID):
		return fail(9602).reply()
	}
	l := c.location
	if i, _, lives := l.live(u.ClientUserID); lives {
		return a.v1UserReply(c, now, a.v1UserOf(c, i))
	}
	if number := a.v1Strikes(l, u, -1); number != 0 {
		return fail(number).reply()
	}
	i, reused := l.neverAssociated(u.ClientUserID)
	if u.Email == "" && reused {
		u.Email = l.at(i).email
	}
	i = a.makeUser(l, u, i, reused, now)
	return a.v1UserReply(c, now, a.v1UserOf(c, i))
}

// neverAssociated is the newest retired record of a clientUserId that never had an Apple Account.
func (l *location) neverAssociated(clientUserID string) (int32, bool) {
	for i, r := range l.records(clientUserID) {
		if r.state == stateRetired && r.account == "" {
			return i, true
		}
	}
	return -1, false
}

// v1Person reads who a register or edit is about, and checks the address.
func v1Person(args v1Args) (requestUser, *wireError) {
	var u requestUser
	for _, member := range []struct {
		name string
		into *string
	}{{"clientUserIdStr", &u.ClientUserID}, {"email", &u.Email}, {"managedAppleIDStr", &u.ManagedAppleID}} {
		text, ok := args.text(member.name)
		if !ok && args[member.name] != nil {
			return u, fail(9602)
		}
		*member.into = text
	}
	if u.Email != "" && !mailbox(u.Email) {
		return u, fail(9602)
	}
	return u, nil
}

// v1Strikes is the number of the error that a register or edit meets, or 0.
func (a *Apple) v1Strikes(l *location, u requestUser, to int32) int {
	if number := a.faults.drawItem(); number != 0 {
		return number
	}
	return a.checkManaged(l, u.ManagedAppleID, to)
}

// v1Edit answers editVPPUserSrv: what is not given stays. A retired user can be edited by name.
// https://developer.apple.com/documentation/devicemanagement/editvppuserrequest
func (a *Apple) v1Edit(c *call) reply {
	u, refused := v1Person(c.v1)
	now := a.lock()
	defer a.unlock()
	if refused != nil {
		return refused.reply()
	}
	i, byID, refused := a.v1Find(c)
	if refused != nil {
		return refused.reply()
	}
	switch number := c.location.at(i).ending(byID); {
	case number == 0, number == 9609 && !a.quirks.EditRetired9609 && u.ManagedAppleID == "":
	default:
		return fail(number).reply()
	}
	if number := a.v1Strikes(c.location, u, i); number != 0 {
		return fail(number).reply()
	}
	a.changeUser(c.location, i, u, now)
	return a.v1UserReply(c, now, a.v1UserOf(c, i))
}

// v1Retire answers retireVPPUserSrv. Retiring twice is an error by userId only.
// https://developer.apple.com/documentation/devicemanagement/retirevppuserresponse
func (a *Apple) v1Retire(c *call) reply {
	now := a.lock()
	defer a.unlock()
	i, byID, refused := a.v1Find(c)
	if refused != nil {
		return refused.reply()
	}
	switch number := c.location.at(i).ending(byID); {
	case number == 0:
		if spoiled := a.faults.drawItem(); spoiled != 0 {
			return fail(spoiled).reply()
		}
		a.end(c.location, i, now)
	case byID:
		return fail(number).reply()
	}
	u := a.v1UserOf(c, i)
	u.Licenses = c.location.v1Kept(i)
	return a.v1UserReply(c, now, u)
}

// ending says why a record can not be worked on: it is retired (9618) or deleted (9620), or by its name not found (9609); 0 if it lives.
func (r *record) ending(byID bool) int {
	switch {
	case r.living():
		return 0
	case !byID:
		return 9609
	case r.state == stateDeleted:
		return 9620
	}
	return 9618
}
