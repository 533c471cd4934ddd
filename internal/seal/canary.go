package seal

import (
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	canary        = "rsvpp"
	canaryContext = "canary"
)

// Canary seals a known word, to be kept beside the data from first start on.
func (b *Box) Canary() (string, error) { return b.Seal([]byte(canary), canaryContext) }

// Check says in plain words whether this box is the one that sealed the
// canary. A server that fails it must not start: it could open nothing.
func (b *Box) Check(sealedCanary string) error {
	plain, err := b.Open(sealedCanary, canaryContext)
	if err != nil {
		return err
	}
	if string(plain) != canary {
		return vpp.Errorf(vpp.Internal, "The canary in the database is not the one that rsvpp sealed.")
	}
	return nil
}

// otherKey is Invalid, not Internal: it is the setting that is wrong.
func (b *Box) otherKey(id string) error {
	if len(id) > 16 {
		id = id[:16]
	}
	return vpp.Errorf(vpp.Invalid, "The secrets in this database were sealed with the key %q, this server was started with the key %q: start it with the key file that belongs to the database.", id, strings.Join(b.Keys(), ", "))
}
