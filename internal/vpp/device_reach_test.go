package vpp_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// S1-12, S2-06, S3-02, S3-06, S3-07, S3-09, S3-10, trap 4 (S3-08: nothing asks for supervision): which channel of which device
// takes the invitation, and the rule that forbids it.
func TestTargetOf(t *testing.T) {
	now := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
	const anna = vpp.UserID("anna")
	device := func(p vpp.Platform, change ...func(*vpp.Device)) vpp.Device {
		d := vpp.Device{ID: "d", MDM: vpp.BuiltinMDM, Platform: p, OSVersion: "17.1", Kind: vpp.EnrolledDevice, AccessRights: 8191, OwnerID: anna, EnrolledAt: now}
		for _, c := range change {
			c(&d)
		}
		return d
	}
	own := vpp.Enrollment{ID: "UDID", DeviceID: "d", EnrolledAt: now}
	hers := vpp.Enrollment{ID: "UDID:GUID", DeviceID: "d", User: true, OwnerID: anna, EnrolledAt: now}
	his := hers
	his.OwnerID = "ben"
	fresh := own
	fresh.EnrolledAt = time.Time{}
	for _, c := range []struct {
		name     string
		d        vpp.Device
		channels []vpp.Enrollment
		closed   bool
		want     vpp.Target
	}{
		{"an iPhone by its own channel", device(vpp.PlatformIPhone), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"an iPad by its own channel", device(vpp.PlatformIPad), []vpp.Enrollment{hers, own}, true, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"a Mac by the user's channel", device(vpp.PlatformMac), []vpp.Enrollment{own, hers}, false, vpp.Target{Reach: vpp.ReachUser, Enrollment: "UDID:GUID"}},
		{"a Mac asks for no access right", device(vpp.PlatformMac, func(d *vpp.Device) { d.AccessRights = 16 }), []vpp.Enrollment{hers}, false, vpp.Target{Reach: vpp.ReachUser, Enrollment: "UDID:GUID"}},
		{"a Mac whose user channel was not seen", device(vpp.PlatformMac), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachNoUserChannel}},
		{"another person's channel on the Mac", device(vpp.PlatformMac), []vpp.Enrollment{own, his}, false, vpp.Target{Reach: vpp.ReachNoUserChannel}},
		{"a Mac behind a server without user channels", device(vpp.PlatformMac), []vpp.Enrollment{own, hers}, true, vpp.Target{Reach: vpp.ReachChannelClosed}},
		{"a Shared iPad by the user's channel", device(vpp.PlatformIPad, func(d *vpp.Device) { d.Shared = true }), []vpp.Enrollment{own, hers}, false, vpp.Target{Reach: vpp.ReachUser, Enrollment: "UDID:GUID"}},
		{"a Shared iPad never by its own", device(vpp.PlatformIPad, func(d *vpp.Device) { d.Shared = true }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachNoUserChannel}},
		{"Setup Assistant", device(vpp.PlatformIPad, func(d *vpp.Device) { d.InSetup = true }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachLater, Enrollment: "UDID"}},
		{"before the first TokenUpdate", device(vpp.PlatformIPad), []vpp.Enrollment{fresh}, false, vpp.Target{Reach: vpp.ReachGone}},
		{"User Enrollment", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.Kind = vpp.EnrolledUser }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachUserEnrolled}},
		{"account-driven", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.Kind = vpp.EnrolledAccountDriven }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachAccountDriven}},
		{"Apple TV", device(vpp.PlatformAppleTV), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachPlatform}},
		{"Vision Pro", device(vpp.PlatformVision), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachPlatform}},
		{"Watch", device(vpp.PlatformWatch), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachPlatform}},
		{"a kind nobody knows", device(vpp.PlatformUnknown), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachUnknown}},
		{"iOS 6", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.OSVersion = "6.1.6" }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachOldSystem}},
		{"OS X 10.8", device(vpp.PlatformMac, func(d *vpp.Device) { d.OSVersion = "10.8.5" }), []vpp.Enrollment{hers}, false, vpp.Target{Reach: vpp.ReachOldSystem}},
		{"OS X 10.10 is newer than 10.9", device(vpp.PlatformMac, func(d *vpp.Device) { d.OSVersion = "10.10" }), []vpp.Enrollment{hers}, false, vpp.Target{Reach: vpp.ReachUser, Enrollment: "UDID:GUID"}},
		{"without the right to install apps", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.AccessRights = 16 }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachNoRight}},
		{"rights that are not known do not forbid", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.AccessRights = 0 }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"an iPad elsewhere that did not say whether it is shared", device(vpp.PlatformIPad, func(d *vpp.Device) { d.MDM = "other" }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachUnknown}},
		{"one that said it is not", device(vpp.PlatformIPad, func(d *vpp.Device) { d.MDM, d.SharedKnown = "other", true }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"one that is older than Shared iPads", device(vpp.PlatformIPad, func(d *vpp.Device) { d.MDM, d.OSVersion = "other", "8.4" }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"an iPhone is never shared", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.MDM = "other" }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachDevice, Enrollment: "UDID"}},
		{"checked out", device(vpp.PlatformIPhone, func(d *vpp.Device) { d.GoneAt = now }), []vpp.Enrollment{own}, false, vpp.Target{Reach: vpp.ReachGone}},
	} {
		if got := vpp.TargetOf(c.d, c.channels, anna, !c.closed); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// S3-15, S3-16: success needs Status and InvitationResult.
func TestCommandAnswerState(t *testing.T) {
	for _, c := range []struct {
		kind       vpp.CommandKind
		status, in string
		want       vpp.CommandState
	}{
		{vpp.CommandInvite, "Acknowledged", "Acknowledged", vpp.CommandAcknowledged},
		{vpp.CommandInvite, "Acknowledged", "InvalidInvitationURL", vpp.CommandFailed},
		{vpp.CommandInvite, "Acknowledged", "InvalidProgramID", vpp.CommandFailed},
		{vpp.CommandInvite, "Acknowledged", "", vpp.CommandFailed},
		{vpp.CommandInvite, "NotNow", "", vpp.CommandNotNow},
		{vpp.CommandInvite, "Error", "", vpp.CommandFailed},
		{vpp.CommandInvite, "CommandFormatError", "", vpp.CommandFailed},
		{vpp.CommandAccount, "Acknowledged", "", vpp.CommandAcknowledged},
	} {
		if got := (vpp.CommandAnswer{Status: c.status, Invitation: c.in}).State(c.kind); got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.kind, c.status, c.in, got, c.want)
		}
	}
}

// F-10: the account on the device against the one that was accepted with.
func TestAccountState(t *testing.T) {
	read := time.Unix(1, 0)
	for _, c := range []struct {
		a        vpp.DeviceAccount
		accepted string
		want     vpp.AccountState
	}{
		{vpp.DeviceAccount{}, "h", vpp.AccountUnknown},
		{vpp.DeviceAccount{ReadAt: read}, "h", vpp.AccountSignedOut},
		{vpp.DeviceAccount{ReadAt: read, Active: true, Hash: "h"}, "h", vpp.AccountRight},
		{vpp.DeviceAccount{ReadAt: read, Active: true, Hash: "H"}, "h", vpp.AccountOther},
		{vpp.DeviceAccount{ReadAt: read, Active: true, Hash: "h"}, "", vpp.AccountSignedIn},
		{vpp.DeviceAccount{ReadAt: read, Active: true}, "h", vpp.AccountUnknown},
	} {
		if got := c.a.AccountState(c.accepted); got != c.want {
			t.Errorf("%+v against %q: %s, want %s", c.a, c.accepted, got, c.want)
		}
	}
}

func TestPlatformOf(t *testing.T) {
	for product, want := range map[string]vpp.Platform{
		"iPhone14,2": vpp.PlatformIPhone, "iPad13,4": vpp.PlatformIPad, "MacBookPro18,3": vpp.PlatformMac, "Mac14,2": vpp.PlatformMac,
		"iMac21,1": vpp.PlatformMac, "AppleTV11,1": vpp.PlatformAppleTV, "RealityDevice14,1": vpp.PlatformVision, "Watch6,1": vpp.PlatformWatch, "": vpp.PlatformUnknown,
	} {
		if got := vpp.PlatformOf(product); got != want {
			t.Errorf("%q: %q, want %q", product, got, want)
		}
	}
}
