package vpp

import "time"

// Challenge lets one device enroll, once: it stands in the profile that a
// person gets.
type Challenge struct {
	Hash      string // SHA-256, hexadecimal: the challenge itself is kept nowhere
	UserID    UserID // whose device it will be, "" for nobody's yet
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Identity is a certificate that was issued to a device.
type Identity struct {
	SHA256   string
	Serial   string
	UserID   UserID
	IssuedAt time.Time
	NotAfter time.Time
}

// PushCert is the certificate with which devices are woken, without its key.
type PushCert struct {
	Topic    string
	NotAfter time.Time
	AddedAt  time.Time
}
