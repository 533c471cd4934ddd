package store

import (
	"context"
	"slices"

	"github.com/micromdm/nanomdm/mdm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func commandContext(uuid string) string { return "mdm:command:" + uuid }

// EnqueueCommand queues a command for channels; one that is queued already
// under the same UUID is left as it is, so that a repeat after a crash shows
// nobody a prompt twice. Channels that are not there get an error each.
func (m *MDM) EnqueueCommand(ctx context.Context, ids []string, command *mdm.Command) (map[string]error, error) {
	if len(ids) == 0 {
		return nil, vpp.Errorf(vpp.Invalid, "The command is for no device.")
	}
	payload, err := m.seal(command.Raw, commandContext(command.CommandUUID))
	if err != nil {
		return nil, err
	}
	failed := map[string]error{}
	err = m.db.inTx(ctx, func(t tx) error {
		now := ms(m.db.now())
		for some := range slices.Chunk(ids, 500) {
			known, err := all(ctx, t, scanString, "SELECT id FROM mdm_channels WHERE enabled AND id IN ("+marks(1, len(some))+")", anys(some)...)
			if err != nil {
				return err
			}
			var args []any
			for _, id := range some {
				if slices.Contains(known, id) {
					args = append(args, id, command.CommandUUID, command.Command.RequestType, payload, now)
				} else {
					failed[id] = vpp.Errorf(vpp.NotFound, "No device is enrolled under this id.")
				}
			}
			if len(args) == 0 {
				continue
			}
			_, err = t.Exec(ctx, "INSERT INTO mdm_commands (channel_id, uuid, request_type, payload, created_at) VALUES "+
				rowsOf(len(args)/5, "", "", "", "", "")+" ON CONFLICT (uuid, channel_id) DO NOTHING", args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if len(failed) == 0 {
		failed = nil
	}
	return failed, err
}

// StoreCommandReport writes a device's word on a command. A command that it
// cannot do just now stays open; one that is done forgets what it said.
func (m *MDM) StoreCommandReport(r *mdm.Request, report *mdm.CommandResults) error {
	ctx, now := r.Context(), ms(m.db.now())
	if err := m.seen(ctx, m.db, r.ID); err != nil || report.CommandUUID == "" {
		return err
	}
	query := "UPDATE mdm_commands SET status = $3, done_at = $4, payload = '' WHERE uuid = $2 AND channel_id = $1 AND done_at = 0"
	switch report.Status {
	case "Idle":
		return nil
	case "NotNow":
		query = "UPDATE mdm_commands SET status = $3, not_now_at = $4 WHERE uuid = $2 AND channel_id = $1 AND done_at = 0"
	}
	_, err := m.db.Exec(ctx, query, r.ID, report.CommandUUID, report.Status, now)
	return err
}

// RetrieveNextCommand reads the oldest open command of a channel, nil when
// there is none; with skipNotNow one that the device did not just put off.
func (m *MDM) RetrieveNextCommand(r *mdm.Request, skipNotNow bool) (*mdm.Command, error) {
	also := ""
	if skipNotNow {
		also = " AND not_now_at = 0"
	}
	type next struct{ uuid, payload string }
	scan := func(s scanner) (n next, err error) { err = s.Scan(&n.uuid, &n.payload); return }
	n, err := one(r.Context(), m.db, scan, "SELECT uuid, payload FROM mdm_commands WHERE channel_id = $1 AND done_at = 0"+also+" ORDER BY seq LIMIT 1", r.ID)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil, nil //nolint:nilnil // NanoMDM's contract
	}
	if err != nil {
		return nil, err
	}
	raw, err := m.open(n.payload, commandContext(n.uuid))
	if err != nil {
		return nil, err
	}
	return mdm.DecodeCommand(raw)
}

// ClearQueue drops the open commands of a device and of its users, which
// begins anew. Some come back, see ReopenCommands.
func (m *MDM) ClearQueue(r *mdm.Request) error {
	if r.ParentID != "" {
		return vpp.Errorf(vpp.Invalid, "Only a device clears its queue.")
	}
	_, err := m.db.Exec(r.Context(), `UPDATE mdm_commands SET done_at = $2, status = 'cleared' WHERE done_at = 0
		AND channel_id IN (SELECT id FROM mdm_channels WHERE id = $1 OR parent_id = $1)`, r.ID, ms(m.db.now()))
	return err
}
