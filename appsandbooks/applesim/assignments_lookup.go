package applesim

import "slices"

// everythingOf lists the assignments, held or not, of all records of a clientUserId, oldest first.
func (l *location) everythingOf(clientUserID string) []int32 {
	var out []int32
	for i := range l.records(clientUserID) {
		for k := range l.chain(holder{i: i}) {
			out = append(out, k)
		}
	}
	slices.Sort(out) // an older assignment stands further up on the shelf
	return out
}

// everythingOn lists the assignments, held or not, of a serial number, oldest first.
func (l *location) everythingOn(serialNumber string) []int32 {
	i, ok := l.deviceAt[serialNumber]
	if !ok {
		return nil
	}
	var out []int32
	for k := range l.chain(holder{i, true}) {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
