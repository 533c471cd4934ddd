package invite

import (
	"slices"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func usual() terms {
	return terms{token: vpp.TokenValid, mail: true, channel: vpp.ChannelMail, audience: vpp.AudienceNotInvited}
}

// S0-14…S0-17, S1-14, F-06, F-11, F-13, F-24, F-36, F-38: one line per verdict.
func TestVerdict(t *testing.T) {
	with := func(change func(*terms)) terms { t := usual(); change(&t); return t }
	link := with(func(t *terms) { t.channel = vpp.ChannelLink })
	resend := with(func(t *terms) { t.resend = true })
	everybody := with(func(t *terms) { t.audience = vpp.AudienceNotRegistered })
	removed := with(func(t *terms) { t.audience = vpp.AudienceRemoved })
	noMail := with(func(t *terms) { t.mail = false })
	token := func(s vpp.TokenState) terms { return with(func(t *terms) { t.token = s }) }
	invited := vpp.Case{AppleStatus: vpp.AppleRegistered, HandedOver: true}
	created := vpp.Case{AppleStatus: vpp.AppleRegistered}
	refused := vpp.Case{AppleStatus: vpp.AppleRegistered, BadAddress: vpp.DeliveryRefused}
	onDevice := refused
	onDevice.Reach = vpp.ReachDevice
	bounced, complained := refused, refused
	bounced.BadAddress, complained.BadAddress = vpp.DeliveryBounced, vpp.DeliveryComplained
	both := with(func(t *terms) { t.channel = vpp.ChannelBoth })
	again := with(func(t *terms) { t.tryAgain = true })
	for _, c := range []struct {
		name      string
		c         vpp.Case
		t         terms
		code      Code
		reachable bool
		step      vpp.InviteStep // without the detail
	}{
		{"new", vpp.Case{}, usual(), WillInvite, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"new by link", vpp.Case{NoAddress: true}, link, WillInvite, true, vpp.InviteStep{State: "queued", Create: true, Invite: true}},
		{"created, not mailed", created, usual(), WillInvite, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"created, by link", created, link, WillInvite, true, vpp.InviteStep{State: "done", Invite: true}},
		{"managed", vpp.Case{Managed: true}, usual(), ManagedLink, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"managed without address", vpp.Case{Managed: true, NoAddress: true}, usual(), ManagedLink, true, vpp.InviteStep{State: "queued", Create: true, Invite: true}},
		{"managed without mail", vpp.Case{Managed: true}, noMail, ManagedLink, true, vpp.InviteStep{State: "queued", Create: true, Invite: true}},
		{"managed refused, falls back", vpp.Case{Managed: true, ManagedError: 9635}, usual(), WillInvite, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"managed refused, no address", vpp.Case{Managed: true, ManagedError: 9635, NoAddress: true}, usual(), NoAddress, false, vpp.InviteStep{State: "skipped"}},
		{"managed refused, nothing mended", vpp.Case{Managed: true, AppleError: 9641, NoAddress: true}, usual(), CannotLink, false, vpp.InviteStep{State: "skipped"}},
		{"managed refused, corrected", vpp.Case{Managed: true, AppleError: 9641, NoAddress: true, Corrected: true}, usual(), ManagedLink, true, vpp.InviteStep{State: "queued", Create: true, Invite: true}},
		{"bad address", vpp.Case{AppleError: vpp.AppleBadEmail}, usual(), BadAddress, false, vpp.InviteStep{State: "skipped"}},
		{"bad address, corrected", vpp.Case{AppleError: vpp.AppleBadEmail, Corrected: true}, usual(), RefusedBefore, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"refused before", vpp.Case{AppleError: vpp.AppleNeverConfirmed}, usual(), RefusedBefore, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"no address", vpp.Case{NoAddress: true}, usual(), NoAddress, false, vpp.InviteStep{State: "skipped"}},
		{"address refused before (pain 39)", refused, usual(), AddressRefused, false, vpp.InviteStep{State: "skipped"}},
		{"address refused before, new record", vpp.Case{BadAddress: vpp.DeliveryRefused}, usual(), AddressRefused, false, vpp.InviteStep{State: "skipped"}},
		{"address refused before, tried again", refused, again, WillInvite, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"letter came back", bounced, usual(), AddressBounced, false, vpp.InviteStep{State: "skipped"}},
		{"letter came back, tried again", bounced, again, WillInvite, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"reported as junk", complained, usual(), AddressSuppressed, false, vpp.InviteStep{State: "skipped"}},
		{"reported as junk, tried again", complained, again, AddressSuppressed, false, vpp.InviteStep{State: "skipped"}},
		{"address refused before, by link", refused, link, WillInvite, true, vpp.InviteStep{State: "done", Invite: true}},
		{"address refused before, both ways", onDevice, both, WillInvite, true, vpp.InviteStep{State: "waiting", Invite: true, Device: true}},
		{"address refused before, no device", refused, both, AddressRefused, false, vpp.InviteStep{State: "skipped"}},
		{"address refused before, no mail set up", refused, noMail, MailNotConfigured, false, vpp.InviteStep{State: "done", Invite: true}},
		{"no mail set up", vpp.Case{}, noMail, MailNotConfigured, false, vpp.InviteStep{State: "queued", Create: true, Invite: true}},
		{"no mail set up, created", created, noMail, MailNotConfigured, false, vpp.InviteStep{State: "done", Invite: true}},
		{"waiting for Apple", vpp.Case{Pending: vpp.WriteCreate}, usual(), Waiting, true, vpp.InviteStep{State: "queued", Invite: true, Mail: true}},
		{"waiting without a token", vpp.Case{Pending: vpp.WriteCreate}, token(vpp.TokenExpired), Waiting, true, vpp.InviteStep{State: "queued", Invite: true, Mail: true}},
		{"changed address waits", vpp.Case{AppleStatus: vpp.AppleRegistered, HandedOver: true, Pending: vpp.WriteUpdate}, resend, Waiting, true, vpp.InviteStep{State: "queued", Invite: true, Mail: true}},
		{"removed", vpp.Case{AppleStatus: vpp.AppleRetired, HandedOver: true}, usual(), RemovedAnew, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"removed, meant (F-15)", vpp.Case{AppleStatus: vpp.AppleRetired}, removed, RemovedAnew, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"removed with a Managed Apple Account, meant", vpp.Case{AppleStatus: vpp.AppleRetired, Managed: true}, removed, ManagedLink, true, vpp.InviteStep{State: "queued", Create: true, Invite: true, Mail: true}},
		{"never removed, not meant", vpp.Case{}, removed, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"invited, not meant to register again", invited, removed, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"registered again already", vpp.Case{AppleStatus: vpp.AppleRetired, Pending: vpp.WriteCreate}, removed, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"being removed", vpp.Case{AppleStatus: vpp.AppleRegistered, Pending: vpp.WriteRetire}, usual(), Removing, false, vpp.InviteStep{State: "skipped"}},
		{"paused (F-13)", vpp.Case{Paused: true}, usual(), Paused, false, vpp.InviteStep{State: "skipped"}},
		{"paused, resent", vpp.Case{AppleStatus: vpp.AppleRegistered, HandedOver: true, Paused: true}, resend, Paused, false, vpp.InviteStep{State: "skipped"}},
		{"paused, by link", vpp.Case{AppleStatus: vpp.AppleRegistered, Paused: true}, link, Paused, false, vpp.InviteStep{State: "skipped"}},
		{"paused, registered", vpp.Case{AppleStatus: vpp.AppleAssociated, Paused: true}, everybody, AlreadyRegistered, false, vpp.InviteStep{State: "skipped"}},
		{"registered (trap 1: Apple's Associated)", vpp.Case{AppleStatus: vpp.AppleAssociated}, everybody, AlreadyRegistered, false, vpp.InviteStep{State: "skipped"}},
		{"invited, not meant", invited, usual(), NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"invited, everybody meant (S1-14)", invited, everybody, WillResend, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"resend makes no record (F-11)", invited, resend, WillResend, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"resend needs no token", invited, with(func(t *terms) { t.resend, t.token = true, vpp.TokenRevoked }), WillResend, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"resend to nobody's invitation", vpp.Case{}, resend, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"resend while the first waits", vpp.Case{Pending: vpp.WriteCreate}, resend, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"resend to removed", vpp.Case{AppleStatus: vpp.AppleRetired}, resend, NotInAudience, false, vpp.InviteStep{State: "skipped"}},
		{"no token", vpp.Case{}, token(vpp.TokenMissing), NoToken, false, vpp.InviteStep{State: "skipped"}},
		{"nobody confirmed (F-58)", vpp.Case{}, token(vpp.TokenNoConsent), NoConsent, false, vpp.InviteStep{State: "skipped"}},
		{"resend needs no confirmation", invited, with(func(t *terms) { t.resend, t.token = true, vpp.TokenNoConsent }), WillResend, true, vpp.InviteStep{State: "waiting", Invite: true, Mail: true}},
		{"token expired", vpp.Case{}, token(vpp.TokenExpired), TokenExpired, false, vpp.InviteStep{State: "skipped"}},
		{"token revoked", vpp.Case{Managed: true}, token(vpp.TokenRevoked), TokenRefused, false, vpp.InviteStep{State: "skipped"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verdict(c.c, c.t)
			step := v.step
			step.Detail = ""
			if v.Code != c.code || v.Reachable != c.reachable || step != c.step {
				t.Errorf("got %s, reachable %v, %+v\nwant %s, %v, %+v", v.Code, v.Reachable, step, c.code, c.reachable, c.step)
			}
		})
	}
}

// Whatever the combination, the verdict keeps the promises of the house.
func TestVerdictEveryCombination(t *testing.T) {
	n := 0
	each(func(c vpp.Case, with terms) {
		n++
		v := verdict(c, with)
		fail := func(why string) { t.Errorf("%s: %+v %+v: %+v", why, c, with, v) }
		switch {
		case v.Code == "" || v.Sentence == "" || v.step.Detail == "" || v.step.State == "":
			fail("says nothing")
		case !known(v.Code):
			fail("unknown code")
		case v.step.Create && (c.AppleStatus.Living() || c.Pending != vpp.WriteNone):
			fail("makes a second record (F-11)")
		case v.step.Create && with.token != vpp.TokenValid:
			fail("asks Apple without a token")
		case v.step.Create && with.resend:
			fail("a resend makes a record")
		case v.step.Mail && c.BadAddress != "" && !with.tryAgain:
			fail("mails an address that was refused")
		case v.step.Mail && (c.NoAddress || !with.mail || with.channel == vpp.ChannelLink || with.channel == vpp.ChannelDevice && !with.elseMail):
			fail("mails where nothing can be mailed (F-38)")
		case v.Acts() && (c.AppleStatus == vpp.AppleAssociated || c.Pending == vpp.WriteRetire):
			fail("acts on the registered or leaving")
		case v.Acts() && c.Paused:
			fail("acts on the paused (F-13)")
		case v.Reachable && !v.Acts():
			fail("counts the skipped as reachable")
		case v.Reachable && with.channel != vpp.ChannelLink && !v.step.Mail && !v.step.Device && v.Code != ManagedLink:
			fail("counts the unreachable as reachable")
		case v.step.Device && !c.Reach.Open():
			fail("sends to a device that may not get the command (trap 4)")
		case v.Code != MailNotConfigured && v.Acts() && !v.Reachable:
			fail("acts in vain")
		case v.step.State == vpp.ItemDone && (v.step.Create || v.step.Mail || c.Pending != vpp.WriteNone):
			fail("is done before it is done")
		}
	})
	if n < 10_000 {
		t.Errorf("only %d combinations", n)
	}
}

func known(code Code) bool {
	return slices.Contains(Codes(), code)
}

// each calls fn with every combination of facts.
func each(fn func(vpp.Case, terms)) {
	bools := []bool{false, true}
	for _, status := range []vpp.AppleStatus{"", vpp.AppleRegistered, vpp.AppleAssociated, vpp.AppleRetired, vpp.AppleDeleted} {
		for _, pending := range []vpp.Write{"", vpp.WriteCreate, vpp.WriteUpdate, vpp.WriteRetire} {
			for _, handed := range bools {
				for _, bare := range bools {
					for _, managed := range bools {
						for _, managedError := range []int{0, vpp.AppleAccountUnusable} {
							for _, appleError := range []int{0, vpp.AppleBadEmail, vpp.AppleAccountTaken, vpp.AppleNeverConfirmed} {
								for _, corrected := range bools {
									c := vpp.Case{
										AppleStatus: status, Pending: pending, HandedOver: handed, NoAddress: bare, Managed: managed,
										ManagedError: managedError, AppleError: appleError, Corrected: corrected && appleError != 0,
									}
									for _, reach := range []vpp.Reach{vpp.ReachNone, vpp.ReachDevice, vpp.ReachUserEnrolled} {
										c.Reach = reach
										eachTerms(func(t terms) { fn(c, t) })
										if !bare {
											c.BadAddress = vpp.DeliveryRefused
											eachTerms(func(t terms) { fn(c, t) })
											c.BadAddress = ""
										}
										c.Paused = true
										eachTerms(func(t terms) { fn(c, t) })
										c.Paused = false
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

func eachTerms(fn func(terms)) {
	bools := []bool{false, true}
	for _, token := range []vpp.TokenState{vpp.TokenValid, vpp.TokenMissing, vpp.TokenExpired, vpp.TokenRevoked} {
		for _, mail := range bools {
			for _, channel := range []vpp.Channel{vpp.ChannelMail, vpp.ChannelLink, vpp.ChannelDevice, vpp.ChannelBoth} {
				for _, audience := range []vpp.Audience{vpp.AudienceNotInvited, vpp.AudienceNotRegistered} {
					for _, again := range bools {
						fn(terms{token: token, mail: mail, channel: channel, audience: audience, resend: again})
						fn(terms{token: token, mail: mail, channel: channel, audience: audience, resend: again, tryAgain: true})
						if channel == vpp.ChannelDevice {
							fn(terms{token: token, mail: mail, channel: channel, audience: audience, resend: again, elseMail: true})
						}
					}
				}
			}
		}
	}
}
