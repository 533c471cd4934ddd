package view

// Question asks whether something is really to be done.
type Question struct {
	Page   Page
	Title  string // the question
	Text   string // what follows from it
	Verb   string // on the button that does it
	Action string // where the answer goes
	Fields []Hidden
	Back   string // where to go if it is not to be done
}
