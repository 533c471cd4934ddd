package operator

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Operator is somebody who may use this server.
type Operator struct {
	ID         vpp.OperatorID
	Name       string // unique without regard to case
	Scopes     Scopes
	Epoch      int64 // a session of an earlier epoch has ended
	CreatedAt  time.Time
	PasswordAt time.Time // since when the password is this one
	SignedInAt time.Time // the latest sign-in, zero before the first
}

// Account is an operator as the store keeps them. It is an unnamed type so
// that the store, which may not know this package, can name the same one.
type Account = struct {
	ID         vpp.OperatorID
	Name       string
	NameKey    string // folded name, unique
	Password   string // hash with its parameters
	Scopes     string
	Epoch      int64
	CreatedAt  time.Time
	PasswordAt time.Time
	SignedInAt time.Time
}

// Accounts keeps operators. What is not there is vpp.NotFound; every change
// is kept together with its history entry or not at all.
type Accounts interface {
	// Accounts returns everybody, ordered by name.
	Accounts(ctx context.Context) ([]Account, error)
	Account(ctx context.Context, id vpp.OperatorID) (Account, error)
	AccountByName(ctx context.Context, nameKey string) (Account, error)
	// CreateAccount answers vpp.Conflict if the name is taken.
	CreateAccount(ctx context.Context, actor vpp.Actor, a Account) error
	// UpdateAccount changes name and scopes; it answers vpp.Conflict if the name
	// is taken, or there would be no owner left.
	UpdateAccount(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, name, nameKey, scopes string) error
	// RemoveAccount forgets sign-in, keys and preferences; it answers
	// vpp.Conflict rather than remove the last owner.
	RemoveAccount(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error
}

// Credentials changes what a sign-in turns on.
type Credentials interface {
	// SetPassword replaces the hash and ends every session.
	SetPassword(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, hash string, at time.Time) error
	// Rehash replaces the hash of the same password, if it is still the old one.
	Rehash(ctx context.Context, id vpp.OperatorID, old, hash string) error
	// EndSessions counts the epoch up.
	EndSessions(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error
	RecordSignIn(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, at time.Time) error
}

// Store is what the service needs kept.
type Store interface {
	Accounts
	Credentials
	Setups
	Attempts
	Keys
	Preferences
	Histories
}

// Service is the acts of this package.
type Service struct {
	store  Store
	clock  vpp.Clock
	ids    vpp.IDs
	random io.Reader
	hasher hasher
}

// New makes the service. The random source must be fit for secrets.
func New(store Store, clock vpp.Clock, ids vpp.IDs, random io.Reader) *Service {
	return &Service{store, clock, ids, random, newHasher(random)}
}

func operatorOf(a Account) Operator {
	return Operator{a.ID, a.Name, storedScopes(a.Scopes), a.Epoch, a.CreatedAt, a.PasswordAt, a.SignedInAt}
}

// newAccount checks a name and a password and hashes the latter.
func (s *Service) newAccount(ctx context.Context, name, password string, scopes Scopes) (Account, error) {
	name = tidyName(name)
	if err := checkName(name); err != nil {
		return Account{}, err
	}
	if err := checkPassword(password, name); err != nil {
		return Account{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Account{}, err
	}
	now := s.clock()
	return Account{
		ID: vpp.OperatorID(s.ids()), Name: name, NameKey: nameKey(name), Password: hash,
		Scopes: scopes.String(), Epoch: 1, CreatedAt: now, PasswordAt: now,
	}, nil
}

func tidyName(name string) string { return strings.TrimSpace(norm.NFC.String(name)) }

// nameKey folds a name so that case and composition do not matter.
func nameKey(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// checkName keeps names apart from the other actors of the history, whose
// names are words of ours or hold a colon.
func checkName(name string) error {
	sentence := ""
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		sentence = "Type a name."
	case n > 64:
		sentence = "The name is longer than 64 characters: type a shorter one."
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r == ':' || !unicode.IsPrint(r) }):
		sentence = "A name may not hold colons or invisible characters."
	case nameKey(name) == "server" || nameKey(name) == "invited person":
		sentence = "This name is kept for the history: take another one."
	}
	if sentence == "" {
		return nil
	}
	return &vpp.Error{Kind: vpp.Invalid, Field: "name", Message: sentence}
}
