package appsandbooks

import (
	"context"
	"encoding/binary"
	"hash/maphash"
)

// AssetsQuery chooses assets. The zero value chooses all. Counts are inclusive.
// https://developer.apple.com/documentation/devicemanagement/get-assets-4ski1
type AssetsQuery struct {
	AdamID            string
	PricingParam      string // STDQ or PLUS
	ProductType       string // App or Book
	Revocable         *bool
	DeviceAssignable  *bool
	MinAvailableCount *int
	MaxAvailableCount *int
	MinAssignedCount  *int
	MaxAssignedCount  *int
	// Unlimited false leaves the unlimited ones out. True and nil both bring
	// them, true without counts that have no meaning.
	Unlimited *bool
	PageIndex int // from 0
}

func (q AssetsQuery) check() error {
	for _, r := range []struct {
		name     string
		min, max *int
	}{{"available", q.MinAvailableCount, q.MaxAvailableCount}, {"assigned", q.MinAssignedCount, q.MaxAssignedCount}} {
		for _, n := range []*int{r.min, r.max} {
			if n != nil && (*n < 0 || *n > unlimitedCount) {
				return refuse(InvalidArgument, "%d cannot be a count of %s licenses", *n, r.name)
			}
		}
		if r.min != nil && r.max != nil && *r.min > *r.max {
			return refuse(InvalidArgument, "the least count of %s licenses is greater than the largest", r.name)
		}
	}
	return nil
}

func (q AssetsQuery) parameters() parameters {
	p := parameters{}
	p.set("adamId", q.AdamID)
	p.set("pricingParam", q.PricingParam)
	p.set("productType", q.ProductType)
	p.setBool("revocable", q.Revocable)
	p.setBool("deviceAssignable", q.DeviceAssignable)
	p.setInt("minAvailableCount", q.MinAvailableCount)
	p.setInt("maxAvailableCount", q.MaxAvailableCount)
	p.setInt("minAssignedCount", q.MinAssignedCount)
	p.setInt("maxAssignedCount", q.MaxAssignedCount)
	p.setBool("unlimited", q.Unlimited)
	return p
}

// Assets reads one page. See WalkAssets for all pages.
func (c *Client) Assets(ctx context.Context, q AssetsQuery) (*AssetsPage, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	got, err := readPage(ctx, c, urlGetAssets, q.PageIndex, q.parameters(), func() *assetsAnswer { return new(assetsAnswer) })
	if err != nil {
		return nil, err
	}
	return got.gather(), nil
}

// WalkAssets reads all pages from q.PageIndex on, as WalkUsers does. There are
// no deltas of assets: when Walk.Moved, walk again.
func (c *Client) WalkAssets(ctx context.Context, q AssetsQuery, each func(*AssetsPage) error) (Walk, error) {
	read := func(ctx context.Context, index int) (*AssetsPage, error) {
		q := q
		q.PageIndex = index
		return c.Assets(ctx, q)
	}
	return walk(ctx, urlGetAssets, q.PageIndex, read, each)
}

func (p *AssetsPage) count() int { return len(p.Assets) }

// write is page's. No two assets have the same key, so every page tells.
func (p *AssetsPage) write(h *maphash.Hash) (telling bool) {
	for i := range p.Assets {
		a := &p.Assets[i]
		writeTexts(h, a.AdamID, a.PricingParam)
		_, _ = h.Write(binary.AppendVarint(nil, int64(a.AssignedCount)))
	}
	return len(p.Assets) > 0
}
