package view

// Notifications is the page of what Apple told about a location.
type Notifications struct {
	Page     Page
	Location string
	Tabs     []Choice
	Kept     int  // how many are kept
	Asks     bool // Apple does not notify this server
	Lines    []NotificationLine
	Pager    Pager
}

// NotificationLine is one notification as it came.
type NotificationLine struct {
	At      Moment
	Type    string
	ID      string
	Tone    Tone
	Word    string // the outcome in brief
	Outcome string // and in a sentence
	Problem string
	Body    string
	Size    int
	Cut     bool // less is kept than came
}
