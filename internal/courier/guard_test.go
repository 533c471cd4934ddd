package courier

import (
	"net"
	"strings"
	"testing"
	"time"
)

// What a name leads to is looked at when it is dialed, so that no name leads to
// where no address may.
func TestGuard(t *testing.T) {
	for address, want := range map[string]string{
		"10.0.0.1:443": "", "192.168.1.1:443": "", "127.0.0.1:443": "", "[fd12::1]:443": "", "93.184.216.34:443": "", "[2001:db8::1]:443": "",
		"169.254.169.254:443": "link-local", "169.254.0.1:443": "link-local", "[fe80::1%eth0]:443": "link-local", "[::ffff:169.254.1.1]:443": "link-local",
		"[64:ff9b::a9fe:a9fe]:443": "link-local", "[fd00:ec2::254]:443": "link-local", "0.0.0.0:443": "server", "[::]:443": "server", "224.0.0.1:443": "server",
		"255.255.255.255:443": "server", "name:443": "server",
	} {
		err := guard(refused)("tcp", address, nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	for address, fine := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "10.0.0.1:80": false, "169.254.169.254:80": false} {
		if err := guard(refusedPlain)("tcp", address, nil); (err == nil) != fine {
			t.Errorf("in the clear, %s: %v", address, err)
		}
	}
}

// The guard stands in the way of a real connection.
func TestGuarded(t *testing.T) {
	c := New(Config{Timeout: time.Second, Now: time.Now})
	c.plain = c.config.client(func(net.IP) string { return whyLinkLocal })
	if a := c.Post(t.Context(), "http://localhost:1/", nil, nil); a.Problem != whyLinkLocal {
		t.Errorf("%+v", a)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, " 120 ": 2 * time.Minute, "-5": 0, "1.5": 0, "soon": 0, "99999999999999999999": 0,
		"2000000000": 365 * 24 * time.Hour, "Mon, 03 Feb 2031 04:06:06 GMT": time.Minute, "Mon, 03 Feb 2031 04:00:00 GMT": 0, "Mon, 03 Feb 9031 04:00:00 GMT": 365 * 24 * time.Hour,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
