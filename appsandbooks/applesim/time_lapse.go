package applesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// TimeLapse is what happens by itself as time passes by the clock of Options.Now. In JSON:
//
//	{"invitations": [{"usersPerEvent": 5, "interval": "10s", "maximumEvents": 100}],
//	 "purchases": [{"adamId": "361309726", "licensesPerEvent": 25, "interval": "1m"}]}
type TimeLapse struct {
	Invitations []Acceptances `json:"invitations,omitempty"`
	Purchases   []Purchases   `json:"purchases,omitempty"`
}

// Pace says how often something happens.
type Pace struct {
	Interval      Interval `json:"interval"`
	MaximumEvents int      `json:"maximumEvents,omitempty"` // zero: without end
}

// Interval is a time.Duration that reads and writes JSON as "1m30s", and reads a number as seconds.
type Interval time.Duration

// Acceptances are people who accept their invitations, the longest waiting first, with the address they were invited at.
type Acceptances struct {
	UID           string `json:"uId,omitempty"` // empty: in every location
	UsersPerEvent int    `json:"usersPerEvent"` // per location; zero: one
	Pace
}

// Purchases are licenses that somebody buys in Apple's portal.
type Purchases struct {
	UID string `json:"uId,omitempty"` // empty: in every location
	AssetKey
	LicensesPerEvent int `json:"licensesPerEvent"` // zero: one; negative: they go away, as far as nobody holds them
	Pace
}

// UnmarshalJSON reads "1m30s", or a number of seconds.
func (i *Interval) UnmarshalJSON(text []byte) error {
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		seconds, err := strconv.ParseFloat(string(text), 64)
		if err != nil || seconds < 0 || seconds > 1e9 {
			return errors.New("an interval is a number of seconds, or a text such as \"1m30s\"")
		}
		*i = Interval(seconds * float64(time.Second))
		return nil
	}
	d, err := time.ParseDuration(words)
	*i = Interval(d)
	return err
}

// MarshalJSON writes "1m30s".
func (i Interval) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(i).String()) }

// ParseTimeLapse reads a time-lapse from JSON and checks it.
func ParseTimeLapse(text []byte) (TimeLapse, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	var t TimeLapse
	if err := in.Decode(&t); err != nil {
		return TimeLapse{}, fmt.Errorf("applesim: time-lapse: %w", err)
	}
	if in.More() {
		return TimeLapse{}, errors.New("applesim: time-lapse: there is something after the end")
	}
	return t, t.check()
}

// check finds what can not be.
func (t TimeLapse) check() error {
	for _, i := range t.Invitations {
		if i.UsersPerEvent < 0 || !i.sound() {
			return fmt.Errorf("applesim: time-lapse: invitations need an interval of at least %s, and no negative numbers", minInterval)
		}
	}
	for _, p := range t.Purchases {
		key := p.key()
		if !p.sound() || !(Asset{AssetKey: key, ProductType: ProductApp}).sound() {
			return fmt.Errorf("applesim: time-lapse: purchases need an adamId and an interval of at least %s", minInterval)
		}
	}
	return nil
}

const minInterval = time.Millisecond

func (p Pace) sound() bool { return time.Duration(p.Interval) >= minInterval && p.MaximumEvents >= 0 }

func (p Purchases) key() AssetKey {
	if p.PricingParam == "" {
		return AssetKey{p.AdamID, PricingStandard}
	}
	return p.AssetKey
}
