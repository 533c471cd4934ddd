package applesim

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"
)

// Status is Apple's word for the state of a user record.
type Status string

// The states of a user record. Registered means invited; Associated means an Apple Account is linked.
const (
	Registered Status = "Registered"
	Associated Status = "Associated"
	Retired    Status = "Retired"
	Deleted    Status = "Deleted"
)

// record is one user record of a location, packed: there may be a million of them. Times are Unix milliseconds, zero for never.
type record struct {
	clientUserID, email, account        string
	created, invited, associated, ended int64
	changed                             uint32 // position of its latest change in the location's log
	previous                            int32  // older record with the same clientUserID, or -1
	sameAccount                         int32  // older record bound to the same account, or -1
	holds                               int32  // its newest assignment, or -1
	hash                                [20]byte
	rotation                            uint16 // how often the invite code was replaced
	state                               state
	managed                             bool
}

type state uint8

const (
	stateRegistered state = iota
	stateAssociated
	stateRetired
	stateDeleted
)

func (s state) status() Status {
	return [...]Status{Registered, Associated, Retired, Deleted}[s]
}

func (r *record) living() bool { return r.state <= stateAssociated }

// User is one record as it truly is at the pretend Apple, whatever a client was told.
type User struct {
	ClientUserID string
	Email        string
	Status       Status
	InviteCode   string // kept after association and retirement; see Status
	IDHash       string // base64 of 20 bytes, empty if never associated
	Account      string // the Apple Account that signed in
	Managed      bool   // bound by managedAppleId, without an invitation
	CreatedAt    time.Time
	AssociatedAt time.Time // zero if never
	RetiredAt    time.Time // zero if alive
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (r *record) idHash() string {
	if r.account == "" {
		return ""
	}
	return base64.StdEncoding.EncodeToString(r.hash[:])
}

// look says which members of a record go on the wire; GET users and the notifications differ.
type look struct{ codeAlways, codeOnAssociated bool }

// appendUser writes a record as Apple's ResponseUser. The page encoder calls it a thousand times per page.
// https://developer.apple.com/documentation/devicemanagement/responseuser
func (a *Apple) appendUser(b []byte, l *location, i int32, r *record, k look) []byte {
	b = append(b, `{"clientUserId":`...)
	b = appendString(b, r.clientUserID)
	if r.email != "" {
		b = append(b, `,"email":`...)
		b = appendString(b, r.email)
	}
	if r.account != "" {
		b = append(b, `,"idHash":"`...)
		b = base64.StdEncoding.AppendEncode(b, r.hash[:])
		b = append(b, '"')
	}
	// A user bound by managedAppleId never had an invitation.
	coded := r.state == stateRegistered || k.codeAlways && !r.managed || k.codeOnAssociated && r.state == stateAssociated && !r.managed
	if coded {
		code := a.mint.code(l.index, i, r.rotation)
		b = append(b, `,"inviteCode":"`...)
		b = hex.AppendEncode(b, code[:])
		b = append(b, '"')
	}
	b = append(b, `,"status":"`...)
	b = append(b, r.state.status()...)
	return append(b, `"}`...)
}

// appendString writes a JSON string; plain ASCII, the usual case, is copied.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return append(b, quote(s)...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendInt(b []byte, key string, n int) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return strconv.AppendInt(b, int64(n), 10)
}
