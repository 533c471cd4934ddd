package console

import (
	"net/http"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

func (d *Door) changeWebhook(w http.ResponseWriter, r *http.Request) error {
	if _, err := form(r); err != nil {
		return err
	}
	name, address, location, kinds := typed(r, "name"), typed(r, "url"), vpp.LocationID(typed(r, "location")), chosenKinds(r)
	changed, err := d.Webhooks.Change(r.Context(), actor(r), webhookID(r), webhook.Change{Name: &name, URL: &address, Location: &location, Kinds: &kinds})
	if wrong := faults(err); err != nil && wrong != nil {
		m, err := d.webhook(r, webhookID(r))
		if err != nil {
			return err
		}
		action, verb := m.Form.Action, m.Form.Verb
		m.Form, err = d.webhookForm(r, vpp.Webhook{Name: name, URL: address, Location: location, Kinds: kinds}, wrong)
		m.Form.Action, m.Form.Verb = action, verb
		if err != nil {
			return err
		}
		return d.refuse(w, r, view.WebhookPage(m))
	}
	if err != nil {
		return err
	}
	return d.done(w, r, webhookPath(changed.ID), view.Notice{Tone: view.Good, Text: changed.Name + " is changed."})
}

func (d *Door) switchWebhook(w http.ResponseWriter, r *http.Request) error {
	on := typed(r, "on") != ""
	changed, err := d.Webhooks.Change(r.Context(), actor(r), webhookID(r), webhook.Change{On: &on})
	if err != nil {
		return err
	}
	said := changed.Name + " is on. What waits is sent now."
	if !on {
		said = changed.Name + " is off. It is told nothing; what waits is kept for three days."
	}
	return d.done(w, r, webhookPath(changed.ID), view.Notice{Tone: view.Good, Text: said})
}

// testWebhook answers 200: the result is the answer, also a bad one.
func (d *Door) testWebhook(w http.ResponseWriter, r *http.Request) error {
	m, err := d.Webhooks.Test(r.Context(), actor(r), webhookID(r))
	if err != nil {
		return err
	}
	result := view.Check{Tone: view.Good, Title: "The receiver took it, and answered " + strconv.Itoa(m.Status), Detail: m.Answer}
	if m.Outcome != vpp.WebhookDelivered {
		result = view.Check{Tone: view.Bad, Title: "The receiver did not take it", Detail: join(m.Problem, m.Answer)}
	}
	return d.showWebhook(w, r, webhookID(r), func(m *view.WebhookCard) { m.Result = []view.Check{result} })
}

func (d *Door) rotateWebhook(w http.ResponseWriter, r *http.Request) error {
	if sure, err := d.sure(w, r, view.Question{
		Title: "Make another secret?", Verb: "Make another", Back: webhookPath(webhookID(r)),
		Text: "The receiver needs it within a day: until then messages are signed with both.",
	}); !sure {
		return err
	}
	_, secret, err := d.Webhooks.Rotate(r.Context(), actor(r), webhookID(r))
	if err != nil {
		return err
	}
	return d.showWebhook(w, r, webhookID(r), func(m *view.WebhookCard) { m.Secret = secret })
}

func (d *Door) removeWebhook(w http.ResponseWriter, r *http.Request) error {
	if sure, err := d.sure(w, r, view.Question{
		Title: "Remove this webhook?", Verb: "Remove", Back: webhookPath(webhookID(r)),
		Text: "The receiver is told nothing any more, and what waits for it is dropped.",
	}); !sure {
		return err
	}
	if err := d.Webhooks.Remove(r.Context(), actor(r), webhookID(r)); err != nil {
		return err
	}
	return d.done(w, r, webhooksPath, view.Notice{Tone: view.Good, Text: "The webhook is removed."})
}

func (d *Door) repeatMessage(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.Webhooks.Again(r.Context(), actor(r), webhookID(r), r.PathValue("message")); err != nil {
		return err
	}
	return d.done(w, r, webhookPath(webhookID(r)), view.Notice{Tone: view.Good, Text: "The message is sent again, under the same id."})
}
