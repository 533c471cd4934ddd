package view

// Commands are invitations on devices.
type Commands struct {
	Page    Page
	Tabs    []Choice // Value is the address
	Filters []Choice
	Lines   []CommandLine
	Pager   Pager
	Steer   bool // this administrator may take back and repeat
}

// CommandLine is one invitation on one device.
type CommandLine struct {
	ID       string
	User     Link // full name; without an address when the person was removed
	Device   Link
	Command  string
	Tone     Tone
	State    string
	Queued   Moment
	Attempts int
	Wakes    int
	PutOffs  int
	Answer   string
	Answered Moment
	Open     bool // it can be taken back; else it can be repeated
	Again    bool
}

// EnrollRule invites people when their devices enroll.
type EnrollRule struct {
	Page     Page
	On       bool
	ElseMail bool
	After    Field
	Groups   Field
	Since    Moment
	May      bool // this administrator may change it
	Error    string
}
