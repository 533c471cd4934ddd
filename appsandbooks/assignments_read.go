package appsandbooks

import (
	"context"
	"hash/maphash"
)

// AssignmentsQuery chooses assignments. The zero value chooses all.
// https://developer.apple.com/documentation/devicemanagement/get-assignments-9wv1e
type AssignmentsQuery struct {
	AdamID       string
	PricingParam string // STDQ or PLUS
	ClientUserID string
	SerialNumber string
	// ExcludeInactiveUsers leaves out what retired users keep.
	ExcludeInactiveUsers bool
	IncludeUserState     bool   // fills IDHash and UserStatus
	PageIndex            int    // from 0
	SinceVersionID       string // only what changed since; ErrUnknownVersion when Apple has forgotten it
}

func (q AssignmentsQuery) check() error {
	if q.ClientUserID != "" && q.SerialNumber != "" {
		return refuse(InvalidArgument, "an assignment is a user's or a device's, never both's")
	}
	return nil
}

func (q AssignmentsQuery) parameters() parameters {
	p := parameters{}
	p.set("adamId", q.AdamID)
	p.set("pricingParam", q.PricingParam)
	p.set("clientUserId", q.ClientUserID)
	p.set("serialNumber", q.SerialNumber)
	p.setTrue("excludeInactiveUsers", q.ExcludeInactiveUsers)
	p.setTrue("includeUserState", q.IncludeUserState)
	p.set("sinceVersionId", q.SinceVersionID)
	return p
}

// Assignments reads one page. See WalkAssignments for all pages.
func (c *Client) Assignments(ctx context.Context, q AssignmentsQuery) (*AssignmentsPage, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	got, err := readPage(ctx, c, urlGetAssignments, q.PageIndex, q.parameters(), func() *assignmentsAnswer { return new(assignmentsAnswer) })
	if err != nil {
		return nil, err
	}
	return &got.AssignmentsPage, nil
}

// WalkAssignments reads all pages from q.PageIndex on, as WalkUsers does.
// Apple does not say how a delta shows what was taken away: read everything
// now and then.
func (c *Client) WalkAssignments(ctx context.Context, q AssignmentsQuery, each func(*AssignmentsPage) error) (Walk, error) {
	read := func(ctx context.Context, index int) (*AssignmentsPage, error) {
		q := q
		q.PageIndex = index
		return c.Assignments(ctx, q)
	}
	return walk(ctx, urlGetAssignments, q.PageIndex, read, each)
}

func (p *AssignmentsPage) count() int { return len(p.Assignments) }

// write is page's. Nobody has the same asset twice, so every page tells.
func (p *AssignmentsPage) write(h *maphash.Hash) (telling bool) {
	for i := range p.Assignments {
		a := &p.Assignments[i]
		writeTexts(h, a.AdamID, a.PricingParam, a.ClientUserID, a.SerialNumber, a.IDHash, string(a.UserStatus))
	}
	return len(p.Assignments) > 0
}
