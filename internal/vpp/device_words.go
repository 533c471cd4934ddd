package vpp

// ExplainReach says in a sentence whether an invitation reaches a person on a
// device and, if not, the rule that forbids it; and what can be done. It is
// the one place of these words: pages, API, commands and the doctor say them.
func ExplainReach(r Reach) (sentence, next string) {
	switch r {
	case ReachDevice:
		return "The invitation can be shown on this device.", ""
	case ReachUser:
		return "The invitation can be shown to its user on this device.", ""
	case ReachLater:
		return "Setup Assistant is not finished on this device: the invitation waits until it is.", "Finish setting it up."
	case ReachUnknown:
		return "It is not known yet what kind of device this is, or whether people share it: it was asked, and answers when it next speaks to its MDM server.",
			"Wait for its answer, or wake it: the invitation can be sent then."
	case ReachNoUserChannel:
		return "On a Mac or a Shared iPad Apple shows the invitation to a signed-in user only, and this person’s user channel was not seen here yet.",
			"Have this person sign in on the device once. A Mac that enrolled without user channels must enroll anew: they cannot be added later."
	case ReachChannelClosed:
		return "On a Mac or a Shared iPad Apple shows the invitation to a signed-in user only, and the MDM server of this device cannot address users.",
			"Invite this person by e-mail."
	case ReachOldSystem:
		return "The system is too old: the invitation needs iOS 7 or OS X 10.9.", "Update the device, or invite this person by e-mail."
	case ReachNoRight:
		return "The device was enrolled without the right to manage apps, which the invitation needs.",
			"Enroll it anew with a profile that asks for it: a right cannot be added later."
	case ReachUserEnrolled:
		return "Apple forbids the invitation under User Enrollment, by which people bring their own devices.", "Invite this person by e-mail."
	case ReachAccountDriven:
		return "Apple’s invitation does not work on devices that were enrolled by signing in to a Managed Apple Account.", "Invite this person by e-mail."
	case ReachPlatform:
		return "Apple shows the invitation on iPhone, iPad, iPod touch and Mac only.", "Invite this person by e-mail, or on another device."
	case ReachGone:
		return "The device is not managed now: it has not finished enrolling, was released, or moved to another MDM server.", "Enroll it again."
	case ReachNone:
		return "This person has no device here.", "Assign a device, enroll one, or invite by e-mail."
	}
	return "It is not known whether the invitation reaches this device.", ""
}

// ExplainAccount says in a sentence which account is signed in to a device's
// App Store, and what can be done where it is not the right one (F-10).
func ExplainAccount(s AccountState) (sentence, next string) {
	switch s {
	case AccountSignedOut:
		return "Nobody is signed in to the App Store.", "Have the person sign in with their Apple Account; licenses reach the device only then."
	case AccountRight:
		return "The account is the one that accepted the invitation.", ""
	case AccountOther:
		return "Another account is signed in than the one that accepted the invitation: apps and books of this person do not reach the device.",
			"Sign in on the device with the account that accepted. If that account was the wrong one, delete the person from VPP and invite them again: they then accept with the account that is to stay."
	case AccountSignedIn:
		return "Somebody is signed in to the App Store; the person has not accepted yet.", "Invite the person, or remind them."
	case AccountUnknown:
	}
	return "It is not known yet who is signed in to the App Store.", "Ask the device."
}

// AccountStates lists them, what needs somebody first.
var AccountStates = [...]AccountState{AccountOther, AccountSignedOut, AccountSignedIn, AccountRight, AccountUnknown}
