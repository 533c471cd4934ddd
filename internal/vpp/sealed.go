package vpp

// SealedPlace names a kind of stored secret.
type SealedPlace string

// The places that hold something sealed, besides settings.
const (
	SealedToken        SealedPlace = "content tokens"
	SealedNotify       SealedPlace = "notification secrets"
	SealedNotifyBefore SealedPlace = "notification secrets before"
	SealedCode         SealedPlace = "invite codes"
	SealedStranger     SealedPlace = "invite codes of strangers"
	SealedTokenUpdate  SealedPlace = "devices' check-ins"
	SealedUnlock       SealedPlace = "devices' unlock tokens"
	SealedBootstrap    SealedPlace = "devices' bootstrap tokens"
	SealedPushKey      SealedPlace = "push certificates' keys"
	SealedCommand      SealedPlace = "commands for devices"
	SealedServerKey    SealedPlace = "keys for MDM servers"
	SealedServerHook   SealedPlace = "secrets of MDM servers' reports"
	SealedWebhookNow   SealedPlace = "webhooks' secrets"
	SealedWebhookPast  SealedPlace = "webhooks' secrets before"
)

// SealedValue is one stored secret, as it is sealed and as it shall be.
type SealedValue struct {
	ID     string // of its row
	Sealed string
	Anew   string
}
