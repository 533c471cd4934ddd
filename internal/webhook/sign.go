package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Messages are signed as Standard Webhooks says, so that receivers find a
// library that verifies them: https://www.standardwebhooks.com
const (
	secretPrefix = "whsec_"
	secretBytes  = 32
)

// SecretContext says what the secrets of a webhook are sealed for.
func SecretContext(id vpp.WebhookID) string { return "webhook " + string(id) }

// newSecret makes a secret, as it is shown and as it is kept.
func (s *Service) newSecret(id vpp.WebhookID) (shown, sealed string, err error) {
	key := make([]byte, secretBytes)
	s.config.Random(key)
	sealed, err = s.box.Seal(key, SecretContext(id))
	return secretPrefix + base64.StdEncoding.EncodeToString(key), sealed, err
}

// keys opens the secrets with which messages are signed.
func (s *Service) keys(id vpp.WebhookID, sealed vpp.SealedWebhook) ([][]byte, error) {
	var keys [][]byte
	for _, text := range []string{sealed.Now, sealed.Before} {
		if text == "" {
			continue
		}
		key, err := s.box.Open(text, SecretContext(id))
		if err != nil {
			return nil, vpp.Wrap(vpp.Internal, err, "the secret of the webhook cannot be unlocked")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// signed are the headers of one attempt. Id and body are the same at every
// attempt; time and signature are its own.
func signed(m vpp.WebhookMessage, keys [][]byte, at time.Time) map[string]string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(keys))
	for i, key := range keys {
		signatures[i] = signature(key, m.ID, stamp, m.Body)
	}
	return map[string]string{"webhook-id": m.ID, "webhook-timestamp": stamp, "webhook-signature": strings.Join(signatures, " ")}
}

func signature(key []byte, id, stamp, body string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
