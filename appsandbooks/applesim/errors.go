package applesim

import (
	"encoding/json"
	"net/http"
)

// wireError is Apple's ErrorResponse, with the HTTP status it travels on.
// https://developer.apple.com/documentation/devicemanagement/errorresponse
type wireError struct {
	Number  int        `json:"errorNumber"`
	Message string     `json:"errorMessage"`
	Info    *errorInfo `json:"errorInfo,omitempty"`
	status  int
}

// errorInfo names who or what an error is about.
type errorInfo struct {
	Assets        []AssetKey `json:"assets,omitempty"`
	ClientUserIDs []string   `json:"clientUserIds,omitempty"`
	SerialNumbers []string   `json:"serialNumbers,omitempty"`
}

func (e *wireError) reply() reply {
	body, _ := json.Marshal(e) // strings and numbers only: cannot fail
	return reply{status: e.status, body: body, number: e.Number}
}

// fail is the error of that number from Apple's table.
func fail(number int) *wireError {
	for _, row := range errorTable() {
		if row.number == number {
			return &wireError{Number: number, Message: row.text, status: row.status}
		}
	}
	for _, row := range v1ErrorTable() { // the new service was not known to send 9622 either
		if row.Number == number {
			return &wireError{Number: number, Message: row.Message, status: http.StatusBadRequest}
		}
	}
	return &wireError{Number: number, Message: "Something went wrong.", status: http.StatusBadRequest}
}

// withInfo is the error of that number, naming what it is about.
func withInfo(number int, info errorInfo) *wireError {
	e := fail(number)
	e.Info = &info
	return e
}

// about is the asynchronous failure of that number, naming users.
func about(number int, ids ...string) wireError {
	e := fail(number)
	e.Info = &errorInfo{ClientUserIDs: ids}
	return *e
}

type errorRow struct {
	number, status int
	listed         bool // stands in the sample of the service config
	text           string
}

// errorTable is Apple's table in our own words; clients must switch on the number.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
func errorTable() []errorRow {
	return []errorRow{
		{9601, 401, true, "Login required."},
		{9602, 400, true, "An argument is invalid."},
		{9603, 500, true, "Internal error. Send the request again."},
		{9609, 400, true, "The registered user cannot be found."},
		{9621, 401, true, "The token has expired. Make a new one."},
		{9622, 401, false, "The authentication token is invalid."},
		{9623, 400, false, "The Apple push token is invalid."},
		{9625, 401, true, "The token has been revoked."},
		{9634, 410, true, "This service has been removed."},
		{9635, 400, false, "The Apple Account cannot be associated with the user."},
		{9637, 403, false, "This content manager is not allowed to do this."},
		{9641, 400, false, "The Apple Account is already associated with another user."},
		{9644, 400, false, "The service is in maintenance mode."},
		{9646, 429, true, "Too many requests for this organization."},
		{9647, 403, false, "This is not supported for legacy tokens."},
		{9650, 400, true, "The page index is out of range."},
		{9700, 400, true, "Too many assets."},
		{9701, 400, true, "Too many users."},
		{9702, 400, true, "Too many serial numbers."},
		{9703, 400, true, "Duplicate assets."},
		{9704, 400, true, "Duplicate users."},
		{9705, 400, true, "Duplicate serial numbers."},
		{9706, 400, true, "The asset cannot be revoked."},
		{9707, 400, true, "The asset cannot be assigned to devices."},
		{9708, 400, true, "The eventId cannot be found."},
		{9709, 400, true, "Not enough licenses."},
		{9710, 400, true, "Notification URL and authentication token are needed together."},
		{9711, 400, true, "The notification URL or authentication token is too long."},
		{9712, 400, true, "The notification URL is invalid or not HTTPS."},
		{9713, 400, true, "The mdmInfo metadata is too long."},
		{9714, 400, true, "Too many users in the request."},
		{9715, 400, true, "Duplicate users in the request."},
		{9716, 400, true, "A user with this clientUserId exists already."},
		{9717, 400, true, "An e-mail address is invalid."},
		{9718, 400, true, "No asset given."},
		{9719, 400, true, "Neither users nor serial numbers given."},
		{9720, 400, true, "No users given."},
		{9721, 400, true, "The sinceVersionId is unknown."},
		{9722, 401, true, "The Authorization header is malformed."},
		{9723, 400, true, "mdmInfo needs id, name and metadata."},
		{9724, 400, true, "The mdmInfo id is too long."},
		{9725, 400, true, "The mdmInfo name is too long."},
		{9726, 405, true, "Wrong HTTP method."},
		{9727, 415, true, "Wrong Content-Type."},
		{9728, 400, true, "The notification URL cannot be reached."},
		{9729, 503, false, "Temporarily unavailable."},
		{9811, 400, false, "The subscription request is invalid."},
		{9812, 400, false, "The cursor is invalid."},
		{9813, 400, false, "The subscription's adamId is invalid."},
		{9814, 400, false, "The user has no associated Apple Account."},
		{9815, 400, false, "The subscription is not assigned to the user."},
		{9816, 400, false, "Too many subscriptions."},
		{9817, 400, false, "The subscription is assigned through a group."},
		{9818, 400, false, "Subscriptions exist."},
	}
}
