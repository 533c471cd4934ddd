package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// report is what a rehearsal found.
type report struct {
	OK          bool                    `json:"ok"`
	People      int                     `json:"people"`
	Seed        uint64                  `json:"seed"`
	Faults      string                  `json:"faults"`
	Database    string                  `json:"database"`
	Nodes       int                     `json:"nodes"` // processes; 0: inside the rehearsal
	Kills       int                     `json:"kills"`
	Seconds     float64                 `json:"seconds"`
	Phases      []phase                 `json:"phases"`
	Status      map[string]int          `json:"status"`
	AtApple     map[applesim.Status]int `json:"at_apple"` // records, retired ones included
	Calls       []callUse               `json:"apple_calls"`
	CallsUsed   int                     `json:"apple_calls_used"`
	CallsLeast  int                     `json:"apple_calls_least"`
	FaultsMet   int                     `json:"apple_faults_met"`
	Custody     custodyUse              `json:"custody"`
	Mail        mailUse                 `json:"mail"`
	Devices     *deviceUse              `json:"devices,omitempty"`
	Differences []difference            `json:"differences"`
}

// mailUse is what the mail server saw against what was due.
type mailUse struct {
	Due     int `json:"due"`     // letters that our server says it sent
	Letters int `json:"letters"` // different ones that the mail server took
	Repeats int `json:"repeats"` // taken once more under the same Message-ID
	Unheard int `json:"unheard"` // taken, and the answer got lost for good
}

func (p *cli) rehearse(ctx context.Context, o rehearsalOptions) (err error) {
	begun := time.Now()
	people := inventPeople(o.users, o.seed, peopleShares{noAddress: 12, managed: 10, unusable: 4})
	options := o.stage()
	s, err := p.openStage(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r := &rehearsal{p: p, o: o, s: s, c: s.client, cast: newCast(people, o.seed), faulty: mailFaults(o.faults, o.seed).Unreachable}
	r.late, r.holders = r.cast.newcomers(), map[string]bool{}
	r.post = newPostman(ctx, s.mail.Box(), r.cast, s.house.url())
	defer r.post.stop()
	if o.devices > 0 {
		if r.fleet, err = newFleet(ctx, s, options); err != nil {
			return err
		}
		defer r.fleet.stop()
	}
	defer r.end()
	if err := r.play(ctx); err != nil {
		return err
	}
	rep := r.begin(begun)
	if err := r.check(ctx, rep); err != nil {
		return err
	}
	rep.Differences = append(rep.Differences, r.found...)
	rep.OK = len(r.found) == 0
	return p.tell(rep)
}

// end lets go of whatever was listened to.
func (r *rehearsal) end() {
	for _, end := range r.ending {
		end()
	}
}

// begin fills in what is known without looking at people.
func (r *rehearsal) begin(begun time.Time) *report {
	calls := r.s.apple.Calls()
	rep := &report{
		People: r.o.users, Seed: r.o.seed, Faults: r.o.faults, Database: "sqlite", Nodes: r.o.nodes, Kills: r.killed,
		Seconds: time.Since(begun).Seconds(), Phases: r.phases, Calls: r.least.against(calls), Differences: []difference{},
	}
	if r.o.database != "" && strings.Contains(r.o.database, "://") {
		rep.Database = "postgresql"
	}
	for _, c := range rep.Calls {
		rep.CallsUsed += c.Used
		rep.CallsLeast += c.Least
	}
	rep.Custody = r.custody
	for _, n := range calls.ByFault {
		rep.FaultsMet += n
	}
	if r.killed < r.o.kills {
		r.differ("", "only %d of %d kills found work to interrupt: take more people", r.killed, r.o.kills)
	}
	return rep
}

// tell prints the report, and fails if anything differs.
func (p *cli) tell(rep *report) error {
	var err error
	if p.json {
		err = p.printJSON(rep)
	} else {
		err = p.printReport(rep)
	}
	if err == nil && !rep.OK {
		return sayf(nil, "The rehearsal found %s.", many(len(rep.Differences), "difference", "differences"))
	}
	return err
}

const mostDifferences = 100

func (p *cli) printReport(rep *report) error {
	facts := &table{}
	facts.add("People", count(rep.People)+" ("+statusWords(rep.Status)+")")
	facts.add("Records at Apple", fmt.Sprintf("%s open, %s linked, %s retired", count(rep.AtApple[applesim.Registered]), count(rep.AtApple[applesim.Associated]), count(rep.AtApple[applesim.Retired])))
	facts.add("Letters", fmt.Sprintf("%s due, %s sent, %s repeated after a lost answer, %s came back", count(rep.Mail.Due), count(rep.Mail.Letters), count(rep.Mail.Repeats), count(rep.Custody.Returned)))
	if d := rep.Devices; d != nil {
		facts.add("Devices", fmt.Sprintf("%s, %s pushes, %s commands, %s prompts shown, %s refused, %s seen twice, %s where Apple has none",
			count(d.Devices), count(d.Pushes), count(d.Commands), count(d.Shown), count(d.Refused), count(d.Twice), count(d.Misled)))
		facts.add("App Store accounts", fmt.Sprintf("told %s times; %s right, %s other, %s nobody's", count(d.Told), count(d.Right), count(d.Other), count(d.Nobody)))
	}
	for _, line := range rep.Custody.words() {
		facts.add(line[0], line[1])
	}
	facts.add("Calls to Apple", fmt.Sprintf("%s, the least possible is %s (%s ×); %s went wrong on purpose", count(rep.CallsUsed), count(rep.CallsLeast), ratio(rep.CallsUsed, rep.CallsLeast), count(rep.FaultsMet)))
	facts.add("Database", rep.Database+nodeWords(rep))
	facts.add("Time", strconv.FormatFloat(rep.Seconds, 'f', 1, 64)+" s")
	calls := &table{header: []string{"CALL", "USED", "LEAST"}, right: []int{1, 2}}
	for _, c := range rep.Calls {
		calls.add(c.Endpoint, count(c.Used), count(c.Least))
	}
	if err := errors.Join(p.println(""), facts.write(p.out), p.println(""), calls.write(p.out), p.println("")); err != nil {
		return err
	}
	if rep.OK {
		return p.println("Everything is as it must be: our state equals Apple's, person by person.")
	}
	out := &table{header: []string{"DIFFERENCE", ""}}
	for i, d := range rep.Differences {
		if i == mostDifferences {
			out.add("…", fmt.Sprintf("and %d more (see --json)", len(rep.Differences)-i))
			break
		}
		out.add(d.Person, d.What)
	}
	return out.write(p.out)
}

func statusWords(status map[string]int) string {
	var words []string
	for _, s := range []string{client.NotInvited, client.Invited, client.Registered, client.Removed} {
		words = append(words, count(status[s])+" "+strings.ToLower(statusWord(s)))
	}
	return strings.Join(words, ", ")
}

func ratio(used, least int) string {
	if least == 0 {
		return "?"
	}
	return strconv.FormatFloat(float64(used)/float64(least), 'f', 2, 64)
}

func nodeWords(rep *report) string {
	if rep.Nodes == 0 {
		return ", one server"
	}
	return fmt.Sprintf(", %d processes, %d killed", rep.Nodes, rep.Kills)
}
