package operator

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// HistoryFilter narrows the history. The zero value is everything.
type HistoryFilter struct {
	Object string // "user:ID"
	Action string // "user.update"
	Actor  string // "anna", "key:backup", "server"
	From   time.Time
	To     time.Time // the first moment that is not meant any more
}

// Histories reads the history, the newest first.
type Histories interface {
	// Entries takes "" and zero times for any.
	Entries(ctx context.Context, object, action, actor string, from, to time.Time, page vpp.Page) (vpp.List[vpp.Entry], error)
}

// History returns a stretch of what was done, the newest first.
func (s *Service) History(ctx context.Context, f HistoryFilter, page vpp.Page) (vpp.List[vpp.Entry], error) {
	return s.store.Entries(ctx, f.Object, f.Action, f.Actor, f.From, f.To, page)
}
