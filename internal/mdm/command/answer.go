package command

import (
	"time"

	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// answer is what any of our commands may be answered with.
// https://developer.apple.com/documentation/devicemanagement/invitetoprogramresponse
type answer struct {
	CommandUUID      string
	Status           string
	InvitationResult string
	ErrorChain       []struct {
		ErrorCode            int
		ErrorDomain          string
		LocalizedDescription string
		USEnglishDescription string
	}
	QueryResponses *struct {
		Active *bool   `plist:"iTunesStoreAccountIsActive"`
		Hash   *string `plist:"iTunesStoreAccountHash"`
		Shared *bool   `plist:"IsMultiUser"`
	}
}

// Read reads what a device said of a command; the body must be guarded, see
// Guard. CommandAnswer.ID is empty when the device only asks for commands.
func Read(body []byte, server vpp.MDMID, channel vpp.EnrollmentID, at time.Time) (vpp.CommandAnswer, error) {
	var said answer
	if err := plist.Unmarshal(body, &said); err != nil {
		return vpp.CommandAnswer{}, vpp.Wrap(vpp.Invalid, err, "The device's answer is no property list.")
	}
	a := vpp.CommandAnswer{
		ID: said.CommandUUID, MDM: server, Enrollment: channel, Status: said.Status, Invitation: said.InvitationResult, At: at,
	}
	for _, e := range said.ErrorChain {
		text := e.USEnglishDescription
		if text == "" {
			text = e.LocalizedDescription
		}
		a.Errors = append(a.Errors, vpp.ErrorChain{Code: e.ErrorCode, Domain: e.ErrorDomain, Description: text})
	}
	if q := said.QueryResponses; q != nil && (q.Active != nil || q.Hash != nil) {
		a.Account = &vpp.DeviceAccount{ReadAt: at, Active: q.Active != nil && *q.Active}
		if q.Hash != nil {
			a.Account.Hash = *q.Hash // compared byte for byte: nothing about it is changed
		}
	}
	if said.QueryResponses != nil {
		a.MultiUser = said.QueryResponses.Shared
	}
	return a, nil
}
