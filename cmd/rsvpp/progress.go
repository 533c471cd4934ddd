package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work has come: a bar on a terminal, a line at
// every tenth elsewhere.
type progress struct {
	out  io.Writer
	what string
	bar  *progressbar.ProgressBar // nil without a terminal
	last int                      // tenths shown, -1 for none
}

func (p *cli) progress(what string) *progress {
	show := &progress{out: p.err, what: what, last: -1}
	if p.draws {
		show.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(p.err), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(true))
	}
	return show
}

// set says how much of how much is done; a total of 0 is not known yet.
// Nothing here may stop the work: a terminal that went away is no reason.
func (s *progress) set(done, total int) {
	if total <= 0 {
		return
	}
	if s.bar != nil {
		if s.bar.GetMax() != total {
			s.bar.ChangeMax(total)
		}
		_ = s.bar.Set(min(done, total))
		return
	}
	if tenth := done * 10 / total; tenth > s.last {
		s.last = tenth
		_, _ = fmt.Fprintf(s.out, "%s: %s of %s\n", s.what, count(done), count(total))
	}
}

func (s *progress) end() {
	if s.bar != nil {
		_ = s.bar.Finish()
	}
}
