package main

import (
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/rsvpp/rsvpp/client"
)

// part is one invented person's part in a rehearsal, and what came of it.
type part struct {
	inventedPerson
	accepts int // at which letter the person signs in; 0: never
	userID  string

	mu       sync.Mutex
	letters  map[string]int // Message-ID → how often the mail server took it
	due      int            // letters that the server says it sent
	prompts  map[string]int // command → how often a device showed it
	sends    int            // runs that this person was part of
	retries  int            // and how often again, after a failure
	anew     bool           // removed once, so that what was handed over before counts no more
	gadgets  []*gadget      // devices on which this person sees prompts
	accepted bool
	problem  string // why signing in did not work

	adopted bool         // registered by an earlier server
	before  client.Place // as it was before a removal
}

// cast is everybody, found by address and by our id.
type cast struct {
	all      []*part
	byUserID map[string]*part
	byName   map[string]*part // by external id

	mu        sync.Mutex
	byAddress map[string]*part
}

// newCast gives everybody a part: more than half sign in at the first letter,
// some at the second, the others never.
func newCast(people []inventedPerson, seed uint64) *cast {
	rng := rand.New(rand.NewPCG(seed, 0xca57))
	c := &cast{byAddress: map[string]*part{}, byUserID: map[string]*part{}, byName: map[string]*part{}}
	for _, q := range people {
		one := &part{inventedPerson: q, letters: map[string]int{}, prompts: map[string]int{}}
		switch draw := rng.IntN(100); {
		case draw < 55:
			one.accepts = 1
		case draw < 75:
			one.accepts = 2
		}
		c.all = append(c.all, one)
		c.byName[q.externalID] = one
		c.reachAt(one, q.email)
	}
	return c
}

// reachAt notes an address of a person.
func (c *cast) reachAt(one *part, address string) {
	if address == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byAddress[strings.ToLower(address)] = one
}

// at finds who has, or had, an address.
func (c *cast) at(address string) (*part, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, known := c.byAddress[strings.ToLower(address)]
	return one, known
}

// receives notes a letter and says whether the person now signs in.
func (one *part) receives(messageID string) bool {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.letters[messageID]++
	return one.letters[messageID] == 1 && one.decides()
}

// prompted notes a prompt and says whether the person now signs in.
func (one *part) prompted(command string) bool {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.prompts[command]++
	return one.prompts[command] == 1 && one.decides()
}

// decides says whether so many letters and prompts are enough.
func (one *part) decides() bool {
	if one.accepted || one.accepts == 0 || len(one.letters)+len(one.prompts) < one.accepts {
		return false
	}
	one.accepted = true
	return true
}

// failed notes why signing in did not work.
func (one *part) failed(err error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.problem = err.Error()
}

// forgets makes the person sign in again at the next letter, if ever.
func (one *part) forgets() {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.accepted = false
}

// begins makes the person sign in again after a removal.
func (one *part) begins() {
	one.forgets()
	one.anew = true
}

// got counts the person's letters, and those that came more than once.
func (one *part) got() (letters, repeats int) {
	one.mu.Lock()
	defer one.mu.Unlock()
	for _, n := range one.letters {
		repeats += n - 1
	}
	return len(one.letters), repeats
}

func (one *part) account() string { return one.userName + "@icloud.test" }
