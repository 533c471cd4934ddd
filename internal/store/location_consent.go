package store

import (
	"cmp"
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

const consentSetting = "consent_text"

// ConsentForm reads what administrators are asked to confirm.
func (db *DB) ConsentForm(ctx context.Context) (vpp.ConsentForm, error) {
	text, at, err := db.Setting(ctx, consentSetting)
	if text == "" {
		return vpp.ConsentForm{Text: vpp.ConsentText}, err
	}
	return vpp.ConsentForm{Text: text, Own: true, At: at}, err
}

// SaveConsentText saves the organization's words, "" for rsvpp's. With anew,
// every location where other words were confirmed waits for a confirmation; it
// returns how many there are.
func (db *DB) SaveConsentText(ctx context.Context, by vpp.Actor, text string, anew bool) (asked int, err error) {
	was, err := db.ConsentForm(ctx)
	if err != nil {
		return 0, err
	}
	now := cmp.Or(text, vpp.ConsentText)
	err = db.inTx(ctx, func(t tx) error {
		asked = 0
		if _, err := t.Exec(ctx, `INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, consentSetting, text, ms(db.now())); err != nil {
			return err
		}
		if was.Text != now {
			err := db.insertEntry(ctx, t, by, consentSetting+".save", "setting:"+consentSetting, "What is confirmed before data goes to Apple was changed.",
				map[string]string{"text": was.Text}, map[string]string{"text": now})
			if err != nil {
				return err
			}
		}
		if anew {
			asked, err = db.askConsent(ctx, t, by, now)
		}
		return err
	})
	return asked, err
}

// askConsent takes back what was confirmed in other words; who did and when
// stays in the history.
func (db *DB) askConsent(ctx context.Context, t tx, by vpp.Actor, text string) (int, error) {
	asked, err := all(ctx, t, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE consent_at > 0 AND consent_text <> $1 ORDER BY id", text)
	if err != nil {
		return 0, err
	}
	for _, l := range asked {
		if _, err := t.Exec(ctx, "UPDATE locations SET consent_at = 0, consent_by = '', consent_text = '' WHERE id = $1", l.ID); err != nil {
			return 0, err
		}
		err := db.insertEntry(ctx, t, by, "location.consent_anew", "location:"+string(l.ID), "Asked anew to confirm that data of people at "+l.Name+" may go to Apple: nothing is written there before.",
			map[string]any{"by": l.Consent.By, "at": l.Consent.At, "text": l.Consent.Text}, nil)
		if err != nil {
			return 0, err
		}
	}
	return len(asked), nil
}
