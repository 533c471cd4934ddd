package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Domains in which nobody lives (RFC 2606, RFC 6761).
const (
	peopleDomain          = "example.org"
	peopleManagedDomain   = "school.test"    // the pretend Apple knows its accounts
	peopleUnmanagedDomain = "elsewhere.test" // and does not know these
)

// inventedPerson is somebody who does not exist.
type inventedPerson struct {
	externalID, userName  string
	first, last, fullName string
	email                 string // "" for one in some: people without an address
	managed               string // Managed Apple Account, mostly none
	groups                []string
	locale                string
}

// usable says whether the Managed Apple Account can be linked.
func (q inventedPerson) usable() bool { return strings.HasSuffix(q.managed, "@"+peopleManagedDomain) }

// peopleShares say which one in how many is special; 0 for nobody.
type peopleShares struct{ noAddress, managed, unusable int }

// inventPeople makes n people; the same seed makes the same ones.
func inventPeople(n int, seed uint64, shares peopleShares) []inventedPerson {
	rng := rand.New(rand.NewPCG(seed, 0x9e091e))
	all := cultures()
	taken := make(map[string]int, n)
	people := make([]inventedPerson, n)
	for i := range people {
		people[i] = invent(rng, all, taken, i)
		people[i].groups = inventGroups(rng)
		shares.apply(&people[i], i)
	}
	return people
}

func invent(rng *rand.Rand, all []culture, taken map[string]int, i int) inventedPerson {
	c := all[rng.IntN(len(all))]
	first, last := c.pick(rng, c.first), c.pick(rng, c.last)
	local := first.latin + "." + last.latin
	taken[local]++
	if k := taken[local]; k > 1 {
		local += strconv.Itoa(k)
	}
	q := inventedPerson{
		externalID: fmt.Sprintf("P%06d", i+1), userName: local, email: local + "@" + peopleDomain,
		first: first.written, last: last.written, fullName: first.written + " " + last.written, locale: c.locale,
	}
	if c.lastFirst {
		q.fullName = last.written + " " + first.written
	}
	return q
}

// apply makes every so-and-so-many-th person special. An unusable account
// stands beside an address, so that an invitation can take its place.
func (s peopleShares) apply(q *inventedPerson, i int) {
	nth := func(share, offset int) bool { return share > 0 && i%share == offset%share }
	if nth(s.managed, 3) {
		domain := peopleManagedDomain
		if nth(s.managed*max(s.unusable, 1), 3) && s.unusable > 0 {
			domain = peopleUnmanagedDomain
		}
		q.managed = q.userName + "@" + domain
		return
	}
	if nth(s.noAddress, 5) {
		q.email = ""
	}
}

// inventGroups: one in eight is staff, the others sit in a class.
func inventGroups(rng *rand.Rand) []string {
	clubs := []string{"chess club", "robotics", "choir", "school paper"}
	groups := []string{"staff"}
	if rng.IntN(8) > 0 {
		groups = []string{fmt.Sprintf("class %d%c", 5+rng.IntN(6), 'a'+rune(rng.IntN(3)))}
	}
	if rng.IntN(5) == 0 {
		groups = append(groups, clubs[rng.IntN(len(clubs))])
	}
	return groups
}

// writePeople writes a file to import.
func writePeople(w io.Writer, people []inventedPerson, more ...[]string) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"external_id", "user_name", "first_name", "last_name", "full_name", "email", "managed_apple_id", "groups", "locale"}}
	for _, q := range people {
		rows = append(rows, q.row())
	}
	return out.WriteAll(append(rows, more...))
}

func (q inventedPerson) row() []string {
	return []string{q.externalID, q.userName, q.first, q.last, q.fullName, q.email, q.managed, strings.Join(q.groups, ";"), q.locale}
}
