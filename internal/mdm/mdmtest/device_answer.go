package mdmtest

import (
	"context"

	"github.com/micromdm/plist"
)

// asked is what a server asks of a device.
type asked struct {
	CommandUUID string
	Command     struct {
		RequestType   string
		ProgramID     string
		InvitationURL string
		Queries       []string
	}
}

// Answer asks for commands until there are none, and carries them out. A nil
// person is the device's own channel.
func (d *Device) Answer(ctx context.Context, p *Person) error {
	say := d.names(p)
	say["Status"] = "Idle"
	for {
		body, err := d.put(ctx, "application/x-apple-aspen-mdm; charset=UTF-8", say)
		if err != nil || len(body) == 0 {
			return err
		}
		var c asked
		if err := plist.Unmarshal(body, &c); err != nil {
			return err
		}
		say = d.names(p)
		say["CommandUUID"] = c.CommandUUID
		for key, value := range d.carryOut(c) {
			say[key] = value
		}
	}
}

func (d *Device) carryOut(c asked) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.putOff < d.Do.NotNow {
		d.putOff++
		return map[string]any{"Status": "NotNow"}
	}
	switch c.Command.RequestType {
	case "InviteToProgram":
		return d.invite(c)
	case "DeviceInformation":
		return d.tell(c)
	}
	return refusal("Error")
}

// invite shows the prompt, unless the device refuses.
func (d *Device) invite(c asked) map[string]any {
	if c.Command.ProgramID != "com.apple.cloudvpp" {
		return map[string]any{"Status": "Acknowledged", "InvitationResult": string(RefuseProgram)}
	}
	switch d.Do.Refuse {
	case RefuseLink, RefuseProgram:
		return map[string]any{"Status": "Acknowledged", "InvitationResult": string(d.Do.Refuse)}
	case RefuseError, RefuseFormat:
		return refusal(string(d.Do.Refuse))
	}
	d.shown[c.CommandUUID]++
	if d.Do.Invited != nil {
		go d.Do.Invited(c.Command.InvitationURL)
	}
	return map[string]any{"Status": "Acknowledged", "InvitationResult": "Acknowledged"}
}

// tell says which account is signed in to the App Store.
func (d *Device) tell(c asked) map[string]any {
	said := map[string]any{}
	for _, q := range c.Command.Queries {
		switch q {
		case "iTunesStoreAccountIsActive":
			said[q] = d.Do.Hash != ""
		case "iTunesStoreAccountHash":
			if d.Do.Hash != "" {
				said[q] = d.Do.Hash
			}
		}
	}
	return map[string]any{"Status": "Acknowledged", "QueryResponses": said}
}

func refusal(status string) map[string]any {
	return map[string]any{"Status": status, "ErrorChain": []map[string]any{{
		"ErrorCode": 12021, "ErrorDomain": "MCMDMErrorDomain",
		"LocalizedDescription": "Der Befehl ist ungültig.", "USEnglishDescription": "The command is not valid.",
	}}}
}
