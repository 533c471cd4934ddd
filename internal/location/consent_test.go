package location_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-58: the organization's own words are asked for in place of ours. What was
// confirmed is kept as it was, and stays in force, unless it is to be asked
// anew; nobody confirms words that they were not shown.
func TestConsentText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		ctx := t.Context()
		form, err := h.ConsentForm(ctx)
		if err != nil || form.Text != vpp.ConsentText || form.Own || !form.At.IsZero() {
			t.Errorf("%+v %v", form, err)
		}
		north, err := h.Add(ctx, anna, file("north", "1", 300), true)
		if err != nil || north.Consent.Text != vpp.ConsentText || north.ConsentOutdated() {
			t.Fatalf("%+v %v", north.Consent, err)
		}
		shown := vpp.ConsentVersion(north.ConsentAsked())

		form, asked, err := h.SaveConsentText(ctx, anna, "  The board says yes.\r\nSee paper 7.  ", false)
		own := "The board says yes.\nSee paper 7."
		if err != nil || asked != 0 || form.Text != own || !form.Own || form.At.IsZero() {
			t.Errorf("%+v %d %v", form, asked, err)
		}
		seen, err := h.Preview(ctx, file("south", "1", 300))
		if err != nil || seen.ConsentAsked() != own {
			t.Errorf("a new location is asked %q: %v", seen.ConsentAsked(), err)
		}
		south, err := h.Add(ctx, anna, file("south", "1", 300), true)
		if err != nil || south.Consent.Text != own || south.Consent.Version() != vpp.ConsentVersion(own) || south.ConsentOutdated() {
			t.Errorf("%+v %v", south.Consent, err)
		}
		if north, err = h.Get(ctx, north.ID); err != nil || !north.Consent.Given() || north.Consent.Text != vpp.ConsentText || !north.ConsentOutdated() || north.TokenState(epoch) != vpp.TokenValid {
			t.Errorf("what was confirmed is in force: %+v %v", north.Consent, err)
		}
		_, err = h.Consent(ctx, anna, north.ID, shown)
		wantKind(t, err, vpp.Conflict, "Meanwhile somebody changed what there is to confirm")
		if north, err = h.Consent(ctx, anna, north.ID, vpp.ConsentVersion(own)); err != nil || north.Consent.Text != own {
			t.Errorf("%+v %v", north.Consent, err)
		}

		// Asked anew: where other words were confirmed, nothing is written before.
		storetest.Exec(t, h.db, "UPDATE locations SET consent_text = '' WHERE id = $1", string(south.ID)) // older than the question
		if _, asked, err = h.SaveConsentText(ctx, anna, own, true); err != nil || asked != 1 {
			t.Errorf("the same words: %d were asked anew, %v", asked, err)
		}
		if form, asked, err = h.SaveConsentText(ctx, anna, "", true); err != nil || asked != 1 || form.Own || form.Text != vpp.ConsentText {
			t.Errorf("%+v %d %v", form, asked, err)
		}
		for _, id := range []vpp.LocationID{north.ID, south.ID} {
			l, err := h.Get(ctx, id)
			may, mayErr := h.db.MayWrite(ctx, id)
			if err != nil || mayErr != nil || may || l.Consent.Given() || l.TokenState(epoch) != vpp.TokenNoConsent {
				t.Errorf("%+v %v %v", l.Consent, err, mayErr)
			}
		}
		before := h.befores(t, "location.consent_anew")
		if len(before) != 2 || !strings.Contains(strings.Join(before, ""), `"by":"anna"`) || !strings.Contains(strings.Join(before, ""), "The board says yes.") {
			t.Errorf("who confirmed what is in the history: %q", before)
		}
		if n := len(h.befores(t, "consent_text.save")); n != 2 {
			t.Errorf("%d changes are in the history", n)
		}
		if north, err = h.Consent(ctx, anna, north.ID, ""); err != nil || north.Consent.Text != vpp.ConsentText || north.TokenState(epoch) != vpp.TokenValid {
			t.Errorf("%+v %v", north.Consent, err)
		}

		for _, bad := range []string{strings.Repeat("x", 4001), "a\x00b", "a\u202eb", "\xff"} {
			_, _, err := h.SaveConsentText(ctx, anna, bad, false)
			wantKind(t, err, vpp.Invalid, "The text")
		}
		// Our own words, sent back, are ours.
		if form, _, err = h.SaveConsentText(ctx, anna, vpp.ConsentText, false); err != nil || form.Own {
			t.Errorf("%+v %v", form, err)
		}
	})
}

// befores reads what stood before, of the lines of the history about an action.
func (h *house) befores(t *testing.T, action string) (list []string) {
	t.Helper()
	entries, err := h.db.Entries(t.Context(), "", action, "", time.Time{}, time.Time{}, vpp.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries.Items {
		list = append(list, e.Before)
	}
	return list
}
