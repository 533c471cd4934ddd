package view

func inviteSteps(id string) []Link {
	return []Link{
		{"Who", string(path("invite", id, "who"))},
		{"How", string(path("invite", id, "how"))},
		{"Text", string(path("invite", id, "text"))},
		{"Review", string(path("invite", id, "review"))},
		{"Result", ""},
	}
}

// InviteWho is the first step: the doctor's verdict on everybody chosen.
type InviteWho struct {
	Page      Page
	ID        string
	Selection Selection
	Before    string   // what removed people held before they were removed
	Shared    string   // who is registered with the Apple Account of somebody else
	Audiences []Choice // not invited, invited but not registered; empty when there is no choice
	Reachable int      // who can really be reached
	Chosen    int
	Verdicts  []Verdict
	Missing   []MissingAddress // people without an address, to be typed in at once
	MoreMiss  int              // how many more lack one
	MayTry    bool             // somebody's address was refused before
	TryAgain  bool             // and is to be tried again
	ByLink    bool             // somebody who gets no mail could be handed a link
	Error     string
}

// Verdict is one reason with the number of people it is about.
type Verdict struct {
	Tone   Tone
	Title  string // "Will get an e-mail"
	Why    string
	Count  int
	Reach  bool // counted as reachable
	Sample []string
	Fix    Link // where it can be mended
}

// MissingAddress is a person whose address can be typed in.
type MissingAddress struct {
	UserID string
	Name   string
	Value  string
	Error  string
}

// InviteHow is the second step: the channel.
type InviteHow struct {
	Page     Page
	ID       string
	Channels []Channel
	ElseMail bool // by device: an e-mail where no device takes it
	MayMail  bool // mail is set up, so that it can be chosen
	Expiry   []Choice
}

// Channel is one way to hand an invitation over.
type Channel struct {
	Value    string
	Text     string
	Hint     string
	Icon     string
	Current  bool
	Disabled string // why it cannot be chosen
}

// InviteText is the third step: what the mail says.
type InviteText struct {
	Page     Page
	ID       string
	Letter   Letter
	TestTo   Field  // the administrator's own address; without a name where no mail is set up
	TestSaid Notice // what became of the last test mail
}

// Letter is a template for a mail with its preview.
type Letter struct {
	Subject   Field
	Text      Field
	HTML      Field
	Variables []Fact // name and meaning
	Preview   string // address of the previewed HTML, served with a policy of its own
	PreviewAs string // whose name stands in the preview
	Shown     string // the subject as the person will see it
}

// InviteReview is the fourth step: the last look.
type InviteReview struct {
	Page    Page
	ID      string
	Send    int    // how many invitations will be sent
	Create  int    // how many people get a record at Apple and nothing more
	ByLink  bool   // the invitations are links to be handed over; nothing is mailed
	Text    bool   // letters may go out, so there is a text
	Ways    string // "12 on devices, 5 by e-mail"; "" where there is one way
	Link    int    // how many people are associated without one
	Skip    int
	Facts   []Fact
	Notice  string // what is wrong with the run as a whole
	Reasons []Reason
	Token   string // the idempotency key of the send
}

func (m InviteReview) verb() string {
	if m.ByLink {
		return "Make"
	}
	return "Send"
}

// act is what the button does, with its count.
func (m InviteReview) act() string {
	if m.ByLink {
		return m.verb() + " " + plural(m.Send, "link", "links")
	}
	return m.verb() + " " + plural(m.Send, "invitation", "invitations")
}

// back is the step before: without mails there is no text.
func (m InviteReview) back() string {
	if m.Text {
		return "text"
	}
	return "how"
}

// InviteResult is the last step: what became of everybody.
type InviteResult struct {
	Task Task
	ID   string
}
