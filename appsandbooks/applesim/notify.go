package applesim

const (
	noteTest       = "TEST_NOTIFICATION"
	noteUsers      = "USER_MANAGEMENT"
	noteAssociated = "USER_ASSOCIATED"
	noteAssets     = "ASSET_MANAGEMENT"
	noteAssetCount = "ASSET_COUNT"
	noteUnlimited  = "UNLIMITED_ASSET"
	notePortion    = 100 // elements per notification
)

func allNotes() []string {
	return []string{
		noteTest, noteAssets, noteUsers, noteAssociated, noteAssetCount,
		"SUBSCRIPTION_MANAGEMENT", "SUBSCRIPTION_COUNT", noteUnlimited,
	}
}

// notification wraps a body in Apple's envelope. Call with Apple.mu held.
func (a *Apple) notification(l *location, c clientConfig, kind string, body []byte) *delivery {
	a.notes++
	b := append([]byte(nil), `{"notification":`...)
	b = append(b, body...)
	b = append(append(b, `,"notificationId":"`...), a.mint.uuid(forNote, uint32(a.starts), a.notes)...)
	b = append(append(append(b, `","notificationType":"`...), kind...), `","uId":`...)
	b = append(appendString(b, l.UID), '}')
	return &delivery{from: l, kind: kind, url: c.URL, secret: c.Secret, body: b}
}

// test sends the TEST_NOTIFICATION of POST client/config and says whether it was accepted.
func (a *Apple) test(c *call, next clientConfig) bool {
	a.lock()
	d := a.notification(c.location, next, noteTest, []byte(`{}`))
	a.unlock()
	return a.attempt(c.Context(), d)
}
