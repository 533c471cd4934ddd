package mail

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	exchangersKept = 5 * time.Minute // DNS lifetimes are not visible to us; this is shorter than most
	mostDomains    = 4096
	mostExchangers = 5
)

// exchangers remembers for a while which hosts take a domain's mail.
type exchangers struct {
	ports Ports

	mu    sync.Mutex
	known map[string]exchange
}

type exchange struct {
	hosts []string
	until time.Time
}

func newExchangers(ports Ports) *exchangers {
	return &exchangers{ports: ports, known: make(map[string]exchange)}
}

// of returns the hosts that take the domain's mail, the preferred one first.
// A domain without MX records takes its mail itself (RFC 5321, section 5.1).
func (x *exchangers) of(ctx context.Context, domain string) ([]string, error) {
	if hosts, ok := x.recall(domain); ok {
		return hosts, nil
	}
	records, err := x.ports.Resolver.LookupMX(ctx, domain)
	var dns *net.DNSError
	if err != nil && (!errors.As(err, &dns) || !dns.IsNotFound) && len(records) == 0 {
		return nil, stoppedOr(ctx, err)
	}
	hosts, err := inOrder(records)
	if err != nil {
		return nil, err
	}
	if len(hosts) == 0 {
		hosts = []string{domain}
	}
	x.remember(domain, hosts)
	return hosts, nil
}

func inOrder(records []*net.MX) ([]string, error) {
	if len(records) == 1 && (records[0].Host == "." || records[0].Host == "") {
		return nil, errNullMX // RFC 7505
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	var hosts []string
	for _, record := range records[:min(len(records), mostExchangers)] {
		if host, err := asciiDomain(strings.TrimSuffix(record.Host, ".")); err == nil {
			hosts = append(hosts, host)
		}
	}
	return hosts, nil
}

func (x *exchangers) recall(domain string) ([]string, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	found, ok := x.known[domain]
	return found.hosts, ok && x.ports.Now().Before(found.until)
}

func (x *exchangers) remember(domain string, hosts []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.known) >= mostDomains {
		clear(x.known) // rare, and the next look-ups fill it again
	}
	x.known[domain] = exchange{hosts: hosts, until: x.ports.Now().Add(exchangersKept)}
}
