package view

// AppleErrors is the table of Apple's error numbers in plain words.
type AppleErrors struct {
	Page  Page
	Lines []AppleError
}

// AppleError is one number.
type AppleError struct {
	Name     string // "9635"; a word for ours
	Sentence string
	Cause    string
	Next     string
}
