package vpp

import (
	"strconv"
	"time"
)

// NowhereName names the location without a content token in which people wait
// whose only location was removed.
const NowhereName = "Without a location"

// Stake is what goes when a location is removed, and what keeps it.
type Stake struct {
	People     int // with a place there
	Only       int // of these, who has no other place
	Registered int // living records of people here, with an Apple Account
	Invited    int // and without: their invitation is under way
	Waiting    int // people whose change waits for Apple, or is on its way there
	Tasks      int // under way at the location
	Strangers  int // living records that are nobody's here
	Assets     int // apps and books, as they were read
	Licenses   int // assignments of these, as they were read
	Others     int // other locations
}

// Living counts the records at Apple that are of people here.
func (s Stake) Living() int { return s.Registered + s.Invited }

// KeptBy says why the location may not be removed, and what to do; "" when it
// may be. What was moved out is the next server's, whatever its people have there.
func (l Location) KeptBy(s Stake) string {
	switch {
	case l.UID == "" && s.Others == 0:
		return l.Name + " has no content token: people wait there for the first one. There is nothing to remove."
	case l.UID == "" && s.Only > 0:
		return numbered(s.Only, "person has", "people have") + " no place but in " + l.Name + ": add them to another location first, or remove them."
	case s.Tasks > 0:
		return numbered(s.Tasks, "task is", "tasks are") + " under way at " + l.Name + ": wait for the end, or cancel under Tasks."
	case !l.MovedAt.IsZero():
		return ""
	case s.Waiting > 0:
		return numbered(s.Waiting, "change of a person waits", "changes of people wait") + " for Apple at " + l.Name +
			": wait until Apple has answered, or move the location out."
	case s.Living() > 0:
		return numbered(s.Living(), "person of", "people of") + " " + l.Name + " " + have(s.Living()) + " a living record at Apple (" + strconv.Itoa(s.Registered) + " registered, " +
			strconv.Itoa(s.Invited) + " not yet): use Delete from VPP first, or move the location out and give its hand-over file to the next server."
	}
	return ""
}

// Untellable says why Apple cannot be told that the location is let go; "" when
// it can be, or when there is nothing to tell.
func (l Location) Untellable(now time.Time) string {
	switch {
	case l.UID == "":
		return ""
	case !l.Usable(now):
		return "The content token of " + l.Name + " does not work any more, so Apple cannot be told that this server lets the location go: " +
			"a claim of ours, and our address for notifications, stay there until another server writes its own. Renew the token first, or remove the location without telling Apple."
	case l.ClaimState() == ClaimTaken || l.ClaimState() == ClaimOthers:
		return l.Claim.Title() + " manages " + l.Name + ": what stands at Apple is that server’s, and is left as it is. Remove the location without telling Apple."
	}
	return ""
}

func have(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func numbered(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
