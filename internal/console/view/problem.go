package view

// Problem is the page for what went wrong.
type Problem struct {
	Page     Page
	Sentence string // what is wrong
	Advice   string // what to do
	Request  string // the request's id, to find it in the log
	Back     Link
}
