package connector_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/connector"
)

func reported(event string, at time.Time, list string) []byte {
	return []byte(`{"created_at":"` + at.Format(time.RFC3339Nano) + `","` + event + `":{"raw_payload":"` +
		base64.StdEncoding.EncodeToString([]byte(`<plist><dict><key>UDID</key><string>U</string>`+list+`</dict></plist>`)) + `"}}`)
}

const (
	authenticate = `<key>MessageType</key><string>Authenticate</string><key>SerialNumber</key><string>S</string><key>ProductName</key><string>iPhone15,2</string>`
	tokenUpdate  = `<key>MessageType</key><string>TokenUpdate</string>`
	idle         = `<key>Status</key><string>Idle</string>`
	described    = `<key>CommandUUID</key><string>c</string><key>Status</key><string>Acknowledged</string><key>QueryResponses</key><dict><key>ProductName</key><string>iPad13,4</string><key>OSVersion</key><string>18.1</string><key>SerialNumber</key><string>S2</string></dict>`
)

// Reports overtake each other: an Authenticate that comes after the token that
// followed it ends no enrollment.
func TestReportsOvertaking(t *testing.T) {
	c, e, at := dial(t, connector.KindNanoMDM, "https://mdm.example.com", apiKey), newEars(), time.Now().Add(-time.Hour)
	for _, body := range [][]byte{reported("checkin_event", at, tokenUpdate), reported("checkin_event", at.Add(time.Second), authenticate)} {
		if err := c.Report(t.Context(), e, body); err != nil {
			t.Fatal(err)
		}
	}
	d, channels := e.device("U")
	if ch := channels["U"]; ch.Disabled || ch.EnrolledAt.IsZero() || d.SerialNumber != "S" || d.Product != "iPhone15,2" {
		t.Errorf("the device is %+v with %+v", d, channels)
	}
	if err := c.Report(t.Context(), e, reported("checkin_event", at.Add(10*time.Minute), authenticate)); err != nil {
		t.Fatal(err)
	}
	if _, channels := e.device("U"); !channels["U"].Disabled {
		t.Errorf("a device that begins anew is enrolled: %+v", channels)
	}
}

// The same while the Authenticate is still being written down: what came last
// counts.
func TestReportsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := dial(t, connector.KindNanoMDM, "https://mdm.example.com", apiKey), newEars()
		e.slow = make(chan struct{})
		for _, message := range []string{authenticate, tokenUpdate} {
			go func() {
				if err := c.Report(t.Context(), e, reported("checkin_event", time.Now(), message)); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		close(e.slow)
		synctest.Wait()
		if _, channels := e.device("U"); channels["U"].Disabled || len(e.seen) != 2 {
			t.Errorf("told %d times: %+v", len(e.seen), channels)
		}
	})
}

// Devices that only look for commands are told of now and then, and whatever
// a device says of itself is told, whoever asked it.
func TestReportsOfPresence(t *testing.T) {
	c, e := dial(t, connector.KindNanoMDM, "https://mdm.example.com", apiKey), newEars()
	for range 50 {
		if err := c.Report(t.Context(), e, reported("acknowledge_event", time.Now(), idle)); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.seen) != 1 || len(e.answers) != 0 {
		t.Errorf("told %d times, and of %d answers", len(e.seen), len(e.answers))
	}
	if err := c.Report(t.Context(), e, reported("acknowledge_event", time.Now(), described)); err != nil {
		t.Fatal(err)
	}
	if d, _ := e.device("U"); d.Platform != "ipad" || d.OSVersion != "18.1" || d.SerialNumber != "S2" || len(e.answers) != 1 {
		t.Errorf("the device is %+v, answers %+v", d, e.answers)
	}
}

// When we cannot keep what was reported, the server hears it and nothing is
// remembered as if it were kept.
func TestReportNotKept(t *testing.T) {
	c, e := dial(t, connector.KindNanoMDM, "https://mdm.example.com", apiKey), newEars()
	e.refusing = errors.New("the database is away")
	body := reported("acknowledge_event", time.Now(), idle)
	if err := c.Report(t.Context(), e, body); !errors.Is(err, e.refusing) {
		t.Errorf("kept: %v", err)
	}
	e.refusing = nil
	if err := c.Report(t.Context(), e, body); err != nil || len(e.seen) != 1 {
		t.Errorf("%d, %v", len(e.seen), err)
	}
}
