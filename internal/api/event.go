package api

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

type eventsInput struct {
	Topics []string `query:"topics" required:"true" minItems:"1" maxItems:"50" doc:"What to be told of, separated by commas: users, tasks, locations, task:ID."`
}

// Changed says that something about a topic is other than it was: read it again.
type Changed struct {
	Topic string    `json:"topic"`
	At    time.Time `json:"at"`
}

// TaskChanged is a task as it stands now; it comes for the topic task:ID,
// at once and whenever it changes.
type TaskChanged struct{ Task }

// Ping is a sign of life on an idle stream.
type Ping struct {
	At time.Time `json:"at"`
}

// topicForm is the form of every topic.
var topicForm = regexp.MustCompile(`^[a-z]{1,32}(:[0-9A-Za-z-]{1,64})?$`)

// Resolve implements huma.Resolver: it refuses topics that cannot be.
func (in *eventsInput) Resolve(huma.Context) []error {
	for _, topic := range in.Topics {
		if !topicForm.MatchString(topic) {
			return []error{&huma.ErrorDetail{Location: "query.topics", Message: "a topic is a word like users, or a word and an id like task:ID"}}
		}
	}
	return nil
}

// events streams what changes until the reader or the server goes. A reader
// who lost the stream connects again and reads once: nothing is replayed.
func (d *Door) events(ctx context.Context, in *eventsInput, send sse.Sender) {
	changes := d.Changes.Changes(ctx, in.Topics)
	for _, topic := range in.Topics {
		if strings.HasPrefix(topic, taskTopic) && d.tell(ctx, Change{topic, d.config.Clock()}, send) != nil {
			return
		}
	}
	// The first sign of life tells the reader that the stream stands.
	if send.Data(Ping{d.config.Clock().UTC()}) != nil {
		return
	}
	beat := time.NewTicker(d.config.Beat)
	defer beat.Stop()
	end := time.NewTimer(longestStream)
	defer end.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case change, open := <-changes:
			if !open {
				return
			}
			err = d.tell(ctx, change, send)
		case <-beat.C:
			err = send.Data(Ping{d.config.Clock().UTC()})
		}
		if err != nil {
			return
		}
	}
}

// longestStream is after what time a reader has to come in anew, so that one
// whose key was revoked does not listen on.
const longestStream = 15 * time.Minute

const taskTopic = "task:"

// tell sends a change; of a single task, how it stands now.
func (d *Door) tell(ctx context.Context, c Change, send sse.Sender) error {
	if id, single := strings.CutPrefix(c.Topic, taskTopic); single {
		if t, err := d.Tasks.Get(ctx, vpp.TaskID(id)); err == nil {
			return send.Data(TaskChanged{taskOf(t)})
		}
	}
	return send.Data(Changed{c.Topic, c.At.UTC()})
}
