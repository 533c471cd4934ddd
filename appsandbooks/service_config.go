package appsandbooks

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Keys of ServiceConfig.Limits that this package looks at. Apple adds others.
const (
	MaxUsers               = "maxUsers"               // users in one create, update or retire
	MaxAssets              = "maxAssets"              // assets in one associate or disassociate
	MaxClientUserIDs       = "maxClientUserIds"       // users in one associate or disassociate
	MaxSerialNumbers       = "maxSerialNumbers"       // devices in one associate or disassociate
	MaxRevokeClientUserIDs = "maxRevokeClientUserIds" // users in one revoke
	MaxRevokeSerialNumbers = "maxRevokeSerialNumbers" // devices in one revoke
	MaxRequestPerSecond    = "maxRequestPerSecond"    // all calls of one token together
	MaxNotificationLen     = "maxNotificationLength"  // characters of the notification URL, and of its token
	MaxMDMIDLength         = "maxMdmIdLength"         // characters
	MaxMDMNameLength       = "maxMdmNameLength"       // characters
	MaxMDMMetadataLength   = "maxMdmMetadataLength"   // characters
	MaxSubscriptions       = "maxSubscriptions"       // in one request; this package makes none
	MaxSubscriptionUserIDs = "maxSubscriptionClientUserIds"
)

// Keys of ServiceConfig.URLs: one for each call of this package, and the
// template of invitation links. Apple adds others.
const (
	urlClientConfig       = "clientConfig"
	urlGetUsers           = "getUsers"
	urlCreateUsers        = "createUsers"
	urlUpdateUsers        = "updateUsers"
	urlRetireUsers        = "retireUsers"
	urlGetAssets          = "getAssets"
	urlAssociateAssets    = "associateAssets"
	urlDisassociateAssets = "disassociateAssets"
	urlRevokeAssets       = "revokeAssets"
	urlGetAssignments     = "getAssignments"
	urlEventStatus        = "eventStatus"
	urlInvitationEmail    = "invitationEmail"
)

// ServiceConfig is what Apple says about its own service.
// https://developer.apple.com/documentation/devicemanagement/serviceconfigresponse
type ServiceConfig struct {
	Limits            map[string]int64   `json:"limits"`
	URLs              map[string]string  `json:"urls"`
	NotificationTypes []NotificationType `json:"notificationTypes"`
	ErrorCodes        []Error            `json:"errorCodes"` // number and message alone
	ReadAt            time.Time          `json:"-"`
}

// Limit returns a limit, 0 when Apple names none by that key.
func (s ServiceConfig) Limit(key string) int { return int(s.Limits[key]) }

// ServiceConfig returns Apple's limits and addresses, at most
// Config.ConfigMaxAge old. When they cannot be read anew, or what was read
// cannot be trusted, the older ones serve on for Config.ConfigStaleFor, with a
// new try every half minute. It needs no valid token and says nothing about it.
func (c *Client) ServiceConfig(ctx context.Context) (ServiceConfig, error) {
	s, err := c.serviceConfig(ctx)
	if err != nil {
		return ServiceConfig{}, err
	}
	copied := *s
	copied.Limits, copied.URLs = maps.Clone(s.Limits), maps.Clone(s.URLs)
	copied.NotificationTypes, copied.ErrorCodes = slices.Clone(s.NotificationTypes), slices.Clone(s.ErrorCodes)
	return copied, nil
}

// serviceConfigAnswer is the answer as it comes.
type serviceConfigAnswer struct {
	fault
	ServiceConfig
}

func (a *serviceConfigAnswer) envelope() *Envelope { return nil }

// byHand reads limits and addresses one by one: what is neither a number nor a
// text where it should be counts as absent, and spoils nothing beside it.
func (a *serviceConfigAnswer) byHand(r *jsonReader, name []byte) bool {
	switch string(name) {
	case "limits":
		a.Limits = map[string]int64{}
		r.object("limits", func(key []byte) {
			if n, err := strconv.ParseInt(string(r.raw()), 10, 64); err == nil {
				a.Limits[string(key)] = n
			}
		})
	case "urls":
		a.URLs = map[string]string{}
		r.object("urls", func(key []byte) {
			var url string
			if value := r.raw(); json.Unmarshal(value, &url) == nil && url != "" {
				a.URLs[string(key)] = url
			}
		})
	default:
		return false
	}
	return true
}

func (a *serviceConfigAnswer) lacks() string {
	switch {
	case len(a.URLs) == 0:
		return "urls"
	case len(a.Limits) == 0:
		return "limits"
	}
	return ""
}
