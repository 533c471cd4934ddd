package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Counters count what happens in this process; they begin at zero with it.
type Counters struct {
	calls         *prometheus.CounterVec
	callTime      *prometheus.HistogramVec
	letters       *prometheus.CounterVec
	notifications *prometheus.CounterVec
	told          *prometheus.CounterVec
}

func newCounters() Counters {
	return Counters{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rsvpp_apple_calls_total", Help: "HTTP calls to Apple, failed attempts included. status 0: no answer came; error: Apple's error number, 0 for none.",
		}, []string{"endpoint", "status", "error"}),
		callTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rsvpp_apple_call_seconds", Help: "How long Apple took to answer.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"endpoint"}),
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rsvpp_letters_total", Help: "Attempts to hand a letter to a mail server, by what came of them.",
		}, []string{"outcome"}),
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rsvpp_notifications_total", Help: "Requests at the address for Apple's notifications, by what came of them.",
		}, []string{"result"}),
		told: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rsvpp_webhook_posts_total", Help: "Attempts to post a message to a webhook. outcome: delivered, waiting (it is tried again), or failed for good.",
		}, []string{"outcome"}),
	}
}

// Called counts one HTTP call to Apple: its endpoint as Apple names it, the
// HTTP status (0 without an answer) and Apple's error number.
func (c Counters) Called(endpoint string, status, number int, took time.Duration) {
	c.calls.WithLabelValues(endpoint, strconv.Itoa(status), strconv.Itoa(number)).Inc()
	c.callTime.WithLabelValues(endpoint).Observe(took.Seconds())
}

// Posted counts one attempt to hand over a letter.
func (c Counters) Posted(outcome vpp.DeliveryOutcome) {
	c.letters.WithLabelValues(string(outcome)).Inc()
}

// Told counts one attempt to post a message to a webhook.
func (c Counters) Told(outcome vpp.WebhookOutcome) {
	c.told.WithLabelValues(string(outcome)).Inc()
}

// Notified counts one request at Apple's door, by the status it got.
func (c Counters) Notified(status int) {
	result, known := map[int]string{204: "taken", 401: "refused", 503: "failed"}[status]
	if !known {
		result = "malformed"
	}
	c.notifications.WithLabelValues(result).Inc()
}
