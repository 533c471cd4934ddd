package builtin

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/micromdm/plist"
)

// The content types of the protocol (S3-04, S3-05). That of check-ins begins
// like that of commands.
const (
	contentCommand = "application/x-apple-aspen-mdm"
	contentCheckIn = "application/x-apple-aspen-mdm-checkin"
	contentAnswer  = "application/xml"
)

// sorted makes check-ins known as such where a client does not say it: only
// they have a MessageType. What is answered is named as Apple names it.
func sorted(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), contentCommand) {
			kind, err := kindOfMessage(r)
			if err != nil {
				http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
				return
			}
			r.Header.Set("Content-Type", kind)
		}
		next.ServeHTTP(answers{w}, r)
	}
}

// kindOfMessage looks into a message that passed the guard, and leaves it whole.
func kindOfMessage(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var m struct{ MessageType string }
	if err := plist.Unmarshal(body, &m); err != nil {
		return "", err
	}
	if m.MessageType == "" {
		return contentCommand, nil
	}
	return contentCheckIn, nil
}

// answers names what is answered; NanoMDM lets it be guessed.
type answers struct{ http.ResponseWriter }

// Write implements http.ResponseWriter.
func (a answers) Write(body []byte) (int, error) {
	if h := a.Header(); len(body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentAnswer)
	}
	return a.ResponseWriter.Write(body)
}
