package appsandbooks

import "time"

// Hooks let a program watch the client. Each may be nil. They are called from
// the goroutine that makes the call, sometimes from several at once, and must
// return quickly.
type Hooks struct {
	// BeforeCall is asked before every HTTP attempt, repeated ones included. An
	// error keeps the attempt from being made and ends the call with it.
	BeforeCall func(CallInfo) error
	// OnCall is called after every HTTP attempt, failed ones included.
	OnCall func(CallInfo)
	// OnEnvelope is called for every answer that carries an envelope, so that
	// a foreign MDMInfo is noticed whichever call brought it.
	OnEnvelope func(Envelope)
	// OnWait is called when Apple asks us to make no calls before until. Tell
	// other processes with the same token, which pass it to Client.Hold.
	OnWait func(until time.Time)
}

// CallInfo describes one HTTP attempt. It carries no secrets.
type CallInfo struct {
	Method      string
	Endpoint    string        // Apple's key in service config ("getUsers"), or "serviceConfig"
	Status      int           // HTTP status, 0 when no answer came
	ErrorNumber ErrorNumber   // Apple's, 0 when none
	Duration    time.Duration // from sending to the end of the answer
	Attempt     int           // 1 for the first
}

// Envelope is what nearly every authenticated answer carries.
// https://developer.apple.com/documentation/devicemanagement/getusersresponse
type Envelope struct {
	// UID identifies the organizational unit; several tokens may share one.
	UID string `json:"uId"`
	// MDMInfo is who last claimed the unit, nil when nobody did, and perhaps
	// empty when somebody gave it up. Compare its ID with your own and stop
	// when another service has taken over.
	MDMInfo *MDMInfo `json:"mdmInfo"`
	// TokenExpirationDate may be absent until the token is about to expire.
	TokenExpirationDate Date `json:"tokenExpirationDate,omitzero"`
}

func (e *Envelope) envelope() *Envelope { return e }

// lacks names what an authenticated answer must have and this one has not.
func (e *Envelope) lacks() string {
	if e.UID == "" {
		return "uId"
	}
	return ""
}

// MDMInfo names the service that manages an organizational unit.
// https://developer.apple.com/documentation/devicemanagement/mdminfo
type MDMInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Metadata string `json:"metadata"`
}
