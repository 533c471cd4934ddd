package applesim

import "slices"

// checkManage finds what makes Apple refuse a whole request; then nothing of it is done.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
func (a *Apple) checkManage(l *location, in manageAssets, kind EventType) *wireError {
	users, serials := a.limits.MaxClientUserIDs, a.limits.MaxSerialNumbers
	if kind == eventRevoke {
		users, serials = a.limits.MaxRevokeClientUserIDs, a.limits.MaxRevokeSerialNumbers
	} else if refused := a.checkAssets(in.Assets); refused != nil {
		return refused
	}
	if refused := checkHolders(in, users, serials); refused != nil {
		return refused
	}
	if refused := a.checkFit(l, in, kind); refused != nil {
		return refused
	}
	return a.checkAssignees(l, in)
}

// checkAssets refuses a bad list of assets: 9718, 9700, 9602, 9703.
func (a *Apple) checkAssets(assets []AssetKey) *wireError {
	switch {
	case len(assets) == 0:
		return fail(9718)
	case len(assets) > a.limits.MaxAssets:
		return fail(9700)
	}
	if slices.ContainsFunc(assets, func(k AssetKey) bool { return k.AdamID == "" || !soundPricing(k.PricingParam) }) {
		return fail(9602)
	}
	if twice := repeated(assets); len(twice) > 0 {
		return withInfo(9703, errorInfo{Assets: twice})
	}
	return nil
}

// checkHolders refuses bad lists of users and devices: 9719, 9701, 9702, 9602, 9704, 9705.
func checkHolders(in manageAssets, users, serials int) *wireError {
	switch {
	case len(in.ClientUserIDs)+len(in.SerialNumbers) == 0:
		return fail(9719)
	case len(in.ClientUserIDs) > users:
		return fail(9701)
	case len(in.SerialNumbers) > serials:
		return fail(9702)
	case slices.Contains(in.ClientUserIDs, "") || slices.Contains(in.SerialNumbers, ""):
		return fail(9602)
	}
	if twice := repeated(in.ClientUserIDs); len(twice) > 0 {
		return withInfo(9704, errorInfo{ClientUserIDs: twice})
	}
	if twice := repeated(in.SerialNumbers); len(twice) > 0 {
		return withInfo(9705, errorInfo{SerialNumbers: twice})
	}
	return nil
}

// checkFit refuses what an asset can never do: 9707 on devices, 9706 to be taken back; and, by quirk, assets that nobody owns.
func (a *Apple) checkFit(l *location, in manageAssets, kind EventType) *wireError {
	var unknown, unfit, fixed []AssetKey
	for _, key := range in.Assets {
		switch s := l.asset(key); {
		case s == nil:
			unknown = append(unknown, key)
		case kind == eventAssociate && len(in.SerialNumbers) > 0 && !s.DeviceAssignable:
			unfit = append(unfit, key)
		case kind == eventDisassociate && !s.Revocable:
			fixed = append(fixed, key)
		}
	}
	switch {
	case len(unknown) > 0 && a.quirks.UnknownAssetSync:
		return withInfo(9602, errorInfo{Assets: unknown})
	case len(unfit) > 0:
		return withInfo(9707, errorInfo{Assets: unfit})
	case len(fixed) > 0:
		return withInfo(9706, errorInfo{Assets: fixed})
	}
	return nil
}

// checkAssignees refuses unknown users at once (9609), unless the quirk lets the event fail for them.
func (a *Apple) checkAssignees(l *location, in manageAssets) *wireError {
	if a.quirks.UnknownAssigneeAsync {
		return nil
	}
	var unknown []string
	for _, t := range a.targets(l, manageAssets{ClientUserIDs: in.ClientUserIDs}) {
		if !t.known {
			unknown = append(unknown, t.id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return withInfo(9609, errorInfo{ClientUserIDs: unknown})
}

// repeated lists what stands more than once in a list.
func repeated[T comparable](list []T) []T {
	count := make(map[T]int, len(list))
	var twice []T
	for _, v := range list {
		if count[v]++; count[v] == 2 {
			twice = append(twice, v)
		}
	}
	return twice
}
