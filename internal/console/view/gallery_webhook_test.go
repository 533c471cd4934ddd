package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

func webhooks(theme string) map[string]templ.Component {
	form := WebhookForm{
		Action: "/settings/webhooks", Verb: "Add", Error: "Try again.", Wrong: "There is no such event.",
		Name: Field{Name: "name", Label: "Name", Required: true, Error: "Give the webhook a name."}, URL: Field{Name: "url", Label: "Address", Required: true},
		Location: Field{Name: "location", Label: "Location"}, Locations: []Choice{{Text: "Every location", Current: true}, {Value: "1", Text: evil}},
		Events: []Choice{{Value: "user.invited", Hint: "somebody was invited", Current: true}, {Value: "token.ended", Hint: "a content token has expired"}},
	}
	facts := []Fact{{Term: "State", Text: "failing", Tone: Warn}, {Term: "Address", Text: "https://helpdesk.example/rsvpp", Copy: true}}
	return map[string]templ.Component{
		"webhooks": WebhooksPage(Webhooks{Page: page(theme, "settings", "Webhooks"), Form: form, Lines: []WebhookLine{
			{ID: "1", Name: evil, Server: "helpdesk.example", Tone: Good, State: "on", Events: "all", Waiting: "0", Taken: ago(time.Hour)},
			{ID: "2", Name: "Dashboard", Server: "board.example", Tone: Bad, State: "given up", Events: "3 kinds", Waiting: "10,000 or more"},
		}}),
		"webhooks-none": WebhooksPage(Webhooks{Page: page(theme, "settings", "Webhooks"), Form: form}),
		"webhook": WebhookPage(WebhookCard{
			Page: page(theme, "settings", evil), ID: "1", Facts: facts, Form: form, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			Result: []Check{{Tone: Bad, Title: "The receiver did not take it", Detail: evil}}, Pager: Pager{Next: "/settings/webhooks/1?after=x"},
			Messages: []WebhookMessage{
				{ID: "a", Event: "user.registered", At: ago(time.Minute), Tone: Good, Outcome: "delivered", Attempts: 1, Said: evil},
				{ID: "b", Event: "token.expiring", At: ago(time.Hour), Tone: Neutral, Outcome: "waiting", Attempts: 12, Next: ago(-time.Hour)},
			},
		}),
		"webhook-off": WebhookPage(WebhookCard{Page: page(theme, "settings", "Help desk"), ID: "1", Facts: facts, Form: form, Off: true}),
	}
}
