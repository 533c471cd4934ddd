package applesim

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"
)

// legacy is what version 1 alone knows of a location.
type legacy struct {
	Context string `json:"context,omitempty"` // clientContext: version 1's mark of ownership
	Push    string `json:"push,omitempty"`    // apnToken
	UsedV2  bool   `json:"usedV2,omitempty"`
}

// usedInV2 stands in clientContext as soon as any server has used version 2 with the location.
// https://developer.apple.com/documentation/devicemanagement/upgrading-to-the-new-management-api
const usedInV2 = "token being used in v2"

// noteV2 remembers that version 2 was used with a location.
func (a *Apple) noteV2(l *location) {
	if !l.legacy.UsedV2 {
		next := l.legacy
		next.UsedV2 = true
		a.put(line{Kind: lineLegacy, UID: l.UID, Legacy: &next})
	}
}

func (l *location) clientContext() string {
	if l.legacy.UsedV2 {
		return usedInV2
	}
	return l.legacy.Context
}

// v1Location names the location of a token.
// https://developer.apple.com/documentation/devicemanagement/vpplocation
type v1Location struct {
	ID   int64  `json:"locationId"`
	Name string `json:"locationName"`
}

// v1Envelope is what every answer of version 1 carries beside its own members.
type v1Envelope struct {
	Context    string      `json:"clientContext,omitempty"`
	Expiration int64       `json:"expirationMillis"`
	Location   *v1Location `json:"location,omitempty"` // legacy tokens belong to no location
	Status     int         `json:"status"`             // 0 done, -1 failed, -3 failed in part
	ExpDate    string      `json:"tokenExpDate,omitempty"`
	UID        string      `json:"uId"`
}

func (a *Apple) v1Envelope(c *call, now time.Time) v1Envelope {
	out := v1Envelope{Context: c.location.clientContext(), Expiration: c.token.ExpiresAt.UnixMilli(), UID: c.location.UID}
	if !c.token.Legacy {
		out.Location = &v1Location{c.location.number(), c.location.Name}
	}
	if c.token.ExpiresAt.Before(now.AddDate(0, 0, 15)) {
		out.ExpDate = appleDate(c.token.ExpiresAt)
	}
	return out
}

// number is locationId: the uId where that is one.
func (l *location) number() int64 {
	if n, err := strconv.ParseInt(l.UID, 10, 64); err == nil && n > 0 {
		return n
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(l.UID)) // a hash never fails
	return 2_000_000_000_000_000 + int64(sum.Sum32())
}

// v1Reply is a good answer: v's members and the envelope's. A status other than zero tells of parts that failed.
func (a *Apple) v1Reply(c *call, now time.Time, status int, v any) reply {
	envelope := a.v1Envelope(c, now)
	envelope.Status = status
	var body, tail bytes.Buffer
	for _, half := range []struct {
		to *bytes.Buffer
		v  any
	}{{&body, v}, {&tail, envelope}} {
		out := json.NewEncoder(half.to)
		out.SetEscapeHTML(false) // an inviteUrl is read by people and scripts
		if err := out.Encode(half.v); err != nil {
			return fail(9603).reply()
		}
	}
	own := bytes.TrimSpace(body.Bytes())
	own = own[:len(own)-1]
	if len(own) > 1 {
		own = append(own, ',')
	}
	return reply{status: http.StatusOK, body: append(own, bytes.TrimSpace(tail.Bytes())[1:]...)}
}
