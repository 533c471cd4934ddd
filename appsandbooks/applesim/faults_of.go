package applesim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FaultsOf is a day by its word, "none", "some" or "many", or by its faults and their chances, as in
// "notification lost=1,503 seconds=0.2,error 9646=0.1". A chance of 1 strikes every time; see AllFaults for the names, and
// ErrorFault, ItemFault and EventFault for Apple's numbers.
func FaultsOf(text string, seed uint64) (Faults, error) {
	switch text {
	case "none":
		return FaultsNone(), nil
	case "some":
		return FaultsSome(seed), nil
	case "many":
		return FaultsMany(seed), nil
	}
	out := Faults{Seed: seed, Chance: map[Fault]float64{}, Total: -1, Run: -1, Hang: 2 * time.Second, Late: 2 * time.Second}
	for part := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(part, "=")
		fault := Fault(strings.TrimSpace(name))
		chance, err := strconv.ParseFloat(number, 64)
		if err != nil || !(chance >= 0 && chance <= 1) || !fault.Known() {
			return Faults{}, fmt.Errorf("applesim: faults are none, some, many, or as in %q, not %q", "notification lost=0.5", part)
		}
		out.Chance[fault] = chance
	}
	return out, nil
}
