package applesim

import (
	"encoding/json"
	"net/http"
	"time"
)

// appendEnvelope writes what every authenticated response carries: mdmInfo, tokenExpirationDate and uId, each with a comma before it.
func (a *Apple) appendEnvelope(b []byte, c *call, now time.Time) []byte {
	if info := c.location.config.MDMInfo; info != nil {
		text, _ := json.Marshal(info) // strings only: cannot fail
		b = append(append(b, `,"mdmInfo":`...), text...)
	} else if a.quirks.NullMDMInfo {
		b = append(b, `,"mdmInfo":null`...)
	}
	if !a.quirks.ExpirationInLast15Days || c.token.ExpiresAt.Before(now.AddDate(0, 0, 15)) {
		b = append(b, `,"tokenExpirationDate":`...)
		b = appendString(b, appleDate(c.token.ExpiresAt))
	}
	b = append(b, `,"uId":`...)
	return appendString(b, c.location.UID)
}

// enveloped merges the envelope into a response that is marshaled the plain way. Call with Apple.mu held.
func (a *Apple) enveloped(c *call, now time.Time, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return fail(9603).reply()
	}
	body = body[:len(body)-1]
	tail := append(a.appendEnvelope(nil, c, now), '}')
	if len(body) == 1 { // an empty object: no comma
		tail = tail[1:]
	}
	return reply{status: http.StatusOK, body: append(body, tail...)}
}

func quote(s string) []byte {
	text, _ := json.Marshal(s) // a string: cannot fail
	return text
}

// exactly reads an object's members by their exact names and passes over the others. null leaves a member as it is.
func exactly(text []byte, members map[string]any) error {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	for name, into := range members {
		if raw, ok := in[name]; ok {
			if err := json.Unmarshal(raw, into); err != nil {
				return err
			}
		}
	}
	return nil
}
