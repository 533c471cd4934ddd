package client

import (
	"context"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// Page asks for a stretch of a list.
type Page struct {
	Limit  int    // at most; 0 is the server's usual
	After  string // the Next of the page before
	Before string // the Prev of the page after
}

// List is one stretch of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"` // "" at the end
	Prev  string `json:"prev"` // "" at the beginning
}

func (p Page) into(q url.Values) url.Values {
	q = maps.Clone(q)
	if q == nil {
		q = url.Values{}
	}
	if p.Limit > 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	set(q, "after", p.After)
	set(q, "before", p.Before)
	return q
}

// set adds what is not empty.
func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

// at is a query with the location alone.
func at(location string) url.Values {
	q := url.Values{}
	set(q, "location", location)
	return q
}

// all walks a list from page to page; the first error ends it.
func all[T any](ctx context.Context, read func(context.Context, Page) (List[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		page := Page{Limit: 1000}
		for {
			list, err := read(ctx, page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range list.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.After = list.Next; page.After == "" {
				return
			}
		}
	}
}

// getPage reads one page.
func getPage[T any](ctx context.Context, c *Client, path string, q url.Values, p Page) (List[T], error) {
	return get[List[T]](ctx, c, path, p.into(q))
}

// postPage reads one page of a list that is asked for with a body.
func postPage[T any](ctx context.Context, c *Client, path string, q url.Values, p Page, in any) (out List[T], err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: path, query: p.into(q)}, in, &out)
	return out, err
}
