package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// confirm asks a yes-or-no question. Where nobody can answer, only --yes says yes.
func (p *cli) confirm(question string, yes bool) (bool, error) {
	if yes {
		return true, nil
	}
	if !p.asks {
		return false, usagef("nobody is here to confirm: say --yes, after a look with --dry-run where there is one")
	}
	_, _ = fmt.Fprint(p.err, question+" [y/N] ")
	answer, err := bufio.NewReader(io.LimitReader(p.in, 1024)).ReadString('\n')
	if err != nil && answer == "" {
		_, _ = fmt.Fprintln(p.err)
		return false, nil // an end of input is a no
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, p.println("Nothing was done.")
}
