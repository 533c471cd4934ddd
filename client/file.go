package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// File is a file to send.
type File struct {
	Name     string
	Reader   io.Reader
	Size     int64                   // bytes; 0 when unknown
	Progress func(sent, total int64) // called as it goes, may be nil
}

// upload streams a file. It is sent once: a reader cannot be read again.
func upload[T any](ctx context.Context, c *Client, method, path, kind string, f File) (out T, err error) {
	return uploadWith[T](ctx, c, method, path, url.Values{}, kind, f)
}

func uploadWith[T any](ctx context.Context, c *Client, method, path string, query url.Values, kind string, f File) (out T, err error) {
	size := f.Size
	if size == 0 {
		size = -1 // unknown; it goes in chunks
	}
	k := call{method: method, path: path, query: query, kind: kind, once: true, long: true}
	set(k.query, "filename", f.Name)
	k.body = func() (io.Reader, int64) { return &counted{f.Reader, f.Size, 0, f.Progress}, size }
	err = c.ask(ctx, k, nil, &out)
	return out, err
}

// counted tells how far the reading has come.
type counted struct {
	r        io.Reader
	total    int64
	sent     int64
	progress func(sent, total int64)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sent += int64(n)
	if c.progress != nil && n > 0 {
		c.progress(c.sent, c.total)
	}
	return n, err
}

// download streams an answer. It is asked for once: what was written is written.
func (c *Client) download(ctx context.Context, path string, q url.Values, w io.Writer) error {
	return c.ask(ctx, call{method: http.MethodGet, path: path, query: q, once: true, long: true}, nil, writer{w})
}

// writer hides what else the caller's writer may be.
type writer struct{ io.Writer }
