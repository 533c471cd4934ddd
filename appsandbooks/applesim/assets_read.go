package applesim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// assetsQuery is what GET assets understands.
// https://developer.apple.com/documentation/devicemanagement/get-assets-4ski1
type assetsQuery struct {
	pageIndex int
	apart     bool // unlimited=true: the unlimited ones come in a list of their own
	filters   []func(*Asset) bool
}

// readAssets answers GET assets.
func (a *Apple) readAssets(c *call) reply {
	now := a.lock()
	defer a.unlock()
	q, refused := parseAssetsQuery(c.URL.Query())
	if refused != nil {
		return refused.reply()
	}
	found := q.of(c.location)
	p, refused := a.evenly(q.pageIndex, len(found))
	if refused != nil {
		return refused.reply()
	}
	return a.assetsPage(c, q, found, p, now)
}

func parseAssetsQuery(values url.Values) (assetsQuery, *wireError) {
	in := query{Values: values}
	var q assetsQuery
	q.pageIndex, _ = in.number("pageIndex")
	q.exactly(in.Get("adamId"), func(s *Asset) string { return s.AdamID })
	q.exactly(in.word("productType", ProductApp, ProductBook), func(s *Asset) string { return s.ProductType })
	q.exactly(in.word("pricingParam", PricingStandard, PricingPlus), func(s *Asset) string { return s.PricingParam })
	q.flag(&in, "revocable", func(s *Asset) bool { return s.Revocable })
	q.flag(&in, "deviceAssignable", func(s *Asset) bool { return s.DeviceAssignable })
	q.span(&in, "AvailableCount", func(s *Asset) int { return s.Available() })
	q.span(&in, "AssignedCount", func(s *Asset) int { return s.Assigned })
	if unlimited, given := in.boolean("unlimited"); given {
		q.apart = unlimited
		q.filters = append(q.filters, func(s *Asset) bool { return unlimited || !s.Unlimited })
	}
	if in.bad {
		return q, fail(9602)
	}
	return q, nil
}

func (q *assetsQuery) exactly(text string, of func(*Asset) string) {
	if text != "" {
		q.filters = append(q.filters, func(s *Asset) bool { return of(s) == text })
	}
}

func (q *assetsQuery) flag(in *query, key string, of func(*Asset) bool) {
	if want, given := in.boolean(key); given {
		q.filters = append(q.filters, func(s *Asset) bool { return of(s) == want })
	}
}

// span holds a count between min… and max…, both included.
func (q *assetsQuery) span(in *query, count string, of func(*Asset) int) {
	if least, given := in.number("min" + count); given {
		q.filters = append(q.filters, func(s *Asset) bool { return of(s) >= least })
	}
	if most, given := in.number("max" + count); given {
		q.filters = append(q.filters, func(s *Asset) bool { return of(s) <= most })
	}
}

func (q *assetsQuery) of(l *location) []*Asset {
	var out []*Asset
assets:
	for _, s := range l.assets {
		for _, keep := range q.filters {
			if !keep(s) {
				continue assets
			}
		}
		out = append(out, s)
	}
	return out
}

// assetsPage writes one page.
// https://developer.apple.com/documentation/devicemanagement/getassetsresponse
func (a *Apple) assetsPage(c *call, q assetsQuery, found []*Asset, p page, now time.Time) reply {
	l := c.location
	b := a.appendPageHead(nil, c, p, a.mint.uuid(forAssets, l.index, uint64(l.assetChanges+len(l.moves))), now)
	add := func(unlimited bool) func(b []byte) ([]byte, int) {
		return func(b []byte) ([]byte, int) {
			n := 0
			for _, s := range found[p.first:p.last] {
				if unlimited == (q.apart && s.Unlimited) {
					b = append(appendAsset(b, s, !unlimited), ',')
					n++
				}
			}
			return b, n
		}
	}
	b, n := a.appendList(b, "assets", add(false))
	if q.apart {
		var more int
		b, more = a.appendList(b, "unlimitedAssets", add(true))
		n += more
	}
	b = append(appendInt(b, "size", n), '}')
	return reply{status: http.StatusOK, body: b}
}

// appendAsset writes Apple's ResponseAsset, or without the counts of licenses its UnlimitedResponseAsset.
// https://developer.apple.com/documentation/devicemanagement/responseasset
func appendAsset(b []byte, s *Asset, counts bool) []byte {
	b = appendString(append(b, `{"adamId":`...), s.AdamID)
	b = appendInt(b, "assignedCount", s.Assigned)
	if counts {
		b = appendInt(b, "availableCount", s.Available())
	}
	b = strconv.AppendBool(append(b, `,"deviceAssignable":`...), s.DeviceAssignable)
	b = appendString(append(b, `,"pricingParam":`...), s.PricingParam)
	b = appendString(append(b, `,"productType":`...), s.ProductType)
	if counts {
		b = appendInt(b, "retiredCount", s.Retired)
	}
	b = strconv.AppendBool(append(b, `,"revocable":`...), s.Revocable)
	platforms, _ := json.Marshal(append([]string{}, s.SupportedPlatforms...)) // strings: cannot fail
	b = append(append(b, `,"supportedPlatforms":`...), platforms...)
	if counts {
		b = appendInt(b, "totalCount", s.AllLicenses())
	}
	return append(b, '}')
}
