package appsandbooks

import (
	"context"
	"encoding/json"
	"net/http"
)

// ClientConfig is what Apple knows about the organizational unit of the token.
// https://developer.apple.com/documentation/devicemanagement/clientconfigresponse
type ClientConfig struct {
	Envelope
	CountryISO2ACode            string             `json:"countryISO2ACode"` // "US"
	DefaultPlatform             string             `json:"defaultPlatform"`  // "enterprisestore" or "volumestore" (education)
	LocationName                string             `json:"locationName"`
	WebsiteURL                  string             `json:"websiteURL"`
	NotificationURL             string             `json:"notificationUrl"`
	NotificationAuthToken       Secret             `json:"notificationAuthToken"`
	SubscribedNotificationTypes []NotificationType `json:"subscribedNotificationTypes"`
}

// ClientConfigChange is what to write. What is nil is not sent. Apple's page
// does not say so, but what is not sent presumably stays as it is: look at
// what the write returns.
// https://developer.apple.com/documentation/devicemanagement/clientconfigrequest
type ClientConfigChange struct {
	// MDMInfo claims the unit; give it an ID and a Name. The last writer wins
	// and nobody is told: read before writing, and ask before taking over.
	// All three empty presumably give the unit up.
	MDMInfo *MDMInfo
	// NotificationURL is https, host and path alone, and goes with a token.
	// Apple calls it with TEST_NOTIFICATION before the write returns, and
	// refuses with NotificationUnreachable when that is not answered with 2xx.
	// Both empty presumably end all notifications.
	NotificationURL       *string
	NotificationAuthToken *Secret
	// NotificationTypes replaces the whole set; empty and not nil clears it.
	NotificationTypes []NotificationType
}

type clientConfigAnswer struct {
	fault
	ClientConfig
}

// clientConfigRequest is the change as it is sent, secrets in clear.
type clientConfigRequest struct {
	MDMInfo               *MDMInfo           `json:"mdmInfo,omitzero"`
	NotificationURL       *string            `json:"notificationUrl,omitzero"`
	NotificationAuthToken *string            `json:"notificationAuthToken,omitzero"`
	NotificationTypes     []NotificationType `json:"notificationTypes,omitzero"`
}

// ClientConfig reads the unit's configuration. It is the cheapest way to learn
// whether the token is valid.
// https://developer.apple.com/documentation/devicemanagement/client-config-a40i6
func (c *Client) ClientConfig(ctx context.Context) (*ClientConfig, error) {
	return c.clientConfig(ctx, http.MethodGet, nil)
}

// SetClientConfig writes, and returns the configuration that then holds. What
// Apple would refuse is not sent.
func (c *Client) SetClientConfig(ctx context.Context, change ClientConfigChange) (*ClientConfig, error) {
	s, err := c.serviceConfig(ctx)
	if err != nil {
		return nil, err
	}
	if err := change.check(s, c.base); err != nil {
		return nil, err
	}
	req := clientConfigRequest{MDMInfo: change.MDMInfo, NotificationURL: change.NotificationURL, NotificationTypes: change.NotificationTypes}
	if change.NotificationAuthToken != nil {
		req.NotificationAuthToken = new(change.NotificationAuthToken.Reveal())
	}
	body, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	return c.clientConfig(ctx, http.MethodPost, body)
}

func (c *Client) clientConfig(ctx context.Context, method string, body []byte) (*ClientConfig, error) {
	k, _, err := c.callTo(ctx, method, urlClientConfig)
	if err != nil {
		return nil, err
	}
	k.body = body
	got, err := ask(ctx, c, k, func() *clientConfigAnswer { return new(clientConfigAnswer) })
	if err != nil {
		return nil, err
	}
	return &got.ClientConfig, nil
}
