package applesim

import (
	"encoding/json"
	"net/http"
)

// serviceConfig answers GET service/config, with or without any token.
// https://developer.apple.com/documentation/devicemanagement/service-config
func (a *Apple) serviceConfig(c *call) reply {
	limits := a.Limits()
	said, origin := a.announcement(c.Request)
	type number struct {
		Number  int    `json:"errorNumber"`
		Message string `json:"errorMessage"`
	}
	var numbers []number
	for _, row := range errorTable() {
		if row.listed {
			numbers = append(numbers, number{row.number, row.text})
		}
	}
	return jsonReply(struct {
		ErrorCodes        []number                   `json:"errorCodes"`
		Limits            map[string]json.RawMessage `json:"limits"`
		NotificationTypes []string                   `json:"notificationTypes"`
		URLs              map[string]string          `json:"urls"`
	}{numbers, said.limits(limits), []string{noteAssets, noteUsers, noteAssociated, noteAssetCount}, said.urls(urls(origin))})
}

// urls are the absolute addresses of everything, also of what this service does not serve yet.
func urls(origin string) map[string]string {
	api := origin + "/mdm/v2/"
	return map[string]string{
		"clientConfig":          api + "client/config",
		"getUsers":              api + "users",
		"createUsers":           api + "users/create",
		"updateUsers":           api + "users/update",
		"retireUsers":           api + "users/retire",
		"getAssets":             api + "assets",
		"associateAssets":       api + "assets/associate",
		"disassociateAssets":    api + "assets/disassociate",
		"revokeAssets":          api + "assets/revoke",
		"getAssignments":        api + "assignments",
		"eventStatus":           api + "status",
		"contentMetadataLookup": origin + lookupPath,
		"invitationEmail":       origin + signInPath + "?inviteCode=%25inviteCode%25&mt=8",
	}
}

func jsonReply(v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return fail(9603).reply()
	}
	return reply{status: http.StatusOK, body: body}
}
