package mdmtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Kind is what a pretend device is.
type Kind string

// The kinds of pretend devices.
const (
	IPhone       Kind = "iPhone15,2"
	IPad         Kind = "iPad13,4"
	Mac          Kind = "MacBookPro18,3"
	AppleTV      Kind = "AppleTV14,1"
	SharedIPad   Kind = "iPad13,16"  // many people, each with a channel
	UserEnrolled Kind = "iPhone14,5" // a person's own phone
)

// Behaviour is what a pretend device and its person do. The zero value answers
// everything at once and well.
type Behaviour struct {
	NotNow  int               // so many commands are put off first, as in Setup Assistant
	Refuse  Refusing          // how invitations are refused
	Hash    string            // of the account that is signed in to the App Store, "" for nobody
	Invited func(link string) // the prompt is shown; may be nil
}

// Refusing is how a device refuses an invitation.
type Refusing string

// The ways to refuse.
const (
	RefuseNothing Refusing = ""
	RefuseLink    Refusing = "InvalidInvitationURL"
	RefuseProgram Refusing = "InvalidProgramID"
	RefuseError   Refusing = "Error"
	RefuseFormat  Refusing = "CommandFormatError"
)

// Device is a pretend device. Its messages go over HTTP to whatever server its
// profile names.
type Device struct {
	Kind   Kind
	Name   string
	UDID   string // under User Enrollment the EnrollmentID
	Serial string
	OS     string
	People []*Person // who has a channel: a Mac's users, a Shared iPad's

	Do Behaviour

	client *http.Client
	apns   *Apns
	keys   *Keys

	mu      sync.Mutex
	profile Profile
	cert    *x509.Certificate
	key     *rsa.PrivateKey
	shown   map[string]int // CommandUUID → how often its prompt was shown
	putOff  int
}

// Person has a channel on a Mac or a Shared iPad.
type Person struct {
	GUID      string // "" on a Shared iPad
	ShortName string // the Managed Apple Account on a Shared iPad
	LongName  string
}

// NewDevice makes a device that is not enrolled yet.
func NewDevice(kind Kind, name string, client *http.Client, apns *Apns, keys *Keys) *Device {
	id := strings.ToUpper(uuid.NewString())
	d := &Device{
		Kind: kind, Name: name, UDID: id, Serial: "F" + strings.ReplaceAll(id, "-", "")[:11], OS: "17.5",
		client: client, apns: apns, keys: keys, shown: map[string]int{},
	}
	if kind == Mac {
		d.OS = "14.5"
	}
	return d
}

// Shown counts how often the prompt of each command was shown: more than once
// is a fault of the server's.
func (d *Device) Shown() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	shown := make(map[string]int, len(d.shown))
	for id, n := range d.shown {
		shown[id] = n
	}
	return shown
}

// Enroll installs a profile: gets the certificate, checks in, and brings the
// push tokens of all channels.
func (d *Device) Enroll(ctx context.Context, profile []byte) error {
	p, err := ReadProfile(profile)
	if err != nil {
		return err
	}
	return d.EnrollWith(ctx, p, nil)
}

// EnrollWith enrolls by a profile that was read already. Where the server has
// no SCEP, certify gives the certificate.
func (d *Device) EnrollWith(ctx context.Context, p Profile, certify func(*x509.CertificateRequest) (*x509.Certificate, error)) (err error) {
	d.profile = p
	if d.key, err = d.keys.take(); err != nil {
		return err
	}
	if d.cert, err = d.certificate(ctx, certify); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := d.checkIn(ctx, d.authenticate()); err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	for _, person := range d.channels() {
		if err := d.checkIn(ctx, d.tokenUpdate(person)); err != nil {
			return fmt.Errorf("token update: %w", err)
		}
	}
	return nil
}

// channels are the device's own, and those of its people.
func (d *Device) channels() []*Person { return append([]*Person{nil}, d.People...) }

// CheckOut removes the profile.
func (d *Device) CheckOut(ctx context.Context) error {
	m := d.names(nil)
	m["MessageType"] = "CheckOut"
	return d.checkIn(ctx, m)
}

func (d *Device) names(p *Person) map[string]any {
	m := map[string]any{"UDID": d.UDID}
	if d.Kind == UserEnrolled {
		m = map[string]any{"EnrollmentID": d.UDID}
	}
	if p != nil {
		m["UserID"], m["UserShortName"], m["UserLongName"] = p.GUID, p.ShortName, p.LongName
		if d.Kind == SharedIPad {
			m["UserID"] = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"
		}
	}
	return m
}

func (d *Device) authenticate() map[string]any {
	m := d.names(nil)
	m["MessageType"], m["Topic"] = "Authenticate", d.profile.Topic
	m["DeviceName"], m["ProductName"], m["OSVersion"], m["BuildVersion"] = d.Name, string(d.Kind), d.OS, "21F79"
	if d.Kind != UserEnrolled {
		m["SerialNumber"] = d.Serial
	}
	if d.Kind == Mac { // Macs say it so
		delete(m, "ProductName")
		m["Model"], m["ModelName"] = string(d.Kind), "MacBook Pro"
	}
	return m
}

func (d *Device) tokenUpdate(p *Person) map[string]any {
	m := d.names(p)
	m["MessageType"], m["Topic"], m["PushMagic"], m["Token"] = "TokenUpdate", d.profile.Topic, d.magic(p), d.token(p)
	return m
}

// token and magic are made from the names, so that a device that starts anew
// is woken as before.
func (d *Device) token(p *Person) []byte {
	token := strings.ReplaceAll(d.UDID, "-", "")
	if p != nil {
		token += hex.EncodeToString([]byte(p.ShortName + p.GUID))
	}
	raw, err := hex.DecodeString(token)
	if err != nil {
		return []byte(token)
	}
	return raw
}

func (d *Device) magic(p *Person) string {
	if p == nil {
		return "magic-" + d.UDID
	}
	return "magic-" + d.UDID + "-" + p.ShortName
}

// Listen answers whenever the device is woken, until ctx ends. It answers the
// first time without being woken, as a device that comes online does.
func (d *Device) Listen(ctx context.Context) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, person := range d.channels() {
		awake := make(chan string, 1)
		d.apns.Listen(hex.EncodeToString(d.token(person)), awake)
		all.Go(func() {
			defer d.apns.Listen(hex.EncodeToString(d.token(person)), nil)
			if err := d.listen(ctx, person, awake); err != nil && ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (d *Device) listen(ctx context.Context, p *Person, awake <-chan string) error {
	for {
		if err := d.Answer(ctx, p); err != nil && ctx.Err() == nil {
			// The server has a bad moment: devices come again.
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
				continue
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case magic := <-awake:
			if magic != d.magic(p) {
				return fmt.Errorf("%s was woken with another's PushMagic", d.Name)
			}
		}
	}
}

// Keys are made once and shared by many pretend devices: making one takes
// longer than all else that a device does.
type Keys struct {
	mu   sync.Mutex
	all  []*rsa.PrivateKey
	next int
}

// NewKeys makes n keys.
func NewKeys(n int) (*Keys, error) {
	k := &Keys{}
	for range n {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		k.all = append(k.all, key)
	}
	return k, nil
}

func (k *Keys) take() (*rsa.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.all) == 0 {
		return nil, errors.New("mdmtest: no keys")
	}
	k.next++
	return k.all[k.next%len(k.all)], nil
}
