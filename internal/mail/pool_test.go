package mail

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// scripted is the least mail server that one end of a pipe can be; it works in
// virtual time, where real connections cannot.
type scripted struct {
	offers  string // an extension
	lenient bool   // it takes a letter to nobody
	hangsUp bool   // after it refused somebody

	mu      sync.Mutex
	heard   []string
	read    int // lines of letters
	visited int
}

func (s *scripted) LookupMX(context.Context, string) ([]*net.MX, error) {
	return nil, &net.DNSError{IsNotFound: true}
}

func (s *scripted) LookupHost(_ context.Context, host string) ([]string, error) {
	return []string{host}, nil
}

func (s *scripted) LookupTXT(context.Context, string) ([]string, error) { return nil, nil }

func (s *scripted) LookupAddr(context.Context, string) ([]string, error) { return nil, nil }

func (s *scripted) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	s.mu.Lock()
	s.visited++
	s.mu.Unlock()
	go s.serve(theirs)
	return ours, nil
}

func (s *scripted) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	say := func(text string) { _, _ = conn.Write([]byte(text + "\r\n")) }
	say("220 scripted")
	inLetter, refused := false, false
	for lines.Scan() {
		line := lines.Text()
		if inLetter && line != "." {
			s.mu.Lock()
			s.read++
			s.mu.Unlock()
			continue
		}
		s.mu.Lock()
		s.heard = append(s.heard, line)
		s.mu.Unlock()
		switch word, _, _ := strings.Cut(line, " "); {
		case inLetter && refused:
			inLetter, refused = false, false
			say("554 5.5.1 to nobody")
		case inLetter:
			inLetter = false
			say("250 2.0.0 OK")
		case word == "EHLO" && s.offers != "":
			say("250-scripted\r\n250 " + s.offers)
		case word == "RSET":
			refused = false
			say("250 OK")
		case refused && s.hangsUp:
			return
		case refused && !s.lenient:
			say("503 5.5.1 first things first")
		case word == "DATA":
			inLetter = true
			say("354 go on")
		case word == "QUIT":
			say("221 bye")
			return
		case strings.Contains(line, "nobody@"):
			refused = true
			say("550 5.1.1 nobody of that name")
		default:
			say("250 OK")
		}
	}
}

func (s *scripted) tally() (visited, quit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.heard {
		if line == "QUIT" {
			quit++
		}
	}
	return s.visited, quit
}

func (s *scripted) verbs() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var verbs []string
	for _, line := range s.heard {
		verb, _, _ := strings.Cut(line, " ")
		verbs = append(verbs, verb)
	}
	return strings.Join(verbs, " ")
}

func scriptedSender(t *testing.T, other *scripted, most int) *Sender {
	t.Helper()
	sender, err := NewSender(Settings{Mode: Direct, FromAddress: "it@example.com", MaxConnections: most}, Ports{Resolver: other, Dial: other.dial})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func sendTo(t *testing.T, sender *Sender, address string) {
	t.Helper()
	got := sender.Send(t.Context(), Letter{ToAddress: address, Subject: "x", Text: "x", MessageID: "a@b"})
	if got.Outcome != Accepted {
		t.Fatalf("%+v", got)
	}
}

// Idle connections say good-bye after a while, and only then.
func TestIdleConnectionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &scripted{}
		sender := scriptedSender(t, other, 4)
		for range 3 {
			sendTo(t, sender, "anna@a.example")
			time.Sleep(longestIdle / 2)
			synctest.Wait()
		}
		if visited, quit := other.tally(); visited != 1 || quit != 0 {
			t.Fatalf("in use: %d connections, %d ended", visited, quit)
		}
		time.Sleep(2 * longestIdle)
		synctest.Wait()
		if visited, quit := other.tally(); visited != 1 || quit != 1 {
			t.Fatalf("idle: %d connections, %d ended", visited, quit)
		}
		sendTo(t, sender, "anna@a.example")
		_ = sender.Close()
		synctest.Wait()
		if visited, quit := other.tally(); visited != 2 || quit != 2 {
			t.Fatalf("closed: %d connections, %d ended", visited, quit)
		}
	})
}

// However many domains there are, open connections stay within the bound, and
// one connection carries so many letters and no more.
func TestConnectionsStayBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &scripted{}
		sender := scriptedSender(t, other, 2)
		for _, domain := range []string{"a.example", "b.example", "c.example", "d.example"} {
			sendTo(t, sender, "anna@"+domain)
		}
		synctest.Wait()
		if visited, quit := other.tally(); visited != 4 || quit != 2 {
			t.Fatalf("%d connections, %d ended, want 4 and 2", visited, quit)
		}
		for range lettersPerConnection + 1 {
			sendTo(t, sender, "anna@d.example")
		}
		if visited, _ := other.tally(); visited != 5 {
			t.Fatalf("%d connections, want 5", visited)
		}
		_ = sender.Close()
	})
}

// RSET only where a transaction was left open (some servers refuse a second
// MAIL otherwise), and NOOP never.
func TestResetOnlyAsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &scripted{}
		sender := scriptedSender(t, other, 1)
		sendTo(t, sender, "anna@a.example")
		refused := sender.Send(t.Context(), Letter{ToAddress: "nobody@a.example", Text: "x", MessageID: "a@b"})
		if refused.Outcome != Refused {
			t.Fatalf("%+v", refused)
		}
		sendTo(t, sender, "anna@a.example")
		sendTo(t, sender, "anna@a.example")
		_ = sender.Close()
		const want = "EHLO MAIL RCPT DATA . MAIL RCPT RSET MAIL RCPT DATA . MAIL RCPT DATA . QUIT"
		if got := other.verbs(); got != want {
			t.Errorf("heard %s\nwant  %s", got, want)
		}
	})
}

// To a server that offers it, a letter's opening goes out in one breath. Who is
// refused is told so, whatever the server makes of the rest, and the connection
// is kept if it lived.
func TestPipelining(t *testing.T) {
	const (
		letter = "MAIL RCPT DATA . "
		short  = "MAIL RCPT DATA "
	)
	for _, c := range []struct {
		name    string
		other   *scripted
		heard   string
		visited int
	}{
		{"refused and kept", &scripted{}, "EHLO " + letter + short + "RSET " + letter + "QUIT", 1},
		{"a letter to nobody would be taken", &scripted{lenient: true}, "EHLO " + letter + letter + letter + "QUIT", 1},
		{"hung up on", &scripted{hangsUp: true}, "EHLO " + letter + short + "EHLO " + letter + "QUIT", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				other := c.other
				other.offers = "PIPELINING"
				sender := scriptedSender(t, other, 1)
				sendTo(t, sender, "anna@a.example")
				whole := other.read
				got := sender.Send(t.Context(), Letter{ToAddress: "nobody@a.example", Text: "x", MessageID: "a@b"})
				if got.Outcome != Refused || got.Cause != CauseRecipient || !strings.Contains(got.Answer, "nobody of that name") {
					t.Errorf("%+v", got)
				}
				sendTo(t, sender, "anna@a.example")
				_ = sender.Close()
				synctest.Wait()
				if other.read != 2*whole {
					t.Errorf("%d lines were read, want twice %d", other.read, whole)
				}
				if got := other.verbs(); got != c.heard {
					t.Errorf("heard %s\nwant  %s", got, c.heard)
				}
				if visited, _ := other.tally(); visited != c.visited {
					t.Errorf("%d connections, want %d", visited, c.visited)
				}
			})
		})
	}
}

// Where the sender is refused, the other answers are waited for all the same.
func TestPipeliningRefusedSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &scripted{offers: "PIPELINING"}
		sender, err := NewSender(Settings{Mode: Direct, FromAddress: "nobody@example.com", MaxConnections: 1}, Ports{Resolver: other, Dial: other.dial})
		if err != nil {
			t.Fatal(err)
		}
		got := sender.Send(t.Context(), Letter{ToAddress: "anna@a.example", Text: "x", MessageID: "a@b"})
		if got.Outcome != Refused || got.Cause == CauseRecipient || !strings.Contains(got.Answer, "nobody of that name") {
			t.Errorf("%+v", got)
		}
		_ = sender.Close()
		synctest.Wait()
		if heard := other.verbs(); heard != "EHLO MAIL RCPT DATA QUIT" {
			t.Errorf("heard %s", heard)
		}
	})
}
