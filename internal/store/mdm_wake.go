package store

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// CommandKnown says whether a command was ever queued for a channel.
func (m *MDM) CommandKnown(ctx context.Context, uuid, channel string) (bool, error) {
	_, err := one(ctx, m.db, scanInt, "SELECT 1 FROM mdm_commands WHERE uuid = $1 AND channel_id = $2", uuid, channel)
	if vpp.KindOf(err) == vpp.NotFound {
		return false, nil
	}
	return err == nil, err
}

// CancelCommands closes open commands; one that a device has fetched may still
// be carried out.
func (m *MDM) CancelCommands(ctx context.Context, uuids []string) error {
	for some := range slices.Chunk(uuids, 500) {
		_, err := m.db.Exec(ctx, "UPDATE mdm_commands SET done_at = $1, status = 'canceled', payload = '' WHERE done_at = 0 AND uuid IN ("+marks(2, len(some))+")",
			append([]any{ms(m.db.now())}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ReopenCommands gives a channel that began anew the invitations back that it
// had not answered, if they are still for its person.
func (m *MDM) ReopenCommands(ctx context.Context, channel string) error {
	_, err := m.db.Exec(ctx, `UPDATE mdm_commands SET done_at = 0, not_now_at = 0, status = '' WHERE channel_id = $1 AND status = 'cleared'
		AND EXISTS (SELECT 1 FROM deliveries d JOIN program_users p ON p.id = d.program_user_id JOIN devices v ON v.id = d.device_id
			LEFT JOIN enrollments e ON e.mdm = d.mdm AND e.id = d.address
			WHERE d.id = mdm_commands.uuid AND d.outcome IN ('queued', 'deferred', 'underway')
				AND p.user_id = CASE WHEN COALESCE(e.owner_id, '') <> '' THEN e.owner_id ELSE v.owner_id END)`, channel)
	return err
}

// OpenChannels lists channels with open commands that are to be woken (again)
// at a time. One that can only wait, because all it has was put off by the
// device, is among them: it comes by itself when it can, but may have forgotten.
// Whether a push succeeds or not, its channel goes to the end of the line.
func (m *MDM) OpenChannels(ctx context.Context, at time.Time, limit int) ([]string, error) {
	return all(ctx, m.db, scanString, `SELECT c.id FROM mdm_channels c JOIN
		(SELECT DISTINCT channel_id FROM mdm_commands WHERE done_at = 0) o ON o.channel_id = c.id
		WHERE c.enabled AND c.push_dead_at = 0 AND c.push_tried_at + c.push_pause <= $1 ORDER BY c.push_tried_at, c.id LIMIT $2`, ms(at), limit)
}

// longestPause is how long a device that is never heard of is left alone;
// Apple keeps a push for it longer than that.
const longestPause = 24 * time.Hour

// PushTried notes that it was tried to wake channels. Their pauses double
// until they are heard of, which is known to seenEvery.
func (m *MDM) PushTried(ctx context.Context, channels []string, now time.Time, first time.Duration) error {
	for some := range slices.Chunk(channels, 500) {
		_, err := m.db.Exec(ctx, `UPDATE mdm_channels SET push_tried_at = $1, push_pause = CASE
			WHEN push_pause * 2 < $2 OR seen_at >= push_tried_at - $4 THEN CAST($2 AS BIGINT) WHEN push_pause * 2 > $3 THEN CAST($3 AS BIGINT) ELSE push_pause * 2 END
			WHERE id IN (`+marks(5, len(some))+")", append([]any{ms(now), first.Milliseconds(), longestPause.Milliseconds(), seenEvery.Milliseconds()}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// PushProblem keeps why Apple refuses pushes by the certificate that counts;
// "" says that it takes them.
func (m *MDM) PushProblem(ctx context.Context, problem string, now time.Time) error {
	if problem == "" {
		now = time.Time{}
	}
	_, err := m.db.Exec(ctx, `UPDATE mdm_push_certs SET problem = $1, problem_at = $2 WHERE problem <> $1
		AND topic = (SELECT topic FROM mdm_push_certs ORDER BY added_at DESC LIMIT 1)`, problem, ms(now))
	return err
}

// Woken notes that channels were woken, and returns their open commands.
func (m *MDM) Woken(ctx context.Context, channels []string, now time.Time) (commands []string, err error) {
	for some := range slices.Chunk(channels, 500) {
		err := m.db.inTx(ctx, func(t tx) error {
			_, err := t.Exec(ctx, "UPDATE mdm_channels SET pushed_at = $1 WHERE id IN ("+marks(2, len(some))+")", append([]any{ms(now)}, anys(some)...)...)
			if err != nil {
				return err
			}
			open, err := all(ctx, t, scanString, "SELECT uuid FROM mdm_commands WHERE done_at = 0 AND not_now_at = 0 AND channel_id IN ("+marks(1, len(some))+")", anys(some)...)
			commands = append(commands, open...)
			return err
		})
		if err != nil {
			return commands, err
		}
	}
	return commands, nil
}

// PushTokenDead notes that a channel cannot be woken until it brings another
// token, unless it has brought one already.
func (m *MDM) PushTokenDead(ctx context.Context, channel, token string) error {
	_, err := m.db.Exec(ctx, "UPDATE mdm_channels SET push_dead_at = $2 WHERE id = $1 AND push_token = $3", channel, ms(m.db.now()), token)
	return err
}

// ForgetCommands drops what was done before a time, some at a time.
func (m *MDM) ForgetCommands(ctx context.Context, before time.Time) error {
	_, err := m.db.Exec(ctx, `DELETE FROM mdm_commands WHERE seq IN
		(SELECT seq FROM mdm_commands WHERE done_at > 0 AND done_at < $1 ORDER BY done_at LIMIT 10000)`, ms(before))
	return err
}
