package vpp

import (
	"strconv"
	"strings"
)

// Reach says whether the command InviteToProgram reaches a device, and if not
// the rule that forbids it (trap 4).
// https://developer.apple.com/documentation/devicemanagement/invitetoprogramcommand
type Reach string

// The reaches, the best first: a person is reached as the best of their
// devices is.
const (
	ReachDevice        Reach = "device"          // by the device channel
	ReachUser          Reach = "user"            // by the user channel
	ReachLater         Reach = "later"           // Setup Assistant is not finished: it waits
	ReachUnknown       Reach = "unknown"         // the device has not said yet what it is
	ReachNoUserChannel Reach = "no_user_channel" // a Mac or Shared iPad whose user channel was not seen yet
	ReachChannelClosed Reach = "channel_closed"  // the MDM server cannot use user channels
	ReachOldSystem     Reach = "old_system"      // the system is too old
	ReachNoRight       Reach = "no_right"        // enrolled without the right to install apps
	ReachUserEnrolled  Reach = "user_enrollment"
	ReachAccountDriven Reach = "account_driven"
	ReachPlatform      Reach = "platform" // not on this kind of device
	ReachGone          Reach = "gone"     // no longer managed
	ReachNone          Reach = ""         // the person has no device
)

// Reaches lists them, the best first.
var Reaches = [...]Reach{
	ReachDevice, ReachUser, ReachLater, ReachUnknown, ReachNoUserChannel, ReachChannelClosed, ReachOldSystem, ReachNoRight,
	ReachUserEnrolled, ReachAccountDriven, ReachPlatform, ReachGone, ReachNone,
}

// Open says whether an invitation may be sent that way now or soon.
func (r Reach) Open() bool { return r == ReachDevice || r == ReachUser || r == ReachLater }

// Better returns the better of two.
func (r Reach) Better(other Reach) Reach {
	for _, best := range Reaches {
		if best == r || best == other {
			return best
		}
	}
	return r
}

// Target is the enrollment by which an invitation reaches a person on a
// device, and by which rule.
type Target struct {
	Reach      Reach
	Enrollment EnrollmentID // "" unless the reach is open
}

// TargetOf finds how a person is reached on a device: iPhones and iPads by
// the device channel, Macs and Shared iPads by the person's user channel
// alone, other kinds not at all; never under User Enrollment or after an
// account-driven one. userChannels says whether the MDM server can use them.
func TargetOf(d Device, channels []Enrollment, person UserID, userChannels bool) Target {
	switch {
	case !d.GoneAt.IsZero():
		return Target{Reach: ReachGone}
	case d.Kind == EnrolledUser:
		return Target{Reach: ReachUserEnrolled}
	case d.Kind == EnrolledAccountDriven:
		return Target{Reach: ReachAccountDriven}
	}
	onUser := d.Platform == PlatformMac || d.Shared
	switch d.Platform {
	case PlatformIPhone, PlatformIPad, PlatformIPod, PlatformMac:
	case PlatformUnknown:
		return Target{Reach: ReachUnknown}
	default:
		return Target{Reach: ReachPlatform}
	}
	switch {
	case older(d.OSVersion, leastSystem(d.Platform)):
		return Target{Reach: ReachOldSystem}
	case !onUser && d.AccessRights != 0 && d.AccessRights&AllowAppInstallation == 0:
		return Target{Reach: ReachNoRight} // a Mac asks for no right
	case mayBeShared(d):
		return Target{Reach: ReachUnknown}
	case onUser && !userChannels:
		return Target{Reach: ReachChannelClosed}
	}
	open := ReachDevice
	if onUser {
		open = ReachUser
	}
	for _, e := range channels {
		if e.DeviceID != d.ID || e.Disabled || e.EnrolledAt.IsZero() || e.User != onUser {
			continue
		}
		if onUser && e.OwnerID != person && (e.OwnerID != "" || d.OwnerID != person) {
			continue
		}
		if d.InSetup {
			open = ReachLater
		}
		return Target{Reach: open, Enrollment: e.ID}
	}
	if onUser {
		return Target{Reach: ReachNoUserChannel}
	}
	return Target{Reach: ReachGone}
}

// mayBeShared says of which iPads it must be known first that they are not
// shared: the command would go to a channel that Apple forbids. What enrolls
// here was set up by hand, and a Shared iPad never is.
func mayBeShared(d Device) bool {
	return d.Platform == PlatformIPad && !d.Shared && !d.SharedKnown && d.MDM != BuiltinMDM && !older(d.OSVersion, "9.3")
}

// leastSystem is the first version that knows the command.
func leastSystem(p Platform) string {
	if p == PlatformMac {
		return "10.9"
	}
	return "7.0"
}

// older compares versions; one that is not known is not too old.
func older(version, least string) bool {
	if version == "" {
		return false
	}
	have, want := strings.Split(version, "."), strings.Split(least, ".")
	for i, w := range want {
		wanted, _ := strconv.Atoi(w)
		var n int
		if i < len(have) {
			var err error
			if n, err = strconv.Atoi(have[i]); err != nil {
				return false
			}
		}
		if n != wanted {
			return n < wanted
		}
	}
	return false
}

// PlatformOf tells the kind of a device from Apple's product name, "iPad13,4".
func PlatformOf(product string) Platform {
	for _, p := range []struct {
		prefix   string
		platform Platform
	}{
		{"iPhone", PlatformIPhone}, {"iPad", PlatformIPad}, {"iPod", PlatformIPod}, {"AppleTV", PlatformAppleTV},
		{"RealityDevice", PlatformVision}, {"Watch", PlatformWatch},
		{"Mac", PlatformMac}, {"iMac", PlatformMac}, {"VirtualMac", PlatformMac}, {"Xserve", PlatformMac},
	} {
		if strings.HasPrefix(product, p.prefix) {
			return p.platform
		}
	}
	return PlatformUnknown
}
