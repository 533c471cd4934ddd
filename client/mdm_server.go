package client

import (
	"context"
	"net/http"
	"time"
)

// MDMServer is an MDM server that is connected to the server asked.
type MDMServer struct {
	ID        string       `json:"id"`
	Kind      string       `json:"kind"` // nanomdm, micromdm, fleet
	Name      string       `json:"name"`
	URL       string       `json:"url"`
	Problem   string       `json:"problem,omitempty"`
	CheckedAt time.Time    `json:"checked_at,omitzero"`
	SyncedAt  time.Time    `json:"synced_at,omitzero"`
	CreatedAt time.Time    `json:"created_at"`
	Devices   int          `json:"devices"`
	Can       MDMAbilities `json:"can"`
	Cannot    []string     `json:"cannot"` // in plain words
	Signed    bool         `json:"signed"`
	ReportURL string       `json:"report_url,omitempty"` // a secret, to be set at the MDM server; not in lists
	SignKey   string       `json:"sign_key,omitempty"`
}

// MDMAbilities say what an MDM server can do.
type MDMAbilities struct {
	ListsDevices bool `json:"lists_devices"`
	MapsUsers    bool `json:"maps_users"`
	UserChannel  bool `json:"user_channel"`
	Results      bool `json:"results"`
	Asked        bool `json:"asked"`
	Cancels      bool `json:"cancels"`
}

// MDMServerInput is an MDM server to be connected.
type MDMServerInput struct {
	Kind   string `json:"kind"` // nanomdm, micromdm, fleet
	Name   string `json:"name"`
	URL    string `json:"url"`
	Key    string `json:"key"`
	Signed bool   `json:"signed,omitempty"`
}

// MDMServers lists the connected MDM servers.
func (c *Client) MDMServers(ctx context.Context) ([]MDMServer, error) {
	list, err := get[List[MDMServer]](ctx, c, "/mdm/servers", nil)
	return list.Items, err
}

// MDMServer reads one, with what must be set there so that it reports.
func (c *Client) MDMServer(ctx context.Context, server string) (MDMServer, error) {
	return get[MDMServer](ctx, c, "/mdm/servers/"+id(server), nil)
}

// AddMDMServer connects an MDM server, which must answer.
func (c *Client) AddMDMServer(ctx context.Context, in MDMServerInput) (out MDMServer, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/mdm/servers", long: true}, in, &out)
	return out, err
}

// ChangeMDMServerKey replaces the key for an MDM server.
func (c *Client) ChangeMDMServerKey(ctx context.Context, server, key string) (out MDMServer, err error) {
	err = c.ask(ctx, call{method: http.MethodPut, path: "/mdm/servers/" + id(server) + "/key", long: true}, map[string]string{"key": key}, &out)
	return out, err
}

// TestMDMServer asks an MDM server for something harmless.
func (c *Client) TestMDMServer(ctx context.Context, server string) (out MDMServer, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/mdm/servers/" + id(server) + "/test", long: true}, nil, &out)
	return out, err
}

// SyncMDMServer reads the devices of an MDM server now.
func (c *Client) SyncMDMServer(ctx context.Context, server string) (out MDMServer, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/mdm/servers/" + id(server) + "/sync", long: true}, nil, &out)
	return out, err
}

// RemoveMDMServer disconnects an MDM server.
func (c *Client) RemoveMDMServer(ctx context.Context, server string) error {
	return c.do(ctx, http.MethodDelete, "/mdm/servers/"+id(server), nil, nil)
}
