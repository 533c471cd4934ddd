package applesim

import "errors"

// Why an administrator can not do something with a license in Apple's portal.
var (
	ErrHeldAlready = errors.New("applesim: the holder has this license already")
	ErrNotHeld     = errors.New("applesim: the holder does not have this license")
	ErrNotForThis  = errors.New("applesim: this asset is not for devices, or cannot be taken back")
)

// AssignByHand gives a license in Apple's portal, behind every client's back. Exactly one of the holders is named.
func (a *Apple) AssignByHand(uID string, key AssetKey, clientUserID, serialNumber string) error {
	now := a.lock()
	defer a.unlock()
	l, asset, err := a.assetByHand(uID, key)
	if err != nil {
		return err
	}
	s := l.assets[asset]
	if serialNumber != "" && !s.DeviceAssignable {
		return ErrNotForThis
	}
	h, ok := l.holderOf(clientUserID, serialNumber)
	if !ok {
		return ErrNoUser
	}
	if k := l.find(h, asset); k >= 0 && l.assignments.at(k).held {
		return ErrHeldAlready
	}
	if s.Available() <= 0 {
		return ErrTooFew
	}
	a.tellPortal(l, eventAssociate, a.assign(l, h, asset, now))
	return a.flush()
}

// UnassignByHand takes a license back in Apple's portal, behind every client's back.
func (a *Apple) UnassignByHand(uID string, key AssetKey, clientUserID, serialNumber string) error {
	now := a.lock()
	defer a.unlock()
	l, asset, err := a.assetByHand(uID, key)
	if err != nil {
		return err
	}
	if !l.assets[asset].Revocable {
		return ErrNotForThis
	}
	h, ok := l.holderOf(clientUserID, serialNumber)
	if !ok {
		return ErrNoUser
	}
	k := l.find(h, asset)
	if k < 0 || !l.assignments.at(k).held {
		return ErrNotHeld
	}
	a.unassign(l, k, now)
	a.tellPortal(l, eventDisassociate, k)
	return a.flush()
}

func (a *Apple) assetByHand(uID string, key AssetKey) (*location, int32, error) {
	l := a.locations[uID]
	if l == nil {
		return nil, 0, ErrNoLocation
	}
	i, ok := l.assetAt[key]
	if !ok {
		return nil, 0, ErrNoAsset
	}
	return l, i, nil
}

// holderOf is the living user, or else the device.
func (l *location) holderOf(clientUserID, serialNumber string) (holder, bool) {
	if serialNumber != "" {
		return l.serial(serialNumber), true
	}
	i, _, lives := l.live(clientUserID)
	return holder{i: i}, lives
}

func (a *Apple) tellPortal(l *location, kind EventType, k int32) {
	if a.quirks.NotifyPortal {
		a.notifyAssets(l, &event{Type: kind}, []task{l.taskOf(k)})
	}
}
