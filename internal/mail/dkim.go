package mail

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// DKIM is how letters are signed (RFC 6376), so that recipients' servers can
// tell that they come from the sender's domain. The zero value signs nothing.
type DKIM struct {
	Domain   string
	Selector string
	Key      Secret // PEM, as NewSigningKey makes it
}

// SigningKey is a new key for signing letters.
type SigningKey struct {
	Key    Secret // PEM
	Record string // what the DNS says about it, as a TXT record
}

// signingBits is what every verifier takes; longer records do not fit into one
// string of the DNS.
const signingBits = 2048

// NewSigningKey makes a key and the record that recipients' servers check
// signatures by.
func NewSigningKey() (SigningKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, signingBits)
	if err != nil {
		return SigningKey{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return SigningKey{}, err
	}
	word := NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	public, err := DKIM{Key: word}.public()
	return SigningKey{Key: word, Record: "v=DKIM1; k=rsa; p=" + public}, err
}

// public is the public half of the key as records hold it.
func (d DKIM) public() (string, error) {
	key, err := gomail.PrivKeyFromPEM([]byte(d.Key.Reveal()))
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	return base64.StdEncoding.EncodeToString(der), err
}

// RecordName is where the record of a signing key stands in the DNS.
func (d DKIM) RecordName() string { return d.Selector + "._domainkey." + d.Domain }

// signedHeaders are those that nobody may change on the way.
var signedHeaders = []string{"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}

// signer is nil when letters are not signed.
func (d DKIM) signer(ports Ports) (*gomail.DKIMSigner, error) {
	if d.Key.IsZero() {
		return nil, nil //nolint:nilnil // unsigned
	}
	key, err := gomail.PrivKeyFromPEM([]byte(d.Key.Reveal()))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The key that letters are signed with is not readable: make a new one.")
	}
	domain, err := asciiDomain(d.Domain)
	if err != nil {
		return nil, err
	}
	signer := gomail.NewDKIMSigner(domain, d.Selector, key)
	signer.SignHeaders(signedHeaders...)
	signer.OversignHeaders("From") // a second one would be believed by some mail programs
	signer.NowFunc = ports.Now
	return signer, nil
}

var selectorForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

func (s Settings) faultsOfDKIM(add addFault) {
	if s.DKIM.Selector != "" && (len(s.DKIM.Selector) > 100 || !selectorForm.MatchString(s.DKIM.Selector)) {
		add("dkim_selector", "%q is no selector. Choose a short word of small letters and digits, for example rsvpp.", oneLine(s.DKIM.Selector, 80))
	}
	if s.DKIM.Domain == "" {
		return
	}
	signs, err := asciiDomain(s.DKIM.Domain)
	sends, _ := asciiDomain(domainOf(s.FromAddress)) // faults of the sender are found elsewhere
	switch {
	case err != nil:
		add("dkim_domain", "%q is no domain. Enter the one of the sender's address, or leave it empty.", oneLine(s.DKIM.Domain, 80))
	case sends != "" && !strings.EqualFold(sends, signs) && !strings.HasSuffix(strings.ToLower(sends), "."+strings.ToLower(signs)):
		add("dkim_domain", "Letters from %s cannot be signed for %s: recipients would not count it. Leave it empty, or enter the sender's domain or one above it.", oneLine(s.FromAddress, 80), signs)
	}
}
