package view

// MDMServers are the connected MDM servers, in the settings of device management.
type MDMServers struct {
	Lines []MDMServerLine
	May   bool // connect others
}

// MDMServerLine is one of them.
type MDMServerLine struct {
	ID      string
	Name    string
	Kind    string
	Tone    Tone
	State   string
	Devices int
	Synced  Moment
}

// MDMServerAdd is the page that connects one.
type MDMServerAdd struct {
	Page   Page
	Kinds  []Choice
	Fields []Field
	Signed bool
	Error  string
}

// MDMServerCard is the page of one.
type MDMServerCard struct {
	Page   Page
	ID     string
	Facts  []Fact
	Setup  []Fact // to be set at the server
	Cannot []string
	Lists  bool // its devices can be read
	Result []Check
	Key    Field
}
