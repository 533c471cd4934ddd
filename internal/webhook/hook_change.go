package webhook

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// overlap is how long messages are signed with the secret before, too.
const overlap = 24 * time.Hour

// Input is a webhook to be added.
type Input struct {
	Name     string
	URL      string
	Kinds    []vpp.EventKind // none is every kind
	Location vpp.LocationID  // "" is everywhere
}

// Change is what is to be different; nil stays as it is.
type Change struct {
	Name     *string
	URL      *string
	Kinds    *[]vpp.EventKind
	Location *vpp.LocationID
	On       *bool
}

// Add makes a webhook. Its secret is returned this once.
func (s *Service) Add(ctx context.Context, by vpp.Actor, in Input) (vpp.Webhook, string, error) {
	w := vpp.Webhook{ID: vpp.WebhookID(s.config.IDs()), CreatedAt: s.config.Clock()}
	w, err := s.apply(ctx, w, Change{Name: &in.Name, URL: &in.URL, Kinds: &in.Kinds, Location: &in.Location})
	if err != nil {
		return w, "", err
	}
	secret, sealed, err := s.newSecret(w.ID)
	if err != nil {
		return w, "", err
	}
	return w, secret, s.store.AddWebhook(ctx, by, w, sealed)
}

// Change changes a webhook, or switches it off or on again.
func (s *Service) Change(ctx context.Context, by vpp.Actor, id vpp.WebhookID, c Change) (vpp.Webhook, error) {
	if _, err := s.apply(ctx, vpp.Webhook{Name: "any", URL: "https://any.example"}, c); err != nil { // before a transaction is open
		return vpp.Webhook{}, err
	}
	return s.store.ChangeWebhook(ctx, by, id, func(w vpp.Webhook) (vpp.Webhook, error) { return s.changed(w, c), nil })
}

// apply is changed, after everything was checked.
func (s *Service) apply(ctx context.Context, w vpp.Webhook, c Change) (vpp.Webhook, error) {
	w = s.changed(w, c)
	if w.Name == "" || utf8.RuneCountInString(w.Name) > 100 {
		return w, invalid("name", "Give the webhook a name of up to 100 letters.")
	}
	if err := s.post.Check(w.URL); err != nil {
		return w, err
	}
	for _, k := range w.Kinds {
		if !slices.Contains(vpp.EventKinds(), k) {
			return w, invalid("events", "There is no event “"+string(k)+"”. The events are: "+kindList()+".")
		}
	}
	if w.Location != "" {
		if _, err := s.store.Location(ctx, w.Location); vpp.KindOf(err) == vpp.NotFound && err != nil {
			return w, invalid("location", "There is no such location.")
		} else if err != nil {
			return w, err
		}
	}
	return w, nil
}

// changed is the webhook with what is to be different.
func (s *Service) changed(w vpp.Webhook, c Change) vpp.Webhook {
	if c.Name != nil {
		w.Name = strings.TrimSpace(*c.Name)
	}
	if c.URL != nil {
		w.URL = strings.TrimSpace(*c.URL)
	}
	if c.Kinds != nil {
		w.Kinds = slices.Compact(slices.Sorted(slices.Values(*c.Kinds)))
	}
	if c.Location != nil {
		w.Location = *c.Location
	}
	switch {
	case c.On == nil:
	case *c.On:
		w.OffAt, w.OffWhy = time.Time{}, ""
	case w.OffAt.IsZero():
		w.OffAt = s.config.Clock()
	}
	return w
}

func kindList() string {
	words := make([]string, len(vpp.EventKinds()))
	for i, k := range vpp.EventKinds() {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}

func invalid(field, message string) error {
	return &vpp.Error{Kind: vpp.Invalid, Field: field, Message: message}
}

// Rotate gives a webhook another secret, returned this once. For a day messages
// are signed with both.
func (s *Service) Rotate(ctx context.Context, by vpp.Actor, id vpp.WebhookID) (vpp.Webhook, string, error) {
	secret, sealed, err := s.newSecret(id)
	if err != nil {
		return vpp.Webhook{}, "", err
	}
	if err := s.store.RotateWebhook(ctx, by, id, sealed, s.config.Clock().Add(overlap)); err != nil {
		return vpp.Webhook{}, "", err
	}
	w, err := s.Get(ctx, id)
	return w, secret, err
}

// Remove takes a webhook away, with what waits for it.
func (s *Service) Remove(ctx context.Context, by vpp.Actor, id vpp.WebhookID) error {
	return s.store.RemoveWebhook(ctx, by, id)
}
