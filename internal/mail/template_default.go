package mail

import _ "embed"

//go:embed default.txt
var defaultText string

//go:embed default.html
var defaultHTML string

// DefaultTemplate is the letter that goes out until somebody writes another.
func DefaultTemplate() Template {
	return Template{
		Subject: "{{.Organization}} invites you: apps and books for your Apple device",
		Text:    defaultText,
		HTML:    defaultHTML,
	}
}
