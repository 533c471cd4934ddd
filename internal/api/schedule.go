package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Schedule says how often a location is read by itself.
type Schedule struct {
	Every     string `json:"every,omitempty" maxLength:"20" doc:"What changed is read every such span, such as 15m; missing for the server's own (read-every)."`
	FullEvery string `json:"full_every,omitempty" maxLength:"20" doc:"Everything is read every such span, such as 24h; missing for the server's own (full-read-every)."`
	Paused    bool   `json:"paused,omitempty" doc:"Only when asked, and when Apple notifies."`
}

func scheduleOf(s vpp.Schedule) Schedule {
	span := func(d time.Duration) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	return Schedule{span(s.Every), span(s.FullEvery), s.Paused}
}

func (s Schedule) schedule() (out vpp.Schedule, err error) {
	span := func(field, text string) time.Duration {
		d, parseErr := time.ParseDuration(text)
		if text != "" && parseErr != nil {
			err = invalid("body."+field, "This is not a time span such as 15m or 24h.")
		}
		return d
	}
	out = vpp.Schedule{Every: span("every", s.Every), FullEvery: span("full_every", s.FullEvery), Paused: s.Paused}
	return out, err
}

type scheduleInput struct {
	LocationPath
	Body Schedule
}

func (d *Door) setSchedule(ctx context.Context, in *scheduleInput) (*answer[Location], error) {
	s, err := in.Body.schedule()
	if err != nil {
		return nil, err
	}
	l, err := d.Program.SetSchedule(ctx, actor(ctx), in.id(), s)
	return answered(d.locationOf(l), err)
}
