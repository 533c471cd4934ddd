package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// topicOf says which topic of vpp.Topics a table belongs to; tables that
// nobody looks at live have none.
var topicOf = map[string]string{
	"users": vpp.TopicUsers, "program_users": vpp.TopicUsers, "invitations": vpp.TopicUsers, "deliveries": vpp.TopicUsers, "visits": vpp.TopicUsers,
	"tasks": vpp.TopicTasks, "task_items": vpp.TopicTasks, "imports": vpp.TopicTasks,
	"locations": vpp.TopicLocations, "assets": vpp.TopicLocations, "strangers": vpp.TopicLocations, "license_wishes": vpp.TopicLocations, "license_orders": vpp.TopicLocations,
	"entries": vpp.TopicHistory,
	"devices": vpp.TopicDevices, "enrollments": vpp.TopicDevices,
}

// topic reads from a statement of ours what it writes, "" for nothing that
// has a topic. So every act tells what it changed, without saying so.
func topic(statement string) string {
	for _, verb := range [...]string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if _, rest, ok := strings.Cut(statement, verb); ok {
			if end := strings.IndexAny(rest, " \n\t("); end > 0 {
				rest = rest[:end]
			}
			return topicOf[rest]
		}
	}
	return ""
}

// wrote collects the topics that a transaction writes.
type wrote []string

func (w *wrote) note(statement string) {
	if t := topic(statement); t != "" && !slices.Contains(*w, t) {
		*w = append(*w, t)
	}
}

// changes tells what was committed.
type changes struct {
	mu   sync.Mutex
	tell func(topics []string)
	out  wrote // for the other nodes
}

func (c *changes) committed(w wrote) {
	if len(w) == 0 {
		return
	}
	c.mu.Lock()
	tell := c.tell
	for _, t := range w {
		if !slices.Contains(c.out, t) {
			c.out = append(c.out, t)
		}
	}
	c.mu.Unlock()
	if tell != nil {
		tell(w)
	}
}

func (c *changes) take() wrote {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.out
	c.out = nil
	return out
}

// OnChange calls tell with the topics of every commit, on whichever node it
// was made while RelayChanges runs. It must return quickly.
func (db *DB) OnChange(tell func(topics []string)) {
	db.changes.mu.Lock()
	defer db.changes.mu.Unlock()
	db.changes.tell = tell
}

// channel is PostgreSQL's, between the nodes.
const channel = "rsvpp_changes"

// RelayChanges carries changes between the nodes of a PostgreSQL until ctx
// ends. On SQLite there is one node, and nothing to do.
func (db *DB) RelayChanges(ctx context.Context) error {
	if db.postgres == nil {
		return nil
	}
	conn, err := db.postgres.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go db.sendChanges(ctx)
	for {
		n, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			return err
		}
		db.changes.mu.Lock()
		tell := db.changes.tell
		db.changes.mu.Unlock()
		if tell != nil && n.PID != conn.Conn().PgConn().PID() {
			tell(strings.Fields(n.Payload))
		}
	}
}

// sendChanges tells the other nodes, a few times a second at most.
func (db *DB) sendChanges(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if out := db.changes.take(); len(out) > 0 {
			_, _ = db.postgres.Exec(ctx, "SELECT pg_notify($1, $2)", channel, strings.Join(out, " ")) // the next one tells again
		}
	}
}
