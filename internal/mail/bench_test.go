package mail_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

const benchConnections = 16

// BenchmarkPool sends the default invitation, filled in per person, through a
// Sender into a local sink. Its floor is BenchmarkBareLoop: aim ≥ 60 % of it.
func BenchmarkPool(b *testing.B) { benchPool(b, mail.DKIM{}) }

// BenchmarkPoolSigned is what BenchmarkPool costs with signatures (RSA, 2048 bits).
func BenchmarkPoolSigned(b *testing.B) {
	key, err := mail.NewSigningKey()
	if err != nil {
		b.Fatal(err)
	}
	benchPool(b, mail.DKIM{Key: key.Key})
}

func benchPool(b *testing.B, dkim mail.DKIM) {
	b.Helper()
	sink := newServer(b, mailtest.Options{CountOnly: true})
	settings := relayTo(sink)
	settings.MaxConnections, settings.DKIM = benchConnections, dkim
	sender := newSender(b, settings, mail.Ports{})
	compiled, err := mail.Compile(mail.DefaultTemplate())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	measure(b, sink, func() func() error {
		return func() error {
			filled, err := compiled.Render(mail.SampleData())
			if err != nil {
				return err
			}
			letter := letterTo("anna@example.org")
			letter.Subject, letter.Text, letter.HTML = filled.Subject, filled.Text, filled.HTML
			if got := sender.Send(b.Context(), letter); got.Outcome != mail.Accepted {
				b.Error(got.Sentence)
			}
			return nil
		}
	})
}

// BenchmarkBareLoop is the floor: the mail library alone, one kept connection
// per worker, the same finished letter every time.
func BenchmarkBareLoop(b *testing.B) {
	sink := newServer(b, mailtest.Options{CountOnly: true})
	compiled, err := mail.Compile(mail.DefaultTemplate())
	if err != nil {
		b.Fatal(err)
	}
	filled, err := compiled.Preview()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	measure(b, sink, func() func() error {
		client, err := gomail.NewClient(sink.Host(), gomail.WithPort(sink.Port()), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithTimeout(10*time.Second), gomail.WithoutNoop())
		if err != nil {
			b.Fatal(err)
		}
		line, err := client.DialToSMTPClientWithContext(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = client.CloseWithSMTPClient(line) })
		return func() error {
			message := gomail.NewMsg()
			if err := message.FromFormat("Example School", "it@example.com"); err != nil {
				return err
			}
			if err := message.AddToFormat("Anna Example", "anna@example.org"); err != nil {
				return err
			}
			message.Subject(filled.Subject)
			message.SetMessageIDWithValue("d1@rsvpp.example.com")
			message.SetDateWithValue(when)
			message.SetBodyString(gomail.TypeTextPlain, filled.Text)
			message.AddAlternativeString(gomail.TypeTextHTML, filled.HTML)
			return client.SendWithSMTPClient(line, message)
		}
	})
}

// measure shares b.N letters among as many workers as there are connections.
func measure(b *testing.B, sink *mailtest.Server, worker func() func() error) {
	b.Helper()
	var next atomic.Int64
	var crowd sync.WaitGroup
	workers := make([]func() error, benchConnections)
	for i := range workers {
		workers[i] = worker()
	}
	b.ResetTimer()
	for _, send := range workers {
		crowd.Go(func() {
			for next.Add(1) <= int64(b.N) {
				if err := send(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	b.StopTimer()
	if sink.Count() < int64(b.N) {
		b.Fatalf("%d of %d arrived", sink.Count(), b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}

// BenchmarkRender is the part that is done per person.
func BenchmarkRender(b *testing.B) {
	compiled, err := mail.Compile(mail.DefaultTemplate())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compiled.Render(mail.SampleData()); err != nil {
			b.Fatal(err)
		}
	}
}
