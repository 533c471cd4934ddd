package mailtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/smtp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newServer(t *testing.T, o mailtest.Options) *mailtest.Server {
	t.Helper()
	server, err := mailtest.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// send uses the standard library's client: nothing of ours on the other side.
func send(server *mailtest.Server, to, body string) error {
	return smtp.SendMail(server.Addr(), nil, "it@example.com", []string{to}, []byte(strings.ReplaceAll(body, "\n", "\r\n")))
}

const letter = `From: "Sch=?utf-8?q?=C3=BC?=le" <it@example.com>
To: =?utf-8?q?=C3=84nna?= <anna@example.org>
Subject: =?utf-8?b?SGFsbG8g8J+OiQ==?=
Message-ID: <d1@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello =C3=84nna, https://x.example/i/1?a=3Db
--x
Content-Type: text/html; charset=utf-8

<html><head></head><body><a href="https://x.example/i/1?a=b&amp;c=d">x</a></body></html>
--x--
`

func TestServerReadsLetters(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	if err := send(server, "anna@example.org", letter); err != nil {
		t.Fatal(err)
	}
	got, err := server.Box().Await(t.Context(), "Anna@Example.org")
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "Hallo 🎉" || got.ToName != "Änna" || got.MessageID != "d1@example.com" || !strings.Contains(got.Text, "Hello Änna") || got.Fault != "" {
		t.Errorf("%+v", got)
	}
	if want := "[https://x.example/i/1?a=b https://x.example/i/1?a=b&c=d]"; fmt.Sprint(got.Links) != want {
		t.Errorf("links %s, want %s", got.Links, want)
	}
	if err := send(server, "bob@example.org", "\x00no letter"); err != nil {
		t.Fatal(err)
	}
	if broken, ok := server.Find("bob@example.org"); !ok || len(broken.Raw) == 0 {
		t.Error("a broken letter was not kept")
	}
}

func TestBoxStaysWithinItsLimits(t *testing.T) {
	box := mailtest.NewBox(mailtest.Limits{Letters: 10, Bytes: 1000})
	for i := range 25 {
		box.Add(mailtest.Letter{To: []string{fmt.Sprintf("p%d@example.org", i)}, Raw: make([]byte, 150)})
	}
	letters := box.Letters()
	if len(letters) != 6 || letters[5].ID != 25 || box.Last() != 25 {
		t.Errorf("%d letters kept, the last is %d", len(letters), box.Last())
	}
	if _, ok := box.Get(19); ok {
		t.Error("letter 19 is still there")
	}
	if got, ok := box.Get(20); !ok || got.To[0] != "p19@example.org" {
		t.Errorf("letter 20 is %v", got.To)
	}
}

// The same seed strikes the same people, in the share that was asked for.
func TestFaultsAreSeeded(t *testing.T) {
	faults, same, other := mailtest.Many(7), mailtest.Many(7), mailtest.Many(8)
	struck, differ := 0, 0
	for i := range 10000 {
		address := fmt.Sprintf("p%d@example.org", i)
		if faults.Unreachable(address) != same.Unreachable(address) {
			t.Fatal("the same seed strikes others")
		}
		if faults.Unreachable(address) {
			struck++
		}
		if faults.Unreachable(address) != other.Unreachable(address) {
			differ++
		}
	}
	if struck < 650 || struck > 950 || differ < 500 {
		t.Errorf("%d of 10,000 struck, want about 785; %d differ between seeds", struck, differ)
	}
	if mailtest.None().Unreachable("a@example.org") {
		t.Error("no faults, and still")
	}
}

// A person who is only greylisted gets the letter on the second try.
func TestGreylistPassesOnce(t *testing.T) {
	server := newServer(t, mailtest.Options{Faults: mailtest.Faults{Greylist: 1}})
	if err := send(server, "anna@example.org", letter); err == nil || !strings.HasPrefix(err.Error(), "450") {
		t.Fatalf("first try: %v", err)
	}
	if err := send(server, "anna@example.org", letter); err != nil {
		t.Fatalf("second try: %v", err)
	}
}

func TestCertificates(t *testing.T) {
	for kind, want := range map[mailtest.Certificate]string{
		mailtest.Good: "", mailtest.WrongName: "valid for", mailtest.Expired: "expired", mailtest.UnknownAuthority: "unknown authority",
	} {
		server := newServer(t, mailtest.Options{Encryption: mailtest.TLS, Certificate: kind})
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(server.CA()) {
			t.Fatal("no authority")
		}
		conn, err := tls.Dial("tcp", server.Addr(), &tls.Config{RootCAs: pool, ServerName: "localhost"})
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("certificate %d: %v", kind, err)
		}
	}
}
