package vpp

import "time"

// The writes of Apple's assets endpoints.
const (
	WriteAssociate    Write = "associate"
	WriteDisassociate Write = "disassociate"
)

// OfLicenses says whether the write is about licenses, and not about people.
func (w Write) OfLicenses() bool { return w == WriteAssociate || w == WriteDisassociate }

// Wish is that a person is to have an app or a book, or is to have it no
// longer: what we want, and what Apple says, as far as program has read it.
type Wish struct {
	UserID UserID
	AssetID

	// What we want.
	WantedAt     time.Time
	WantedBy     string
	TaskID       TaskID
	EndedAt      time.Time // it is wanted no longer
	EndedBy      string
	Op           Write      // is to be asked of Apple, or was
	SendLocation LocationID // where that goes to
	BatchID      BatchID    // the call that carries it; "" while it waits for one

	// What Apple says.
	LineAt       time.Time  // when the person accepted, the order of the line; zero before
	Location     LocationID // Apple's assignments show it there; "" while they do not
	AppleError   int        // Apple's last refusal, 0 if none
	AppleErrorAt time.Time

	// Of the person.
	FullName, Email string
	Paused          bool
	Assignable      bool // registered at a location that may give it, see ProgramUser.Assignable

	Position int // in the line, from 1; 0 where it was not asked for, or there is none
}

// WishState is derived from a wish's facts.
type WishState string

// The states of a wish.
const (
	WishHeld       WishState = "held"        // waits until the person is registered
	WishPaused     WishState = "paused"      // waits until the person is resumed
	WishInLine     WishState = "in_line"     // waits for a license
	WishWaiting    WishState = "waiting"     // Apple has our request, or is about to get it
	WishAssigned   WishState = "assigned"    // Apple's assignments show it
	WishRefused    WishState = "refused"     // Apple refused
	WishTakingBack WishState = "taking_back" // waits for Apple to take it back
	WishTakenBack  WishState = "taken_back"
)

// WishStates lists them in the order of a license's way.
func WishStates() []WishState {
	return []WishState{WishHeld, WishPaused, WishInLine, WishWaiting, WishAssigned, WishRefused, WishTakingBack, WishTakenBack}
}

// Word is the state on screen.
func (s WishState) Word() string {
	switch s {
	case WishHeld:
		return "Held"
	case WishPaused:
		return "Paused"
	case WishInLine:
		return "In line"
	case WishWaiting:
		return "Waiting for Apple"
	case WishAssigned:
		return "Assigned"
	case WishRefused:
		return "Refused"
	case WishTakingBack:
		return "Being taken back"
	case WishTakenBack:
	}
	return "Taken back"
}

// State derives how the wish stands. Nothing is assigned before Apple's
// assignments show it (trap 2). The store says the same in SQL; a test holds
// them equal.
func (w Wish) State() WishState {
	switch {
	case !w.EndedAt.IsZero() && (w.Location != "" || w.Op != WriteNone):
		return WishTakingBack
	case !w.EndedAt.IsZero():
		return WishTakenBack
	case w.Location != "":
		return WishAssigned
	case w.Op != WriteNone:
		return WishWaiting
	case w.AppleError != 0:
		return WishRefused
	case w.Paused:
		return WishPaused
	case !w.Assignable:
		return WishHeld
	}
	return WishInLine
}

// Why says in a sentence why the person does not have it, "" when they do.
func (w Wish) Why() string {
	switch w.State() {
	case WishHeld:
		return "It is assigned when the person is registered at a location that has it."
	case WishPaused:
		return "The person is paused: it is assigned when they are resumed."
	case WishInLine:
		return "It is assigned when a license is free where the person is registered."
	case WishWaiting:
		return "Waits for Apple."
	case WishRefused:
		return ExplainApple(w.AppleError).Said()
	case WishTakingBack:
		return "Is being taken back."
	case WishTakenBack:
		if w.EndedBy == EndedOutside {
			return "Was taken back outside of rsvpp."
		}
		return "Was taken back."
	case WishAssigned:
	}
	return ""
}

// EndedOutside ends the wish of whom somebody else took the license from, at
// Apple, so that nobody fights about it.
const EndedOutside = "Apple"

// AssetOf reads from a task's parameters which app or book it is about.
func AssetOf(params map[string]string) AssetID {
	return AssetID{AdamID: params["adam_id"], PricingParam: params["pricing_param"]}
}

// Licensee is a wish in a call to Apple, with whom the call names.
type Licensee struct {
	Wish
	ClientUserID ClientUserID
	MayStill     bool // the person may still get it there
}

// WishCase is what assigning and taking back turn on. People of one case fare
// alike.
type WishCase struct {
	Has        bool // Apple's assignments show it, at some location
	Open       bool // is wished for
	Refused    bool // Apple refused it
	Asked      bool // a call to Apple is on its way, or waits
	Ended      bool // the wish was ended
	Paused     bool
	Assignable bool      // see Wish.Assignable
	Status     VPPStatus // at the location of the selection
	Leaving    bool      // is being removed there
}

// WishCount is how many people of a selection are in one case.
type WishCount struct {
	Case WishCase
	N    int
}

// Grant is what becomes of one person who is to get a license.
type Grant string

// The grants.
const (
	GrantReady   Grant = "ready"   // gets one as soon as one is free
	GrantPaused  Grant = "paused"  // is kept until the person is resumed
	GrantHeld    Grant = "held"    // is kept until the person is registered
	GrantHas     Grant = "has"     // has it already
	GrantWished  Grant = "wished"  // was asked for before
	GrantBusy    Grant = "busy"    // is being taken back just now
	GrantRefused Grant = "refused" // is not registered, and nothing is held
)

// Grant says what becomes of somebody who is to get a license, and why in a
// sentence. Only who is registered gets one; with hold the wish of the others
// is kept (S0-03, S0-10, F-60).
func (c WishCase) Grant(hold bool) (Grant, string) {
	switch {
	case c.Ended && (c.Has || c.Asked):
		return GrantBusy, "It is being taken back just now: assign it again when that is done."
	case c.Has:
		return GrantHas, "Has it already."
	case c.Open && !c.Refused:
		return GrantWished, "Was asked for before."
	case c.Assignable && c.Paused:
		return GrantPaused, "Kept: the person is paused, and gets it when they are resumed."
	case c.Assignable:
		return GrantReady, "Waits for a license, and for Apple."
	case hold:
		return GrantHeld, "Held: it is assigned when the person is registered."
	}
	return GrantRefused, c.whyNot()
}

// whyNot is ProgramUser.Assignable's sentence for people of the case.
func (c WishCase) whyNot() string {
	p := ProgramUser{}
	switch c.Status {
	case Registered:
		p.AppleStatus = AppleAssociated
	case Invited:
		p.AppleStatus, p.HandedOverAt = AppleRegistered, time.Unix(1, 0)
	case Removed:
		p.AppleStatus = AppleRetired
	case NotInvited:
	}
	if c.Leaving {
		p.Pending = WriteRetire
	}
	if err := p.Assignable(); err != nil {
		return MessageOf(err)
	}
	return "No license can be assigned: the person is not registered at a location that gives it."
}

// Return is what becomes of one person who is to have a license no longer.
type Return string

// The returns.
const (
	ReturnTaken   Return = "taken"   // Apple is asked to take it back
	ReturnEnded   Return = "ended"   // the wish ends, Apple has nothing to do
	ReturnKept    Return = "kept"    // books stay for good (F-69)
	ReturnBusy    Return = "busy"    // Apple has a request about it
	ReturnNothing Return = "nothing" // there is none
)

// Return says what becomes of somebody who is to have a license no longer.
func (c WishCase) Return(revocable bool) (Return, string) {
	switch {
	case c.Ended && (c.Has || c.Asked):
		return ReturnBusy, "It is being taken back already."
	case c.Asked:
		return ReturnBusy, "Apple has the request to assign it just now: take it back when that is answered."
	case c.Has && !revocable:
		return ReturnKept, "It belongs to the person for good: Apple takes no book back."
	case c.Has:
		return ReturnTaken, "Waits for Apple."
	case c.Open:
		return ReturnEnded, "Is wished for no longer."
	}
	return ReturnNothing, "Has no license of it."
}

// PlannedWish is what a task means to do about one person.
type PlannedWish struct {
	State  ItemState
	Detail string
	Count  string // under which name it counts in the task's result
	Want   bool   // the wish is written
	Take   bool   // Apple is asked to take the license back
	End    bool   // the wish ends
}

// Stock is how many licenses of an app or book one location has for those who
// wait.
type Stock struct {
	Asset
	Name     string // of the location
	Position int    // in the order, from 1; 0 where the order leaves it out
	Usable   bool   // licenses may be assigned there just now
	Asked    int    // are on their way to people
	Short    bool   // Apple said that none is left, whatever it counts
}

// Free is how many licenses may be given to who waits; unlimited ones are as
// many as anybody wants.
func (s Stock) Free() int {
	switch {
	case !s.Usable || s.Position == 0 || s.Short:
		return 0
	case s.Unlimited:
		return unlimited
	}
	return max(s.Available-s.Asked, 0)
}

// unlimited is more than there are people.
const unlimited = 1 << 30
