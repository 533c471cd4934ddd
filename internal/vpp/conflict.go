package vpp

// ConflictKind sorts what does not go together at a location.
type ConflictKind string

// The kinds of conflict (F-08, F-09, F-10).
const (
	ConflictAccount  ConflictKind = "same_account"      // people who are registered with one Apple Account
	ConflictRecords  ConflictKind = "two_records"       // a person with another living record at Apple
	ConflictUnusable ConflictKind = "unusable_account"  // a Managed Apple Account that Apple would not link
	ConflictDevice   ConflictKind = "account_on_device" // a device on which another account is signed in than the person accepted with
	ConflictStranger ConflictKind = "stranger"          // a living record that is nobody's here
)

// ConflictKinds lists the kinds in the order in which they are shown.
var ConflictKinds = [...]ConflictKind{ConflictAccount, ConflictRecords, ConflictUnusable, ConflictDevice, ConflictStranger}

// ConflictCounts says how many conflicts of each kind a location has.
type ConflictCounts map[ConflictKind]int

// Total adds up what wants somebody. The records that are a person's second are
// among those of nobody here, and count once.
func (c ConflictCounts) Total() int {
	return c[ConflictAccount] + c[ConflictUnusable] + c[ConflictDevice] + max(c[ConflictRecords], c[ConflictStranger])
}

// MappingConflict is one thing that does not go together.
type MappingConflict struct {
	Kind   ConflictKind
	People []Person     // whom it is about; the first some, when an account is of very many
	More   int          // people beyond these
	Other  *OtherRecord // with ConflictRecords and ConflictStranger: the record that is not ours
	Number int          // with ConflictUnusable: Apple's error number
	Holder string       // with 9641: the full name of who has the account here, or the record's name at Apple; "" when it cannot be known
	Device *WrongDevice // with ConflictDevice
}

// WrongDevice is a device on which another account is signed in.
type WrongDevice struct {
	ID   DeviceID
	Name string
	User string // whose channel it is on a Mac or Shared iPad, "" on the device's own
}

// OtherRecord is a living record at Apple that is nobody's here and seems to be
// a person's whom we have.
type OtherRecord struct {
	ClientUserID ClientUserID
	AppleStatus  AppleStatus
	AppleEmail   string
	ByAccount    bool // the same Apple Account; otherwise the same address
}

// Words say what is wrong and what to do.
func (c MappingConflict) Words() (sentence, next string) {
	switch c.Kind {
	case ConflictAccount:
		return "These people are registered with one and the same Apple Account. Licenses that are assigned to both fail for one of them, or the app does not install.",
			"Find out whose account it is, and delete the other one from VPP; that person is then invited again and signs in with an account of their own."
	case ConflictRecords:
		by := "has this person's address"
		if c.Other != nil && c.Other.ByAccount {
			by = "has this person's Apple Account"
		}
		return "Apple has two living records of this person: ours, and one that belongs to nobody here and " + by + ". Another server, or an earlier installation, made it.",
			"Keep one: retire the other record, or delete ours from VPP and adopt the other one."
	case ConflictUnusable:
		p := ExplainApple(c.Number)
		if c.Holder != "" {
			return p.Sentence + " It is bound to " + c.Holder + ". " + p.Cause, p.Next
		}
		return p.Sentence + " " + p.Cause, p.Next
	case ConflictDevice:
		return ExplainAccount(AccountOther)
	case ConflictStranger:
	}
	return "This record at Apple belongs to nobody here: another server, or an earlier installation, made it.",
		"Adopt it for the person whose it is, retire it, or leave it. Nobody is retired by itself."
}
