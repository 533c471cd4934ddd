package program

import (
	"context"
	"errors"
)

// lookAtAsked asks Apple by name for people who say that they have accepted,
// so that nobody waits for the next read where Apple cannot notify us. When
// many say so at once, one read of what changed tells of all of them.
func (t *tender) lookAtAsked(ctx context.Context) error {
	names, err := t.store.WantedLooks(ctx, t.l.ID, t.config.Parallel+1)
	if err != nil || len(names) == 0 {
		return err
	}
	if len(names) > t.config.Parallel && t.l.UsersVersion != "" {
		return t.store.WantRead(ctx, t.l.ID, false)
	}
	_, err = t.readNamed(ctx, names, map[string]int{})
	// Whom Apple did not answer about is found by a read: nobody is asked for
	// again and again because it fails.
	return errors.Join(err, t.store.LookedAt(context.WithoutCancel(ctx), t.l.ID, names))
}
