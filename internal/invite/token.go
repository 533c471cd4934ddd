package invite

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A token is the invitation's id and a proof that we wrote it, 16 bytes each.
// Nothing secret is kept; a link dies with its revision.
const (
	idSize    = 16
	proofSize = 16
)

func tokenText() *base64.Encoding { return base64.RawURLEncoding.Strict() }

// linkOf is where a person's letter leads: our landing page, never Apple.
func (s *Service) linkOf(i vpp.Invitation) string {
	return s.config.BaseURL + "/i/" + s.token(i.ID, i.Revision)
}

func (s *Service) token(id vpp.InvitationID, revision int) string {
	raw, err := uuid.Parse(string(id))
	if err != nil {
		return "" // ids are made by us; a broken one gets a link that leads nowhere
	}
	return tokenText().EncodeToString(append(raw[:], s.proof(raw, revision)...))
}

func (s *Service) proof(id uuid.UUID, revision int) []byte {
	mac := hmac.New(sha256.New, s.config.LinkKey)
	mac.Write(id[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(revision)))
	return mac.Sum(nil)[:proofSize]
}

// readToken takes a token apart; ok is false for what cannot be one of ours.
func readToken(token string) (id uuid.UUID, proof []byte, ok bool) {
	if len(token) != tokenText().EncodedLen(idSize+proofSize) {
		return id, nil, false
	}
	raw, err := tokenText().DecodeString(token)
	if err != nil || len(raw) != idSize+proofSize {
		return id, nil, false
	}
	return uuid.UUID(raw[:idSize]), raw[idSize:], true
}

// revisionsRemembered is how far back a replaced link is told from a wrong one.
const revisionsRemembered = 20

// proves says whether the proof is of the invitation's revision, or of an
// earlier one: then the link was real once and has been replaced.
func (s *Service) proves(i vpp.Invitation, id uuid.UUID, proof []byte) (current, earlier bool) {
	if hmac.Equal(proof, s.proof(id, i.Revision)) {
		return true, false
	}
	for r := i.Revision - 1; r > 0 && r >= i.Revision-revisionsRemembered; r-- {
		if hmac.Equal(proof, s.proof(id, r)) {
			return false, true
		}
	}
	return false, false
}
