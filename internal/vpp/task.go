package vpp

import (
	"strings"
	"time"
)

// TaskKind names what a task does.
type TaskKind string

// The kinds of task.
const (
	TaskImport   TaskKind = "import"
	TaskInvite   TaskKind = "invite"
	TaskResend   TaskKind = "resend"
	TaskSync     TaskKind = "sync"
	TaskDelete   TaskKind = "delete"
	TaskAssign   TaskKind = "assign"    // licenses of an app or book
	TaskTakeBack TaskKind = "take-back" // the same the other way
)

// Task is a piece of work an administrator can watch.
type Task struct {
	ID         TaskID
	Kind       TaskKind
	LocationID LocationID
	Title      string // "Invite 240 people"
	CreatedBy  string
	CreatedAt  time.Time
	HoldUntil  time.Time // nothing is sent to Apple before: time to undo; zero for none
	ReleasedAt time.Time // that time is over and the writes are queued
	ExpandedAt time.Time // everybody meant is known; Total is final
	FinishedAt time.Time
	CanceledAt time.Time
	Total      int // people meant
	Done       int
	Failed     int
	Skipped    int
	Note       string            // a sentence about how it stands, "" when the counts say it all
	Result     map[string]int    // kind-specific counts: "pushed", "pulled_registered", …
	Params     map[string]string // what was asked, without secrets
}

// Held says whether nothing was sent to Apple yet, because there is time to undo.
func (t Task) Held() bool {
	return !t.HoldUntil.IsZero() && t.ReleasedAt.IsZero() && t.FinishedAt.IsZero() && t.CanceledAt.IsZero()
}

// ourKey begins the idempotency keys that the server makes.
const ourKey = "rsvpp:"

// OurKey is an idempotency key that the server makes of what is repeated: the
// same whoever asks. Doors put a word of theirs in front of keys that callers
// send, so that nobody can make one up.
func OurKey(of string) string { return ourKey + of }

// IsOurKey says whether the server made a key.
func IsOurKey(key string) bool { return strings.HasPrefix(key, ourKey) }

// TaskState is derived from a task's facts.
type TaskState string

// The states of a task.
const (
	TaskQueued   TaskState = "queued"
	TaskRunning  TaskState = "running"
	TaskDone     TaskState = "done"
	TaskFailed   TaskState = "failed" // finished, with failures
	TaskCanceled TaskState = "canceled"
)

// State derives the task's state.
func (t Task) State() TaskState {
	switch {
	case !t.CanceledAt.IsZero():
		return TaskCanceled
	case !t.FinishedAt.IsZero() && t.Failed > 0:
		return TaskFailed
	case !t.FinishedAt.IsZero():
		return TaskDone
	case t.Held():
		return TaskQueued
	case t.ExpandedAt.IsZero() && t.Done+t.Failed+t.Skipped == 0:
		return TaskQueued
	}
	return TaskRunning
}

// ItemState is how one person's part of a task stands.
type ItemState string

// The states of an item. Queued and Waiting are open.
const (
	ItemQueued  ItemState = "queued"  // waits for our call to Apple
	ItemWaiting ItemState = "waiting" // Apple has it, or the mail is on its way
	ItemDone    ItemState = "done"
	ItemFailed  ItemState = "failed"
	ItemSkipped ItemState = "skipped"
)

// TaskItem is one person's part of a task.
type TaskItem struct {
	TaskID        TaskID
	ProgramUserID ProgramUserID
	UserID        UserID
	FullName      string
	Email         string
	State         ItemState
	Detail        string // what happened, or why it was skipped, in a sentence
	AppleError    int    // Apple's error number, when Apple refused; 0 if none
	UpdatedAt     time.Time
}
