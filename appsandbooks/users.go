package appsandbooks

// Status is Apple's word for where a user stands. Unknown words are kept as
// they came.
type Status string

// The statuses of a user. Mind the words: Registered means that the record
// exists and the invitation is still open.
const (
	Registered Status = "Registered"
	Associated Status = "Associated" // an Apple Account is linked
	Retired    Status = "Retired"
	Deleted    Status = "Deleted" // of the old API
)

// User is a record at Apple. For one ClientUserID there may be any number of
// Retired records beside at most one live one.
// https://developer.apple.com/documentation/devicemanagement/responseuser
type User struct {
	ClientUserID string `json:"clientUserId"`
	Email        string `json:"email"`
	IDHash       string `json:"idHash"`     // opaque; of the Apple Account, once associated
	InviteCode   Secret `json:"inviteCode"` // while Registered; see Client.InvitationURL
	Status       Status `json:"status"`
}

// UsersPage is one page of users.
// https://developer.apple.com/documentation/devicemanagement/getusersresponse
type UsersPage struct {
	Paging
	Users []User `json:"users"`
}

type usersAnswer struct {
	fault
	UsersPage
}

func (a *usersAnswer) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "users", &a.Users)
}

// RequestUser is a user to create, update or retire. Retire looks at
// ClientUserID alone.
// https://developer.apple.com/documentation/devicemanagement/requestuser
type RequestUser struct {
	// ClientUserID is yours: stable, unique, never changed, not an address.
	ClientUserID string `json:"clientUserId"`
	Email        string `json:"email,omitempty"`
	// ManagedAppleID associates at once, without invitation, when it is of
	// the token's own organization.
	ManagedAppleID string `json:"managedAppleId,omitempty"`
}

func (u *User) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "clientUserId":
		r.text("clientUserId", &u.ClientUserID)
	case "email":
		r.text("email", &u.Email)
	case "idHash":
		r.text("idHash", &u.IDHash)
	case "inviteCode":
		r.text("inviteCode", (*string)(&u.InviteCode))
	case "status":
		r.word("status", (*string)(&u.Status))
	default:
		r.raw()
	}
}
