package main

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"os"
	"time"

	"github.com/rsvpp/rsvpp/internal/device"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// openMDM wires the MDM server inside. Nothing is read or made before the
// first device, or the first profile, wants it.
func (v *server) openMDM(ctx context.Context) error {
	to, err := pushService(v.settings.mdm)
	if err != nil {
		return err
	}
	key, err := lastingKey(ctx, v.db, v.box, enrollPurpose)
	if err != nil {
		return err
	}
	told := &told{roster: v.roster, invites: v.invite}
	v.mdm = builtin.New(v.db.MDM(v.box), told, builtin.Config{
		URL: v.url, Name: v.organization, Push: to, AccessRights: v.settings.mdm.rights, ChallengeFor: v.settings.mdm.profileLife,
		Repush: v.settings.mdm.repush,
		Logger: v.log, Now: time.Now, IDs: newID, Random: rand.Reader,
	})
	v.carrier.Set(vpp.BuiltinMDM, v.mdm)
	v.accounts = roster.NewAccounts(v.db, v.carrier, v.settings.mdm.accountEvery, time.Now, newID)
	v.links = roster.NewLinks(v.db, v.url, key, v.settings.mdm.profileLife, time.Now)
	return nil
}

// pushService is Apple's, or a pretend one that the settings name.
func pushService(s mdmSettings) (push.Config, error) {
	config := push.Config{URL: s.pushURL}
	if s.pushCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(s.pushCA)
	if err != nil {
		return config, sayf(err, "The file %s, which mdm-push-ca names, cannot be read.", s.pushCA)
	}
	if config.Roots = x509.NewCertPool(); !config.Roots.AppendCertsFromPEM(pem) {
		return config, vpp.Errorf(vpp.Invalid, "The file %s, which mdm-push-ca names, holds no certificate as PEM.", s.pushCA)
	}
	return config, nil
}

// organization is who asks people to bring devices along.
func (v *server) organization(ctx context.Context) string {
	locations, err := v.locations.List(ctx)
	if err != nil || len(locations) == 0 {
		return "Your organization"
	}
	if name := locations[0].Token.Organization; name != "" {
		return name
	}
	return locations[0].Name
}

// deviceRoutes are the devices' door.
func (v *server) deviceRoutes() []gate.Route {
	return device.New(device.Config{
		Protocol: v.mdm.Protocol(), SCEP: v.mdm.SCEP(), Enroller: v.mdm, Guests: guests{v}, Name: v.organization, Logger: v.log,
	}).Routes()
}

// guests know whose link somebody holds: one for devices, or an invitation's.
type guests struct{ v *server }

// Guest implements device.Guests.
func (g guests) Guest(ctx context.Context, token string) (vpp.User, error) {
	if g.v.links.Ours(token) {
		return g.v.links.Guest(ctx, token)
	}
	return g.v.invite.Guest(ctx, token)
}

// told hands on what MDM servers tell to the rooms that it concerns.
type told struct {
	roster  *roster.Service
	invites *invite.Service
}

var _ mdm.Told = (*told)(nil)

// Enrolled implements mdm.Told.
func (t *told) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return t.roster.DeviceSeen(ctx, d, channels)
}

// Gone implements mdm.Told.
func (t *told) Gone(ctx context.Context, server vpp.MDMID, key string) error {
	return t.roster.DeviceGone(ctx, server, key)
}

// Answered implements mdm.Told: an account is the roster's, and the answer the
// invitations', who know whether it is to one. A device may say both at once.
func (t *told) Answered(ctx context.Context, a vpp.CommandAnswer) error {
	if a.Account != nil || a.MultiUser != nil {
		if err := t.roster.AccountRead(ctx, a); err != nil {
			return err
		}
	}
	return t.invites.DeviceAnswered(ctx, a)
}

// Pushed implements mdm.Told.
func (t *told) Pushed(ctx context.Context, server vpp.MDMID, commands []string, at time.Time) error {
	return t.invites.DevicePushed(ctx, server, commands, at)
}

// sweepDevices wakes devices again that have something to fetch, and asks some
// who is signed in.
func (v *server) sweepDevices(ctx context.Context, _ vpp.SweepDevices) error {
	return errors.Join(v.mdm.Sweep(ctx), v.accounts.Sweep(ctx))
}
