package applesim

const (
	noteTest              = "TEST_NOTIFICATION"
	noteUsers             = "USER_MANAGEMENT"
	noteAssociated        = "USER_ASSOCIATED"
	noteAssets            = "ASSET_MANAGEMENT"
	noteAssetCount        = "ASSET_COUNT"
	noteUnlimited         = "UNLIMITED_ASSET"
	noteSubscriptions     = "SUBSCRIPTION_MANAGEMENT"
	noteSubscriptionCount = "SUBSCRIPTION_COUNT"
	notePortion           = 100 // elements per notification
)

func allNotes() []string {
	return []string{
		noteTest, noteAssets, noteUsers, noteAssociated, noteAssetCount,
		noteSubscriptions, noteSubscriptionCount, noteUnlimited,
	}
}

// notification wraps a body in Apple's envelope. An empty id is minted. Call with Apple.mu held.
func (a *Apple) notification(l *location, c clientConfig, kind, id string, body []byte) *delivery {
	a.notes++
	if id == "" {
		id = a.mint.uuid(forNote, uint32(a.starts), a.notes)
	}
	b := append([]byte(nil), `{"notification":`...)
	b = append(b, body...)
	b = appendString(append(b, `,"notificationId":`...), id)
	b = append(appendString(append(b, `,"notificationType":`...), kind), `,"uId":`...)
	b = append(appendString(b, l.UID), '}')
	return &delivery{from: l, kind: kind, note: &Note{ID: id, Type: kind, At: a.options.Now().UTC(), Result: noteWaiting}, url: c.URL, secret: c.Secret, body: b}
}

// test sends the TEST_NOTIFICATION of POST client/config and says whether it was accepted.
func (a *Apple) test(c *call, next clientConfig) bool {
	a.lock()
	d := a.notification(c.location, next, noteTest, "", []byte(`{}`))
	a.unlock()
	return a.attempt(c.Context(), d)/100 == 2
}
