package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The filters of the list of devices that stand for "needs attention".
const (
	needsOwner   = "unowned"
	needsWay     = "closed"
	needsAccount = "account"
)

func (d *Door) listDevices(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	counts, err := d.Devices.CountDevices(r.Context())
	if err != nil {
		return err
	}
	list, err := d.Devices.Devices(r.Context(), deviceFilter(q), stretch(r))
	if err != nil {
		return err
	}
	m := view.Devices{
		Page: d.page(r), Query: strings.TrimSpace(q.Get("q")), Filters: platformChips(q, counts), More: deviceChips(q, counts), Nobody: counts.Total == 0,
		Pager: pager(r, list.Prev, list.Next, thousands(len(list.Items))+" of "+thousands(counts.Total)),
		May:   deviceMay(caller(r).Scopes),
	}
	m.Page.Title = "Devices"
	for _, name := range []string{"platform", "needs"} {
		if v := q.Get(name); v != "" {
			m.Keep = append(m.Keep, view.Hidden{Name: name, Value: v})
		}
	}
	if err := d.warnPushCert(r, &m.Page); err != nil {
		return err
	}
	names, err := d.mdmNames(r.Context())
	if err != nil {
		return err
	}
	for _, o := range list.Items {
		m.Servers = m.Servers || o.MDM != vpp.BuiltinMDM
		m.Lines = append(m.Lines, d.deviceLine(o, names))
	}
	return d.render(w, r, view.DevicesPage(m))
}

func deviceFilter(q url.Values) vpp.DeviceFilter {
	f := vpp.DeviceFilter{Platform: vpp.Platform(q.Get("platform")), Search: q.Get("q"), MDM: vpp.MDMID(q.Get("mdm"))}
	switch q.Get("needs") {
	case needsOwner:
		f.Unowned = true
	case needsWay:
		f.Closed = true
	case needsAccount:
		f.Account = vpp.AccountOther
	}
	return f
}

func deviceMay(s operator.Scopes) view.DeviceMay {
	return view.DeviceMay{Assign: s.Allow(operator.ScopeRoster), Ask: s.Allow(operator.ScopeInvite), Settings: s.Allow(operator.ScopeSettings)}
}

func (d *Door) deviceLine(o vpp.OwnedDevice, names map[vpp.MDMID]string) view.DeviceLine {
	return view.DeviceLine{
		ID: string(o.ID), Name: deviceName(o.Device), Model: deviceModel(o.Device), System: systemWords(o.Device), Serial: o.SerialNumber,
		MDM: mdmName(o.MDM, names), Owner: ownerLink(o), Reach: reached(o.Reach), Seen: d.when(o.SeenAt),
	}
}

func ownerLink(o vpp.OwnedDevice) view.Link {
	if o.OwnerID == "" {
		return view.Link{}
	}
	return view.Link{Text: o.OwnerName, Href: personPath(o.OwnerID)}
}

// mdmNames are the names that administrators gave to connected MDM servers.
func (d *Door) mdmNames(ctx context.Context) (map[vpp.MDMID]string, error) {
	list, err := d.Servers.List(ctx)
	names := make(map[vpp.MDMID]string, len(list))
	for _, m := range list {
		names[m.ID] = m.Name
	}
	return names, err
}

func mdmName(id vpp.MDMID, names map[vpp.MDMID]string) string {
	switch {
	case id == vpp.BuiltinMDM:
		return "rsvpp"
	case names[id] != "":
		return names[id]
	}
	return "an MDM server that is not connected any more"
}

// listAddress is the list's address with one filter set anew.
func listAddress(q url.Values, name, value string) string {
	pairs := []string{"q", q.Get("q"), "mdm", q.Get("mdm"), name, value}
	for _, other := range []string{"platform", "needs"} {
		if other != name {
			pairs = append(pairs, other, q.Get(other))
		}
	}
	return address("/devices", pairs...)
}

func platformChips(q url.Values, c vpp.DeviceCounts) []view.Choice {
	now := vpp.Platform(q.Get("platform"))
	chips := []view.Choice{{Text: "All", Hint: thousands(c.Total), Value: address("/devices", "q", q.Get("q"), "mdm", q.Get("mdm")), Current: now == "" && q.Get("needs") == ""}}
	for _, p := range []vpp.Platform{
		vpp.PlatformIPhone, vpp.PlatformIPad, vpp.PlatformMac, vpp.PlatformAppleTV, vpp.PlatformVision, vpp.PlatformWatch, vpp.PlatformIPod,
	} {
		if c.Platforms[p] > 0 || now == p {
			chips = append(chips, view.Choice{Text: platformWord(p), Hint: thousands(c.Platforms[p]), Value: listAddress(q, "platform", string(p)), Current: now == p})
		}
	}
	return chips
}

// deviceChips are left out where no device needs anything.
func deviceChips(q url.Values, c vpp.DeviceCounts) []view.Choice {
	var chips []view.Choice
	for _, f := range []struct {
		name, text string
		n          int
	}{{needsOwner, "Nobody’s", c.Unowned}, {needsWay, "Invitation does not reach", c.Closed}, {needsAccount, "Another account signed in", c.Other}} {
		now := q.Get("needs") == f.name
		if f.n == 0 && !now {
			continue
		}
		to := f.name
		if now {
			to = "" // chosen again, it is off
		}
		chips = append(chips, view.Choice{Text: f.text, Hint: thousands(f.n), Value: listAddress(q, "needs", to), Current: now})
	}
	return chips
}
