package main

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// shopper says with which account a pretend device is signed in to its App
// Store.
type shopper string

const (
	withOwn     shopper = ""        // the one that its person accepts with, from then on
	withAnother shopper = "another" // somebody else's, from the beginning
	withNone    shopper = "none"
)

// shops signs a device in as it will be found before anybody accepts.
func (g *gadget) shops(as shopper) {
	g.shopper = as
	if as != withAnother {
		return
	}
	for _, seat := range g.seats() {
		g.SignIn(seat, strangersHash(g.Name))
	}
}

// accepts signs the account in with which a person accepted, on the device or
// by a letter read on it.
func (g *gadget) accepts(seat *mdmtest.Person, hash string) {
	if g.shopper == withOwn {
		g.SignIn(seat, hash)
	}
}

// seats are those on a device who can each be signed in: nil is whose it is.
func (g *gadget) seats() []*mdmtest.Person {
	switch g.Kind { //nolint:exhaustive // all others are one person's
	case mdmtest.Mac, mdmtest.SharedIPad:
		return g.People
	}
	return []*mdmtest.Person{nil}
}

// seatOf finds a person's seat: on a Shared iPad by the Managed Apple Account.
func (g *gadget) seatOf(managed string) *mdmtest.Person {
	for _, seat := range g.seats() {
		if g.Kind != mdmtest.SharedIPad || seat.ShortName == managed {
			return seat
		}
	}
	return nil
}

// tells says whether Apple lets a device be asked who is signed in.
func (g *gadget) tells() bool { return g.Kind != mdmtest.AppleTV && g.Kind != mdmtest.UserEnrolled }

// strangersHash is of an account that nobody accepts with; it looks as Apple's do.
func strangersHash(name string) string {
	sum := sha256.Sum256([]byte("somebody else on " + name))
	return base64.StdEncoding.EncodeToString(sum[:20])
}
