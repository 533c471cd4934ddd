package view

// Webhooks is the page of the addresses that are told what happens.
type Webhooks struct {
	Page  Page
	Lines []WebhookLine
	Form  WebhookForm // that adds one
}

// WebhookLine is one of them.
type WebhookLine struct {
	ID      string
	Name    string
	Server  string
	Tone    Tone
	State   string
	Events  string
	Waiting string
	Taken   Moment
}

// WebhookForm is what is chosen of a webhook.
type WebhookForm struct {
	Action    string
	Name      Field
	URL       Field
	Location  Field
	Locations []Choice // none where there is one location alone
	Events    []Choice // none ticked is every one
	Wrong     string   // what is wrong with the events
	Error     string
	Verb      string
}

// WebhookCard is the page of one.
type WebhookCard struct {
	Page     Page
	ID       string
	Facts    []Fact
	Secret   string // shown once, right after it was made
	Result   []Check
	Off      bool
	Messages []WebhookMessage
	Pager    Pager
	Form     WebhookForm
}

// WebhookMessage is a row of what was posted, or waits.
type WebhookMessage struct {
	ID       string
	Event    string
	At       Moment
	Tone     Tone
	Outcome  string
	Attempts int
	Next     Moment
	Said     string // what the last answer was, and why it was not good
}
