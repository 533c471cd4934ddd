package mailtest

import (
	"crypto/subtle"
	"io"
	"strconv"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one client's visit; go-smtp calls it from one goroutine.
type session struct {
	server   *Server
	conn     *smtp.Conn
	key      string // for faults that strike connections
	signedIn bool
	letters  int
	from     string
	utf8     bool
	to       []string
}

var _ smtp.AuthSession = (*session)(nil)

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	visit := &session{server: s, conn: c, key: strconv.FormatInt(s.opened.Load(), 10)}
	faults := s.faults.Load()
	if faults.hits(hangUp, visit.key, faults.HangUp) {
		_ = c.Conn().Close() // greeted, and gone
	}
	return visit, nil
}

// AuthMechanisms offers PLAIN where a user name is set.
func (v *session) AuthMechanisms() []string {
	if v.server.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks user name and password.
func (v *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		right := subtle.ConstantTimeCompare([]byte(username+"\x00"+password),
			[]byte(v.server.options.Username+"\x00"+v.server.options.Password))
		if right != 1 {
			return smtp.ErrAuthFailed
		}
		v.signedIn = true
		return nil
	}), nil
}

// Mail hears the sender.
func (v *session) Mail(from string, options *smtp.MailOptions) error {
	faults := v.server.faults.Load()
	if v.server.options.Username != "" && !v.signedIn {
		return reply(530, smtp.EnhancedCode{5, 7, 0}, "Authentication required")
	}
	if faults.DropAfter > 0 && v.letters >= faults.DropAfter {
		_ = v.conn.Conn().Close() // as a server that lost patience while the client was idle
		return nil
	}
	if faults.hits(busy, v.key+"."+strconv.Itoa(v.letters), faults.Busy) {
		return reply(421, smtp.EnhancedCode{4, 3, 2}, "Too busy, come back later")
	}
	if faults.RefuseSender {
		return reply(553, smtp.EnhancedCode{5, 7, 1}, "Sender address rejected: not owned by user")
	}
	v.from, v.to = from, nil
	v.utf8 = options != nil && options.UTF8
	return nil
}

// Rcpt hears a recipient.
func (v *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	faults := v.server.faults.Load()
	if faults.refusesRecipient(to) {
		return reply(550, smtp.EnhancedCode{5, 1, 1}, "No such user here")
	}
	if faults.hits(greylist, to, faults.Greylist) && v.server.tries.first(greylist, to) {
		return reply(450, smtp.EnhancedCode{4, 7, 1}, "Greylisted, please come back later")
	}
	v.to = append(v.to, to)
	return nil
}

// Data takes the letter.
func (v *session) Data(r io.Reader) error {
	faults := v.server.faults.Load()
	raw, err := v.read(r)
	if err != nil {
		return err
	}
	v.letters++
	to := v.to[0]
	if faults.hits(slow, to, faults.Slow) {
		time.Sleep(faults.SlowBy) //nolint:forbidigo // slowness is what was asked for
	}
	if faults.refusesLetter(to) {
		return reply(554, smtp.EnhancedCode{5, 7, 1}, "Message rejected as spam")
	}
	v.accept(raw)
	if faults.hits(loseAnswer, to, faults.LoseAnswer) && v.server.tries.first(loseAnswer, to) {
		_ = v.conn.Conn().Close() // accepted, but nobody will hear of it
	}
	return nil
}

func (v *session) read(r io.Reader) ([]byte, error) {
	if v.server.options.CountOnly {
		_, err := io.Copy(io.Discard, r)
		return nil, err
	}
	return io.ReadAll(r)
}

func (v *session) accept(raw []byte) {
	if !v.server.options.CountOnly {
		_, encrypted := v.conn.TLSConnectionState()
		letter := readLetter(raw)
		letter.From, letter.To = v.from, v.to
		letter.At, letter.UTF8, letter.Encrypted = v.server.options.Now(), v.utf8, encrypted
		v.server.box.Add(letter)
	}
	v.server.count.Add(1)
}

// Reset forgets the letter that was begun.
func (v *session) Reset() { v.from, v.to = "", nil }

// Logout ends the visit.
func (v *session) Logout() error { return nil }

func reply(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}
