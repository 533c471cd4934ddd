package appsandbooks

import (
	"context"
	"net/url"
	"strings"
)

// InvitationURL makes the link that a Registered user opens to become
// Associated. Apple sends it to nobody; you do. Whoever holds it can accept
// it with any Apple Account, so it is a Secret.
// https://developer.apple.com/documentation/devicemanagement/managing-users
func (c *Client) InvitationURL(ctx context.Context, code Secret) (Secret, error) {
	if code == "" {
		return "", refuse(InvalidArgument, "the invite code is empty; only a Registered user has one")
	}
	s, err := c.serviceConfig(ctx)
	if err != nil {
		return "", err
	}
	template, ok := s.URLs[urlInvitationEmail]
	if !ok {
		return "", &ServiceConfigError{Key: urlInvitationEmail, Problem: "is missing"}
	}
	return Secret(strings.ReplaceAll(template, inviteCodePlace, url.QueryEscape(code.Reveal()))), nil
}
