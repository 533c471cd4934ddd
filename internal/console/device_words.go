package console

import (
	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// platformWord names a kind of device as Apple does.
func platformWord(p vpp.Platform) string {
	switch p {
	case vpp.PlatformIPhone:
		return "iPhone"
	case vpp.PlatformIPad:
		return "iPad"
	case vpp.PlatformMac:
		return "Mac"
	case vpp.PlatformAppleTV:
		return "Apple TV"
	case vpp.PlatformVision:
		return "Apple Vision"
	case vpp.PlatformWatch:
		return "Apple Watch"
	case vpp.PlatformIPod:
		return "iPod touch"
	case vpp.PlatformUnknown:
	}
	return "Other"
}

// systemWords names a device's system with its version.
func systemWords(d vpp.Device) string {
	if d.OSVersion == "" {
		return ""
	}
	name := map[vpp.Platform]string{
		vpp.PlatformIPhone: "iOS ", vpp.PlatformIPad: "iPadOS ", vpp.PlatformMac: "macOS ", vpp.PlatformAppleTV: "tvOS ",
		vpp.PlatformVision: "visionOS ", vpp.PlatformWatch: "watchOS ", vpp.PlatformIPod: "iOS ",
	}[d.Platform]
	return name + d.OSVersion
}

func deviceName(d vpp.Device) string {
	for _, name := range []string{d.Name, d.SerialNumber, d.ModelName, d.Product} {
		if name != "" {
			return name
		}
	}
	return "A device without a name"
}

func deviceModel(d vpp.Device) string {
	switch {
	case d.ModelName != "":
		return d.ModelName
	case d.Product != "":
		return platformWord(d.Platform) + " (" + d.Product + ")"
	}
	return platformWord(d.Platform)
}

func enrollmentWord(d vpp.Device) string {
	switch {
	case d.Shared:
		return "Shared iPad"
	case d.Kind == vpp.EnrolledUser:
		return "User Enrollment: the person’s own device"
	case d.Kind == vpp.EnrolledAccountDriven:
		return "by signing in to a Managed Apple Account"
	}
	return "by profile, or automated"
}

// reached says whether an invitation reaches somebody, in a word and a sentence.
func reached(r vpp.Reach) view.Reached {
	out := view.Reached{Tone: view.Warn, Word: reachWord(r)}
	out.Sentence, out.Next = vpp.ExplainReach(r)
	switch {
	case r == vpp.ReachLater:
		out.Tone = view.Info
	case r.Open():
		out.Tone = view.Good
	case r == vpp.ReachGone, r == vpp.ReachNone:
		out.Tone = view.Neutral
	}
	return out
}

func reachWord(r vpp.Reach) string {
	switch r {
	case vpp.ReachDevice:
		return "On the device"
	case vpp.ReachUser:
		return "In their user channel"
	case vpp.ReachLater:
		return "After setup"
	case vpp.ReachUnknown:
		return "Not known yet"
	case vpp.ReachNoUserChannel:
		return "No user channel yet"
	case vpp.ReachChannelClosed:
		return "MDM reaches no users"
	case vpp.ReachOldSystem:
		return "System too old"
	case vpp.ReachNoRight:
		return "Right is missing"
	case vpp.ReachUserEnrolled:
		return "User Enrollment"
	case vpp.ReachAccountDriven:
		return "Account-driven"
	case vpp.ReachPlatform:
		return "Not on this kind"
	case vpp.ReachGone:
		return "Not managed"
	case vpp.ReachNone:
	}
	return "Not known"
}

// accountOf says who is signed in to a device's App Store.
func (d *Door) accountOf(o vpp.OwnedDevice) view.DeviceAccount {
	state := o.AccountState()
	out := view.DeviceAccount{Tone: view.Neutral, Word: "Not known", Read: d.when(o.Account.ReadAt)}
	out.Sentence, out.Next = vpp.ExplainAccount(state)
	if o.Account.AskedAt.After(o.Account.ReadAt) {
		out.Asked = d.when(o.Account.AskedAt)
	}
	switch state {
	case vpp.AccountRight:
		out.Tone, out.Word = view.Good, "The right account"
	case vpp.AccountOther:
		out.Tone, out.Word = view.Bad, "Another account"
	case vpp.AccountSignedOut:
		out.Tone, out.Word = view.Warn, "Not signed in"
	case vpp.AccountSignedIn:
		out.Tone, out.Word = view.Info, "Signed in"
	case vpp.AccountUnknown:
	}
	return out
}

func ownerSource(source string) string {
	switch source {
	case "hand":
		return "assigned by hand"
	case "csv":
		return "assigned by a list"
	case "connector":
		return "as the MDM server says"
	case "enrollment":
		return "enrolled it"
	}
	return ""
}
