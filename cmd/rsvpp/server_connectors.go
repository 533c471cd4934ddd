package main

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/hook"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ connect.Store = (*store.DB)(nil)

// How often connected MDM servers are looked after, and their devices read.
const (
	tendServersEvery = 30 * time.Second
	readDevicesEvery = 15 * time.Minute
)

// openConnectors wires the MDM servers that the organization has already.
func (v *server) openConnectors(context.Context) error {
	told := &told{roster: v.roster, invites: v.invite}
	v.connect = connect.New(v.db, v.box, dialMDM, told, connect.Config{
		URL: v.url, Every: readDevicesEvery, Clock: time.Now, IDs: newID,
		Secrets: func() string { return strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "") },
	})
	v.carrier.Others(func(ctx context.Context, id vpp.MDMID) (mdm.Server, error) { return v.connect.Server(ctx, id) })
	return nil
}

// reportRoute is where connected MDM servers report.
func (v *server) reportRoute() gate.Route {
	return gate.Route{
		Pattern: hook.ReportPattern, Scope: gate.Public, Handler: hook.NewReports(v.connect, time.Now), MaxBody: hook.LongestReport, Bare: true,
	}
}

// tendServers asks connected MDM servers for what is due.
func (v *server) tendServers(ctx context.Context, _ vpp.TendServers) error {
	return v.connect.Tend(ctx)
}

// dialMDM makes the connector to a server.
func dialMDM(id vpp.MDMID, kind, url, key string) (connect.Server, error) {
	c, err := connector.New(kind, connector.Config{ID: id, URL: url, Secret: key, Now: time.Now})
	if err != nil {
		return nil, err
	}
	return dialed{c}, nil
}

// dialed is a connector that tells a room: the walls' Told and the room's are
// the same, by two names.
type dialed struct{ connector.Connector }

func (d dialed) Devices(ctx context.Context, told connect.Told) error {
	return d.Connector.Devices(ctx, told)
}

func (d dialed) Report(ctx context.Context, told connect.Told, body []byte) error {
	return d.Connector.Report(ctx, told, body)
}

func (d dialed) Ask(ctx context.Context, told connect.Told, commands []vpp.Command) error {
	return d.Connector.Ask(ctx, told, commands)
}
