package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// GiveConsent notes who confirmed that data of a location's people may go to
// Apple, and lets what has waited for it go. The same text is confirmed once.
func (db *DB) GiveConsent(ctx context.Context, by vpp.Actor, l vpp.Location) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.writeConsent(ctx, t, by, l); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.TendLocation{LocationID: l.ID})
	})
}

func (db *DB) writeConsent(ctx context.Context, t tx, by vpp.Actor, l vpp.Location) error {
	n, err := t.Exec(ctx, "UPDATE locations SET consent_at = $2, consent_by = $3, consent_text = $4 WHERE id = $1 AND (consent_at = 0 OR consent_text <> $4)",
		l.ID, ms(l.Consent.At), l.Consent.By, l.Consent.Text)
	if err != nil || n == 0 {
		return err
	}
	return db.insertEntry(ctx, t, by, "location.consent", "location:"+string(l.ID), "Confirmed that data of people at "+l.Name+" may go to Apple", nil,
		map[string]any{"text": l.Consent.Text})
}
