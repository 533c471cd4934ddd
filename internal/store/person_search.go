package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// A search on SQLite asks FTS5 for rows with some of the needle's trigrams;
// LIKE then decides. Going through the lists of trigrams that a great many
// people share takes longest, so only the rarest are asked for: two leave few
// rows to look at, and every further list costs more than it saves.
const askedTrigrams = 2

// How the rarity of trigrams is guessed: from a few people at each of some
// places all over the table, again after a while.
const (
	samplePlaces = 32
	sampleEach   = 16
	sampleKept   = time.Hour
)

// rarity says in how many people of a sample a trigram is.
type rarity struct {
	mu     sync.Mutex
	counts map[string]int
	until  time.Time
}

// trigramQuery writes what FTS5 is asked for a needle of three letters or more.
func (db *DB) trigramQuery(ctx context.Context, needle string) (string, error) {
	grams := trigramsOf(needle)
	if len(grams) > askedTrigrams {
		counts, err := db.rarityNow(ctx)
		if err != nil {
			return "", err
		}
		slices.SortStableFunc(grams, func(a, b string) int { return counts[a] - counts[b] })
		grams = grams[:askedTrigrams]
	}
	for i, g := range grams {
		grams[i] = `"` + strings.ReplaceAll(g, `"`, `""`) + `"`
	}
	return strings.Join(grams, " AND "), nil
}

// trigramsOf lists a text's stretches of three letters, each once.
func trigramsOf(text string) []string {
	runes := []rune(text)
	var grams []string
	for i := range len(runes) - 2 {
		grams = append(grams, string(runes[i:i+3]))
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

func (db *DB) rarityNow(ctx context.Context) (map[string]int, error) {
	db.rarity.mu.Lock()
	defer db.rarity.mu.Unlock()
	if now := db.now(); db.rarity.counts == nil || now.After(db.rarity.until) {
		counts, err := db.sampleTrigrams(ctx)
		if err != nil {
			return nil, err
		}
		db.rarity.counts, db.rarity.until = counts, now.Add(sampleKept)
	}
	return db.rarity.counts, nil
}

// sampleTrigrams counts the trigrams of people from all over the table.
func (db *DB) sampleTrigrams(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	last, err := one(ctx, db, scanInt, "SELECT COALESCE(max(seq), 0) FROM users")
	if err != nil {
		return nil, err
	}
	for i := range samplePlaces {
		texts, err := all(ctx, db, scanString, "SELECT search_text FROM users WHERE seq >= $1 ORDER BY seq LIMIT $2", last/samplePlaces*i, sampleEach)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			for _, g := range trigramsOf(text) {
				counts[g]++
			}
		}
	}
	return counts, nil
}
