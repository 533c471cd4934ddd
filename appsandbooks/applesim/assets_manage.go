package applesim

import "time"

// requestAsset is Apple's Asset in a request; pricingParam may be absent.
// https://developer.apple.com/documentation/devicemanagement/asset
type requestAsset AssetKey

// UnmarshalJSON reads the members by their exact names.
func (k *requestAsset) UnmarshalJSON(text []byte) error {
	return exactly(text, map[string]any{"adamId": &k.AdamID, "pricingParam": &k.PricingParam})
}

// manageAssets is Apple's ManageAssetsRequest and, without assets, its RevokeAssetsRequest.
// https://developer.apple.com/documentation/devicemanagement/manageassetsrequest
// https://developer.apple.com/documentation/devicemanagement/revokeassetsrequest
type manageAssets struct {
	Assets        []AssetKey `json:"assets,omitempty"`
	ClientUserIDs []string   `json:"clientUserIds,omitempty"`
	SerialNumbers []string   `json:"serialNumbers,omitempty"`
}

func (a *Apple) associateAssets(c *call) reply    { return a.manageAssets(c, eventAssociate) }
func (a *Apple) disassociateAssets(c *call) reply { return a.manageAssets(c, eventDisassociate) }
func (a *Apple) revokeAssets(c *call) reply       { return a.manageAssets(c, eventRevoke) }

// manageAssets accepts a request as an event, or refuses it whole.
func (a *Apple) manageAssets(c *call, kind EventType) reply {
	var in manageAssets
	var assets []requestAsset
	if err := exactly(c.body, map[string]any{"assets": &assets, "clientUserIds": &in.ClientUserIDs, "serialNumbers": &in.SerialNumbers}); err != nil {
		return fail(9602).reply()
	}
	now := a.lock()
	defer a.unlock()
	if kind != eventRevoke {
		in.Assets = a.keysOf(c.location, assets)
	}
	if refused := a.checkManage(c.location, in, kind); refused != nil {
		return refused.reply()
	}
	e := a.acceptEvent(c.location, event{Type: kind, Work: in, Requested: a.requested(c.location, in, kind)}, c.fault, now)
	return a.enveloped(c, now, struct {
		EventID string `json:"eventId"`
	}{e.ID})
}

// keysOf fills in the pricingParam where a request leaves it out.
func (a *Apple) keysOf(l *location, assets []requestAsset) []AssetKey {
	out := make([]AssetKey, 0, len(assets))
	for _, r := range assets {
		key := AssetKey(r)
		if key.PricingParam == "" && a.quirks.DefaultPricing != PricingRequired {
			key.PricingParam = PricingStandard
			plus := AssetKey{key.AdamID, PricingPlus}
			if a.quirks.DefaultPricing == PricingOwned && l.asset(key) == nil && l.asset(plus) != nil {
				key = plus
			}
		}
		out = append(out, key)
	}
	return out
}

// requested is the number of things to do, as the status will say it.
func (a *Apple) requested(l *location, in manageAssets, kind EventType) int {
	holders := len(in.ClientUserIDs) + len(in.SerialNumbers)
	if kind != eventRevoke {
		return len(in.Assets) * holders
	}
	if !a.quirks.RevokeCountsAssignments {
		return holders
	}
	n := 0
	for _, t := range a.targets(l, in) {
		if t.known {
			n += len(l.revocable(t.holder))
		}
	}
	return n
}

// revocable lists what can be taken from a holder.
func (l *location) revocable(h holder) []int32 {
	var out []int32
	for _, k := range l.held(h) {
		if l.assets[l.assignments.at(k).asset].Revocable {
			out = append(out, k)
		}
	}
	return out
}

// target is a holder that a request names.
type target struct {
	holder
	id    string
	known bool
}

// targets finds the holders of a request: users first, then devices. Any serial number is known.
func (a *Apple) targets(l *location, in manageAssets) []target {
	out := make([]target, 0, len(in.ClientUserIDs)+len(in.SerialNumbers))
	for _, id := range in.ClientUserIDs {
		i, r, known := l.live(id)
		if known && a.quirks.RegisteredHoldsNothing && r.state != stateAssociated {
			known = false
		}
		out = append(out, target{holder{i: i}, id, known})
	}
	for _, number := range in.SerialNumbers {
		out = append(out, target{l.serial(number), number, true})
	}
	return out
}

// associateOne hands one license to one target. It returns Apple's error number, or 0.
func (a *Apple) associateOne(l *location, e *event, key AssetKey, t target, now time.Time) int {
	if number := a.spoiled(e, t); number != 0 {
		return number
	}
	asset, owned := l.assetAt[key]
	switch {
	case !owned:
		return 9709
	case l.holds(t.holder, asset):
		return a.quirks.AssignTwiceNumber
	case l.assets[asset].Available() <= 0:
		return 9709
	}
	a.assign(l, t.holder, asset, now)
	return 0
}

// disassociateOne takes one license back from one target.
func (a *Apple) disassociateOne(l *location, e *event, key AssetKey, t target, now time.Time) int {
	if number := a.spoiled(e, t); number != 0 {
		return number
	}
	asset, owned := l.assetAt[key]
	if !owned || !l.holds(t.holder, asset) {
		return a.quirks.UnassignAbsentNumber
	}
	a.unassign(l, l.find(t.holder, asset), now)
	return 0
}

// spoiled says why nothing can be done for a target, whatever is asked.
func (a *Apple) spoiled(e *event, t target) int {
	if number := e.Fate.event(); number != 0 {
		return number
	}
	if number := a.faults.drawItem(); number != 0 || t.known {
		return number
	}
	return 9609
}
