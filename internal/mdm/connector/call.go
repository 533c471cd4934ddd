package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const largestAnswer = 64 << 20

// call is one request to the server.
type call struct {
	method, path string
	contentType  string
	body         []byte
}

// statusError is an answer that is no success.
type statusError struct {
	status int
	body   []byte
}

func (e *statusError) Error() string { return http.StatusText(e.status) }

// do makes a request. Errors are sentences; the body of an answer that is no
// success comes with a *statusError.
func (c Config) do(ctx context.Context, sign func(*http.Request), k call) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, k.method, c.URL+k.path, bytes.NewReader(k.body))
	if err != nil {
		return nil, err
	}
	sign(r)
	r.Header.Set("User-Agent", "rsvpp")
	if k.contentType != "" {
		r.Header.Set("Content-Type", k.contentType)
	}
	answer, err := c.Client.Do(r)
	if err != nil {
		return nil, vpp.Wrap(vpp.Unavailable, err, "The MDM server at %s cannot be reached: check the address, its certificate and the way there.", c.URL)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, largestAnswer))
	if err != nil {
		return nil, vpp.Wrap(vpp.Unavailable, err, "The MDM server at %s stopped in the middle of its answer.", c.URL)
	}
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return body, nil
	}
	return body, refusal(c.URL, &statusError{answer.StatusCode, body})
}

func refusal(url string, e *statusError) error {
	switch e.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return vpp.Wrap(vpp.Denied, e, "The MDM server at %s does not accept the API key, or the key may not do this.", url)
	case http.StatusNotFound:
		return vpp.Wrap(vpp.NotFound, e, "The MDM server at %s does not know this address or device: is it of the kind that was chosen?", url)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return vpp.Wrap(vpp.Unavailable, e, "The MDM server at %s asks to try later.", url)
	}
	return vpp.Wrap(vpp.Unavailable, e, "The MDM server at %s answered %s.", url, e.Error())
}

// statusOf returns the HTTP status of a refusal, 0 for other errors.
func statusOf(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	return 0
}

// read decodes an answer.
func read(url string, body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return vpp.Wrap(vpp.Unavailable, err, "What answers at %s does not speak as this kind of MDM server does.", url)
	}
	return nil
}

// userPart is the user's part of an enrollment id, "" on the device channel.
func userPart(id vpp.EnrollmentID) (device, user string) {
	device, user, _ = strings.Cut(string(id), ":")
	return device, user
}
