package builtin

import (
	"context"
	"strings"

	nano "github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/service"
	"github.com/micromdm/nanomdm/service/certauth"
	"github.com/micromdm/plist"

	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// hook tells what devices do, after NanoMDM kept it and before the device
// hears that all is well: when telling fails the device says it again.
type hook struct {
	service.CheckinAndCommandService
	server *Server
}

// said is what check-in messages say of a device besides what NanoMDM reads.
// https://developer.apple.com/documentation/devicemanagement/authenticaterequest
type said struct {
	UDID, EnrollmentID                                                 string
	UserID, UserShortName, UserLongName                                string
	DeviceName, ProductName, Model, ModelName, OSVersion, BuildVersion string
	SerialNumber                                                       string
	AwaitingConfiguration                                              bool
}

func (m said) device(kind vpp.EnrollmentKind) vpp.Device {
	product := m.ProductName
	if product == "" {
		product = m.Model
	}
	return vpp.Device{
		MDM: vpp.BuiltinMDM, UDID: m.UDID, SerialNumber: m.SerialNumber, Name: m.DeviceName, Product: product, ModelName: m.ModelName,
		OSVersion: m.OSVersion, Build: m.BuildVersion, Platform: vpp.PlatformOf(product), Kind: kind, InSetup: m.AwaitingConfiguration,
	}
}

// Authenticate: a device begins anew. It cannot be sent anything before its
// first TokenUpdate.
func (h *hook) Authenticate(r *nano.Request, message *nano.Authenticate) error {
	if err := h.CheckinAndCommandService.Authenticate(r, message); err != nil {
		return err
	}
	var m said
	if err := plist.Unmarshal(message.Raw, &m); err != nil {
		return err
	}
	d := m.device(kindOf(m))
	d.Key, d.AccessRights = vpp.EnrollmentID(deviceKey(&message.Enrollment)), h.server.config.AccessRights
	var err error
	if d.OwnerID, err = h.owner(r); err != nil {
		return err
	}
	d.OwnerSource = "enrollment" // also that it is nobody's
	if d.CertifiedAt, err = h.server.store.CertSince(r.Context(), d.Key); err != nil {
		return err
	}
	channel := vpp.Enrollment{ID: d.Key, MDM: vpp.BuiltinMDM, Disabled: true}
	return h.server.told.Enrolled(r.Context(), d, []vpp.Enrollment{channel})
}

// owner is the person whose profile brought the certificate.
func (h *hook) owner(r *nano.Request) (vpp.UserID, error) {
	if r.Certificate == nil {
		return "", nil
	}
	return h.server.store.IdentityOwner(r.Context(), certauth.HashCert(r.Certificate))
}

// TokenUpdate: the first makes a channel usable, all bring the push token.
func (h *hook) TokenUpdate(r *nano.Request, message *nano.TokenUpdate) error {
	if err := h.CheckinAndCommandService.TokenUpdate(r, message); err != nil {
		return err
	}
	var m said
	if err := plist.Unmarshal(message.Raw, &m); err != nil {
		return err
	}
	resolved := message.Enrollment.Resolved()
	now := h.server.config.Now()
	d := m.device(kindOf(m))
	d.Key, d.EnrolledAt, d.SeenAt, d.Shared = vpp.EnrollmentID(resolved.DeviceChannelID), now, now, resolved.Type == nano.SharediPad
	channel := vpp.Enrollment{
		ID: vpp.EnrollmentID(channelKey(resolved)), MDM: vpp.BuiltinMDM, User: resolved.IsUserChannel,
		UserID: m.UserID, UserShortName: m.UserShortName, UserLongName: m.UserLongName, EnrolledAt: now, SeenAt: now,
	}
	if resolved.IsUserChannel { // says nothing of the device itself
		d = vpp.Device{MDM: vpp.BuiltinMDM, Key: d.Key, UDID: m.UDID, Kind: d.Kind, Shared: d.Shared}
	}
	if err := h.server.told.Enrolled(r.Context(), d, []vpp.Enrollment{channel}); err != nil {
		return err
	}
	return h.server.store.ReopenCommands(r.Context(), string(channel.ID))
}

// CheckOut: the profile was removed. Devices say so when they can.
func (h *hook) CheckOut(r *nano.Request, message *nano.CheckOut) error {
	if err := h.CheckinAndCommandService.CheckOut(r, message); err != nil {
		return err
	}
	return h.server.told.Gone(r.Context(), vpp.BuiltinMDM, deviceKey(&message.Enrollment))
}

// CommandAndReportResults: what a device says of a command, and what it gets next.
func (h *hook) CommandAndReportResults(r *nano.Request, results *nano.CommandResults) (*nano.Command, error) {
	if results.CommandUUID != "" {
		if err := h.answered(r.Context(), results); err != nil {
			return nil, err
		}
	}
	return h.CheckinAndCommandService.CommandAndReportResults(r, results)
}

// answered is told before NanoMDM closes the command: what is told twice does
// no harm, what is never told would.
func (h *hook) answered(ctx context.Context, results *nano.CommandResults) error {
	resolved := results.Enrollment.Resolved()
	if resolved == nil {
		return nil // NanoMDM refuses it
	}
	a, err := command.Read(results.Raw, vpp.BuiltinMDM, vpp.EnrollmentID(channelKey(resolved)), h.server.config.Now())
	if err != nil {
		return err
	}
	known, err := h.server.store.CommandKnown(ctx, a.ID, channelKey(resolved))
	if err != nil || !known {
		return err // nobody asked this device that
	}
	if err := h.described(ctx, results.Raw, vpp.EnrollmentID(resolved.DeviceChannelID)); err != nil {
		return err
	}
	return h.server.told.Answered(ctx, a)
}

// described tells what a device says that it is by now: its name and system
// change, and nothing but its answers tells that.
func (h *hook) described(ctx context.Context, raw []byte, key vpp.EnrollmentID) error {
	var m struct{ QueryResponses *said }
	if err := plist.Unmarshal(raw, &m); err != nil || m.QueryResponses == nil {
		return err
	}
	m.QueryResponses.Model = "" // here the order number, at check-in the product of a Mac
	d := m.QueryResponses.device("")
	if d == (vpp.Device{MDM: vpp.BuiltinMDM}) {
		return nil // it answered about something else
	}
	d.Key = key
	return h.server.told.Enrolled(ctx, d, nil)
}

// kindOf tells User Enrollment by the id that it has in place of the UDID.
func kindOf(m said) vpp.EnrollmentKind {
	if m.UDID == "" && m.EnrollmentID != "" {
		return vpp.EnrolledUser
	}
	return vpp.EnrolledDevice
}

// deviceKey and channelKey are the names that NanoMDM gives.
func deviceKey(e *nano.Enrollment) string {
	if r := e.Resolved(); r != nil {
		return r.DeviceChannelID
	}
	return ""
}

func channelKey(r *nano.ResolvedEnrollment) string {
	if !r.IsUserChannel {
		return r.DeviceChannelID
	}
	return strings.Join([]string{r.DeviceChannelID, r.UserChannelID}, ":")
}
