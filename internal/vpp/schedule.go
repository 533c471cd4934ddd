package vpp

import (
	"hash/fnv"
	"time"
)

// Schedule says how often a location is read by itself. Zero durations mean
// the server's settings.
type Schedule struct {
	Every     time.Duration // what changed
	FullEvery time.Duration // everything: deltas do not tell of removals
	Paused    bool          // only when asked, and when Apple notifies
}

// What a schedule may ask for.
const (
	LeastEvery     = time.Minute
	MostEvery      = 7 * 24 * time.Hour
	LeastFullEvery = 10 * time.Minute
	MostFullEvery  = 30 * 24 * time.Hour
)

// Check says what is wrong with a schedule that somebody chose, if anything.
func (s Schedule) Check() error {
	fault := func(field, format string, args ...any) error {
		e := Errorf(Invalid, format, args...)
		e.Field = field
		return e
	}
	switch {
	case s.Every != 0 && (s.Every < LeastEvery || s.Every > MostEvery):
		return fault("every", "What changed is read every minute at most and every 7 days at least: choose a time span in between, such as 15m.")
	case s.FullEvery != 0 && (s.FullEvery < LeastFullEvery || s.FullEvery > MostFullEvery):
		return fault("full_every", "Everything is read every 10 minutes at most and every 30 days at least: choose a time span in between, such as 24h.")
	}
	return nil
}

// Or returns the schedule with the settings where it says nothing.
func (s Schedule) Or(settings Schedule) Schedule {
	if s.Every == 0 {
		s.Every = settings.Every
	}
	if s.FullEvery == 0 {
		s.FullEvery = settings.FullEvery
	}
	return s
}

// Jittered is the time one span after from, up to a tenth earlier or later:
// each location has its own, so that many are not read at the same moment.
func Jittered(id LocationID, span time.Duration, from time.Time) time.Time {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	var b [8]byte
	for i, n := 0, from.UnixMilli(); i < len(b); i++ {
		b[i] = byte(n >> (8 * i))
	}
	_, _ = h.Write(b[:])
	// The low bits of FNV are well mixed, the high ones of short inputs are not.
	share := float64(h.Sum64()%2001)/1000 - 1 // -1…1
	return from.Add(span + time.Duration(share*float64(span)/10))
}
