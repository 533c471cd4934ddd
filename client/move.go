package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// MoveOut lets a location go to another server: nothing is written there any
// more. Asked again, it does what is left to do.
func (c *Client) MoveOut(ctx context.Context, location string) (out Location, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/move-out", long: true}, nil, &out)
	return out, err
}

// HandOver writes the signed file that the next server reads.
func (c *Client) HandOver(ctx context.Context, location string, w io.Writer) error {
	return c.download(ctx, "/locations/"+id(location)+"/hand-over", url.Values{}, w)
}

// MoveIn sends a hand-over file, or a CSV file with a column client_user_id;
// nobody is moved yet: preview and run it as an import. A fingerprint, if any,
// must be that of the key which signed the file.
func (c *Client) MoveIn(ctx context.Context, location, fingerprint string, f File) (Import, error) {
	q := url.Values{}
	set(q, "fingerprint", fingerprint)
	return uploadWith[Import](ctx, c, http.MethodPost, "/locations/"+id(location)+"/move-in", q, "application/octet-stream", f)
}

// Signer returns the fingerprint of the key by which the server signs
// hand-over files.
func (c *Client) Signer(ctx context.Context) (fingerprint string, err error) {
	out, err := get[struct {
		Fingerprint string `json:"fingerprint"`
	}](ctx, c, "/signer", nil)
	return out.Fingerprint, err
}
