package invite

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// patience is after how many days without a sign a reminder makes sense.
const patience = 3

// answer says why the person is not registered, and the one best thing to do.
func answer(s Story, h vpp.CaseHistory, mail bool, now time.Time) (string, Next) {
	switch p := h.Place; {
	case p.Pending == vpp.WriteRetire:
		return "A removal waits for Apple.", wait("It is done as soon as Apple confirms it.")
	case !p.Removing.At.IsZero():
		return "Will be removed from VPP at " + p.Removing.At.UTC().Format("15:04 MST") + ".", Next{ActRemoval, "Show the removal", "Nothing was sent to Apple yet: it can be undone until then."}
	case h.User.Paused():
		return "Paused since " + h.User.PausedAt.UTC().Format("2 January 2006") + ".", Next{ActResume, "Resume", "Nothing is sent to this person until somebody resumes them; the record at Apple stays as it is."}
	case len(h.SameAccount) > 0:
		return "Registered, with the same Apple Account as " + namesOf(h.SameAccount) + ".", Next{ActConflict, "Show the conflict", "Licenses that are assigned to people of one account fail: delete one of them from VPP, and invite again with another account."}
	case p.AppleStatus == vpp.AppleAssociated:
		return "Registered: an Apple Account is linked.", Next{}
	case p.Pending == vpp.WriteCreate && p.BatchID == "" && h.Location.TokenState(now) == vpp.TokenElsewhere:
		return "The request to Apple waits until this server manages the location again.", Next{ActRenewToken, "See who manages the location", h.Location.TokenNext(now)}
	case p.Pending == vpp.WriteCreate && p.BatchID == "" && h.Location.TokenState(now) == vpp.TokenNoConsent:
		return "The request to Apple waits until somebody confirms that people's data may go there.", Next{ActConsent, "Read and confirm", h.Location.TokenNext(now)}
	case p.Pending == vpp.WriteCreate && p.BatchID == "" && !h.Location.Writable(now):
		return "The request to Apple waits for a usable content token.", Next{ActRenewToken, "Renew the content token", "Nothing can be asked of Apple without one."}
	case p.Pending == vpp.WriteCreate && p.BatchID == "":
		return "The request to create the record waits for its turn at Apple.", wait("It goes out by itself.")
	case p.Pending == vpp.WriteCreate:
		return "Apple has taken the request and has not confirmed it yet.", wait("Apple confirms within minutes; it is looked after by itself.")
	case p.AppleStatus == vpp.AppleRegistered:
		return answerInvited(s, h, mail, now)
	}
	return answerUninvited(h, mail, now)
}

// answerUninvited is for those without a living record at Apple.
func answerUninvited(h vpp.CaseHistory, mail bool, now time.Time) (string, Next) {
	p, token := h.Place, h.Location.TokenState(now)
	again := p.AppleStatus == vpp.AppleRetired || p.AppleStatus == vpp.AppleDeleted
	switch {
	case p.AppleError != 0:
		return answerRefused(h)
	case token == vpp.TokenMissing:
		return "Not invited: this location has no content token yet.", Next{ActAddToken, "Add the content token", "Without one nobody can be invited."}
	case token == vpp.TokenElsewhere:
		return "Not invited: " + h.Location.TokenSentence(now), Next{ActRenewToken, "See who manages the location", h.Location.TokenNext(now)}
	case token == vpp.TokenNoConsent:
		return "Not invited: " + h.Location.TokenSentence(now), Next{ActConsent, "Read and confirm", h.Location.TokenNext(now)}
	case token == vpp.TokenNotAllowed:
		return "Not invited: the location's content token may only read.", Next{ActRenewToken, "Renew the content token", h.Location.TokenNext(now)}
	case !h.Location.Usable(now):
		return "Not invited: the location's content token can no longer be used.", Next{ActRenewToken, "Renew the content token", "Without one nobody can be invited."}
	case (h.User.Email == "" || !mail) && h.User.ManagedAppleID == "" && onDevices(h) != "":
		return notYet(again), Next{ActOnDevice, "Invite on " + onDevices(h), "The invitation is shown there; no e-mail is needed."}
	case h.User.Email == "" && h.User.ManagedAppleID == "":
		return notYet(again) + " There is no e-mail address.", Next{ActAddress, "Type an address", "Or invite by link, and hand the link over."}
	case !mail && h.User.ManagedAppleID == "":
		return notYet(again) + " No mail is set up, either.", Next{ActMail, "Set up mail", "Or invite by link, and hand the link over."}
	case mail && closedDevice(h) != "" && !again:
		return notYet(again) + " " + closedDevice(h), Next{ActByMail, "Invite by e-mail", "The device cannot show the invitation, a letter reaches the person."}
	case again:
		return notYet(again) + heldWords(h.Before), Next{ActInviteAgain, "Register again", "The same person gets a new record and a new invitation. " + heldAdvice(h.Before)}
	}
	return notYet(again), Next{ActInvite, "Invite", "The record is made at Apple first; then the invitation goes out."}
}

func notYet(again bool) string {
	if again {
		return "Removed from VPP."
	}
	return "Not invited yet."
}

// heldWords say what a removed person held: "Held 3 apps and 1 book before."
func heldWords(h vpp.HeldBefore) string {
	if h.At.IsZero() {
		return ""
	}
	return " Held " + HeldCount(h.Apps(), h.Books()) + " before."
}

func heldAdvice(h vpp.HeldBefore) string {
	switch {
	case h.At.IsZero():
		return ""
	case h.Apps() == 0:
		return "Books stay with the Apple Account: whoever signs in with the same one has them again."
	}
	return "The apps' licenses came back then; they have to be assigned again."
}

// HeldCount says a number of licenses in words: "3 apps and 1 book".
func HeldCount(apps, books int) string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{apps, "app", "apps"}, {books, "book", "books"}} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.one)
		case p.n > 1:
			parts = append(parts, strconv.Itoa(p.n)+" "+p.many)
		}
	}
	if len(parts) == 0 {
		return "no license"
	}
	return strings.Join(parts, " and ")
}

// namesOf names the first people and counts the others.
func namesOf(people []vpp.User) string {
	const named = 3
	var names []string
	for _, u := range people[:min(len(people), named)] {
		names = append(names, u.FullName)
	}
	if len(people) > named {
		return strings.Join(names, ", ") + " and others"
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

func answerRefused(h vpp.CaseHistory) (string, Next) {
	problem := vpp.ExplainApple(h.Place.AppleError)
	why := fmt.Sprintf("Apple refused (error %d): %s", problem.Number, problem.Sentence)
	switch {
	case h.Place.AppleError == vpp.AppleBadEmail:
		return why, Next{ActAddress, "Correct the address", problem.Next}
	case h.Place.AppleError == vpp.AppleAccountUnusable, h.Place.AppleError == vpp.AppleAccountTaken:
		return why, Next{ActAccount, "Correct the Managed Apple Account", problem.Next}
	case vpp.EndsToken(h.Place.AppleError):
		return why, Next{ActRenewToken, "Renew the content token", problem.Next}
	}
	return why, Next{ActInvite, "Try again", problem.Next}
}

// answerInvited is for those with a record at Apple and no account linked.
func answerInvited(s Story, h vpp.CaseHistory, mail bool, now time.Time) (string, Next) {
	i, p := s.Invitation, h.Place
	last := lastLetter(h)
	if why, next, ok := answerDevice(i, h, mail, now); ok {
		return why, next
	}
	switch {
	case i == nil:
		return "The record at Apple is there, but no invitation was handed over from here.", handOver(h, mail)
	case s.State == vpp.InvitationWithdrawn:
		return "The invitation was withdrawn.", handOver(h, mail)
	case !i.NotMeAt.IsZero():
		return "The reader of the link said that they are somebody else: the address seems to be wrong.", Next{ActAddress, "Correct the address", "Then resend: the old link stays dead."}
	case p.MailProblem == vpp.DeliveryRefused:
		return "The mail server refused the letter: " + last.Sentence, Next{ActAddress, "Correct the address", "Then resend, or hand the link over another way."}
	case p.MailProblem == vpp.DeliveryBounced:
		return "The mail server took the letter. " + last.Sentence, Next{ActAddress, "Correct the address", "Then resend, or hand the link over another way."}
	case p.MailProblem == vpp.DeliveryComplained:
		return "The letter arrived and was reported as junk: nothing more is mailed to this address.", Next{ActCopyLink, "Copy the link", "Hand it over another way, or enter another address."}
	case p.MailProblem == vpp.DeliveryDeferred && last.Outcome.Open():
		return "The mail server asked to try later: " + last.Sentence, Next{ActCopyLink, "Copy the link", fmt.Sprintf("The letter is tried again by itself (%d so far); the link can be handed over meanwhile.", last.Attempts)}
	case s.State == vpp.InvitationExpired:
		return "The link expired before the person signed in.", resend("The same record is used; the link works again.")
	case last.Outcome.Open() && last.ID != "" && !mail:
		return "The letter waits: no mail is set up any more.", Next{ActMail, "Set up mail", "Or copy the link and hand it over."}
	case last.Outcome == vpp.DeliveryQueued:
		return "The record at Apple is there; the letter waits to be sent.", wait("It goes out by itself.")
	case p.HandedOverAt.IsZero():
		return "Created at Apple. Nothing was mailed.", handOver(h, mail)
	}
	return answerPerson(i, p, now)
}

// answerPerson is for those who are the next to act themselves.
func answerPerson(i *vpp.Invitation, p vpp.ProgramUser, now time.Time) (string, Next) {
	switch {
	case !i.ContinuedAt.IsZero():
		return fmt.Sprintf("The person went on to Apple %s and has not finished signing in.", ago(i.ContinuedAt, now)), resend("A reminder helps those who cancelled the sign-in.")
	case !i.OpenedAt.IsZero():
		return fmt.Sprintf("The person opened the link %s on %s and has not gone on to Apple.", ago(i.OpenedAt, now), deviceName(i.OpenedOn)), resend("Ask whether something held them up, or remind them.")
	case now.Sub(p.HandedOverAt) < patience*24*time.Hour:
		return fmt.Sprintf("Invited %s; the link has not been opened yet.", ago(p.HandedOverAt, now)), wait("A reminder makes sense after some days.")
	}
	return fmt.Sprintf("Invited %s, and the link was never opened.", ago(p.HandedOverAt, now)), resend("The letter may lie among the junk: resend it, or hand the link over.")
}

// handOver is the best way to bring an invitation to the person.
func handOver(h vpp.CaseHistory, mail bool) Next {
	if mail && h.User.Email != "" {
		return Next{ActInvite, "Send the invitation", "The record is there, so it goes out at once."}
	}
	return Next{ActCopyLink, "Copy the link", "Hand it over another way; that is put on record."}
}

func resend(why string) Next { return Next{ActResend, "Resend", why} }
func wait(why string) Next   { return Next{ActWait, "", why} }

// lastLetter is the latest letter; devices have answers of their own.
func lastLetter(h vpp.CaseHistory) vpp.Delivery {
	for _, d := range h.Deliveries {
		if d.Channel != vpp.ChannelDevice {
			return d
		}
	}
	return vpp.Delivery{}
}

func ago(t, now time.Time) string {
	switch days := int(now.Sub(t) / (24 * time.Hour)); days {
	case 0:
		return "today"
	case 1:
		return "yesterday"
	default:
		return fmt.Sprintf("%d days ago", days)
	}
}

func deviceName(kind string) string {
	switch kind {
	case "iphone":
		return "an iPhone"
	case "ipad":
		return "an iPad"
	case "mac":
		return "a Mac"
	case "windows":
		return "a Windows PC"
	case "android":
		return "an Android device"
	}
	return "another kind of device"
}
