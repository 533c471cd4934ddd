package operator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
)

// secret makes a token of 32 random bytes behind a prefix.
func (s *Service) secret(prefix string) (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", err
	}
	return prefix + base64.RawURLEncoding.EncodeToString(raw), nil
}

// hashSecret is how tokens are kept. They are random and long: a plain hash
// is enough, nobody can guess what it is of.
func hashSecret(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func sameSecret(hash, token string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(hashSecret(token))) == 1
}

// quoted shortens what a stranger typed for a sentence.
func quoted(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
