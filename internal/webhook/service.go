package webhook

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps webhooks. Each method is one transaction.
type Store interface {
	Webhooks(ctx context.Context) ([]vpp.Webhook, error)
	// Webhook is vpp.NotFound when there is none.
	Webhook(ctx context.Context, id vpp.WebhookID) (vpp.Webhook, vpp.SealedWebhook, error)
	// AddWebhook is vpp.Conflict when the name is taken.
	AddWebhook(ctx context.Context, by vpp.Actor, w vpp.Webhook, sealed string) error
	// ChangeWebhook writes what change makes of the webhook as it stands.
	ChangeWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID, change func(vpp.Webhook) (vpp.Webhook, error)) (vpp.Webhook, error)
	RotateWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID, sealed string, until time.Time) error
	RemoveWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID) error
	Location(ctx context.Context, id vpp.LocationID) (vpp.Location, error)
	Messages
}

// Messages keeps what is to be posted, and what came of it.
type Messages interface {
	// ClaimWebhook is vpp.NotFound when there is nothing for the caller to do.
	ClaimWebhook(ctx context.Context, id vpp.WebhookID, claim string, until time.Time) (vpp.Webhook, vpp.SealedWebhook, error)
	DueWebhookMessages(ctx context.Context, id vpp.WebhookID, limit int) ([]vpp.WebhookMessage, error)
	// RecordWebhook writes what came of an attempt under a claim, and says whether
	// that is still held; the notice is sent when the webhook is given up by it.
	RecordWebhook(ctx context.Context, claim string, r vpp.WebhookTried, n vpp.Notice) (held bool, err error)
	// LetGoWebhook ends a claim and says whether more is due.
	LetGoWebhook(ctx context.Context, id vpp.WebhookID, claim string) (more bool, err error)
	KeepWebhookTest(ctx context.Context, by vpp.Actor, r vpp.WebhookTried) error
	WebhookMessages(ctx context.Context, id vpp.WebhookID, page vpp.Page) (vpp.List[vpp.WebhookMessage], error)
	RepeatWebhookMessage(ctx context.Context, by vpp.Actor, id vpp.WebhookID, message string) (vpp.WebhookMessage, error)
	WakeWebhooks(ctx context.Context) error
	ForgetWebhookMessages(ctx context.Context, waited, done time.Time) error
}

// Box locks secrets at rest; the context binds them to their record.
type Box interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// Poster makes one attempt; courier.Courier does.
type Poster interface {
	// Check says what is wrong with an address; vpp.Invalid.
	Check(url string) error
	// Post never fails: what went wrong is in the answer.
	Post(ctx context.Context, url string, header map[string]string, body []byte) vpp.WebhookAnswer
}

// Config is what cmd decides.
type Config struct {
	ClaimFor time.Duration            // a dead node's webhooks are free after; longer than SendFor and an attempt
	SendFor  time.Duration            // one job posts no longer, so that others get their turn
	Clock    vpp.Clock                // the time
	IDs      vpp.IDs                  // of webhooks and test messages
	Random   func(b []byte)           // fills b, for secrets
	Jitter   func() float64           // 0…1
	Observe  func(vpp.WebhookOutcome) // each attempt: delivered, waiting (tried again) or failed; may be nil
}

// Service is the room.
type Service struct {
	store  Store
	box    Box
	post   Poster
	config Config
}

// New makes the service.
func New(store Store, box Box, post Poster, config Config) *Service {
	if config.Observe == nil {
		config.Observe = func(vpp.WebhookOutcome) {}
	}
	return &Service{store, box, post, config}
}

// List returns the webhooks, by name.
func (s *Service) List(ctx context.Context) ([]vpp.Webhook, error) { return s.store.Webhooks(ctx) }

// Get returns one, or vpp.NotFound.
func (s *Service) Get(ctx context.Context, id vpp.WebhookID) (vpp.Webhook, error) {
	w, _, err := s.store.Webhook(ctx, id)
	return w, err
}

// Messages returns a page of what was posted or is to be, the newest first.
func (s *Service) Messages(ctx context.Context, id vpp.WebhookID, page vpp.Page) (vpp.List[vpp.WebhookMessage], error) {
	return s.store.WebhookMessages(ctx, id, page)
}

// Again makes a message due now, whatever became of it; its id stays.
func (s *Service) Again(ctx context.Context, by vpp.Actor, id vpp.WebhookID, message string) (vpp.WebhookMessage, error) {
	return s.store.RepeatWebhookMessage(ctx, by, id, message)
}

// Sweep wakes what was put off, gives up what waited too long, and forgets what
// is done.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.config.Clock()
	if err := s.store.ForgetWebhookMessages(ctx, now.Add(-tryFor-time.Hour), now.Add(-keepFor)); err != nil {
		return err
	}
	return s.store.WakeWebhooks(ctx)
}
