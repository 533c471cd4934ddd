package vpp

import "time"

// Job is promised work. The queue runs each at least once, so each is
// written to find out by itself what is still to do.
type Job interface{ Kind() string }

type (
	// ExpandTask turns a task's selection into items and queued writes.
	ExpandTask struct{ TaskID TaskID }
	// TendLocation makes the due calls to Apple of one location: writes,
	// looks at events, reads.
	TendLocation struct{ LocationID LocationID }
	// SendMail hands over due letters.
	SendMail struct{}
	// ImportPeople writes the rows of an uploaded file.
	ImportPeople struct{ TaskID TaskID }
	// SendNotices hands over due notices to administrators.
	SendNotices struct{}
	// PostWebhook posts the messages that are due for one webhook.
	PostWebhook struct{ WebhookID WebhookID }
	// Sweep wakes whatever is due: deferred letters, reads by cadence,
	// claims of the dead. It runs periodically.
	Sweep struct{}

	// SweepDevices wakes devices with open commands again, and asks some who is
	// signed in. It is apart from Sweep: Apple's push service may be silent for
	// long, and nothing else is to wait for it.
	SweepDevices struct{}
	// TendServers asks connected MDM servers for answers and devices that are
	// due. It runs periodically.
	TendServers struct{}
)

func (ExpandTask) Kind() string   { return "task.expand" }
func (TendLocation) Kind() string { return "program.tend" }
func (SendMail) Kind() string     { return "invite.send" }
func (ImportPeople) Kind() string { return "roster.import" }
func (SendNotices) Kind() string  { return "notice.send" }
func (PostWebhook) Kind() string  { return "webhook.post" }
func (Sweep) Kind() string        { return "sweep" }
func (SweepDevices) Kind() string { return "sweep_devices" }

func (TendServers) Kind() string { return "connect.tend" }

// Later is returned by a job that wants to be run again at a time, because
// there is more to do and nothing went wrong.
type Later struct{ At time.Time }

func (l *Later) Error() string { return "again at " + l.At.Format(time.RFC3339) }
