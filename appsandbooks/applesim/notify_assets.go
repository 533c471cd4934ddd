package applesim

import (
	"encoding/json"
	"slices"
)

// task is one asset for one holder: what an event about assets is made of.
type task struct {
	key    AssetKey
	id     string // clientUserId or serial number
	device bool
}

func (l *location) taskOf(k int32) task {
	g := l.assignments.at(k)
	t := task{key: l.assets[g.asset].AssetKey, device: g.device}
	if g.device {
		t.id = l.devices.at(g.holder).serial
	} else {
		t.id = l.at(g.holder).clientUserID
	}
	return t
}

// appendTask writes a task as Apple's Assignment; one that failed before any asset was looked at names its holder only.
// https://developer.apple.com/documentation/devicemanagement/assignment
func appendTask(b []byte, t task) []byte {
	b = append(b, '{')
	if t.key.AdamID != "" {
		b = appendString(append(b, `"adamId":`...), t.key.AdamID)
		b = append(appendString(append(b, `,"pricingParam":`...), t.key.PricingParam), ',')
	}
	member := `"clientUserId":`
	if t.device {
		member = `"serialNumber":`
	}
	return append(appendString(append(b, member...), t.id), '}')
}

// notifyAssets tells what was done for a request about assets, in portions of a hundred.
func (a *Apple) notifyAssets(l *location, e *event, done []task) {
	for part := range slices.Chunk(done, notePortion) {
		a.send(l, noteAssets, assetNote(e, "SUCCESS", nil, part))
	}
}

// notifyAssetFailure tells what was not done, and why; the error names what this portion is about.
func (a *Apple) notifyAssetFailure(l *location, e *event, number int, failed []task) {
	for part := range slices.Chunk(failed, notePortion) {
		a.send(l, noteAssets, assetNote(e, "FAILURE", blame(number, part), part))
	}
}

func assetNote(e *event, result string, failure *wireError, part []task) []byte {
	b := []byte(`{"assignments":[`)
	for i, t := range part {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTask(b, t)
	}
	b = append(b, ']')
	if failure != nil {
		text, _ := json.Marshal(failure) // strings and numbers only: cannot fail
		b = append(append(b, `,"error":`...), text...)
	}
	b = append(append(b, `,"eventId":`...), quote(e.ID)...)
	b = append(append(append(b, `,"result":"`...), result...), `","type":"`...)
	return append(append(b, e.Type...), `"}`...)
}

// blame is an asynchronous failure that names assets, users and devices, each once.
func blame(number int, failed []task) *wireError {
	e := fail(number)
	e.Info = &errorInfo{}
	assets, ids, serials := map[AssetKey]bool{}, map[string]bool{}, map[string]bool{}
	for _, t := range failed {
		if t.key.AdamID != "" && !assets[t.key] {
			assets[t.key] = true
			e.Info.Assets = append(e.Info.Assets, t.key)
		}
		if t.device && !serials[t.id] {
			serials[t.id] = true
			e.Info.SerialNumbers = append(e.Info.SerialNumbers, t.id)
		}
		if !t.device && t.id != "" && !ids[t.id] {
			ids[t.id] = true
			e.Info.ClientUserIDs = append(e.Info.ClientUserIDs, t.id)
		}
	}
	return e
}

// notifyCount tells that licenses were bought, or went away.
func (a *Apple) notifyCount(l *location, key AssetKey, delta int) {
	b := appendString([]byte(`{"adamId":`), key.AdamID)
	b = appendInt(b, "countDelta", delta)
	a.send(l, noteAssetCount, append(appendString(append(b, `,"pricingParam":`...), key.PricingParam), '}'))
}

// notifyUnlimited tells of a new asset without limit, in the shape that the quirk says: Apple does not show one.
func (a *Apple) notifyUnlimited(l *location, key AssetKey) {
	switch a.quirks.UnlimitedNote {
	case UnlimitedKeyed:
		b := appendString([]byte(`{"adamId":`), key.AdamID)
		a.send(l, noteUnlimited, append(appendString(append(b, `,"pricingParam":`...), key.PricingParam), '}'))
	case UnlimitedEmpty:
		a.send(l, noteUnlimited, []byte(`{}`))
	}
}
