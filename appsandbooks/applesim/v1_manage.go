package applesim

import (
	"strconv"
	"time"
)

// v1Association is what became of one license: done, or the error why not. Apple gives the number under two names.
// https://developer.apple.com/documentation/devicemanagement/vppassociation
type v1Association struct {
	ClientUserID string      `json:"clientUserIdStr,omitempty"`
	Code         int         `json:"errorCode,omitempty"`
	Message      string      `json:"errorMessage,omitempty"`
	Number       int         `json:"errorNumber,omitempty"`
	Has          *v1License  `json:"licenseAlreadyAssigned,omitempty"` // 9616: the same user has it
	License      string      `json:"licenseIdStr,omitempty"`
	Others       []v1VppUser `json:"regUsersAlreadyAssigned,omitempty"` // 9616: others with the same Apple Account have it
	Serial       string      `json:"serialNumber,omitempty"`
}

func (v *v1Association) fail(number int) {
	v.Number, v.Code, v.Message = number, number, v1Message(number)
}

// v1Manage answers manageVPPLicensesByAdamIdSrv: one asset, first taken back, then assigned, all at once.
// https://developer.apple.com/documentation/devicemanagement/manage-licenses
func (a *Apple) v1Manage(c *call) reply {
	now := a.lock()
	defer a.unlock()
	key, give, take, refused := v1ManageArgs(c.v1, a.limits)
	if refused != nil {
		return refused.reply()
	}
	if a.v1TooOften(c.location, key, give, take, now) {
		return fail(9632).reply()
	}
	asset := int32(-1)
	if i, ok := c.location.assetAt[key]; ok {
		asset = i
	}
	out := v1Managed{Adam: key.AdamID, Pricing: key.PricingParam}
	if asset >= 0 {
		s := c.location.assets[asset]
		out.Irrevocable = !s.Revocable
		out.TypeID, out.TypeName = s.v1Product()
	}
	for _, id := range take.ids {
		out.Taken = append(out.Taken, a.v1Take(c, take.kind, id, asset, now))
	}
	for _, id := range give.ids {
		out.Given = append(out.Given, a.v1Give(c, give.kind, id, asset, now))
	}
	return a.v1Reply(c, now, out.status(), out)
}

type v1Managed struct {
	Adam        string          `json:"adamIdStr"`
	Given       []v1Association `json:"associations,omitempty"`
	Taken       []v1Association `json:"disassociations,omitempty"`
	Irrevocable bool            `json:"isIrrevocable"`
	Pricing     string          `json:"pricingParam"`
	TypeID      int             `json:"productTypeId,omitempty"`
	TypeName    string          `json:"productTypeName,omitempty"`
}

// status is 0 if all went well, -1 if nothing did, -3 if some did.
func (v v1Managed) status() int {
	good, bad := 0, 0
	for _, list := range [][]v1Association{v.Taken, v.Given} {
		for _, one := range list {
			if one.Number == 0 {
				good++
			} else {
				bad++
			}
		}
	}
	switch {
	case bad == 0:
		return 0
	case good == 0:
		return -1
	}
	return -3
}

// v1Targets are the holders of one of the arrays of a call.
type v1Targets struct {
	kind string // "ClientUserIdStrs", "SerialNumbers" or "LicenseIdStrs"
	ids  []string
}

// v1ManageArgs reads the asset and at most one array of each kind.
func v1ManageArgs(args v1Args, limits Limits) (key AssetKey, give, take v1Targets, refused *wireError) {
	key.AdamID, _ = args.text("adamIdStr")
	key.PricingParam, _ = args.text("pricingParam")
	if key.PricingParam == "" {
		key.PricingParam = PricingStandard
	}
	if give, refused = args.targets("associate", orDefault(limits.MaxBatchAssociate, v1BatchLimit), "ClientUserIdStrs", "SerialNumbers"); refused == nil {
		take, refused = args.targets("disassociate", orDefault(limits.MaxBatchDisassociate, v1BatchLimit), "ClientUserIdStrs", "SerialNumbers", "LicenseIdStrs")
	}
	switch {
	case refused != nil:
	case key.AdamID == "" || len(give.ids)+len(take.ids) == 0:
		refused = fail(9600)
	case !soundPricing(key.PricingParam):
		refused = fail(9602)
	}
	return key, give, take, refused
}

// targets reads one array of a verb, of at most so many.
func (a v1Args) targets(verb string, most int, kinds ...string) (out v1Targets, refused *wireError) {
	for _, kind := range kinds {
		ids, refused := a.list(verb + kind)
		switch {
		case refused != nil:
			return out, refused
		case len(ids) == 0:
			continue
		case len(out.ids) > 0 || len(ids) > most:
			return out, fail(9602)
		}
		out = v1Targets{kind, ids}
	}
	return out, nil
}

// v1Name begins an association with the name of its holder.
func v1Name(kind, id string) v1Association {
	switch kind {
	case "SerialNumbers":
		return v1Association{Serial: id}
	case "LicenseIdStrs":
		return v1Association{License: id}
	}
	return v1Association{ClientUserID: id}
}

// v1Give assigns a license to one user or device.
func (a *Apple) v1Give(c *call, kind, id string, asset int32, now time.Time) v1Association {
	l, out := c.location, v1Name(kind, id)
	device := kind == "SerialNumbers"
	h, known := l.holderOf(out.ClientUserID, out.Serial)
	spoiled := a.faults.drawItem()
	switch {
	case spoiled != 0:
		out.fail(spoiled)
	case !known:
		out.fail(9609)
	case asset < 0:
		out.fail(9610)
	case device && !l.assets[asset].DeviceAssignable:
		out.fail(9628)
	case l.holds(h, asset):
		out.fail(9616)
		has := l.v1LicenseAt(l.find(h, asset))
		out.Has, out.License = &has, has.IDText
	case !device && len(a.v1Twins(c, h.i, asset)) > 0:
		out.fail(9616)
		out.Others = a.v1Twins(c, h.i, asset)
	case l.assets[asset].Available() <= 0:
		out.fail(9610)
	default:
		out.License = strconv.FormatInt(v1LicenseID(l.index, a.assign(l, h, asset, now)), 10)
	}
	a.v1Again(l, &out, asset, now)
	return out
}

// v1Twins are the other living users with the same Apple Account who hold the asset.
func (a *Apple) v1Twins(c *call, i, asset int32) []v1VppUser {
	l, out := c.location, []v1VppUser(nil)
	r := l.at(i)
	if r.account == "" {
		return nil
	}
	twin, ok := l.accounts[r.hash]
	for ok && twin >= 0 {
		t := l.at(twin)
		if twin != i && t.living() && l.holds(holder{i: twin}, asset) {
			out = append(out, a.v1UserOf(c, twin))
		}
		twin = t.sameAccount
	}
	return out
}

// v1Take takes a license back from one user or device, or by its number.
func (a *Apple) v1Take(c *call, kind, id string, asset int32, now time.Time) v1Association {
	l, out := c.location, v1Name(kind, id)
	k, number := l.v1Holding(kind, id, asset)
	if spoiled := a.faults.drawItem(); spoiled != 0 {
		number = spoiled
	}
	switch {
	case number != 0:
		out.fail(number)
	case !l.assets[asset].Revocable:
		out.fail(9607)
	default:
		a.unassign(l, k, now)
		out.License = strconv.FormatInt(v1LicenseID(l.index, k), 10)
	}
	return out
}

// v1Holding is the assignment to take back, or why there is none.
func (l *location) v1Holding(kind, id string, asset int32) (int32, int) {
	if asset < 0 {
		return -1, 9610
	}
	var k int32
	if kind == "LicenseIdStrs" {
		found, ok := l.byLicenseID(id)
		if !ok || l.assignments.at(found).asset != asset {
			return -1, 9610
		}
		k = found
	} else {
		out := v1Name(kind, id)
		if _, known := l.deviceAt[out.Serial]; out.Serial != "" && !known {
			return -1, 9619 // asking must not make a device
		}
		h, known := l.holderOf(out.ClientUserID, out.Serial)
		if !known {
			return -1, 9609
		}
		k = l.find(h, asset)
	}
	if k < 0 || !l.assignments.at(k).held {
		return -1, 9619
	}
	return k, 0
}
