package mailtest

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// Encryption says how the server offers TLS.
type Encryption int

// The ways to offer TLS.
const (
	NoTLS Encryption = iota
	STARTTLS
	TLS // from the first byte
)

// Options make a server; the zero value is a friendly, unencrypted one.
type Options struct {
	Addr        string        // where to listen; empty: a free port on 127.0.0.1
	Name        string        // how the server calls itself; empty: mail.example.test
	Encryption  Encryption    // whether it speaks TLS
	Certificate Certificate   // and how good its certificate is
	Username    string        // if set, a client must sign in
	Password    string        //
	PlainASCII  bool          // do not offer SMTPUTF8
	IdleTimeout time.Duration // hang up (421) on silent clients; 0: never
	Faults      Faults        // what goes wrong on purpose
	CountOnly   bool          // read letters, count them, forget them
	Limits      Limits        // how much is kept
	Now         func() time.Time
}

// Server is a running mail server.
type Server struct {
	options  Options
	smtp     *smtp.Server
	listener *listener
	box      *Box
	ca       []byte
	served   chan struct{}

	faults atomic.Pointer[Faults]
	count  atomic.Int64 // letters accepted
	opened atomic.Int64 // connections accepted
	tries  tries
}

// NewServer starts a server; Close stops it.
func NewServer(o Options) (*Server, error) {
	o = o.withUsual()
	s := &Server{options: o, box: NewBox(o.Limits), served: make(chan struct{})}
	s.faults.Store(&o.Faults)
	raw, err := net.Listen("tcp", o.Addr) //nolint:noctx // there is nothing to wait for
	if err != nil {
		return nil, err
	}
	s.listener = &listener{Listener: raw, opened: &s.opened, conns: make(map[net.Conn]struct{})}
	if err := s.prepare(); err != nil {
		_ = raw.Close() // nothing was served yet
		return nil, err
	}
	go s.serve()
	return s, nil
}

func (o Options) withUsual() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Name == "" {
		o.Name = "mail.example.test"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (s *Server) prepare() error {
	server := smtp.NewServer(smtp.BackendFunc(s.newSession))
	server.Domain = s.options.Name
	server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.EnableSMTPUTF8 = !s.options.PlainASCII
	server.AllowInsecureAuth = s.options.Encryption == NoTLS
	server.ReadTimeout = s.options.IdleTimeout
	server.MaxMessageBytes = 10 << 20
	s.smtp = server
	if s.options.Encryption == NoTLS {
		return nil
	}
	pair, ca, err := issue(s.options.Certificate, s.options.Name, s.options.Now())
	if err != nil {
		return err
	}
	s.ca = ca
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

func (s *Server) serve() {
	defer close(s.served)
	var l net.Listener = s.listener
	if s.options.Encryption == TLS {
		l = tls.NewListener(l, s.smtp.TLSConfig)
	}
	_ = s.smtp.Serve(l) // ends with Close
}

// Close hangs up on everybody and stops listening.
func (s *Server) Close() error {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.smtp.Shutdown(gone) // closes the listener; the context keeps it from waiting
	_ = s.listener.Close()
	s.listener.hangUp()
	<-s.served
	return nil
}

// Addr is host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Host is the address it listens on, usually 127.0.0.1.
func (s *Server) Host() string { return s.tcp().IP.String() }

// Port is the port it listens on.
func (s *Server) Port() int { return s.tcp().Port }

func (s *Server) tcp() *net.TCPAddr {
	address, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok {
		return &net.TCPAddr{}
	}
	return address
}

// CA is the PEM certificate of the authority a client should trust; nil
// without TLS.
func (s *Server) CA() []byte { return s.ca }

// Box holds the captured letters.
func (s *Server) Box() *Box { return s.box }

// Letters returns the kept letters, the oldest first.
func (s *Server) Letters() []Letter { return s.box.Letters() }

// Find returns the newest kept letter to an address.
func (s *Server) Find(address string) (Letter, bool) { return s.box.Find(address) }

// Count is how many letters were accepted so far, kept or not.
func (s *Server) Count() int64 { return s.count.Load() }

// Connections is how many connections were opened so far.
func (s *Server) Connections() int64 { return s.opened.Load() }

// SetFaults changes what goes wrong from now on.
func (s *Server) SetFaults(f Faults) { s.faults.Store(&f) }

// DropConnections hangs up on everybody, as after a long silence.
func (s *Server) DropConnections() { s.listener.hangUp() }

// listener keeps hold of its connections, to be able to drop them.
type listener struct {
	net.Listener
	opened *atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.opened.Add(1)
	l.mu.Lock()
	l.conns[conn] = struct{}{}
	l.mu.Unlock()
	return &held{Conn: conn, from: l}, nil
}

func (l *listener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		_ = conn.Close() // gone is gone
	}
	clear(l.conns)
}

// held leaves its listener's list when it is closed.
type held struct {
	net.Conn
	from *listener
}

func (h *held) Close() error {
	h.from.mu.Lock()
	delete(h.from.conns, h.Conn)
	h.from.mu.Unlock()
	return h.Conn.Close()
}

func sameAddress(a, b string) bool { return strings.EqualFold(a, b) }
