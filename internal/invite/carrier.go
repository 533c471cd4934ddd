package invite

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Carrier hands letters to mail servers.
type Carrier interface {
	// Check says what is wrong with settings, without using them.
	Check(s MailSettings) error
	// Use swaps the settings; letters under way end under the old ones.
	Use(s Outgoing) error
	// Send hands one letter over, and says what became of it. It is called by
	// many at once and ends with its context.
	Send(ctx context.Context, m Message) Handover
	// Test sends a test letter under the given settings and tells each step.
	Test(ctx context.Context, s Outgoing, to string) TestReport
	// NewSigningKey makes a key for signing letters, and what the DNS must say
	// about it.
	NewSigningKey() (key, record string, err error)
}

// Bounces reads what comes back.
type Bounces interface {
	// ReturnPath is where a letter with a token comes back to.
	ReturnPath(address, token string) string
	// ReadBounce reads a message that came to the bounce address.
	ReadBounce(raw []byte, address string) Returned
}

// Returned is a message that came back. An Outcome of accepted means that the
// letter is only late, and none that the message says nothing of the sort.
type Returned struct {
	Outcome    vpp.DeliveryOutcome // bounced, complained, accepted or ""
	Answer     string              // the other mail server's words, one line
	BadAddress bool                // bounced because of the address
	Tokens     []string            // of the letters that it may be about
}

// Outgoing are settings with the secrets that letters go out by.
type Outgoing struct {
	MailSettings
	SigningKey string // "" for letters that are not signed
}

// Message is one letter to one person, ready to go.
type Message struct {
	ToName     string
	ToAddress  string
	Subject    string
	Text       string
	HTML       string
	MessageID  string // the same at every attempt, so that a repeat can be recognized; without angle brackets
	Date       time.Time
	ReturnPath string // where it comes back to, "" for the sender\'s address
	Headers    map[string]string
}

// Handover is what became of one attempt. An attempt whose answer was lost
// counts as deferred.
type Handover struct {
	Outcome    vpp.DeliveryOutcome // accepted, deferred or refused
	Answer     string              // the mail server's last words, one line
	Sentence   string              // what that means and what to do
	BadAddress bool                // refused because of this one address
	Halt       bool                // every other letter would meet the same: the settings or the way are broken
}

// Letters makes letters from templates.
type Letters interface {
	// Compile refuses, with a sentence per fault, a template that cannot be
	// filled in or has no link.
	Compile(l vpp.Letter) (Compiled, error)
	// Default is the letter until somebody writes another.
	Default() vpp.Letter
	// Sample fills in invented values, for previews.
	Sample() LetterData
}

// Compiled is a template ready to be filled in, by many at once.
type Compiled interface {
	Render(d LetterData) (vpp.Letter, error)
}

// LetterData is what a letter's variables stand for.
type LetterData struct {
	FullName     string
	FirstName    string
	Organization string
	Location     string
	Link         string
	SenderName   string
	ReplyTo      string
	ExpiresOn    string // "24 March 2027"
	HelpContact  string
}

// TestReport tells how a test letter fared, step by step.
type TestReport struct {
	Outcome  vpp.DeliveryOutcome
	Answer   string
	Sentence string
	Steps    []TestStep
	Hints    []TestHint // what recipients' servers find out about us
}

// TestHint is one thing that recipients' servers look up about letters from
// here: "spf", "dkim", "dmarc", "greeting", or "dns" when nothing could be asked.
type TestHint struct {
	About    string
	Verdict  string // "ok", "but", "bad"
	Sentence string
}

// TestStep is one step of the exchange with the mail server.
type TestStep struct {
	Name   string
	OK     bool
	Took   time.Duration
	Answer string
}
