package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MDMServer is an MDM server that the organization has already. Our key for it
// never leaves.
type MDMServer struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"nanomdm,micromdm,fleet"`
	Name      string     `json:"name"`
	URL       string     `json:"url"`
	Problem   string     `json:"problem,omitempty" doc:"Why it cannot be used, a sentence."`
	CheckedAt *time.Time `json:"checked_at,omitempty" doc:"Its last good answer."`
	SyncedAt  *time.Time `json:"synced_at,omitempty" doc:"When its devices were last read."`
	CreatedAt time.Time  `json:"created_at"`
	Devices   int        `json:"devices"`
	Can       Abilities  `json:"can"`
	Cannot    []string   `json:"cannot" nullable:"false" doc:"What it cannot do, in plain words."`
	Signed    bool       `json:"signed" doc:"Its reports are refused without a signature."`
	ReportURL string     `json:"report_url,omitempty" doc:"To be set there as the address of its webhook. It is a secret; lists are without it."`
	SignKey   string     `json:"sign_key,omitempty" doc:"To be set there as the key of its webhook's signature."`
}

// Abilities say what an MDM server can do.
type Abilities struct {
	ListsDevices bool `json:"lists_devices"`
	MapsUsers    bool `json:"maps_users" doc:"It says whose a device is."`
	UserChannel  bool `json:"user_channel" doc:"It reaches the users of Macs and Shared iPads."`
	Results      bool `json:"results" doc:"It reports, or can be asked, what devices answered."`
	Asked        bool `json:"asked" doc:"It reports nothing by itself: it is asked."`
	Cancels      bool `json:"cancels" doc:"It takes back what no device fetched yet."`
}

func serverOf(m vpp.MDMServer) MDMServer {
	cannot := m.Abilities.Cannot()
	if cannot == nil {
		cannot = []string{}
	}
	return MDMServer{
		ID: string(m.ID), Kind: m.Kind, Name: m.Name, URL: m.URL, Problem: m.Problem, CheckedAt: at(m.CheckedAt), SyncedAt: at(m.SyncedAt),
		CreatedAt: m.CreatedAt.UTC(), Devices: m.Devices, Can: Abilities(m.Abilities), Cannot: cannot, Signed: m.Signed,
	}
}

func connectedOf(c connect.Connected) MDMServer {
	out := serverOf(c.MDMServer)
	out.ReportURL, out.SignKey = c.ReportURL, c.SignKey
	return out
}

func (d *Door) listServers(ctx context.Context, _ *none) (*answer[List[MDMServer]], error) {
	all, err := d.Servers.List(ctx)
	return answered(List[MDMServer]{Items: each(all, serverOf)}, err)
}

// MDMServerPath names an MDM server.
type MDMServerPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (in MDMServerPath) id() vpp.MDMID { return vpp.MDMID(in.ID) }

func (d *Door) getServer(ctx context.Context, in *MDMServerPath) (*answer[MDMServer], error) {
	c, err := d.Servers.Get(ctx, in.id())
	return answered(connectedOf(c), err)
}

type addServerInput struct {
	Body struct {
		Kind   string `json:"kind" enum:"nanomdm,micromdm,fleet"`
		Name   string `json:"name" minLength:"1" maxLength:"200"`
		URL    string `json:"url" minLength:"1" maxLength:"2000" doc:"Its address, such as https://mdm.example.com."`
		Key    string `json:"key" minLength:"1" maxLength:"4000" doc:"The API key; of Fleet an API-only user's token. It goes in and never comes out."`
		Signed bool   `json:"signed,omitempty" doc:"It signs its reports, which NanoMDM can: others are refused."`
	}
}

func (d *Door) addServer(ctx context.Context, in *addServerInput) (*answer[MDMServer], error) {
	c, err := d.Servers.Add(ctx, actor(ctx), connect.Input{Kind: in.Body.Kind, Name: in.Body.Name, URL: in.Body.URL, Key: in.Body.Key, Signed: in.Body.Signed})
	return answered(connectedOf(c), err)
}

type serverKeyInput struct {
	MDMServerPath
	Body struct {
		Key string `json:"key" minLength:"1" maxLength:"4000"`
	}
}

func (d *Door) changeServerKey(ctx context.Context, in *serverKeyInput) (*answer[MDMServer], error) {
	c, err := d.Servers.ChangeKey(ctx, actor(ctx), in.id(), in.Body.Key)
	return answered(connectedOf(c), err)
}

func (d *Door) testServer(ctx context.Context, in *MDMServerPath) (*answer[MDMServer], error) {
	c, err := d.Servers.Test(ctx, in.id())
	return answered(connectedOf(c), err)
}

// syncServer answers without secrets: whoever may read devices need not know them.
func (d *Door) syncServer(ctx context.Context, in *MDMServerPath) (*answer[MDMServer], error) {
	c, err := d.Servers.Sync(ctx, in.id())
	return answered(serverOf(c.MDMServer), err)
}

func (d *Door) removeServer(ctx context.Context, in *MDMServerPath) (*none, error) {
	return &none{}, d.Servers.Remove(ctx, actor(ctx), in.id())
}
