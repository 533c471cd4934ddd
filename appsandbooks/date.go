package appsandbooks

import (
	"encoding/json"
	"time"
)

// appleDate is how Apple writes dates: the offset has no colon.
const appleDate = "2006-01-02T15:04:05Z0700"

// Date is a date from Apple. Text is what Apple wrote; Time is what it means
// in UTC, zero when absent or not understood.
type Date struct {
	Time time.Time
	Text string
}

// UnmarshalJSON accepts RFC 3339 and Apple's offset without colon. What is
// neither is kept as it is, with a zero Time: nothing else in an answer is to
// be lost for a date.
func (d *Date) UnmarshalJSON(b []byte) error {
	*d = Date{}
	if err := json.Unmarshal(b, &d.Text); err != nil {
		d.Text = string(b)
	}
	d.Time, _ = parseDate(d.Text)
	return nil
}

// MarshalJSON writes Apple's text back.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.Text) }

func parseDate(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse(appleDate, text)
	}
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC(), nil
}
