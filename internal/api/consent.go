package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ConsentForm is what administrators are asked to confirm before people's data
// goes to Apple.
type ConsentForm struct {
	Text    string     `json:"text"`
	Own     bool       `json:"own" doc:"These are the organization's words."`
	Version string     `json:"version" doc:"Tells the text from others."`
	SavedAt *time.Time `json:"saved_at,omitempty"`
	Asked   int        `json:"asked,omitempty" doc:"Locations where it is asked for anew because it was saved so."`
}

func consentFormOf(f vpp.ConsentForm) ConsentForm {
	return ConsentForm{Text: f.Text, Own: f.Own, Version: vpp.ConsentVersion(f.Text), SavedAt: at(f.At)}
}

func (d *Door) getConsentText(ctx context.Context, _ *none) (*answer[ConsentForm], error) {
	f, err := d.Locations.ConsentForm(ctx)
	return answered(consentFormOf(f), err)
}

type consentTextInput struct {
	AskAnew bool `query:"ask_anew" doc:"Nothing is written at any location where other words were confirmed, before somebody confirms these. Without it what was confirmed stays in force."`
	Body    struct {
		Text string `json:"text" maxLength:"4000" doc:"Empty: the words that rsvpp brings along."`
	}
}

func (d *Door) saveConsentText(ctx context.Context, in *consentTextInput) (*answer[ConsentForm], error) {
	f, asked, err := d.Locations.SaveConsentText(ctx, actor(ctx), in.Body.Text, in.AskAnew)
	out := consentFormOf(f)
	out.Asked = asked
	return answered(out, err)
}
