package applesim

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// v1BatchLimit is how many licenses one call of version 1 may assign or take back: Apple's sample says ten.
const v1BatchLimit = 10

// v1ServiceConfig answers VPPServiceConfigSrv, with or without any token.
// https://developer.apple.com/documentation/devicemanagement/service-configuration
func (a *Apple) v1ServiceConfig(c *call) reply {
	origin := a.origin(c.Request)
	out := map[string]any{
		"status":                           0,
		"maxBatchAssociateLicenseCount":    v1BatchLimit,
		"maxBatchDisassociateLicenseCount": v1BatchLimit,
		"errorCodes":                       v1ErrorTable(),
		"contentMetadataLookupUrl":         origin + lookupPath,
		"invitationEmailUrl":               origin + signInPath + "?cc=us&inviteCode=%25inviteCode%25&mt=8",
		"vppWebsiteUrl":                    origin + "/",
	}
	for key, name := range v1URLs() {
		out[key] = origin + v1Root + name
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
	l := c.location
	if context, given := c.v1.text("clientContext"); given {
		if len(context) >= 256 {
			return fail(9602).reply()
		}
		a.put(line{Kind: lineLegacy, UID: l.UID, Legacy: &legacy{Context: context, UsedV2: l.legacy.UsedV2}})
	} else if c.v1["clientContext"] != nil {
		return fail(9602).reply()
	}
	return a.v1Reply(c, now, 0, a.v1Account(c))
}

// v1Account is the account behind a token.
type v1Account struct {
	AppleID      string `json:"appleId"`
	PushToken    string `json:"apnToken,omitempty"` // legacy tokens only
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
	if c.token.Legacy {
		out.PushToken = hex.EncodeToString(sum[:10])
	}
	return out
}
