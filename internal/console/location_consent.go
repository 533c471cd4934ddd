package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// consent is what the location's page says of what Apple gets of its people,
// and who confirmed it.
func (d *Door) consent(l vpp.Location) view.Consent {
	c := view.Consent{Location: string(l.ID), Text: l.Consent.Text, Asks: !l.Consent.Given() || l.Consent.Assumed()}
	if c.Asks {
		c.Text = vpp.ConsentText
	}
	switch {
	case !l.Consent.Given():
		c.Facts = []view.Fact{{Term: "State", Text: "Nobody has confirmed it: nothing is written to Apple", Tone: view.Warn}}
	case l.Consent.Assumed():
		c.Facts = []view.Fact{{Term: "State", Text: l.Consent.ConsentedBy(), Tone: view.Info}}
	default:
		c.Facts = []view.Fact{
			{Term: "Confirmed by", Text: l.Consent.By, Tone: view.Good},
			{Term: "Confirmed", Text: d.when(l.Consent.At).Text, Title: d.when(l.Consent.At).Full},
		}
	}
	return c
}

func (d *Door) giveConsent(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Consent(r.Context(), actor(r), locationID(r))
	if err != nil {
		return err
	}
	return d.done(w, r, "/locations/"+string(l.ID), view.Notice{Tone: view.Good, Text: "Confirmed. What waits for " + l.Name + " goes to Apple now."})
}
