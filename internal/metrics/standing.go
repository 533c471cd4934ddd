package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Source reads how things stand in the database. Each is asked once per read.
type Source interface {
	Locations(ctx context.Context) ([]vpp.Location, error)
	CountPeople(ctx context.Context, location vpp.LocationID) (vpp.Counts, error)
	QueueDepth(ctx context.Context) (map[string]int, error) // by kind of job
	OpenNotices(ctx context.Context) (int, error)
	WaitingWebhookMessages(ctx context.Context) (int, error) // up to vpp.Plenty
	PushCert(ctx context.Context) (vpp.PushCert, error)      // its zero value when there is none
}

// standing is a collector of how things stand now.
func (d *Door) standing(ctx context.Context) prometheus.Collector { return &standing{d, ctx} }

type standing struct {
	*Door
	ctx context.Context //nolint:containedctx // a collector has no other way to get it, and lives for one request
}

// Describe implements prometheus.Collector; the numbers describe themselves.
func (s *standing) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. What cannot be read is missing, and
// rsvpp_up says so.
func (s *standing) Collect(out chan<- prometheus.Metric) {
	g := gauges{out}
	g.put("rsvpp_build_info", "What this program was built from.", 1, "version", s.config.Version, "go", s.config.Go)
	err := s.collect(g)
	up := 1.0
	if err != nil {
		up = 0
	}
	g.put("rsvpp_up", "1 when the database could be read for these numbers.", up)
}

func (s *standing) collect(g gauges) error {
	list, err := s.source.Locations(s.ctx)
	if err != nil {
		return err
	}
	names := named(list)
	for i, l := range list {
		s.location(g, names[i], l)
		counts, err := s.source.CountPeople(s.ctx, l.ID)
		if err != nil {
			return err
		}
		for _, status := range []vpp.VPPStatus{vpp.NotInvited, vpp.Invited, vpp.Registered, vpp.Removed} {
			g.put("rsvpp_people", "People by VPP status.", float64(counts.Status[status]), "location", names[i], "status", string(status))
		}
		g.put("rsvpp_people_waiting", "People for whom a write waits for Apple; 10000 means that many or more.",
			float64(counts.Attention[vpp.AttentionWaiting]), "location", names[i])
	}
	depth, err := s.source.QueueDepth(s.ctx)
	if err != nil {
		return err
	}
	for kind, n := range depth {
		g.put("rsvpp_queue_jobs", "Promised work that is not done, by kind.", float64(n), "kind", kind)
	}
	notices, err := s.source.OpenNotices(s.ctx)
	if err != nil {
		return err
	}
	g.put("rsvpp_notices_waiting", "Notices to administrators that have not been sent.", float64(notices))
	waiting, err := s.source.WaitingWebhookMessages(s.ctx)
	if err != nil {
		return err
	}
	g.put("rsvpp_webhook_messages_waiting", "Messages for webhooks that nobody has taken yet; 10000 means that many or more.", float64(waiting))
	cert, err := s.source.PushCert(s.ctx)
	if err != nil {
		return err
	}
	if cert.Topic != "" {
		g.moment("rsvpp_push_certificate_expires_timestamp_seconds", "When the push certificate expires by which devices are woken.", cert.NotAfter)
		g.put("rsvpp_push_refused", "1 while Apple does not take pushes to devices.", truth(cert.Problem != ""))
	}
	return nil
}

// location gives the numbers that stand in a location itself.
func (s *standing) location(g gauges, name string, l vpp.Location) {
	state := l.TokenState(s.config.Now())
	for _, one := range vpp.TokenStates() {
		g.put("rsvpp_token_state", "1 for the state that the location's content token is in.", truth(one == state), "location", name, "state", string(one))
	}
	g.moment("rsvpp_token_expires_timestamp_seconds", "When the content token expires.", l.Token.ExpiresAt, "location", name)
	g.moment("rsvpp_token_checked_timestamp_seconds", "When Apple last said what the content token opens.", l.VerifiedAt, "location", name)
	g.put("rsvpp_location_frozen", "1 while nothing is written to the location, because another server manages it.", truth(l.Elsewhere()), "location", name)
	for what, at := range map[string]time.Time{
		"users": l.ReadAt, "users_full": l.FullReadAt, "assets": l.AssetsReadAt,
		"assignments": l.AssignmentsReadAt, "assignments_full": l.AssignmentsFullReadAt,
	} {
		g.moment("rsvpp_location_last_read_timestamp_seconds", "When Apple was last read to the end, by what was read.", at, "location", name, "what", what)
	}
	g.put("rsvpp_notifications_registered", "1 where Apple has been told to notify this server.", truth(l.NotifyURL != ""), "location", name)
	g.moment("rsvpp_notification_last_timestamp_seconds", "When Apple last notified this server.", l.NotifiedAt, "location", name)
}

// named gives each location a label: its name, and a number where two have
// the same one.
func named(list []vpp.Location) []string {
	names, seen := make([]string, len(list)), map[string]int{}
	for i, l := range list {
		seen[l.Name]++
		if names[i] = l.Name; seen[l.Name] > 1 {
			names[i] = fmt.Sprintf("%s (%d)", l.Name, seen[l.Name])
		}
	}
	return names
}

// gauges puts numbers out. Labels are pairs of name and value.
type gauges struct{ out chan<- prometheus.Metric }

func (g gauges) put(name, help string, value float64, labels ...string) {
	var names, values []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	g.out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), prometheus.GaugeValue, value, values...)
}

// moment puts a time out, unless there is none.
func (g gauges) moment(name, help string, t time.Time, labels ...string) {
	if !t.IsZero() {
		g.put(name, help, float64(t.UnixMilli())/1000, labels...)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
