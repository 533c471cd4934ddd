package view

// TaskState says how a task stands.
type TaskState string

// The states of a task.
const (
	TaskWaiting   TaskState = "waiting"
	TaskRunning   TaskState = "running"
	TaskDone      TaskState = "done"
	TaskPartly    TaskState = "partly" // finished, and some people failed
	TaskFailed    TaskState = "failed"
	TaskCancelled TaskState = "cancelled"
)

func (s TaskState) tone() Tone {
	switch s {
	case TaskDone:
		return Good
	case TaskPartly:
		return Warn
	case TaskFailed:
		return Bad
	case TaskRunning:
		return Info
	default:
		return Neutral
	}
}

func (s TaskState) word() string {
	switch s {
	case TaskPartly:
		return "Done, some failed"
	case TaskWaiting:
		return "Waiting"
	case TaskRunning:
		return "Running"
	case TaskDone:
		return "Done"
	case TaskFailed:
		return "Failed"
	default:
		return "Cancelled"
	}
}

func (s TaskState) alive() bool { return s == TaskWaiting || s == TaskRunning }

// TaskLine is one task in a list.
type TaskLine struct {
	ID       string
	Title    string // "Invite 240 people by e-mail"
	By       string
	Location string
	State    TaskState
	Started  Moment
	Ended    Moment
	Done     int
	Failed   int
	Total    int
	Note     string // "Apple asked us to wait until 14:05"
}

// Tasks is the list of tasks.
type Tasks struct {
	Page    Page
	Filters []Choice // Value is the address
	Lines   []TaskLine
	Pager   Pager
}

// Task is one task with its people.
type Task struct {
	Page    Page
	Line    TaskLine
	Filters []Choice // Value is the address, Hint the count
	Items   []TaskItem
	Pager   Pager
	Steer   bool   // this administrator may cancel and repeat it
	Held    Moment // nothing is sent to Apple before; none when there is nothing to undo
	HeldAt  string // that time of day
}

// TaskItem is what became of one person in a task.
type TaskItem struct {
	UserID string // "" for somebody who was removed
	Name   string
	Email  string
	Tone   Tone
	State  string // "Sent", "Waiting for Apple", "Refused"
	Error  string // the number of Apple's refusal, "" for none
	Answer string // the last answer of Apple, the mail server or the device
	Link   string // the landing page's link, to hand over by hand; "" where a message carries it
	At     Moment
}
