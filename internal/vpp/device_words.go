package vpp

// ReachWords explain a reach to administrators.
type ReachWords struct {
	Short    string // a few words, for lists
	Sentence string // the rule
	Next     string // what to do; "" where nothing is
}

// ExplainReach is the one table of reaches in plain language (F-42).
func ExplainReach(r Reach) ReachWords {
	switch r {
	case ReachDevice:
		return ReachWords{"Takes invitations", "The invitation is shown on the device.", ""}
	case ReachUser:
		return ReachWords{"Takes invitations", "The invitation is shown to the person when they are signed in on this device.", ""}
	case ReachLater:
		return ReachWords{"In Setup Assistant", "The device is in Setup Assistant: the invitation waits until that is finished.", ""}
	case ReachNoUserChannel:
		return ReachWords{
			"User not seen yet", "Macs and Shared iPads show invitations to their user alone, and the MDM server has not seen this person's user there.",
			"Let the person sign in on the device. A Mac that was enrolled without user channels must be enrolled anew.",
		}
	case ReachChannelClosed:
		return ReachWords{"MDM server cannot", "The MDM server of this device cannot reach the users of Macs and Shared iPads.", "Invite by e-mail."}
	case ReachOldSystem:
		return ReachWords{"System too old", "The device's system is too old: iOS 7 or OS X 10.9 is the least.", "Update the device, or invite by e-mail."}
	case ReachNoRight:
		return ReachWords{"Right is missing", "The device was enrolled without the right to manage apps, which invitations need.", "Enroll it anew, or invite by e-mail."}
	case ReachUserEnrolled:
		return ReachWords{"User Enrollment", "Apple forbids the invitation on devices under User Enrollment.", "Invite by e-mail."}
	case ReachAccountDriven:
		return ReachWords{"Account-driven", "Apple forbids the invitation on devices that were enrolled by signing in to an account.", "Invite by e-mail."}
	case ReachPlatform:
		return ReachWords{"Not on this kind", "Only iPhones, iPads and Macs show invitations.", "Invite by e-mail."}
	case ReachGone:
		return ReachWords{"Not managed", "The device is not managed, or has not finished enrolling.", "Enroll it, or invite by e-mail."}
	}
	return ReachWords{"No device", "The person has no managed device.", "Bring a device of theirs under management, or invite by e-mail."}
}
