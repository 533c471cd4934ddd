package mailtest

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// Limits bound what a Box keeps; the oldest letters go first.
type Limits struct {
	Letters int   // 0: 5,000
	Bytes   int64 // of raw letters; 0: 64 MiB
}

// Box keeps captured letters. Safe for many callers at once.
type Box struct {
	limits Limits

	mu      sync.Mutex
	letters []Letter
	bytes   int64
	last    int64
	news    chan struct{} // closed when a letter arrives, then replaced
}

// NewBox makes an empty box.
func NewBox(limits Limits) *Box {
	if limits.Letters <= 0 {
		limits.Letters = 5000
	}
	if limits.Bytes <= 0 {
		limits.Bytes = 64 << 20
	}
	return &Box{limits: limits, news: make(chan struct{})}
}

// Add numbers a letter and keeps it.
func (b *Box) Add(letter Letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	letter.ID = b.last
	b.letters = append(b.letters, letter)
	b.bytes += int64(len(letter.Raw))
	gone := 0
	for gone < len(b.letters)-1 && (len(b.letters)-gone > b.limits.Letters || b.bytes > b.limits.Bytes) {
		b.bytes -= int64(len(b.letters[gone].Raw))
		b.letters[gone] = Letter{} // let go of its text before the array does
		gone++
	}
	b.letters = b.letters[gone:]
	close(b.news)
	b.news = make(chan struct{})
}

// Letters returns the kept letters, the oldest first.
func (b *Box) Letters() []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.letters)
}

// Last is the number of the newest letter, 0 if there was none.
func (b *Box) Last() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// Get returns one letter by its number, if it is still kept.
func (b *Box) Get(id int64) (Letter, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.letters) == 0 {
		return Letter{}, false
	}
	at := id - b.letters[0].ID // numbers have no gaps
	if at < 0 || at >= int64(len(b.letters)) {
		return Letter{}, false
	}
	return b.letters[at], true
}

// Find returns the newest letter to an address.
func (b *Box) Find(address string) (Letter, bool) {
	letter, found, _ := b.look(address)
	return letter, found
}

// Await returns the newest letter to an address, waiting for one if need be.
func (b *Box) Await(ctx context.Context, address string) (Letter, error) {
	for {
		letter, found, news := b.look(address)
		if found {
			return letter, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return Letter{}, ctx.Err()
		}
	}
}

// Search returns up to most letters whose recipient or subject holds the
// words, the newest first.
func (b *Box) Search(words string, most int) []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	words = strings.ToLower(strings.TrimSpace(words))
	var found []Letter
	for _, letter := range slices.Backward(b.letters) {
		if len(found) == most {
			break
		}
		text := strings.ToLower(strings.Join(letter.To, " ") + " " + letter.ToName + " " + letter.Subject)
		if strings.Contains(text, words) {
			found = append(found, letter)
		}
	}
	return found
}

// Clear forgets all letters.
func (b *Box) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters, b.bytes = nil, 0
}

func (b *Box) look(address string) (Letter, bool, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, letter := range slices.Backward(b.letters) {
		if slices.ContainsFunc(letter.To, func(to string) bool { return sameAddress(to, address) }) {
			return letter, true, b.news
		}
	}
	return Letter{}, false, b.news
}
