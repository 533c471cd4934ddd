package applesim

import "encoding/json"

// v1Failure is the body of an error in version 1: it travels inside HTTP 200.
// https://developer.apple.com/documentation/devicemanagement/interpreting-error-codes
func v1Failure(number int) []byte {
	body, _ := json.Marshal(struct { // a string and numbers: cannot fail
		Message string `json:"errorMessage"`
		Number  int    `json:"errorNumber"`
		Status  int    `json:"status"`
	}{v1Message(number), number, -1})
	return body
}

func v1Message(number int) string {
	for _, row := range v1ErrorTable() {
		if row.Number == number {
			return row.Message
		}
	}
	return fail(number).Message
}

type v1Error struct {
	Message string `json:"errorMessage"`
	Number  int    `json:"errorNumber"`
}

// v1ErrorTable is Apple's list of version 1 in our own words; clients must switch on the number.
func v1ErrorTable() []v1Error {
	return []v1Error{
		{"A required argument is missing.", 9600},
		{"Login required.", 9601},
		{"An argument is invalid.", 9602},
		{"Internal error. Send the request again.", 9603},
		{"Nothing was found.", 9604},
		{"Wrong storefront for this account.", 9605},
		{"The token could not be constructed.", 9606},
		{"The license cannot be revoked.", 9607},
		{"The shared data service answered nothing.", 9608},
		{"The registered user cannot be found.", 9609},
		{"The license cannot be found.", 9610},
		{"The administrator cannot be found.", 9611},
		{"The claim job was not created.", 9612},
		{"The unclaim job was not created.", 9613},
		{"The date is not in the right format.", 9614},
		{"The organization's country cannot be found.", 9615},
		{"The license is already assigned.", 9616},
		{"This address has moved. Ask VPPServiceConfigSrv for the new one.", 9617},
		{"The user was retired already.", 9618},
		{"The license is not associated.", 9619},
		{"The user was deleted already.", 9620},
		{"The token has expired. Make a new one.", 9621},
		{"The authentication token is invalid.", 9622},
		{"The push token is invalid.", 9623},
		{"The license was refunded.", 9624},
		{"The token has been revoked.", 9625},
		{"The license went to another user. Try with another license.", 9626},
		{"The license was reassigned too often to be disassociated now.", 9627},
		{"The license cannot be assigned to devices.", 9628},
		{"The batchToken belongs to another sToken.", 9629},
		{"Too many identical assignments failed because the license is assigned already.", 9630},
		{"Too many identical assignments failed because no license is left.", 9631},
		{"Too many identical calls to manage licenses.", 9632},
		{"The data of this batch is gone. Begin again.", 9633},
		{"This service has been removed.", 9634},
		{"The Apple Account cannot be associated with the user.", 9635},
		{"No registered user was found.", 9636},
		{"This content manager is not allowed to do this.", 9637},
		{"The content manager belongs to no organization.", 9638},
		{"The content manager cannot be used.", 9639},
		{"The content manager cannot be found.", 9640},
		{"The Apple Account is already associated with another user.", 9641},
		{"The Apple Account must accept the terms first.", 9642},
		{"The license is locked for a pending transfer. Try again.", 9643},
		{"The service is in maintenance mode. Try again later.", 9644},
		{"This location is managed by Apple's own service and can only be read.", 9645},
		{"Too many requests. Try again in a moment.", 9646},
	}
}
