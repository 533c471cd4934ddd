package console

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// topicForm is the form of every topic: "users", "task:ID".
var topicForm = regexp.MustCompile(`^[a-z]{1,32}(:[0-9A-Za-z-]{1,64})?$`)

const mostTopics = 50

// streamLife ends a stream now and then: the page opens another at once, if
// whoever looks at it is still signed in.
const streamLife = 10 * time.Minute

func (d *Door) eventRoutes() []gate.Route {
	events := d.route("GET /events", operator.ScopeRead, d.events)
	events.Timeout = gate.NoTimeout
	return []gate.Route{events}
}

// events tells a page what changes until the page or the server goes. A page
// that lost the stream reads its regions once when it is back: nothing is
// replayed.
func (d *Door) events(w http.ResponseWriter, r *http.Request) error {
	topics := strings.Fields(r.URL.Query().Get("topics"))
	if err := checkTopics(topics); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that waits for more would keep it from the page
	ctx, cancel := context.WithTimeout(r.Context(), streamLife)
	defer cancel()
	d.follow(ctx, stream{w, http.NewResponseController(w)}, d.Changes.Subscribe(ctx, topics))
	return nil
}

func checkTopics(topics []string) error {
	if len(topics) == 0 || len(topics) > mostTopics {
		return vpp.Errorf(vpp.Invalid, "Name 1 to %d topics to be told of.", mostTopics)
	}
	for _, t := range topics {
		if !topicForm.MatchString(t) {
			return vpp.Errorf(vpp.Invalid, "A topic is a word like users, or a word and an id like task:ID.")
		}
	}
	return nil
}

func (d *Door) follow(ctx context.Context, s stream, changes <-chan string) {
	beat := time.NewTicker(d.config.Beat)
	defer beat.Stop()
	err := s.say(": here\n\n") // the page then knows that the stream stands
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case topic, open := <-changes:
			if !open {
				return
			}
			err = s.say("event: changed\ndata: " + topic + "\n\n")
		case <-beat.C:
			err = s.say(": still here\n\n")
		}
	}
}

// stream is an answer that is sent piece by piece.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// patience is how long a reader may take for one piece.
const patience = 30 * time.Second

func (s stream) say(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(patience)) // the network's time, not the rooms'; a test's writer may have none
	if _, err := fmt.Fprint(s.w, text); err != nil {
		return err
	}
	return s.control.Flush()
}
