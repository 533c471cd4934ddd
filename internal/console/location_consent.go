package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// consent is what the location's page says of what Apple gets of its people,
// and who confirmed it. Words that were changed since can be confirmed, too.
func (d *Door) consent(l vpp.Location) view.Consent {
	c := view.Consent{
		Location: string(l.ID), Text: l.Consent.Text, Version: vpp.ConsentVersion(l.ConsentAsked()),
		Asks: !l.Consent.Given() || l.Consent.Assumed() || l.ConsentOutdated(),
	}
	if c.Text == "" {
		c.Text = l.ConsentAsked()
	}
	switch {
	case !l.Consent.Given():
		c.Facts = []view.Fact{{Term: "State", Text: "Nobody has confirmed it: nothing is written to Apple", Tone: view.Warn}}
	case l.Consent.Assumed():
		c.Facts = []view.Fact{{Term: "State", Text: l.Consent.ConsentedBy(), Tone: view.Info}}
	default:
		c.Facts = []view.Fact{
			{Term: "Confirmed by", Text: byWords(l.Consent.By), Tone: view.Good},
			{Term: "Confirmed", Text: d.when(l.Consent.At).Text, Title: d.when(l.Consent.At).Full},
		}
	}
	if l.ConsentOutdated() {
		c.Newer = l.ConsentAsked()
	}
	return c
}

func (d *Door) giveConsent(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Consent(r.Context(), actor(r), locationID(r), r.PostFormValue("version"))
	if vpp.KindOf(err) == vpp.Conflict && err != nil && l.ID != "" {
		return d.done(w, r, locationPath(l), view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, locationPath(l), view.Notice{Tone: view.Good, Text: "Confirmed. What waits for " + l.Name + " goes to Apple now."})
}

// consentPage shows what is confirmed before data goes to Apple, to be put in
// the organization's own words (F-58).
func (d *Door) consentPage(w http.ResponseWriter, r *http.Request) error {
	f, err := d.Locations.ConsentForm(r.Context())
	if err != nil {
		return err
	}
	return d.render(w, r, view.ConsentTextPage(d.consentText(r, f)))
}

func (d *Door) consentText(r *http.Request, f vpp.ConsentForm) view.ConsentText {
	m := view.ConsentText{
		Page: d.page(r), Own: f.Own, Saved: d.when(f.At), Usual: vpp.ConsentText,
		Text: view.Field{Name: "text", Label: "What is confirmed before data goes to Apple", Value: f.Text, Hint: "Empty: the words that rsvpp brings along."},
	}
	m.Page.Title, m.Page.Path, m.Page.Crumbs = "What Apple gets", "/settings/consent", []view.Link{{Text: "Settings", Href: "/settings"}}
	return m
}

func (d *Door) saveConsentText(w http.ResponseWriter, r *http.Request) error {
	text, anew := typed(r, "text"), typed(r, "anew") != ""
	if typed(r, "usual") != "" {
		text = ""
	}
	if anew {
		if sure, err := d.sure(w, r, view.Question{
			Title: "Ask anew at every location?", Verb: "Save and ask anew", Back: "/settings/consent",
			Text: "Where other words were confirmed, nothing is written to Apple until somebody confirms these: nobody is created, changed or removed there, and invitations wait.",
		}); !sure {
			return err
		}
	}
	_, asked, err := d.Locations.SaveConsentText(r.Context(), actor(r), text, anew)
	if wrong := faults(err); wrong != nil {
		m := d.consentText(r, vpp.ConsentForm{Text: text, Own: true})
		m.Text.Error, m.Anew = wrong["text"], anew
		return d.refuse(w, r, view.ConsentTextPage(m))
	}
	if err != nil {
		return err
	}
	said := "Saved. What was confirmed before stays in force."
	if asked > 0 {
		where := "1 location"
		if asked > 1 {
			where = thousands(asked) + " locations"
		}
		said = "Saved. It is asked for anew at " + where + ": nothing is written there before."
	}
	return d.done(w, r, "/settings/consent", view.Notice{Tone: view.Good, Text: said})
}
