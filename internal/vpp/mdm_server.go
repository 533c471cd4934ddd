package vpp

// SealedMDM is what is kept secret of an MDM server, sealed.
type SealedMDM struct {
	Key  string // API key or token
	Hook string // what its reports to us must show
}

// Cannot says in plain words what an MDM server cannot do.
func (a Abilities) Cannot() []string {
	var list []string
	for _, c := range []struct {
		can   bool
		words string
	}{
		{a.ListsDevices, "It lists no devices: each becomes known here when it next reports."},
		{a.MapsUsers, "It does not say whose a device is: assign devices by hand or by a list."},
		{a.UserChannel, "It does not reach the users of Macs and Shared iPads: they get their invitations by mail."},
		{a.Cancels, "It takes nothing back: an invitation that it has may be shown after it was canceled here."},
		{a.Results && !a.Asked, "It reports nothing by itself: it is asked what became of invitations, so answers show later."},
	} {
		if !c.can {
			list = append(list, c.words)
		}
	}
	return list
}
