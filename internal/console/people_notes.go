package console

import (
	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// notesOf says what differs between here and Apple, location by location, and
// what will happen about it (F-12).
func notesOf(p roster.Profile, locations []vpp.Location) []view.Notice {
	var notes []view.Notice
	for _, place := range p.Places {
		at := ""
		for _, l := range locations {
			if l.ID == place.LocationID && len(p.Places) > 1 {
				at = l.Name + ": "
			}
		}
		for _, n := range notesAt(p.User, place) {
			n.Text = at + n.Text
			notes = append(notes, n)
		}
	}
	return notes
}

func notesAt(u vpp.User, p vpp.ProgramUser) (notes []view.Notice) {
	problem := vpp.ExplainApple(p.AppleError)
	apple := p.AppleEmail
	if apple == "" {
		apple = "no address"
	}
	switch {
	case p.Differs && p.Pending == vpp.WriteUpdate:
		notes = append(notes, view.Notice{Tone: view.Info, Text: "Waiting for Apple: what was changed here is on its way. Apple still has " + apple + "."})
	case p.Differs && p.AppleError != 0:
		notes = append(notes, view.Notice{Tone: view.Bad, Text: "Apple refused what was changed here. " + problem.Sentence + " " + problem.Next})
	case p.Differs:
		notes = append(notes, view.Notice{Tone: view.Info, Text: "Changed here, not yet at Apple: Apple has " + apple + ". Sync VPP sends it, and so does the next read of everything."})
	}
	if p.Relinked() {
		notes = append(notes, view.Notice{Tone: view.Warn, Text: "The Managed Apple Account was changed here, but this person has linked an Apple Account already. " +
			"Apple never exchanges a linked account, so that nothing was sent. To link the other one, delete the person from VPP and invite again; licenses of books do not come back."})
	}
	switch {
	case p.ManagedError == 0 || u.ManagedAppleID == "":
	case p.AppleStatus == vpp.AppleAssociated:
		notes = append(notes, view.Notice{Tone: view.Info, Text: "Apple would not link " + u.ManagedAppleID + ". The person registered by invitation instead: there is nothing to do."})
	default:
		account := vpp.ExplainApple(p.ManagedError)
		notes = append(notes, view.Notice{Tone: view.Warn, Text: "Apple would not link " + u.ManagedAppleID + ". " + account.Sentence + " " + account.Next})
	}
	return notes
}
