package vpp

import (
	"fmt"
	"strconv"
	"time"
)

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

	Problem   string    // why Apple does not take pushes by it, "" while it does
	ProblemAt time.Time // since when
}

// MDMState is how the MDM server inside stands.
type MDMState struct {
	Cert    PushCert // the zero value when there is none
	Missing []string // what keeps devices from enrolling, as sentences
	Warning string   // that the push certificate expires soon, or has; "" while all is well
	Address string   // where devices reach it
}

// pushCertWarning is how long before its end a push certificate is warned of.
const pushCertWarning = 60 * 24 * time.Hour

// Warning says that the certificate expires soon, or has; "" while all is well.
func (c PushCert) Warning(now time.Time) string {
	const renew = " Renew it at identity.apple.com/pushcert with the Apple Account that made it, and upload it here."
	left := c.NotAfter.Sub(now)
	switch {
	case c.Topic == "" || left > pushCertWarning:
		return ""
	case left <= 0:
		return "The push certificate expired on " + c.NotAfter.Format("2 January 2006") + ": devices are not woken any more." + renew
	case left < 48*time.Hour:
		return "The push certificate expires on " + c.NotAfter.Format("2 January 2006, 15:04 MST") + "." + renew
	}
	return "The push certificate expires in " + strconv.Itoa(int((left+12*time.Hour)/(24*time.Hour))) + " days, on " + c.NotAfter.Format("2 January 2006") + "." + renew
}

// DueNotice is what administrators are written about the end of the push
// certificate, when a warning has come; without a subject it is none. Its key
// names the end that it warns of, so that each warning is given once.
func (c PushCert) DueNotice(now time.Time) Notice {
	days := 0
	if c.Topic != "" {
		days = dueWarning(c.NotAfter, now)
	}
	if days == 0 {
		return Notice{}
	}
	n := Notice{Key: fmt.Sprintf("push-cert-expires:%s:%s:%d", c.Topic, c.NotAfter.UTC().Format(time.DateOnly), days)}
	n.Subject = "The push certificate for devices expires " + inDays(DaysLeft(c.NotAfter, now))
	if days == WarnedExpired {
		n.Subject = "The push certificate for devices has expired"
	}
	n.Text = c.Warning(now) + "\n\nUnder Settings, Device management, it is uploaded. With a certificate of another topic every device would have to enroll anew."
	return n
}

// EndingIdentities are the certificates of enrolled devices that end soon.
type EndingIdentities struct {
	Devices int
	First   time.Time
}

// Notice is what administrators are written about them, once a month; without
// a subject it is none.
func (e EndingIdentities) Notice() Notice {
	if e.Devices == 0 {
		return Notice{}
	}
	n := Notice{Key: "identity-ends:" + e.First.UTC().Format("2006-01"), Subject: "The certificate of a device ends on " + e.First.Format("2 January 2006")}
	if e.Devices > 1 {
		n.Subject = fmt.Sprintf("The certificates of %d devices end, the first on %s", e.Devices, e.First.Format("2 January 2006"))
	}
	n.Text = "A device whose certificate has ended is not known here any more. It has to enroll anew before: send its person a new profile, by Add a device on their page. " +
		"Each device's page says when its certificate ends."
	return n
}
