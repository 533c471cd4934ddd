package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Hint is one thing that recipients' servers look up about letters from here,
// and what they find.
type Hint struct {
	About    string // "spf", "dkim", "dmarc", "greeting", or "dns" when nothing could be asked
	Verdict  Verdict
	Sentence string // what is so, and what to do
}

// Verdict says whether something is to be done.
type Verdict string

// The verdicts.
const (
	HintOK  Verdict = "ok"
	HintBut Verdict = "but" // works, and could be better; or could not be found out
	HintBad Verdict = "bad" // letters are likely to be refused, or to be taken for junk
)

// hintPatience is for all look-ups together: they never hold a test mail up.
const hintPatience = 5 * time.Second

// hints looks up what recipients' servers will.
func (p *pool) hints(ctx context.Context) []Hint {
	domain := p.sender.address.Domain
	if isReserved(domain) {
		return []Hint{{"dns", HintBut, domain + " is a name for trying things out, which nobody outside knows: SPF, DKIM and DMARC were not looked up."}}
	}
	ctx, cancel := context.WithTimeout(ctx, hintPatience)
	defer cancel()
	asks := []func(context.Context, string) Hint{p.hintSPF, p.hintDKIM, p.hintDMARC}
	if p.settings.Mode == Direct {
		asks = append(asks, p.hintGreeting)
	}
	found := make([]Hint, len(asks))
	var all sync.WaitGroup
	for i, ask := range asks {
		all.Go(func() { found[i] = ask(ctx, domain) })
	}
	all.Wait()
	return found
}

// isReserved says whether a domain is one of those that are in no DNS (RFC
// 6761), or no domain of the internet at all.
func isReserved(domain string) bool {
	last := domain[strings.LastIndex(domain, ".")+1:]
	return last == domain || slices.Contains([]string{"test", "example", "invalid", "localhost", "local", "internal"}, last)
}

// texts returns the TXT records of a name that begin as given, none when there
// are none.
func (p *pool) texts(ctx context.Context, name, begins string) ([]string, error) {
	all, err := p.ports.Resolver.LookupTXT(ctx, name)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(s string) bool {
		return len(s) < len(begins) || !strings.EqualFold(s[:len(begins)], begins)
	}), err
}

func unanswered(about, name string) Hint {
	return Hint{about, HintBut, fmt.Sprintf("%s could not be looked up just now. Check that this server reaches its DNS server, then test again.", name)}
}

func (p *pool) hintSPF(ctx context.Context, domain string) Hint {
	found, err := p.texts(ctx, domain, "v=spf1")
	direct := p.settings.Mode == Direct
	switch {
	case err != nil:
		return unanswered("spf", domain)
	case len(found) == 0 && direct:
		return Hint{"spf", HintBad, fmt.Sprintf("%s has no SPF record, so that nobody can tell that this server may send for it. Publish a TXT record like \"v=spf1 a:%s -all\".", domain, p.settings.HELO)}
	case len(found) == 0:
		return Hint{"spf", HintBad, fmt.Sprintf("%s has no SPF record, so that nobody can tell that your relay may send for it. Publish the TXT record that your provider names.", domain)}
	case len(found) > 1:
		return Hint{"spf", HintBad, fmt.Sprintf("%s has %d SPF records: recipients count none of them. Make one of them.", domain, len(found))}
	}
	return p.judgeSPF(ctx, domain, strings.Fields(strings.ToLower(found[0]))[1:])
}

// judgeSPF does not follow what other domains say: it would only repeat what
// recipients' servers do, from another place than theirs.
func (p *pool) judgeSPF(ctx context.Context, domain string, terms []string) Hint {
	follows := slices.ContainsFunc(terms, func(t string) bool {
		return strings.HasPrefix(strings.TrimLeft(t, "+"), "include:") || strings.HasPrefix(t, "redirect=")
	})
	switch {
	case slices.Contains(terms, "all") || slices.Contains(terms, "+all"):
		return Hint{"spf", HintBad, fmt.Sprintf("The SPF record of %s lets everybody send for it. End it in ~all or -all.", domain)}
	case p.settings.Mode == Relay:
		return Hint{"spf", HintOK, fmt.Sprintf("%s has an SPF record. Your relay must be among those that it names.", domain)}
	case p.named(ctx, domain, terms):
		return Hint{"spf", HintOK, fmt.Sprintf("The SPF record of %s names this server.", domain)}
	case follows:
		return Hint{"spf", HintBut, fmt.Sprintf("The SPF record of %s does not name this server (%s) itself. Make sure that a domain which it includes does, or add a:%s.", domain, p.settings.HELO, p.settings.HELO)}
	}
	return Hint{"spf", HintBad, fmt.Sprintf("The SPF record of %s does not name this server (%s): letters are refused or taken for junk. Add a:%s to it.", domain, p.settings.HELO, p.settings.HELO)}
}

// named says whether the terms name an address of the name that we greet with.
func (p *pool) named(ctx context.Context, domain string, terms []string) bool {
	ours, err := p.ports.Resolver.LookupHost(ctx, p.settings.HELO)
	if err != nil {
		return false
	}
	has := func(hosts ...string) bool {
		return slices.ContainsFunc(hosts, func(host string) bool {
			theirs, err := p.ports.Resolver.LookupHost(ctx, host)
			return err == nil && slices.ContainsFunc(theirs, func(a string) bool { return slices.Contains(ours, a) })
		})
	}
	for _, term := range terms {
		kind, value, given := strings.Cut(strings.TrimLeft(term, "+"), ":")
		if !given {
			value = domain
		}
		switch kind {
		case "ip4", "ip6":
			if slices.ContainsFunc(ours, func(a string) bool { return within(a, value) }) {
				return true
			}
		case "a":
			if has(value) {
				return true
			}
		case "mx":
			if hosts, err := p.exchange.of(ctx, value); err == nil && has(hosts...) {
				return true
			}
		}
	}
	return false
}

func within(address, network string) bool {
	if !strings.Contains(network, "/") {
		return net.ParseIP(address).Equal(net.ParseIP(network))
	}
	_, block, err := net.ParseCIDR(network)
	return err == nil && block.Contains(net.ParseIP(address))
}

func (p *pool) hintDKIM(ctx context.Context, _ string) Hint {
	d := p.settings.DKIM
	if d.Key.IsZero() && p.settings.Mode == Relay {
		return Hint{"dkim", HintBut, "Letters are not signed here. Many relays sign them; if yours does not, make a key under Signing, publish its record and switch it on."}
	}
	if d.Key.IsZero() {
		return Hint{"dkim", HintBut, "Letters are not signed: some recipients take them for junk. Make a key under Signing, publish its record and switch it on."}
	}
	name := d.RecordName()
	found, err := p.texts(ctx, name, "")
	ours, wrong := d.public()
	switch {
	case err != nil:
		return unanswered("dkim", name)
	case wrong != nil:
		return Hint{"dkim", HintBad, "The key that letters are signed with is not readable: make a new one."}
	case len(found) == 0:
		return Hint{"dkim", HintBad, fmt.Sprintf("Letters are signed, and there is no record to check them by: publish the one that is shown under Signing as a TXT record of %s.", name)}
	case !slices.ContainsFunc(found, func(record string) bool { return publicOf(record) == ours }):
		return Hint{"dkim", HintBad, fmt.Sprintf("The record of %s holds another key than the one that letters are signed with: publish the one that is shown under Signing.", name)}
	}
	return Hint{"dkim", HintOK, "Letters are signed, and the record to check them by is published."}
}

// publicOf returns the key that a record holds.
func publicOf(record string) string {
	for tag := range strings.SplitSeq(record, ";") {
		if name, value, _ := strings.Cut(tag, "="); strings.TrimSpace(name) == "p" {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// hintDMARC also asks the domains above, as recipients' servers do.
func (p *pool) hintDMARC(ctx context.Context, domain string) Hint {
	for above := domain; strings.Contains(above, "."); _, above, _ = strings.Cut(above, ".") {
		found, err := p.texts(ctx, "_dmarc."+above, "v=DMARC1")
		switch {
		case err != nil:
			return unanswered("dmarc", "_dmarc."+above)
		case len(found) > 1:
			return Hint{"dmarc", HintBad, fmt.Sprintf("_dmarc.%s has several DMARC records: recipients count none of them. Make one of them.", above)}
		case len(found) == 1 && p.settings.Mode == Direct && p.settings.DKIM.Key.IsZero() && !strings.Contains(strings.ToLower(found[0]), "p=none"):
			return Hint{"dmarc", HintBut, fmt.Sprintf("%s asks recipients to turn letters away that are neither sent from where SPF says nor signed. Letters are not signed, so SPF alone must fit.", above)}
		case len(found) == 1:
			return Hint{"dmarc", HintOK, fmt.Sprintf("%s has a DMARC record.", above)}
		}
	}
	return Hint{"dmarc", HintBut, fmt.Sprintf("%s has no DMARC record, which large providers ask for. Publish a TXT record of _dmarc.%s like \"v=DMARC1; p=none\".", domain, domain)}
}

// hintGreeting compares the name that we greet with to what the DNS says of it,
// forwards and backwards.
func (p *pool) hintGreeting(ctx context.Context, _ string) Hint {
	name := strings.ToLower(p.settings.HELO)
	addresses, err := p.ports.Resolver.LookupHost(ctx, name)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound, err == nil && len(addresses) == 0:
		return Hint{"greeting", HintBad, fmt.Sprintf("Recipients' servers are greeted as %s, a name without an address. Enter this server's public name in the mail settings.", name)}
	case err != nil:
		return unanswered("greeting", name)
	}
	for _, address := range addresses {
		if ip := net.ParseIP(address); ip.IsPrivate() || ip.IsLoopback() {
			return Hint{"greeting", HintBut, fmt.Sprintf("Seen from here %s is %s, an address within your network: how it looks from outside could not be found out.", name, address)}
		}
		names, err := p.ports.Resolver.LookupAddr(ctx, address)
		if err != nil && (!errors.As(err, &dns) || !dns.IsNotFound) {
			return unanswered("greeting", address)
		}
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSuffix(n, "."), name) }) {
			return Hint{"greeting", HintBad, fmt.Sprintf("The address %s of %s does not lead back to that name: many servers refuse letters from there. Have its reverse entry (PTR) set to %s, by whoever gave you the address.", address, name, name)}
		}
	}
	return Hint{"greeting", HintOK, fmt.Sprintf("Recipients' servers are greeted as %s, and its address leads back to that name.", name)}
}
