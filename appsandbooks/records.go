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

// withRecords is a body that brings records: list reads those that stand
// under the given name, and tells whether there are any.
type withRecords interface {
	list(r *jsonReader, name []byte) bool
}

// decode reads a body. Its records, if it brings any, are read by hand, the
// few other members by encoding/json. A value of a wrong type is an error, but
// all others are read nevertheless: there may be a message among them.
func decode(body []byte, into any) error {
	l, ok := into.(withRecords)
	if !ok {
		return json.Unmarshal(body, into)
	}
	r := jsonReader{body: body}
	others := []byte{'{'}
	r.object("", func(name []byte) {
		if l.list(&r, name) {
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

func (u *User) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "clientUserId":
		r.text("clientUserId", &u.ClientUserID)
	case "email":
		r.text("email", &u.Email)
	case "idHash":
		r.text("idHash", &u.IDHash)
	case "inviteCode":
		r.text("inviteCode", (*string)(&u.InviteCode))
	case "status":
		r.word("status", (*string)(&u.Status))
	default:
		r.raw()
	}
}

func (a *AssetKey) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "pricingParam":
		r.word("pricingParam", &a.PricingParam)
	default:
		r.raw()
	}
}

func (a *Asset) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "pricingParam":
		r.word("pricingParam", &a.PricingParam)
	case "productType":
		r.word("productType", &a.ProductType)
	case "assignedCount":
		r.number("assignedCount", &a.AssignedCount)
	case "availableCount":
		r.number("availableCount", &a.AvailableCount)
	case "retiredCount":
		r.number("retiredCount", &a.RetiredCount)
	case "totalCount":
		r.number("totalCount", &a.TotalCount)
	case "deviceAssignable":
		r.flag("deviceAssignable", &a.DeviceAssignable)
	case "revocable":
		r.flag("revocable", &a.Revocable)
	case "supportedPlatforms":
		a.SupportedPlatforms = nil
		r.array("supportedPlatforms", func() {
			var platform string
			r.word("supportedPlatforms", &platform)
			a.SupportedPlatforms = append(a.SupportedPlatforms, platform)
		})
	default:
		r.raw()
	}
}

func (a *Assignment) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "pricingParam":
		r.word("pricingParam", &a.PricingParam)
	case "clientUserId":
		r.text("clientUserId", &a.ClientUserID)
	case "serialNumber":
		r.text("serialNumber", &a.SerialNumber)
	case "idHash":
		r.text("idHash", &a.IDHash)
	case "userStatus":
		r.word("userStatus", (*string)(&a.UserStatus))
	default:
		r.raw()
	}
}
