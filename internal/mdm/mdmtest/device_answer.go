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
// person is the device's own channel. What the server did not hear is said
// again the next time, before anything is asked for.
func (d *Device) Answer(ctx context.Context, p *Person) error {
	for {
		body, err := d.put(ctx, Command, d.nextWord(p))
		if err != nil {
			return err
		}
		d.heard(p)
		if len(body) == 0 {
			return nil
		}
		var c asked
		if err := plist.Unmarshal(body, &c); err != nil {
			return err
		}
		say := d.names(p)
		say["CommandUUID"] = c.CommandUUID
		for key, value := range d.carryOut(c, p) {
			say[key] = value
		}
		d.mu.Lock()
		d.unsaid[p] = say
		d.mu.Unlock()
	}
}

// nextWord is what was not heard yet, or that the device is idle.
func (d *Device) nextWord(p *Person) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if say := d.unsaid[p]; say != nil {
		return say
	}
	say := d.names(p)
	say["Status"] = "Idle"
	return say
}

func (d *Device) heard(p *Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, told := d.unsaid[p]["QueryResponses"]; told {
		d.told[p]++
	}
	delete(d.unsaid, p)
}

func (d *Device) carryOut(c asked, p *Person) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[c.Command.RequestType]++
	if c.Command.RequestType == "InviteToProgram" && notAllowed(d.Kind, p) { // Apple's rule, not the server's word
		d.misled++
		return refusal("Error")
	}
	if d.putOff < d.Do.NotNow {
		d.putOff++
		return map[string]any{"Status": "NotNow"}
	}
	switch c.Command.RequestType {
	case "InviteToProgram":
		return d.invite(c, p)
	case "DeviceInformation":
		return d.tell(c, p)
	}
	return refusal("Error")
}

// invite shows the prompt, unless the device refuses.
func (d *Device) invite(c asked, p *Person) map[string]any {
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
	shown := Prompt{ID: c.CommandUUID, Link: c.Command.InvitationURL}
	if p != nil {
		shown.Who = p.ShortName
	}
	d.prompts = append(d.prompts, shown)
	if d.Do.Invited != nil {
		go d.Do.Invited(shown)
	}
	return map[string]any{"Status": "Acknowledged", "InvitationResult": "Acknowledged"}
}

// notAllowed is where InviteToProgram does not exist.
func notAllowed(kind Kind, p *Person) bool {
	switch kind {
	case AppleTV, UserEnrolled:
		return true
	case Mac, SharedIPad:
		return p == nil
	}
	return p != nil
}

// tell says which account is signed in to the App Store on a channel, which no
// person's own phone does, and what the device is.
func (d *Device) tell(c asked, p *Person) map[string]any {
	said := map[string]any{}
	hash, own := d.stores[p], d.Kind == UserEnrolled
	for _, q := range c.Command.Queries {
		switch q {
		case "iTunesStoreAccountIsActive":
			if !own {
				said[q] = hash != ""
			}
		case "DeviceName":
			said[q] = d.Name
		case "OSVersion":
			said[q] = d.OS
		case "ProductName":
			said[q] = string(d.Kind)
		case "Model":
			said[q] = "MM9F3LL/A"
		case "IsMultiUser":
			said[q] = d.Kind == SharedIPad
		case "iTunesStoreAccountHash":
			if hash != "" && !own {
				said[q] = hash
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
