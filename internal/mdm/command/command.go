// Package command writes MDM commands as property lists, and reads what
// devices answer.
//
// It owns the wire form of the few commands that rsvpp sends. It never sends.
package command

import (
	"errors"

	"github.com/jessepeterson/mdmcommands"
	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Write makes a command's property list. The CommandUUID is the command's id.
func Write(c vpp.Command) ([]byte, error) {
	switch c.Kind {
	case vpp.CommandInvite:
		return invite(c)
	case vpp.CommandAccount:
		return account(c)
	}
	return nil, errors.New("command: " + string(c.Kind) + " is no command of ours")
}

// invite is InviteToProgram (S3-11…S3-14).
// https://developer.apple.com/documentation/devicemanagement/invitetoprogramcommand
func invite(c vpp.Command) ([]byte, error) {
	if c.URL == "" {
		return nil, errors.New("command: an invitation needs its link")
	}
	p := mdmcommands.NewInviteToProgramCommand(c.ID)
	p.Command.ProgramID, p.Command.InvitationURL = vpp.ProgramID, c.URL
	return plist.Marshal(p)
}

// accountQueries are about the account that is signed in to the App Store, and
// what the device is: other MDM servers do not tell that of all their devices.
// https://developer.apple.com/documentation/devicemanagement/deviceinformationcommand
var accountQueries = [...]string{
	"iTunesStoreAccountIsActive", "iTunesStoreAccountHash",
	"DeviceName", "OSVersion", "BuildVersion", "ModelName", "Model", "ProductName", "SerialNumber", "IsMultiUser",
}

func account(c vpp.Command) ([]byte, error) {
	p := mdmcommands.NewDeviceInformationCommand(c.ID)
	p.Command.Queries = accountQueries[:]
	return plist.Marshal(p)
}
