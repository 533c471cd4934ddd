package mail

import (
	"context"
	"time"
)

// Report tells how a test letter fared, step by step.
type Report struct {
	Result Result
	Steps  []ReportStep
	Hints  []Hint // what recipients' servers find out about us
}

// ReportStep is one step of the exchange.
type ReportStep struct {
	Step   Step
	OK     bool
	Took   time.Duration
	Answer string // what the server said, or how the step failed; one clean line
}

// Test sends a test letter over a new connection and reports each step, for
// the button "send a test mail to me". Kept connections are left alone.
func (s *Sender) Test(ctx context.Context, to string) Report {
	p, open := s.enter()
	if !open {
		return Report{Result: (&failure{err: errClosed}).result()}
	}
	defer s.busy.Done()
	if p.settings.Mode == None {
		return Report{Result: notConfigured()}
	}
	paper := s.papers.take()
	defer s.papers.give(paper)
	e, err := p.sender.write(testLetter(to, p.ports.NewID(), p.sender.address.Domain, p.ports.Now()), paper)
	if err != nil {
		return Report{Result: unsendable(err)}
	}
	hints := make(chan []Hint, 1)
	go func() { hints <- p.hints(ctx) }() // beside the sending, which waits for no name
	report := p.try(ctx, e)
	report.Hints = <-hints
	return report
}

// try walks the hosts like send does, watched.
func (p *pool) try(ctx context.Context, e *envelope) Report {
	var report Report
	hosts, fail := p.hostsFor(ctx, e.to.Domain, report.note)
	for _, host := range hosts {
		var c *conn
		if c, fail = p.open(ctx, host, report.note); fail != nil {
			if fail.beforeLetter() {
				continue
			}
			break
		}
		var said answer
		if said, fail = c.deliver(ctx, e); fail == nil {
			report.Result = c.accepted(said)
			c.close()
			return report
		}
		c.drop()
		break
	}
	report.Result = fail.result()
	return report
}

// note writes one step down.
func (r *Report) note(step Step, took time.Duration, said string, err error) {
	line := ReportStep{Step: step, OK: err == nil, Took: took, Answer: oneLine(said, longestAnswer)}
	if err != nil {
		line.Answer = oneLine(err.Error(), longestAnswer)
	}
	r.Steps = append(r.Steps, line)
}

func testLetter(to, id, domain string, now time.Time) Letter {
	return Letter{
		ToAddress: to,
		Subject:   "Test mail from rsvpp",
		Text:      "This is the test mail you asked for.\n\nIt arrived, so the mail settings work. Nothing else needs to be done.\n",
		MessageID: "test." + id + "@" + domain,
		Date:      now,
		Headers:   map[string]string{"Auto-Submitted": "auto-generated"},
	}
}
