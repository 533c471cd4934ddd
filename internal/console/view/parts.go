package view

import (
	"strconv"

	"github.com/a-h/templ"
)

func digits(n int) string { return strconv.Itoa(n) }

func stepCurrent(yes bool) string {
	if yes {
		return "step"
	}
	return "false"
}

// described says to screen readers what explains the field and whether it is wrong.
func (f Field) described() templ.Attributes {
	out := templ.Attributes{}
	if ids := f.describedBy(); ids != "" {
		out["aria-describedby"] = ids
	}
	if f.Error != "" {
		out["aria-invalid"] = "true"
		out["autofocus"] = true // of several, the first
	}
	return out
}
