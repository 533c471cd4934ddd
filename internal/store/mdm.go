package store

import (
	"context"
	"sync"
	"time"

	"github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/storage"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MDM is what NanoMDM keeps, in our database: channels of devices, the queue
// of commands, push certificates. Tokens, keys and commands are sealed.
type MDM struct {
	db  *DB
	box MDMBox

	// What every message of a device would ask the database again. Both only
	// save work: another server, or the next start, knows nothing of them.
	lastSeen sync.Map // channel → time.Time that is written
	pinned   sync.Map // channel → pin
}

// MDMBox locks secrets at rest; the context binds them to their row.
type MDMBox interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

var _ storage.AllStorage = (*MDM)(nil)

// MDM returns NanoMDM's view of the database.
func (db *DB) MDM(box MDMBox) *MDM { return &MDM{db: db, box: box} }

// seenEvery is how exactly it is kept when a channel was last seen: a write
// for each request of a herd would be the herd's dearest part.
const seenEvery = time.Minute

// seen notes that a channel is there.
func (m *MDM) seen(ctx context.Context, q querier, id string) error {
	now := m.db.now()
	if at, ok := m.lastSeen.Load(id); ok && now.Sub(at.(time.Time)) < seenEvery {
		return nil
	}
	n, err := q.Exec(ctx, "UPDATE mdm_channels SET seen_at = $2 WHERE id = $1 AND seen_at <= $3", id, ms(now), ms(now.Add(-seenEvery)))
	if err != nil {
		return err
	}
	m.lastSeen.Store(id, now)
	if n == 0 {
		return nil
	}
	_, err = q.Exec(ctx, "UPDATE devices SET seen_at = $2 WHERE mdm = 'builtin' AND mdm_key = $1", id, ms(now))
	return err
}

// channelOf names the channel and its device, "" on the device channel.
func channelOf(r *mdm.Request) (id, parent string) { return r.ID, r.ParentID }

func (m *MDM) seal(plain []byte, context string) (string, error) {
	if len(plain) == 0 {
		return "", nil
	}
	return m.box.Seal(plain, context)
}

func (m *MDM) open(sealed, context string) ([]byte, error) {
	if sealed == "" {
		return nil, nil
	}
	plain, err := m.box.Open(sealed, context)
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "something sealed of a device cannot be unlocked")
	}
	return plain, nil
}
