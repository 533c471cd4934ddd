package applesim

import (
	"fmt"
	"time"
)

// repeatSpan is how long version 1 remembers a call to manage licenses: Apple says "within minutes".
const repeatSpan = 5 * time.Minute

// repeats counts what comes again and again. Guarded by Apple.mu.
type repeats map[string][]int64

// over says whether something has come more than n times within repeatSpan, this time included. Zero n: never.
func (r repeats) over(n int, what string, now time.Time) bool {
	if n <= 0 {
		return false
	}
	old := now.Add(-repeatSpan).UnixMilli()
	times := append(r[what], now.UnixMilli())
	for times[0] <= old {
		times = times[1:]
	}
	r[what] = times[max(0, len(times)-n-1):] // older ones say no more
	return len(times) > n
}

// v1TooOften says whether the same call to manage licenses came too often (9632).
func (a *Apple) v1TooOften(l *location, key AssetKey, give, take v1Targets, now time.Time) bool {
	return l.repeats.over(a.quirks.SameManageLimit, fmt.Sprintf("%q %q %q", key, give, take), now)
}

// v1Again makes 9630 and 9631 of an assignment that failed too often in the same way.
func (a *Apple) v1Again(l *location, out *v1Association, asset int32, now time.Time) {
	worse := map[int]int{9616: 9630, 9610: 9631}[out.Number]
	if worse != 0 && l.repeats.over(a.quirks.SameFailureLimit, fmt.Sprint(out.Number, asset, out.ClientUserID, out.Serial), now) {
		out.fail(worse)
	}
}
