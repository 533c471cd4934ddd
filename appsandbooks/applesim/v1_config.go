package applesim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// v1BatchLimit is how many licenses one call of version 1 may assign, or take back, in Apple's sample.
const v1BatchLimit = 10

// v1ServiceConfig answers VPPServiceConfigSrv, with or without any token.
// https://developer.apple.com/documentation/devicemanagement/service-configuration
func (a *Apple) v1ServiceConfig(c *call) reply {
	limits := a.Limits()
	said, origin := a.announcement(c.Request)
	out := map[string]any{
		"status":                           0,
		"maxBatchAssociateLicenseCount":    orDefault(limits.MaxBatchAssociate, v1BatchLimit),
		"maxBatchDisassociateLicenseCount": orDefault(limits.MaxBatchDisassociate, v1BatchLimit),
		"errorCodes":                       v1ErrorTable(),
		"contentMetadataLookupUrl":         origin + lookupPath,
		"invitationEmailUrl":               origin + signInPath + "?cc=us&inviteCode=%25inviteCode%25&mt=8",
		"vppWebsiteUrl":                    origin + "/",
	}
	for key, name := range v1URLs() {
		out[key] = origin + v1Root + name
	}
	for key, address := range said.URLs {
		out[key] = address
	}
	for key, number := range said.Limits {
		out[key] = number
	}
	return jsonReply(out)
}

// v1URLs are the addresses that the service config hands out, by their keys.
func v1URLs() map[string]string {
	return map[string]string{
		"clientConfigSrvUrl":              string(V1ClientConfig),
		"registerUserSrvUrl":              string(V1UserRegister),
		"getUserSrvUrl":                   string(V1UserRead),
		"getUsersSrvUrl":                  string(V1UsersRead),
		"editUserSrvUrl":                  string(V1UserEdit),
		"retireUserSrvUrl":                string(V1UserRetire),
		"getLicensesSrvUrl":               string(V1LicensesRead),
		"getVPPAssetsSrvUrl":              string(V1AssetsRead),
		"getAssignmentsSrvUrl":            string(V1AssignmentsRead),
		"manageVPPLicensesByAdamIdSrvUrl": string(V1Manage),
		"associateLicenseSrvUrl":          "associateVPPLicenseSrv",
		"disassociateLicenseSrvUrl":       "disassociateVPPLicenseSrv",
	}
}

// v1ClientConfig answers VPPClientConfigSrv. clientContext is kept if given, and cleared by an empty one.
// https://developer.apple.com/documentation/devicemanagement/client-configuration
func (a *Apple) v1ClientConfig(c *call) reply {
	now := a.lock()
	defer a.unlock()
	next := c.location.legacy
	context, given := c.v1.text("clientContext")
	if given {
		next.Context = context
	}
	if !given && c.v1["clientContext"] != nil || len(context) >= 256 {
		return fail(9602).reply()
	}
	for _, name := range v1PushTokens() {
		push, given := c.v1.text(name)
		if given {
			next.Push = push
		}
		if !given && c.v1[name] != nil || !soundPush(push) {
			return fail(9623).reply()
		}
	}
	if next != c.location.legacy {
		a.put(line{Kind: lineLegacy, UID: c.location.UID, Legacy: &next})
	}
	return a.v1Reply(c, now, 0, a.v1Account(c))
}

// v1PushTokens are the two names of the push token by which Apple would wake a client of version 1. It is kept and echoed as
// apnToken; nobody is woken.
func v1PushTokens() []string { return []string{"notificationToken", "apnToken"} }

// soundPush says whether text is a push token, in hex or base64; an empty one clears.
func soundPush(text string) bool {
	_, noHex := hex.DecodeString(text)
	_, noBase64 := base64.StdEncoding.DecodeString(text)
	return len(text) <= 1024 && (noHex == nil || noBase64 == nil)
}

// v1Account is the account behind a token.
type v1Account struct {
	AppleID      string `json:"appleId"`
	PushToken    string `json:"apnToken,omitempty"` // what a client gave; legacy tokens have one of their own
	Country      string `json:"countryCode"`
	Platform     string `json:"defaultPlatform"`
	Email        string `json:"email"`
	Organization int64  `json:"organizationId"`
	OrgHash      string `json:"organizationIdHash"`
}

func (a *Apple) v1Account(c *call) v1Account {
	manager := "content-manager@" + strings.ToLower(c.token.OrgName) + ".example"
	out := v1Account{AppleID: manager, Email: manager, Country: c.location.Country, Platform: c.location.Platform, Organization: c.location.number()}
	sum := sha256.Sum256([]byte(strconv.FormatInt(out.Organization, 10)))
	out.OrgHash = hex.EncodeToString(sum[:])
	out.PushToken = c.location.legacy.Push
	if c.token.Legacy && out.PushToken == "" {
		out.PushToken = hex.EncodeToString(sum[:10])
	}
	return out
}
