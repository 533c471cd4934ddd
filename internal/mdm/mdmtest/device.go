package mdmtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	NotNow  int           // so many commands are put off first, as in Setup Assistant
	Sleep   int           // so many wakes are slept through first
	Back    time.Duration // after NotNow the device comes by itself; 0: only when woken
	Refuse  Refusing      // how invitations are refused
	Invited func(Prompt)  // it is shown; may be nil
}

// Prompt is an invitation that a device shows.
type Prompt struct {
	ID   string // the command's
	Link string
	Who  string // on whose channel: a short name, "" for the device's own
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
	self    *x509.Certificate // for SCEP, before there is another
	scep    string            // the challenge that brought cert
	shown   map[string]int    // CommandUUID → how often its prompt was shown
	prompts []Prompt
	asked   map[string]int // request type → how often
	unsaid  map[*Person]map[string]any
	stores  map[*Person]string // who is signed in to the App Store, by the hash of the account
	told    map[*Person]int    // how often the server heard of it
	misled  int
	putOff  int
	slept   int
	renewed map[*Person]int // push tokens that a channel had before
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
		client: client, apns: apns, keys: keys, shown: map[string]int{}, asked: map[string]int{}, unsaid: map[*Person]map[string]any{},
		stores: map[*Person]string{}, told: map[*Person]int{}, renewed: map[*Person]int{},
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
	return maps.Clone(d.shown)
}

// Prompts are the invitations that were shown, in their order.
func (d *Device) Prompts() []Prompt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.prompts)
}

// Misled counts the invitations that came where Apple has none: on such a kind
// of device, or on the wrong channel.
func (d *Device) Misled() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.misled
}

// Asked counts the commands of a type that the device was given, put off ones
// each time. "" counts all.
func (d *Device) Asked(requestType string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if requestType != "" {
		return d.asked[requestType]
	}
	sum := 0
	for _, n := range d.asked {
		sum += n
	}
	return sum
}

// Enroll installs a profile: gets the certificate, checks in, and brings the
// push tokens of all channels. After a failure it may be tried again with the
// same profile. A device that was enrolled before begins anew: what it had not
// said yet is forgotten.
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
	d.mu.Lock()
	clear(d.unsaid)
	d.mu.Unlock()
	d.profile = p
	if d.key == nil {
		if d.key, d.self, err = d.keys.take(); err != nil {
			return err
		}
	}
	if d.cert == nil || d.scep == "" || d.scep != p.Challenge {
		if d.cert, err = d.certificate(ctx, certify); err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		d.scep = p.Challenge
	}
	if err := d.insist(ctx, d.authenticate()); err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	for _, person := range d.channels() {
		if err := d.insist(ctx, d.tokenUpdate(person)); err != nil {
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
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.renewed[p]; n > 0 {
		token += fmt.Sprintf("%08x", n)
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
		l := &listener{d: d, who: person, awake: make(chan string, 1)}
		l.tune()
		all.Go(func() {
			defer d.apns.Listen(l.token, nil)
			if err := l.run(ctx); err != nil && ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// listener is one channel of a device that is on.
type listener struct {
	d     *Device
	who   *Person
	token string
	awake chan string
}

// tune makes pushes for the present token arrive.
func (l *listener) tune() {
	l.token = hex.EncodeToString(l.d.token(l.who))
	l.d.apns.Listen(l.token, l.awake)
}

func (l *listener) run(ctx context.Context) error {
	for {
		again := l.d.come(ctx, l.who)
		timer := time.NewTimer(again)
		if again == 0 {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		case magic := <-l.awake:
			timer.Stop()
			if magic == "" {
				l.renew(ctx)
			} else if magic != l.d.magic(l.who) {
				return fmt.Errorf("%s was woken with another's PushMagic", l.d.Name)
			}
		}
	}
}

// come answers, unless the device sleeps, and says when it comes again by
// itself, 0 for not at all.
func (d *Device) come(ctx context.Context, p *Person) time.Duration {
	d.mu.Lock()
	sleeps := d.slept < d.Do.Sleep
	if sleeps {
		d.slept++
	}
	d.mu.Unlock()
	if sleeps {
		return 0
	}
	before := d.delayed()
	if d.Answer(ctx, p) != nil {
		return time.Second // the server has a bad moment: devices come again
	}
	if d.delayed() > before {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.Do.Back
	}
	return 0
}

// PutOff makes a device that may be on put off its next n commands; it comes
// again by itself after a while.
func (d *Device) PutOff(n int, back time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Do.NotNow, d.Do.Back = d.putOff+n, back
}

// Refuse makes a device that may be on refuse invitations.
func (d *Device) Refuse(how Refusing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Do.Refuse = how
}

func (d *Device) delayed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.putOff
}

// renew gets another push token and brings it.
func (l *listener) renew(ctx context.Context) {
	l.d.apns.Listen(l.token, nil)
	l.d.mu.Lock()
	l.d.renewed[l.who]++
	l.d.mu.Unlock()
	l.tune()
	for l.d.checkIn(ctx, l.d.tokenUpdate(l.who)) != nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// Keys are made once and shared by many pretend devices: making one takes
// longer than all else that a device does.
type Keys struct {
	mu   sync.Mutex
	all  []*rsa.PrivateKey
	self []*x509.Certificate // each key's own, for SCEP
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
		self, err := ownCertificate(key)
		if err != nil {
			return nil, err
		}
		k.all, k.self = append(k.all, key), append(k.self, self)
	}
	return k, nil
}

func (k *Keys) take() (*rsa.PrivateKey, *x509.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.all) == 0 {
		return nil, nil, errors.New("mdmtest: no keys")
	}
	k.next++
	i := k.next % len(k.all)
	return k.all[i], k.self[i], nil
}
