// Package sheet is a room inside a room, which shares its floor. Its clock is
// found too.
package sheet

import "time"

func Read() time.Duration { return time.Since(time.Time{}) } // breaks: time.Since
