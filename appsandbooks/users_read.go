package appsandbooks

import (
	"context"
	"hash/maphash"
)

// UsersQuery chooses users. The zero value chooses all.
// https://developer.apple.com/documentation/devicemanagement/get-users-4mwln
type UsersQuery struct {
	ActiveOnly     bool
	RetiredOnly    bool
	ClientUserID   string
	PageIndex      int    // from 0
	SinceVersionID string // only what changed since; ErrUnknownVersion when Apple has forgotten it
}

func (q UsersQuery) check() error {
	if q.ActiveOnly && q.RetiredOnly {
		return refuse(InvalidArgument, "activeOnly and retiredOnly exclude each other")
	}
	return nil
}

func (q UsersQuery) parameters() parameters {
	p := parameters{}
	p.setTrue("activeOnly", q.ActiveOnly)
	p.setTrue("retiredOnly", q.RetiredOnly)
	p.set("clientUserId", q.ClientUserID)
	p.set("sinceVersionId", q.SinceVersionID)
	return p
}

// Users reads one page. However many goroutines read pages, of whatever kind,
// five are read at once. See WalkUsers for all pages.
func (c *Client) Users(ctx context.Context, q UsersQuery) (*UsersPage, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	got, err := readPage(ctx, c, urlGetUsers, q.PageIndex, q.parameters(), func() *usersAnswer { return new(usersAnswer) })
	if err != nil {
		return nil, err
	}
	return &got.UsersPage, nil
}

// WalkUsers reads all pages from q.PageIndex on and hands them to each, in
// order and one at a time, from the caller's goroutine. The first page is read
// alone, the others up to five ahead, so memory does not grow with the number
// of users. A page is each's to keep. The walk ends at the first error, its
// own or each's; pages handed over until then are good, the walk is not.
//
// Page counts may change meanwhile. Pages that lead back, skip, repeat or are
// not the ones asked for end the walk with a *PageError.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
func (c *Client) WalkUsers(ctx context.Context, q UsersQuery, each func(*UsersPage) error) (Walk, error) {
	read := func(ctx context.Context, index int) (*UsersPage, error) {
		q := q
		q.PageIndex = index
		return c.Users(ctx, q)
	}
	return walk(ctx, urlGetUsers, q.PageIndex, read, each)
}

func (p *UsersPage) count() int { return len(p.Users) }

// write is page's. Retired records may be equal in everything, so only pages
// with a live user tell.
func (p *UsersPage) write(h *maphash.Hash) (telling bool) {
	for i := range p.Users {
		u := &p.Users[i]
		telling = telling || u.Status == Registered || u.Status == Associated
		writeTexts(h, u.ClientUserID, u.Email, u.IDHash, string(u.InviteCode), string(u.Status))
	}
	return telling
}
