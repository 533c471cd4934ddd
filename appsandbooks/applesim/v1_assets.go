package applesim

import "slices"

// v1Asset is an asset in version 1; the counts are there when they were asked for.
// https://developer.apple.com/documentation/devicemanagement/vppasset
type v1Asset struct {
	Adam             string `json:"adamIdStr"`
	Assigned         *int   `json:"assignedCount,omitempty"`
	Available        *int   `json:"availableCount,omitempty"`
	DeviceAssignable bool   `json:"deviceAssignable"`
	Irrevocable      bool   `json:"isIrrevocable"`
	Pricing          string `json:"pricingParam"`
	TypeID           int    `json:"productTypeId"`
	TypeName         string `json:"productTypeName"`
	Retired          *int   `json:"retiredCount,omitempty"`
	Total            *int   `json:"totalCount,omitempty"`
}

// v1Assets answers getVPPAssetsSrv, all at once.
// https://developer.apple.com/documentation/devicemanagement/get-assets-44p83
func (a *Apple) v1Assets(c *call) reply {
	counts := c.v1.flag("includeLicenseCounts")
	pricing, _ := c.v1.text("pricingParam")
	if pricing != "" && !soundPricing(pricing) {
		return fail(9602).reply()
	}
	now := a.lock()
	defer a.unlock()
	out := []v1Asset{}
	for _, s := range c.location.assets {
		if pricing == "" || s.PricingParam == pricing {
			out = append(out, s.v1(counts))
		}
	}
	return a.v1Reply(c, now, 0, struct {
		Assets []v1Asset `json:"assets"`
		Total  int       `json:"totalCount"`
	}{out, len(out)})
}

func (s *Asset) v1(counts bool) v1Asset {
	out := v1Asset{Adam: s.AdamID, DeviceAssignable: s.DeviceAssignable, Irrevocable: !s.Revocable, Pricing: s.PricingParam}
	out.TypeID, out.TypeName = s.v1Product()
	if counts {
		assigned, available, retired, total := s.Assigned, s.Available(), s.Retired, s.AllLicenses()
		out.Assigned, out.Available, out.Retired, out.Total = &assigned, &available, &retired, &total
	}
	return out
}

// v1PageSize is how many assignments are on a page of getAssignments.
const v1PageSize = 300

// v1Assignment is a license in somebody's hands, without its number.
// https://developer.apple.com/documentation/devicemanagement/vppassignment
type v1Assignment struct {
	Adam         string `json:"adamIdStr"`
	ClientUserID string `json:"clientUserIdStr,omitempty"`
	Pricing      string `json:"pricingParam"`
	Serial       string `json:"serialNumber,omitempty"`
}

// v1Assignments answers getAssignments. Pages after the first are asked for with the requestId of the first.
// https://developer.apple.com/documentation/devicemanagement/get-assignments-158kc
func (a *Apple) v1Assignments(c *call) reply {
	now := a.lock()
	defer a.unlock()
	page, refused := a.v1Page(c)
	if refused != nil {
		return refused.reply()
	}
	l := c.location
	s := a.sight(l, now)
	found := s.v1Wanted(c.v1)
	pages := max(1, (len(found)+v1PageSize-1)/v1PageSize)
	if page >= pages {
		return fail(9602).reply()
	}
	out := struct {
		Assignments []v1Assignment `json:"assignments"`
		Size        int            `json:"assignmentsInCurrentPage"`
		Page        int            `json:"currentPageIndex"`
		Next        int            `json:"nextPageIndex,omitempty"`
		Request     string         `json:"requestId,omitempty"`
		Total       int            `json:"totalAssignments"`
		Pages       int            `json:"totalPages"`
	}{Assignments: []v1Assignment{}, Page: page, Total: len(found), Pages: pages}
	for _, k := range found[page*v1PageSize : min(len(found), (page+1)*v1PageSize)] {
		t := l.truth(s.assignment(k))
		out.Assignments = append(out.Assignments, v1Assignment{t.AdamID, t.ClientUserID, t.PricingParam, t.SerialNumber})
	}
	out.Size = len(out.Assignments)
	if pages > 1 {
		out.Request = a.mint.promise("assignments", l.index)
	}
	if page+1 < pages {
		out.Next = page + 1
	}
	return a.v1Reply(c, now, 0, out)
}

// v1Page reads which page is wanted.
func (a *Apple) v1Page(c *call) (int, *wireError) {
	page, _, refused := c.v1.number("pageIndex")
	if refused != nil || page < 0 || page > 1<<31 {
		return 0, fail(9602)
	}
	request, _ := c.v1.text("requestId")
	var of uint32
	switch {
	case page == 0:
	case request == "":
		return 0, fail(9600)
	case !a.mint.keep("assignments", request, &of) || of != c.location.index:
		return 0, fail(9602)
	}
	return int(page), nil
}

// v1Wanted lists the held assignments that a call asks for, oldest first.
func (s sight) v1Wanted(args v1Args) []int32 {
	l := s.l
	adam, _ := args.text("adamIdStr")
	user, _ := args.text("clientUserIdStr")
	serial, _ := args.text("serialNumber")
	var found []int32
	switch {
	case user != "":
		found = l.everythingOf(user)
	case serial != "":
		found = l.everythingOn(serial)
	case adam != "":
		found = slices.Clone(l.titles[adam])
	default:
		for k := range int32(l.assignments.n) {
			found = append(found, k)
		}
	}
	return slices.DeleteFunc(found, func(k int32) bool {
		t := l.taskOf(k)
		return int(k) >= s.held || !s.assignment(k).held || adam != "" && t.key.AdamID != adam || user != "" && (t.device || t.id != user) ||
			serial != "" && (!t.device || t.id != serial)
	})
}
