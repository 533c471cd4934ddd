package appsandbooks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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
	switch {
	case q.ActiveOnly && q.RetiredOnly:
		return refuse(InvalidArgument, "activeOnly and retiredOnly exclude each other")
	case q.PageIndex < 0:
		return refuse(PageOutOfRange, "the page index %d is negative", q.PageIndex)
	}
	return nil
}

func (q UsersQuery) encode() string {
	v := url.Values{}
	if q.ActiveOnly {
		v.Set("activeOnly", "true")
	}
	if q.RetiredOnly {
		v.Set("retiredOnly", "true")
	}
	if q.ClientUserID != "" {
		v.Set("clientUserId", q.ClientUserID)
	}
	if q.PageIndex > 0 {
		v.Set("pageIndex", strconv.Itoa(q.PageIndex))
	}
	if q.SinceVersionID != "" {
		v.Set("sinceVersionId", q.SinceVersionID)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// Users reads one page. However many goroutines ask, five pages are read at
// once. See WalkUsers for all pages.
func (c *Client) Users(ctx context.Context, q UsersQuery) (*UsersPage, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	k, _, err := c.callTo(ctx, http.MethodGet, urlGetUsers)
	if err != nil {
		return nil, err
	}
	k.url += q.encode()
	select {
	case c.pages <- struct{}{}:
		defer func() { <-c.pages }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	got, err := ask(ctx, c, k, func() *usersAnswer { return new(usersAnswer) })
	if err != nil {
		return nil, err
	}
	if err := got.check(q.PageIndex); err != nil {
		return nil, err
	}
	return &got.UsersPage, nil
}

// PageError says that Apple's pages contradict themselves or each other, so
// that going on would lose or repeat users. Start the walk again later.
type PageError struct {
	Index   int // of the page that was asked for
	Problem string
}

// Error names the page and the contradiction.
func (e *PageError) Error() string {
	return fmt.Sprintf("apple's page %d of users %s; nothing can be concluded from this walk", e.Index, e.Problem)
}

// check tells whether the page is the one asked for, and consistent in itself.
func (p *UsersPage) check(asked int) error {
	problem := ""
	switch next := p.NextPageIndex; {
	case p.CurrentPageIndex != asked:
		problem = fmt.Sprintf("says it is page %d", p.CurrentPageIndex)
	case next != nil && *next <= asked:
		problem = fmt.Sprintf("leads back to page %d", *next)
	case next != nil && *next > asked+1:
		problem = fmt.Sprintf("skips to page %d", *next)
	case next != nil && p.TotalPages > 0 && *next >= p.TotalPages:
		problem = fmt.Sprintf("leads to page %d of only %d", *next, p.TotalPages)
	case next == nil && asked+1 < p.TotalPages:
		problem = fmt.Sprintf("says it is the last, of %d", p.TotalPages)
	}
	if problem != "" {
		return &PageError{Index: asked, Problem: problem}
	}
	return nil
}
