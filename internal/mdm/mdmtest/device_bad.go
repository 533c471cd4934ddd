package mdmtest

import "context"

// The content types of a device's messages.
const (
	CheckIn = "application/x-apple-aspen-mdm-checkin"
	Command = "application/x-apple-aspen-mdm; charset=UTF-8"
)

// Say sends any bytes, signed as the device signs, for tests of what a server
// does with them.
func (d *Device) Say(ctx context.Context, contentType string, body []byte) ([]byte, error) {
	signature, err := d.sign(body)
	if err != nil {
		return nil, err
	}
	return d.send(ctx, contentType, body, signature)
}

// Send sends any bytes under any signature; "" is none.
func (d *Device) Send(ctx context.Context, contentType string, body []byte, signature string) ([]byte, error) {
	return d.send(ctx, contentType, body, signature)
}

// Sign makes the header that goes with a body.
func (d *Device) Sign(body []byte) (string, error) { return d.sign(body) }

// SelfSigned makes it with a certificate that nobody issued.
func (d *Device) SelfSigned(body []byte) (string, error) {
	key, self, err := d.keys.take()
	if err != nil {
		return "", err
	}
	return signed(body, self, key)
}

// Certify gets the device its certificate and does nothing else.
func (d *Device) Certify(ctx context.Context, profile []byte) (err error) {
	if d.profile, err = ReadProfile(profile); err != nil {
		return err
	}
	if d.key, d.self, err = d.keys.take(); err != nil {
		return err
	}
	d.scep = d.profile.Challenge
	d.cert, err = d.certificate(ctx, nil)
	return err
}

// AskSCEP makes the message that asks for a certificate by a profile, for
// tests of how it may be carried.
func (d *Device) AskSCEP(ctx context.Context, profile []byte) (message []byte, err error) {
	if d.profile, err = ReadProfile(profile); err != nil {
		return nil, err
	}
	if d.key, d.self, err = d.keys.take(); err != nil {
		return nil, err
	}
	return d.askSCEP(ctx)
}

// HeardSCEP takes the certificate out of the answer to AskSCEP.
func (d *Device) HeardSCEP(answer []byte) (err error) {
	d.scep = d.profile.Challenge
	d.cert, err = d.heardSCEP(answer)
	return err
}

// Authenticate begins anew, without bringing a push token.
func (d *Device) Authenticate(ctx context.Context) error { return d.checkIn(ctx, d.authenticate()) }

// TokenUpdate brings the push token of the device's own channel.
func (d *Device) TokenUpdate(ctx context.Context) error { return d.checkIn(ctx, d.tokenUpdate(nil)) }

// Certificate is what the device shows who it is with, as DER.
func (d *Device) Certificate() []byte { return d.cert.Raw }
