package appsandbooks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Paging is what pages of every kind carry.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
type Paging struct {
	Envelope
	CurrentPageIndex int    `json:"currentPageIndex"` // from 0
	NextPageIndex    *int   `json:"nextPageIndex"`    // nil on the last page
	TotalPages       int    `json:"totalPages"`       // may change while walking
	Size             int    `json:"size"`             // records on this page
	VersionID        string `json:"versionId"`        // state of all records of this kind
}

func (p *Paging) paging() *Paging { return p }

// PageError says that Apple's pages contradict themselves or each other, so
// that going on would lose or repeat records. Start the walk again later.
type PageError struct {
	Endpoint string // Apple's key in service config ("getUsers")
	Index    int    // of the page that was asked for
	Problem  string
}

// Error names the page and the contradiction.
func (e *PageError) Error() string {
	return fmt.Sprintf("%s: apple's page %d %s; nothing can be concluded from this walk", e.Endpoint, e.Index, e.Problem)
}

// contradiction tells why the page is not the one asked for, or cannot be
// true; "" when all is well.
func (p *Paging) contradiction(asked int) string {
	switch next := p.NextPageIndex; {
	case p.CurrentPageIndex != asked:
		return fmt.Sprintf("says it is page %d", p.CurrentPageIndex)
	case next != nil && *next <= asked:
		return fmt.Sprintf("leads back to page %d", *next)
	case next != nil && *next > asked+1:
		return fmt.Sprintf("skips to page %d", *next)
	case next != nil && p.TotalPages > 0 && *next >= p.TotalPages:
		return fmt.Sprintf("leads to page %d of only %d", *next, p.TotalPages)
	case next == nil && asked+1 < p.TotalPages:
		return fmt.Sprintf("says it is the last, of %d", p.TotalPages)
	}
	return ""
}

type pageAnswer interface {
	answer
	paging() *Paging
}

// readPage reads one page of any kind. However many goroutines ask, for
// whatever kind, five pages are read at once.
func readPage[A pageAnswer](ctx context.Context, c *Client, key string, index int, q parameters, fresh func() A) (A, error) {
	var none A
	if index < 0 {
		return none, refuse(PageOutOfRange, "the page index %d is negative", index)
	}
	k, _, err := c.callTo(ctx, http.MethodGet, key)
	if err != nil {
		return none, err
	}
	if index > 0 {
		q.set("pageIndex", strconv.Itoa(index))
	}
	k.url += q.encode()
	select {
	case c.pages <- struct{}{}:
		defer func() { <-c.pages }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	got, err := ask(ctx, c, k, fresh)
	if err != nil {
		return none, err
	}
	if problem := got.paging().contradiction(index); problem != "" {
		return none, &PageError{Endpoint: key, Index: index, Problem: problem}
	}
	return got, nil
}

// parameters are those of a URL; what is not wanted is not among them.
type parameters url.Values

func (p parameters) set(key, value string) {
	if value != "" {
		url.Values(p).Set(key, value)
	}
}

func (p parameters) setTrue(key string, value bool) {
	if value {
		p.set(key, "true")
	}
}

func (p parameters) setBool(key string, value *bool) {
	if value != nil {
		p.set(key, strconv.FormatBool(*value))
	}
}

func (p parameters) setInt(key string, value *int) {
	if value != nil {
		p.set(key, strconv.Itoa(*value))
	}
}

func (p parameters) encode() string {
	if len(p) == 0 {
		return ""
	}
	return "?" + url.Values(p).Encode()
}
