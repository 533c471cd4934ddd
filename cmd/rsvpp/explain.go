package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// usageError is a command line, or a setting, that cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func isUsage(err error) bool {
	var u usageError
	return errors.As(err, &u)
}

// sayf is a failure in one plain sentence; cause is shown with --verbose only.
func sayf(cause error, format string, args ...any) error {
	return vpp.Wrap(vpp.Unavailable, cause, format, args...)
}

// explain prints an error as sentences, one per line.
func (p *cli) explain(err error) {
	for _, sentence := range p.sentences(err) {
		_, _ = fmt.Fprintln(p.err, "rsvpp:", sentence) // there is nobody else to tell
	}
	if p.verbose {
		_, _ = fmt.Fprintln(p.err, "cause:", clean(err.Error()))
	}
}

func (p *cli) sentences(err error) []string {
	var ours *vpp.Error
	var usage usageError
	switch {
	case errors.As(err, &ours):
		return []string{clean(ours.Message)}
	case errors.As(err, &usage):
		return strings.Split(usage.Error(), "\n")
	case !p.started: // cobra's own words about flags and arguments
		return []string{p.misused(err.Error()), "Run " + p.called.CommandPath() + " --help to see what there is."}
	case errors.Is(err, context.Canceled):
		return []string{"Interrupted."}
	}
	return p.ofServer(err)
}

// misused says in words of ours what cobra says of arguments and flags, as far
// as its own are hard to understand.
func (p *cli) misused(said string) string {
	flags := func(list, by, word string) string { return "--" + strings.ReplaceAll(list, by, " "+word+" --") }
	if strings.HasPrefix(said, "accepts ") || strings.HasPrefix(said, "requires ") {
		return "it is called like this: " + p.called.UseLine()
	}
	if list, is := strings.CutPrefix(said, "required flag(s) \""); is {
		list, _, _ = strings.Cut(list, "\" not set")
		return "say " + flags(list, `", "`, "and")
	}
	if list, is := strings.CutPrefix(said, "if any flags in the group ["); is && strings.Contains(said, "none of the others can be") {
		list, _, _ = strings.Cut(list, "]")
		return "say only one of " + flags(list, " ", "or")
	}
	return said
}
