package appsandbooks

import "context"

// CreateUsers asks Apple to create users. The receipt means "accepted" and no
// more: follow it with EventStatus, then read. A live user with the same
// ClientUserID makes its part fail with UserAlreadyExists: read, and see.
// https://developer.apple.com/documentation/devicemanagement/create-users
func (c *Client) CreateUsers(ctx context.Context, users []RequestUser) (*EventResponse, error) {
	return c.manageUsers(ctx, urlCreateUsers, users)
}

// UpdateUsers asks Apple to change addresses or to associate Managed Apple
// Accounts. ClientUserID cannot be changed.
// https://developer.apple.com/documentation/devicemanagement/update-users
func (c *Client) UpdateUsers(ctx context.Context, users []RequestUser) (*EventResponse, error) {
	return c.manageUsers(ctx, urlUpdateUsers, users)
}

// RetireUsers asks Apple to take users out of the program. Their app licenses
// come back, their books never do.
// https://developer.apple.com/documentation/devicemanagement/retire-users
func (c *Client) RetireUsers(ctx context.Context, clientUserIDs []string) (*EventResponse, error) {
	users := make([]RequestUser, len(clientUserIDs))
	for i, id := range clientUserIDs {
		users[i].ClientUserID = id
	}
	return c.manageUsers(ctx, urlRetireUsers, users)
}

func (c *Client) manageUsers(ctx context.Context, key string, users []RequestUser) (*EventResponse, error) {
	request := struct {
		Users []RequestUser `json:"users"`
	}{users}
	return c.manage(ctx, key, request, func(s *ServiceConfig) error { return checkUsers(users, s.Limit(MaxUsers)) })
}

// checkUsers refuses what Apple would refuse, in Apple's numbers, unsent.
func checkUsers(users []RequestUser, limit int) error {
	if len(users) == 0 {
		return refuse(NoUsers, "no users are given")
	}
	if limit > 0 && len(users) > limit {
		return refuse(TooManyUsers, "%d users are given, Apple takes %d at once", len(users), limit)
	}
	seen := make(map[string]bool, len(users))
	for _, u := range users {
		if u.ClientUserID == "" {
			return refuse(InvalidArgument, "a user has no clientUserId")
		}
		if seen[u.ClientUserID] {
			e := refuse(DuplicateUsers, "a clientUserId is given twice")
			e.Info.ClientUserIDs = []string{u.ClientUserID}
			return e
		}
		seen[u.ClientUserID] = true
	}
	return nil
}
