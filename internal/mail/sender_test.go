package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// What mail servers do, and what becomes of the letter (F-37, the bad input).
func TestServersThatSayNo(t *testing.T) {
	cases := map[string]struct {
		faults   mailtest.Faults
		want     mail.Outcome
		cause    mail.Cause
		code     int
		enhanced string
		words    string
		retry    bool
	}{
		"unknown address":     {mailtest.Faults{Unknown: []string{"ANNA@example.org"}}, mail.Refused, mail.CauseRecipient, 550, "5.1.1", "Check the address", false},
		"greylist":            {mailtest.Faults{Greylist: 1}, mail.Deferred, mail.CauseServer, 450, "4.7.1", "come back later", true},
		"busy":                {mailtest.Faults{Busy: 1}, mail.Deferred, mail.CauseServer, 421, "4.3.2", "busy", true},
		"greets and hangs up": {mailtest.Faults{HangUp: 1}, mail.Deferred, mail.CauseServer, 0, "", "hung up at once", true},
		"refuses after DATA":  {mailtest.Faults{RefuseData: 1}, mail.Refused, mail.CauseLetter, 554, "5.7.1", "looks like spam", false},
		"loses the answer":    {mailtest.Faults{LoseAnswer: 1}, mail.Unknown, mail.CauseNetwork, 0, "", "may have arrived", true},
		"refuses the sender":  {mailtest.Faults{RefuseSender: true}, mail.Refused, mail.CauseSettings, 553, "5.7.1", "sender's address", false},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, mailtest.Options{Faults: one.faults})
			sender := newSender(t, relayTo(server), mail.Ports{})
			got := sender.Send(t.Context(), letterTo("anna@example.org"))
			wantOutcome(t, got, one.want, one.words)
			if got.Cause != one.cause || got.Code != one.code || got.Enhanced != one.enhanced || got.Retry != one.retry || (got.After > 0) != one.retry {
				t.Errorf("%+v", got)
			}
			server.SetFaults(mailtest.None())
			wantOutcome(t, sender.Send(t.Context(), letterTo("bob@example.org")), mail.Accepted, "")
		})
	}
}

// A refused recipient does not cost the connection; RSET cleans up after it.
func TestConnectionSurvivesRefusal(t *testing.T) {
	server := newServer(t, mailtest.Options{Faults: mailtest.Faults{Unknown: []string{"nobody@example.org"}}})
	sender := newSender(t, relayTo(server), mail.Ports{})
	for range 3 {
		wantOutcome(t, sender.Send(t.Context(), letterTo("nobody@example.org")), mail.Refused, "")
		wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")
	}
	if n := server.Connections(); n != 1 {
		t.Errorf("%d connections for 6 letters, want 1", n)
	}
}

// A kept connection that died while idle is replaced; nothing arrives twice.
func TestDeadConnectionIsReplaced(t *testing.T) {
	for name, kill := range map[string]func(*mailtest.Server){
		"dropped":      (*mailtest.Server).DropConnections,
		"dropped late": func(s *mailtest.Server) { s.SetFaults(mailtest.Faults{DropAfter: 1}) },
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, mailtest.Options{})
			sender := newSender(t, relayTo(server), mail.Ports{})
			for i := range 4 {
				wantOutcome(t, sender.Send(t.Context(), letterTo(fmt.Sprintf("p%d@example.org", i))), mail.Accepted, "")
				kill(server)
			}
			if letters, conns := len(server.Letters()), server.Connections(); letters != 4 || conns != 4 {
				t.Errorf("%d letters over %d connections, want 4 over 4", letters, conns)
			}
		})
	}
}

// After the final dot a lost answer is never tried again behind the caller's
// back, not even over a kept connection.
func TestLostAnswerIsNotRepeated(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(server), mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("bob@example.org")), mail.Accepted, "")
	server.SetFaults(mailtest.Faults{LoseAnswer: 1})
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Unknown, "twice")
	if n := server.Count(); n != 2 {
		t.Errorf("the server took %d letters, want 2", n)
	}
}

// N connections, callers beyond wait, every letter arrives once.
func TestManyCallersShareConnections(t *testing.T) {
	server := newServer(t, mailtest.Options{Limits: mailtest.Limits{Letters: 1000}})
	settings := relayTo(server)
	settings.MaxConnections = 3
	sender := newSender(t, settings, mail.Ports{})
	var crowd sync.WaitGroup
	for i := range 250 {
		crowd.Go(func() {
			if got := sender.Send(t.Context(), letterTo(fmt.Sprintf("p%d@example.org", i))); got.Outcome != mail.Accepted {
				t.Error(got.Sentence)
			}
		})
	}
	crowd.Wait()
	once := map[string]int{}
	for _, letter := range server.Letters() {
		once[letter.To[0]]++
	}
	if len(once) != 250 || server.Count() != 250 {
		t.Errorf("%d people got %d letters", len(once), server.Count())
	}
	if n := server.Connections(); n < 3 || n > 6 { // each carries 100 letters
		t.Errorf("%d connections for 250 letters of 3 at once", n)
	}
}

func TestWaitingCallerCanLeave(t *testing.T) {
	silent := newSilentServer(t)
	settings := silent.settings()
	settings.MaxConnections = 1
	sender := newSender(t, settings, mail.Ports{})
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan mail.Result)
	for range 2 {
		go func() { results <- sender.Send(ctx, letterTo("anna@example.org")) }()
	}
	<-silent.visited
	cancel()
	for range 2 {
		wantOutcome(t, <-results, mail.Deferred, "stopped before")
	}
}

func TestSilentServerTimesOut(t *testing.T) {
	silent := newSilentServer(t)
	settings := silent.settings()
	settings.Timeout = 500 * time.Millisecond
	sender := newSender(t, settings, mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Deferred, "did not answer in time")
}

func TestServersThatTalkNonsense(t *testing.T) {
	for name, one := range map[string]struct{ says, words string }{
		"web server":    {"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak SMTP"},
		"endless":       {"220-" + strings.Repeat(strings.Repeat("x", 998)+"\r\n220-", 400), "without end"},
		"says no":       {"554 5.7.1 your network is on a list\r\n", "takes no mail from this server"},
		"empty":         {"", "hung up at once"},
		"later, please": {"421 4.7.0 come back\r\n", "come back later"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := mail.Settings{Mode: mail.Relay, Host: "relay.example.test", Port: 2525, Security: mail.Plain, FromAddress: "it@example.com", Timeout: 5 * time.Second}
			sender := newSender(t, settings, mail.Ports{Resolver: zone{"relay.example.test": {hosts: []string{"127.0.0.1"}}}, Dial: func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() {
					_, _ = theirs.Write([]byte(one.says))
					_ = theirs.Close()
				}()
				return ours, nil
			}})
			got := sender.Send(t.Context(), letterTo("anna@example.org"))
			wantOutcome(t, got, mail.Deferred, one.words)
			if len([]rune(got.Answer)) > 500 {
				t.Errorf("answer of %d letters", len(got.Answer))
			}
		})
	}
}

// F-38: without mail nothing pretends.
func TestNoMailConfigured(t *testing.T) {
	sender := newSender(t, mail.Settings{}, mail.Ports{})
	got := sender.Send(t.Context(), letterTo("anna@example.org"))
	wantOutcome(t, got, mail.Refused, "nothing was mailed")
	if got.Retry || got.Cause != mail.CauseSettings {
		t.Errorf("%+v", got)
	}
	wantOutcome(t, sender.Test(t.Context(), "anna@example.org").Result, mail.Refused, "nothing was mailed")
}

// Changed settings take the next letter elsewhere; faulty ones change nothing.
func TestChangeSwapsTheServer(t *testing.T) {
	first, second := newServer(t, mailtest.Options{}), newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(first), mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")
	if err := sender.Change(mail.Settings{Mode: mail.Relay}); err == nil {
		t.Fatal("faulty settings were taken")
	}
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")
	if err := sender.Change(relayTo(second)); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")
	if first.Count() != 2 || second.Count() != 1 {
		t.Errorf("first got %d, second %d", first.Count(), second.Count())
	}
}

func TestClosedSenderDefers(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(server), mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Accepted, "")
	if err := errors.Join(sender.Close(), sender.Close()); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@example.org")), mail.Deferred, "stopped")
}

// silentServer accepts connections and never says a word.
type silentServer struct {
	net.Listener
	visited chan struct{}
}

func newSilentServer(t *testing.T) *silentServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := &silentServer{Listener: l, visited: make(chan struct{}, 10)}
	var conns []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, conn)
			silent.visited <- struct{}{}
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	return silent
}

func (s *silentServer) settings() mail.Settings {
	address := s.Addr().(*net.TCPAddr)
	return mail.Settings{Mode: mail.Relay, Host: "127.0.0.1", Port: address.Port, Security: mail.Plain, FromAddress: "it@example.com"}
}
