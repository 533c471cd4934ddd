package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Change says that something about a topic is other than it was.
type Change struct {
	Kind  string    // change, task or ping
	Topic string    // "users", "task:ID"
	At    time.Time // of a change or a ping
	Task  *Task     // of a single task, as it stands now
}

const longestSilence = time.Minute

// Events tells what changes about topics: users, tasks, locations, task:ID. It
// ends with the context, or with an error when the stream breaks.
func (c *Client) Events(ctx context.Context, topics ...string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q := url.Values{"topics": {strings.Join(topics, ",")}}
		resp, err := c.send(ctx, call{method: http.MethodGet, path: "/events", query: q})
		if err != nil {
			yield(Change{}, err)
			return
		}
		defer resp.Body.Close()
		// The server gives a sign of life every 15 seconds.
		silence := time.AfterFunc(longestSilence, cancel)
		defer silence.Stop()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			silence.Reset(longestSilence)
			change, whole := event(lines)
			if whole && !yield(change, nil) {
				return
			}
		}
		err = lines.Err()
		if err == nil {
			err = errors.New("the server ended the stream")
		}
		yield(Change{}, &lostError{err})
	}
}

// event reads one event, beginning at the line just scanned.
func event(lines *bufio.Scanner) (Change, bool) {
	change, data := Change{Kind: "message"}, []byte(nil)
	for more := true; more && len(lines.Bytes()) > 0; more = lines.Scan() {
		name, value, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "event":
			change.Kind = string(value)
		case "data":
			data = append(data, value...)
		}
	}
	if change.Kind == "task" {
		change.Task = &Task{}
		err := json.Unmarshal(data, change.Task)
		change.Topic = "task:" + change.Task.ID
		return change, err == nil
	}
	return change, json.Unmarshal(data, &change) == nil
}

// WatchTask tells how a task stands, now and whenever that changes, until it
// is finished. Where no stream can be had, it looks again and again instead.
func (c *Client) WatchTask(ctx context.Context, task string) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		var last Task
		// show passes on what is new, and says whether to go on.
		show := func(t Task) bool {
			if t.same(last) {
				return true
			}
			last = t
			return yield(t, nil) && !t.Finished
		}
		for change, err := range c.Events(ctx, "task:"+task) {
			if err != nil {
				break
			}
			if change.Task != nil && !show(*change.Task) {
				return
			}
		}
		c.poll(ctx, task, show, yield)
	}
}

// poll looks at a task again and again.
func (c *Client) poll(ctx context.Context, task string, show func(Task) bool, yield func(Task, error) bool) {
	for {
		t, err := c.Task(ctx, task)
		if err != nil {
			yield(Task{}, err)
			return
		}
		if !show(t) {
			return
		}
		if err := sleep(ctx, c.pollEvery); err != nil {
			yield(Task{}, err)
			return
		}
	}
}

// same says whether nothing happened in between.
func (t Task) same(other Task) bool {
	return t.ID == other.ID && t.State == other.State && t.Finished == other.Finished && t.Total == other.Total && t.Done == other.Done &&
		t.Failed == other.Failed && t.Skipped == other.Skipped && t.Note == other.Note
}
