package operator

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// cost is how dear one guess of a password is.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// today is the cost of new hashes; it stands in each hash, and older ones are
// replaced at the next sign-in.
var today = cost{memory: 19 * 1024, time: 2, threads: 1}

// hashesAtOnce bounds the memory that sign-ins can take.
const hashesAtOnce = 2

const (
	saltSize = 16
	hashSize = 32

	shortestPassword = 12
	longestPassword  = 1024
)

type hasher struct {
	random io.Reader
	slots  chan struct{}
}

func newHasher(random io.Reader) hasher {
	return hasher{random, make(chan struct{}, hashesAtOnce)}
}

// hash returns "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", err
	}
	sum, err := h.stretch(ctx, password, salt, today)
	if err != nil {
		return "", err
	}
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, today.memory, today.time, today.threads, text(salt), text(sum)), nil
}

// verify says whether the password is the one that was hashed, and whether the
// hash is of another cost than today's. Without a hash it works as long and
// says no, so that nobody can tell by the time whether a name exists.
func (h hasher) verify(ctx context.Context, hash, password string) (same, old bool, err error) {
	if len(password) > longestPassword {
		password = "" // nobody has it, and hashing it would cost more
	}
	if hash == "" {
		_, err := h.stretch(ctx, password, make([]byte, saltSize), today)
		return false, false, err
	}
	c, salt, want, err := parseHash(hash)
	if err != nil {
		return false, false, err
	}
	got, err := h.stretch(ctx, password, salt, c)
	if err != nil {
		return false, false, err
	}
	return password != "" && subtle.ConstantTimeCompare(got, want) == 1, c != today, nil
}

// stretch waits for a slot until ctx ends.
func (h hasher) stretch(ctx context.Context, password string, salt []byte, c cost) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, vpp.Wrap(vpp.Unavailable, ctx.Err(), "Too many people sign in just now: try again in a minute.")
	}
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, hashSize), nil
}

func parseHash(hash string) (c cost, salt, sum []byte, err error) {
	var version int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return c, nil, nil, errHash
	}
	if n, _ := fmt.Sscanf(parts[2], "v=%d", &version); n != 1 || version != argon2.Version {
		return c, nil, nil, errHash
	}
	if n, _ := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); n != 3 {
		return c, nil, nil, errHash
	}
	// argon2 panics below these; above, a damaged row would eat the machine.
	if c.time < 1 || c.time > 100 || c.threads < 1 || c.memory > 1<<20 {
		return c, nil, nil, errHash
	}
	salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return c, nil, nil, errHash
	}
	sum, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(sum) != hashSize {
		return c, nil, nil, errHash
	}
	return c, salt, sum, nil
}

var errHash = vpp.Errorf(vpp.Internal, "A stored password hash is damaged.")

// checkPassword asks for length alone: what else one could ask for makes
// passwords worse.
func checkPassword(password, name string) error {
	sentence := ""
	switch n := utf8.RuneCountInString(password); {
	case n < shortestPassword:
		sentence = fmt.Sprintf("The password is too short: type at least %d characters, a few words are best.", shortestPassword)
	case len(password) > longestPassword:
		sentence = fmt.Sprintf("The password is longer than %d bytes: type a shorter one.", longestPassword)
	case nameKey(password) == nameKey(name):
		sentence = "The password may not be the name."
	}
	if sentence == "" {
		return nil
	}
	return &vpp.Error{Kind: vpp.Invalid, Field: "password", Message: sentence}
}
