package push

import (
	"fmt"
	"net/http"
	"time"
)

// Error is what Apple's push service said instead of 200.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
type Error struct {
	Status     int           `json:"-"`
	Reason     string        `json:"reason"`    // Apple's word, "Unregistered"
	Timestamp  int64         `json:"timestamp"` // Unix ms since which a token is dead, of 410
	RetryAfter time.Duration `json:"-"`
	Token      string        `json:"-"` // the push token that this is said of, hexadecimal
}

// Error says it in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("Apple's push service refused: %s (HTTP %d)", e.Reason, e.Status)
}

// Dead says whether the push token is of no use any more. The device is not
// thereby gone: it comes with a newer one.
func (e *Error) Dead() bool {
	return e.Status == http.StatusGone || e.Status == http.StatusBadRequest && (e.Reason == "BadDeviceToken" || e.Reason == "DeviceTokenNotForTopic")
}

// Certificate says whether the push certificate is what Apple refuses.
func (e *Error) Certificate() bool { return e.Status == http.StatusForbidden }

// Sentence explains it to administrators.
func (e *Error) Sentence() string {
	switch {
	case e.Dead():
		return "Apple no longer knows the device's push token. The device brings a new one when it is next online."
	case e.Certificate():
		return "Apple does not accept the push certificate (" + e.Reason + "): renew it, with the same Apple Account, and upload it."
	case e.Status == http.StatusTooManyRequests:
		return "Apple asked to push less often. It is tried again by itself."
	case e.Status >= http.StatusInternalServerError:
		return "Apple's push service is not available for the moment. It is tried again by itself."
	}
	return "Apple's push service refused: " + e.Reason + "."
}
