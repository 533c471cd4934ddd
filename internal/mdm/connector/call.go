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

func (e *statusError) Error() string {
	return strings.TrimSpace(http.StatusText(e.status) + " " + string(e.body[:min(len(e.body), 500)]))
}

// unreached is a server that did not answer: to try the next call at once
// would only cost time.
type unreached struct{ error }

func (u unreached) Unwrap() error { return u.error }

// do makes a request. Errors are sentences. Whatever was answered comes along,
// also when it is no success.
func (c Config) do(ctx context.Context, sign func(*http.Request), k call) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, k.method, c.URL+k.path, bytes.NewReader(k.body))
	if err != nil {
		return nil, vpp.Wrap(vpp.Invalid, err, "The address of the MDM server, or the name of the device, cannot be used.")
	}
	sign(r)
	r.Header.Set("User-Agent", "rsvpp")
	if k.contentType != "" {
		r.Header.Set("Content-Type", k.contentType)
	}
	answer, err := c.Client.Do(r)
	if err != nil {
		return nil, vpp.Wrap(vpp.Unavailable, unreached{err}, "The MDM server at %s cannot be reached: check the address, its certificate and the way there.", c.URL)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, c.largest+1))
	if err != nil {
		return nil, vpp.Wrap(vpp.Unavailable, unreached{err}, "The MDM server at %s stopped in the middle of its answer.", c.URL)
	}
	if int64(len(body)) > c.largest {
		return nil, vpp.Errorf(vpp.Unavailable, "The MDM server at %s answers without end: more than %d MiB is not read.", c.URL, c.largest>>20)
	}
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return body, nil
	}
	return body, refusal(c.URL, &statusError{answer.StatusCode, body})
}

func refusal(url string, e *statusError) error {
	switch {
	case e.status < 400:
		return vpp.Wrap(vpp.Invalid, e, "The MDM server at %s sends us elsewhere, which is not followed: an invitation could land with strangers. Use the address where it answers itself.", url)
	case e.status == http.StatusUnauthorized || e.status == http.StatusForbidden:
		return vpp.Wrap(vpp.Denied, e, "The MDM server at %s does not accept the API key, or the key may not do this.", url)
	case e.status == http.StatusNotFound:
		return vpp.Wrap(vpp.NotFound, e, "The MDM server at %s does not know this address or device: is it of the kind that was chosen?", url)
	case e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable:
		return vpp.Wrap(vpp.Unavailable, e, "The MDM server at %s asks to try later.", url)
	}
	return vpp.Wrap(vpp.Unavailable, e, "The MDM server at %s answered “%d %s”.", url, e.status, http.StatusText(e.status))
}

// statusOf returns the HTTP status of a refusal, 0 for other errors.
func statusOf(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	return 0
}

// isUnreached says that nobody answered.
func isUnreached(err error) bool {
	_, ok := errors.AsType[unreached](err)
	return ok
}

// read decodes an answer, which must have all the keys: what is not there
// would read as "nothing", and a login page or another program as an empty
// server.
func read(url string, body []byte, into any, keys ...string) error {
	var have map[string]json.RawMessage
	err := json.Unmarshal(body, &have)
	for _, k := range keys {
		if _, ok := have[k]; !ok && err == nil {
			err = errors.New("without " + k)
		}
	}
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		return vpp.Wrap(vpp.Unavailable, err, "What answers at %s does not speak as this kind of MDM server does.", url)
	}
	return nil
}

// userPart is the user's part of an enrollment id, "" on the device channel.
func userPart(id vpp.EnrollmentID) (device, user string) {
	device, user, _ = strings.Cut(string(id), ":")
	return device, user
}
