package view

import (
	"fmt"
	"time"
)

// Moment is a point in time as people read it. The zero Moment shows a dash.
type Moment struct {
	ISO  string // for machines
	Text string // "3 hours ago"
	Full string // "12 March 2026, 14:05 UTC"
}

// At turns a time into words, seen from now. The zero time gives the zero Moment.
func At(t, now time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{ISO: t.UTC().Format(time.RFC3339), Text: distance(t, now), Full: t.Format("2 January 2006, 15:04 MST")}
}

func distance(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < 0:
		return "in " + span(-d, true)
	case d < 45*time.Second:
		return "just now"
	default:
		return span(d, false) + " ago"
	}
}

// span says a duration in one unit, the largest that fits: whole ones of what
// has passed, the nearest of what is to come, so that 30 days begin as 30.
func span(d time.Duration, nearest bool) string {
	units := []struct {
		size time.Duration
		name string
	}{{365 * 24 * time.Hour, "year"}, {30 * 24 * time.Hour, "month"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}}
	for _, u := range units {
		if d < u.size {
			continue
		}
		n := int(d / u.size)
		if nearest {
			n = int((d + u.size/2) / u.size)
		}
		if n > 0 {
			return plural(n, u.name, u.name+"s")
		}
	}
	return "a moment"
}

// plural says a count with the right word: "1 user", "2,400 users".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// number groups thousands.
func number(n int) string {
	if n < 0 {
		return "−" + number(-n)
	}
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}

// percent says part of whole without decimals; "–" of nothing.
func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	p := part * 100 / whole
	if p == 0 && part > 0 {
		return "<1 %"
	}
	return fmt.Sprintf("%d %%", p)
}

// pick chooses the word that goes with a count.
func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
