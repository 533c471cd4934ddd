package mail

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Take keeps one message that came to the bounce address.
type Take func(ctx context.Context, raw []byte) error

// Door is where letters come back by SMTP. It takes mail to the bounce address
// with a token and nothing else, passes nothing on, and answers nobody.
type Door struct {
	smtp   *smtp.Server
	listen net.Listener
}

const (
	mostReturned     = 1 << 20 // bytes of a message that comes back
	mostReturnedLine = 4096
	mostReturnedTo   = 5
	mostVisitors     = 64
	returnPatience   = time.Minute
)

// NewDoor makes the door on a listener. Address says to which address letters
// come back just now, "" for none.
func NewDoor(l net.Listener, name string, address func(context.Context) (string, error), take Take) *Door {
	d := &Door{listen: netutil.LimitListener(l, mostVisitors)}
	d.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &returning{address: address, take: take}, nil
	}))
	d.smtp.Domain = name
	d.smtp.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0) // strangers' mistakes are no news
	d.smtp.MaxMessageBytes, d.smtp.MaxLineLength, d.smtp.MaxRecipients = mostReturned, mostReturnedLine, mostReturnedTo
	d.smtp.ReadTimeout, d.smtp.WriteTimeout = returnPatience, returnPatience
	return d
}

// Serve takes mail until Close.
func (d *Door) Serve() error {
	if err := d.smtp.Serve(d.listen); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return nil
}

// Close hangs up on everybody: what was not answered is sent again later.
func (d *Door) Close() error {
	err := d.smtp.Close()
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// returning is one visit.
type returning struct {
	address func(context.Context) (string, error)
	take    Take
}

// Mail hears anybody: what comes back has no sender, or any.
func (r *returning) Mail(string, *smtp.MailOptions) error { return nil }

// Reset forgets nothing, for nothing is remembered.
func (r *returning) Reset() {}

// Logout ends the visit.
func (r *returning) Logout() error { return nil }

// Rcpt takes our own address alone: this is no relay.
func (r *returning) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), returnPatience)
	defer cancel()
	address, err := r.address(ctx)
	switch {
	case err != nil:
		return errComeBack
	case TokenOf(to, address) == "":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "Only letters of this server come back here"}
	}
	return nil
}

var errComeBack = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Not just now, come back later"}

// Data hands the message on. What says nothing to us is taken all the same:
// refusing it would only send it round again.
func (r *returning) Data(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), returnPatience)
	defer cancel()
	switch err := r.take(ctx, raw); vpp.KindOf(err) {
	case vpp.NotFound, vpp.Conflict, vpp.Invalid:
		return nil
	default:
		if err != nil {
			return errComeBack
		}
		return nil
	}
}
