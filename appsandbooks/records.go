package appsandbooks

import (
	"encoding/json"
	"slices"
)

// record reads its own members, one after the other.
type record[T any] interface {
	*T
	member(r *jsonReader, name []byte)
}

// readByHand is a body of which some members are read by hand: the records,
// and what comes in two types. byHand reads a member and says true, or leaves
// it.
type readByHand interface {
	byHand(r *jsonReader, name []byte) bool
}

// decode reads a body: what is many by hand, the few other members by
// encoding/json. A value of a wrong type is an error, but
// all others are read nevertheless: there may be a message among them.
func decode(body []byte, into any) error {
	hand, ok := into.(readByHand)
	if !ok {
		return json.Unmarshal(body, into)
	}
	r := jsonReader{body: body}
	others := []byte{'{'}
	r.object("", func(name []byte) {
		if hand.byHand(&r, name) {
			return
		}
		if len(others) > 1 {
			others = append(others, ',')
		}
		quoted, _ := json.Marshal(string(name)) // a string can always be written
		others = append(append(append(others, quoted...), ':'), r.raw()...)
	})
	r.end()
	if r.broken != nil {
		return r.broken
	}
	if err := json.Unmarshal(append(others, '}'), into); err != nil {
		return err
	}
	return r.odd
}

// readRecord reads one record.
func readRecord[T any, P record[T]](r *jsonReader, field string, into *T) {
	r.object(field, func(name []byte) { P(into).member(r, name) })
}

// readRecords reads a list of records. Room is made by the length of the
// first, within reason, so that lists hardly ever have to move.
func readRecords[T any, P record[T]](r *jsonReader, field string, into *[]T) {
	const most = 2000
	var records []T
	r.array(field, func() {
		var none T
		start := r.at
		records = append(records, none)
		readRecord[T, P](r, field, &records[len(records)-1])
		if len(records) == 1 {
			length := r.at - start + 1
			records = slices.Grow(records, min((len(r.body)-r.at)/length, most))
		}
	})
	*into = records
}

// listed is byHand for a body with one list of records.
func listed[T any, P record[T]](r *jsonReader, name []byte, field string, into *[]T) bool {
	if string(name) != field {
		return false
	}
	readRecords[T, P](r, field, into)
	return true
}
