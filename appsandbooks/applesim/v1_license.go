package applesim

import (
	"slices"
	"strconv"
)

// v1License is one license in version 1, which knows each by a number. Version 2 does not.
// https://developer.apple.com/documentation/devicemanagement/vpplicense
type v1License struct {
	Adam         int64  `json:"adamId"`
	AdamText     string `json:"adamIdStr"`
	ClientUserID string `json:"clientUserIdStr,omitempty"`
	Irrevocable  bool   `json:"isIrrevocable"`
	Hash         string `json:"itsIdHash,omitempty"`
	ID           int64  `json:"licenseId"`
	IDText       string `json:"licenseIdStr"`
	Pricing      string `json:"pricingParam"`
	TypeID       int    `json:"productTypeId"`
	TypeName     string `json:"productTypeName"`
	Serial       string `json:"serialNumber,omitempty"`
	Status       Status `json:"status,omitempty"` // Associated where somebody holds it
	UserID       int64  `json:"userId,omitempty"`
	UserText     string `json:"userIdStr,omitempty"`
}

// v1Product is an asset's productTypeId and productTypeName.
func (s *Asset) v1Product() (int, string) {
	switch {
	case s.ProductType == ProductBook:
		return 10, "Publication"
	case len(s.SupportedPlatforms) == 1 && s.SupportedPlatforms[0] == "macOS":
		return 7, "Software"
	}
	return 8, "Application"
}

// v1FreeFlag marks the numbers of licenses that nobody holds.
const v1FreeFlag = 1 << 52

func v1LicenseID(location uint32, k int32) int64 { return int64(location+1)<<32 | int64(k+1) }

// byLicenseID finds the assignment of a license's number.
func (l *location) byLicenseID(text string) (int32, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	k := id&0xffffffff - 1
	if err != nil || id>>32 != int64(l.index)+1 || k < 0 || k >= int64(l.assignments.n) {
		return -1, false
	}
	return int32(k), true
}

func (l *location) v1LicenseOfAsset(s *Asset, id int64) v1License {
	out := v1License{AdamText: s.AdamID, Irrevocable: !s.Revocable, ID: id, IDText: strconv.FormatInt(id, 10), Pricing: s.PricingParam}
	out.Adam, _ = strconv.ParseInt(s.AdamID, 10, 64) // one too long for a number has its text
	out.TypeID, out.TypeName = s.v1Product()
	return out
}

// v1LicenseAt is the license of an assignment as it is now.
func (l *location) v1LicenseAt(k int32) v1License { return sight{l: l}.v1License(k) }

// v1License is the license of an assignment; one that was taken back names nobody.
func (s sight) v1License(k int32) v1License {
	l, g := s.l, s.assignment(k)
	out := l.v1LicenseOfAsset(l.assets[g.asset], v1LicenseID(l.index, k))
	if !g.held {
		return out
	}
	out.Status = Associated
	if g.device {
		out.Serial = l.devices.at(g.holder).serial
		return out
	}
	r := s.record(g.holder)
	out.ClientUserID, out.Hash, out.UserID = r.clientUserID, r.idHash(), v1UserID(l.index, g.holder)
	out.UserText = strconv.FormatInt(out.UserID, 10)
	return out
}

// v1LicensesOf lists what a record holds; never nil.
func (l *location) v1LicensesOf(i int32) []v1License {
	out := []v1License{}
	for _, k := range l.held(holder{i: i}) {
		out = append(out, l.v1LicenseAt(k))
	}
	return out
}

const v1LicenseLog = "licenses"

// v1Licenses answers getVPPLicensesSrv, which version 2 has no successor of: in batches, those that nobody holds last.
// https://developer.apple.com/documentation/devicemanagement/get-licenses
func (a *Apple) v1Licenses(c *call) reply {
	now := a.lock()
	defer a.unlock()
	l := c.location
	filter, refused := v1LicenseFilter(c.v1)
	if refused != nil {
		return refused.reply()
	}
	s := a.sight(l, now)
	log := v1Log{kind: v1LicenseLog, horizon: s.moves, newest: s.held, forgot: l.movesForgot}
	p, refused := a.v1Begin(c, log, filter)
	if refused != nil {
		return refused.reply()
	}
	if p.first && p.Since < 0 && !p.Filter.onlyHeld() {
		p.Free = l.free(p.Filter)
	}
	items, batches, refused := a.v1Batch(c, log, p, s.v1LicenseWalk(p))
	if refused != nil {
		return refused.reply()
	}
	return a.v1Reply(c, now, 0, struct {
		Licenses []any `json:"licenses"`
		v1Batches
	}{items, batches})
}

func v1LicenseFilter(args v1Args) (f v1Filter, refused *wireError) {
	f.Key.AdamID, _ = args.text("adamId")
	if f.Key.AdamID == "" {
		f.Key.AdamID, _ = args.text("adamIdStr")
	}
	if f.Key.AdamID != "" { // without one, Apple passes over the quality
		f.Key.PricingParam, _ = args.text("pricingParam")
	}
	f.Serial, _ = args.text("serialNumber")
	f.Assigned = args.flag("assignedOnly")
	f.Users = args.flag("userAssignedOnly")
	f.Devices = args.flag("deviceAssignedOnly")
	if f.Users && f.Devices {
		return f, fail(9602)
	}
	return f, nil
}

func (f v1Filter) onlyHeld() bool { return f.Assigned || f.Users || f.Devices || f.Serial != "" }

func (f v1Filter) wants(s *Asset) bool {
	return (f.Key.AdamID == "" || f.Key.AdamID == s.AdamID) && (f.Key.PricingParam == "" || f.Key.PricingParam == s.PricingParam)
}

// shows says whether a reader wants to see an assignment; one that was taken back is news in a delta only.
func (l *location) shows(f v1Filter, g *assignment, delta bool) bool {
	switch {
	case !f.wants(l.assets[g.asset]):
		return false
	case !g.held:
		return delta && !f.onlyHeld()
	case f.Serial != "" && (!g.device || l.devices.at(g.holder).serial != f.Serial):
		return false
	}
	return (!f.Users || !g.device) && (!f.Devices || g.device)
}

// v1LicenseWalk lists the changed assignments, or all of them and then the licenses that nobody holds.
func (s sight) v1LicenseWalk(p v1Place) v1Walk {
	l := s.l
	if p.Since >= 0 {
		return v1Walk{
			n: p.Horizon - p.Since,
			keep: func(place int) bool {
				k := l.moves[p.Since+place]
				return k >= 0 && int(s.assignment(k).changed) == p.Since+place && l.shows(p.Filter, s.assignment(k), true)
			},
			item: func(place int) any { return s.v1License(l.moves[p.Since+place]) },
		}
	}
	return v1Walk{
		n: p.Newest + p.Free,
		keep: func(place int) bool {
			if place >= p.Newest {
				_, _, left := l.freeAt(p.Filter, place-p.Newest)
				return left
			}
			return l.shows(p.Filter, s.assignment(int32(place)), false)
		},
		item: func(place int) any {
			if place < p.Newest {
				return s.v1License(int32(place))
			}
			asset, n, _ := l.freeAt(p.Filter, place-p.Newest)
			return l.v1LicenseOfAsset(l.assets[asset], v1FreeFlag|int64(asset)<<32|int64(n+1))
		},
	}
}

// free is how many licenses nobody holds; those of unlimited assets are not counted.
func (l *location) free(f v1Filter) int {
	n := 0
	for _, s := range l.assets {
		if f.wants(s) && !s.Unlimited {
			n += s.Available()
		}
	}
	return n
}

// freeAt is the n-th license that nobody holds: its asset, and the how manieth of it.
func (l *location) freeAt(f v1Filter, n int) (asset, nth int, left bool) {
	for asset, s := range l.assets {
		if !f.wants(s) || s.Unlimited {
			continue
		}
		if n < s.Available() {
			return asset, n, true
		}
		n -= s.Available()
	}
	return 0, 0, false
}

// v1Kept lists what a retired record keeps.
func (l *location) v1Kept(i int32) []v1License {
	return slices.DeleteFunc(l.v1LicensesOf(i), func(v v1License) bool { return !v.Irrevocable })
}
