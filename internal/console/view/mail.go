package view

// Mail is the page of mail settings.
type Mail struct {
	Page     Page
	Modes    []Choice // none, relay, direct
	Relay    []Field  // server, port, user, password
	Security []Choice
	Insecure string  // what is wrong with the security
	Direct   []Field // the name this server greets with
	Sender   []Field // from name, from address, reply-to
	Signing  Signing
	Letter   Letter
	TestTo   Field
	Report   []Check // of the last test mail
	Hints    []Check // what recipients' servers find out about us
	Error    string
}

// Signing is how letters are signed (DKIM).
type Signing struct {
	On     bool
	Fields []Field
	Name   string // of the TXT record
	Record string // what it must say; "" while there is no key
	Error  string
}
