package mdmtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Apns pretends Apple's push service, over TLS and HTTP/2 as the real one.
type Apns struct {
	URL   string
	Roots *x509.CertPool // with which its certificate is to be believed
	CA    []byte         // the same as PEM, for a setting

	server *http.Server

	mu      sync.Mutex
	awake   map[string]chan string // by push token: who listens; gets the PushMagic
	dead    map[string]bool        // by push token: nobody listened yet to hear that it is dead
	pushed  map[string]int         // by push token
	refuse  func(token string) *Refusal
	goAway  int // so many answers are followed by GOAWAY
	silent  bool
	topics  map[string]bool // seen
	highest int             // pushes under way at once
	under   int
}

// Refusal is an answer other than 200.
type Refusal struct {
	Status     int // 0: none at all, or with GoAway the push is taken
	GoAway     bool
	Reason     string
	RetryAfter string
}

// NewApns starts it on this machine.
func NewApns() (*Apns, error) {
	cert, roots, err := selfSigned("127.0.0.1")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &Apns{
		URL: "https://" + l.Addr().String(), Roots: roots,
		CA:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		awake: map[string]chan string{}, dead: map[string]bool{}, pushed: map[string]int{}, topics: map[string]bool{},
	}
	a.server = &http.Server{
		Handler: http.HandlerFunc(a.serve), ReadHeaderTimeout: time.Minute,
		// Apple wants a client certificate; whose is checked by its topic.
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12},
	}
	go func() { _ = a.server.ServeTLS(l, "", "") }()
	return a, nil
}

// Close ends it.
func (a *Apns) Close() error { return a.server.Close() }

// Listen says where the pushes for a token go; nil is nowhere. A push for
// somebody who is busy is dropped, as pushes coalesce. An empty PushMagic
// says that the token is dead (410), if need be when somebody listens at last.
func (a *Apns) Listen(token string, awake chan string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if awake == nil {
		delete(a.awake, token)
		return
	}
	a.awake[token] = awake
	if a.dead[token] {
		a.hand(token, "")
	}
}

// Refuse asks what is said to each token from now on; nil takes all pushes.
func (a *Apns) Refuse(what func(token string) *Refusal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refuse = what
}

// GoAway follows the next n answers with GOAWAY.
func (a *Apns) GoAway(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.goAway = n
}

// Silence says nothing at all from now on, or speaks again.
func (a *Apns) Silence(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.silent = on
}

// Pushed counts the pushes taken for a token.
func (a *Apns) Pushed(token string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pushed[token]
}

// Pushes counts all that were taken.
func (a *Apns) Pushes() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := 0
	for _, n := range a.pushed {
		sum += n
	}
	return sum
}

// AtOnce is the most pushes that were under way at a time.
func (a *Apns) AtOnce() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.highest
}

func (a *Apns) serve(w http.ResponseWriter, r *http.Request) {
	token, magic, wrong := read(r)
	if wrong != nil {
		wrong.write(w)
		return
	}
	a.mu.Lock()
	a.under++
	a.highest = max(a.highest, a.under)
	silent, refuse := a.silent, a.refuse
	if a.goAway > 0 {
		a.goAway--
		w.Header().Set("Connection", "close") // net/http sends GOAWAY
	}
	a.mu.Unlock()
	defer func() { a.mu.Lock(); a.under--; a.mu.Unlock() }()
	var no *Refusal
	switch {
	case silent:
		no = &Refusal{}
	case refuse != nil:
		no = refuse(token)
	}
	switch {
	case no == nil:
	case no.GoAway:
		w.Header().Set("Connection", "close")
	case no.Status == 0:
		<-r.Context().Done()
		return
	default:
		if no.Status == http.StatusGone {
			a.bury(token)
		}
		no.write(w)
		return
	}
	a.wake(token, magic)
	w.Header().Set("Apns-Id", strings.ToUpper(uuid.NewString()))
}

// read checks what Apple checks.
func read(r *http.Request) (token, magic string, no *Refusal) {
	token, found := strings.CutPrefix(r.URL.Path, "/3/device/")
	var body map[string]string
	switch {
	case r.ProtoMajor != 2:
		return "", "", &Refusal{Status: http.StatusHTTPVersionNotSupported, Reason: "HTTP/2 is asked for"}
	case r.Method != http.MethodPost:
		return "", "", &Refusal{Status: http.StatusMethodNotAllowed, Reason: "MethodNotAllowed"}
	case !found || token == "":
		return "", "", &Refusal{Status: http.StatusBadRequest, Reason: "MissingDeviceToken"}
	case r.Header.Get("Apns-Push-Type") != "mdm":
		return "", "", &Refusal{Status: http.StatusBadRequest, Reason: "InvalidPushType"}
	case r.Header.Get("Apns-Topic") != topicOf(r.TLS.PeerCertificates[0]):
		return "", "", &Refusal{Status: http.StatusBadRequest, Reason: "DeviceTokenNotForTopic"}
	case json.NewDecoder(http.MaxBytesReader(nil, r.Body, 5<<10)).Decode(&body) != nil, len(body) != 1, body["mdm"] == "":
		return "", "", &Refusal{Status: http.StatusBadRequest, Reason: "PayloadEmpty"}
	}
	return token, body["mdm"], nil
}

func (a *Apns) wake(token, magic string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pushed[token]++
	a.hand(token, magic)
}

// bury lets the device hear from Apple that it needs another token.
func (a *Apns) bury(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hand(token, "")
}

// hand gives a device what it listens for, under mu. That its token is dead
// waits until it listens.
func (a *Apns) hand(token, magic string) {
	awake := a.awake[token]
	if magic == "" { // weighs more than what waits there
		a.dead[token] = awake == nil
		select {
		case <-awake:
		default:
		}
	}
	select {
	case awake <- magic:
	default:
	}
}

func (f *Refusal) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"reason": f.Reason})
}

// topicOf reads the topic from where Apple writes it: the subject's UID.
func topicOf(cert *x509.Certificate) string {
	for _, name := range cert.Subject.Names {
		if name.Type.Equal(uidOID) {
			topic, _ := name.Value.(string)
			return topic
		}
	}
	return ""
}

func selfSigned(host string) (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pretend"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IPAddresses: []net.IP{net.ParseIP(host)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots, nil
}
