package store

import (
	"cmp"
	"context"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// A search asks the index for rows that have some of the needle's trigrams;
// LIKE then decides. Going through the lists of trigrams that a
// great many people share takes longest, and looking at rows that only seem to
// match comes next. A sample of people tells which few trigrams to ask for.
const (
	leastTrigrams = 2
	mostTrigrams  = 4
	rowInEntries  = 120 // looking at one row takes as long as so many entries of a list
	foundSoon     = 200 // one match among so many people
)

// The sample must be so large that one person in it stands for no more rows of
// a million than a list that is worth going through has entries.
const (
	sampleSize  = 8192
	sampleChunk = 512
	sampleKept  = time.Hour
)

// sample says which of some people have a trigram.
type sample struct {
	mu    sync.Mutex
	until time.Time
	of    map[string][]uint16
}

// trigramQuery writes what FTS5 is asked for a needle of three letters or more.
func (db *DB) trigramQuery(ctx context.Context, needle string) (string, error) {
	grams := trigramsOf(needle)
	if len(grams) > leastTrigrams {
		of, err := db.sampled(ctx)
		if err != nil {
			return "", err
		}
		grams = worthAsking(grams, of)
	}
	for i, g := range grams {
		grams[i] = `"` + strings.ReplaceAll(g, `"`, `""`) + `"`
	}
	return strings.Join(grams, " AND "), nil
}

// rareTrigrams picks what PostgreSQL's index is asked for; none leaves it to the
// planner, which walks through people while they are found soon. Of the whole
// needle the index would go through every trigram's list, those of everybody's
// addresses, too. Letters and digits alone make up its trigrams.
func (db *DB) rareTrigrams(ctx context.Context, needle string) ([]string, error) {
	grams := slices.DeleteFunc(trigramsOf(needle), func(g string) bool { return strings.ContainsFunc(g, notWord) })
	if len(grams) <= leastTrigrams {
		return nil, nil
	}
	of, err := db.sampled(ctx)
	if err != nil {
		return nil, err
	}
	grams = worthAsking(grams, of)
	left := of[grams[0]]
	for _, g := range grams[1:] {
		left = both(left, of[g])
	}
	if len(left) > sampleSize/foundSoon {
		return nil, nil
	}
	return grams, nil
}

func notWord(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9')
}

// worthAsking picks the rarest trigram, and those that keep away more rows
// than their lists cost.
func worthAsking(grams []string, of map[string][]uint16) []string {
	slices.SortStableFunc(grams, func(a, b string) int { return cmp.Compare(len(of[a]), len(of[b])) })
	asked, rest := grams[:1:1], slices.Clone(grams[1:])
	left := of[grams[0]]
	for len(asked) < mostTrigrams && len(rest) > 0 {
		best, gain := 0, 0
		for i, g := range rest {
			saved := (len(left)-len(both(left, of[g])))*rowInEntries - len(of[g])
			if i == 0 || saved > gain {
				best, gain = i, saved
			}
		}
		if gain <= 0 && len(asked) >= leastTrigrams {
			break
		}
		asked, left = append(asked, rest[best]), both(left, of[rest[best]])
		rest = slices.Delete(rest, best, best+1)
	}
	return asked
}

// both returns what two ascending lists share.
func both(a, b []uint16) (shared []uint16) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			shared, a, b = append(shared, a[0]), a[1:], b[1:]
		}
	}
	return shared
}

// trigramsOf lists a text's stretches of three letters, each once.
func trigramsOf(text string) []string {
	return slices.Compact(slices.Sorted(trigrams(text)))
}

// trigrams are a text's stretches of three letters, in their order.
func trigrams(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var starts [3]int // of the letters before, by turns
		n := 0
		for at := range text {
			if n >= 3 && !yield(text[starts[n%3]:at]) {
				return
			}
			starts[n%3] = at
			n++
		}
		if n >= 3 {
			yield(text[starts[n%3]:])
		}
	}
}

// sampled returns the sample, taken anew from time to time.
func (db *DB) sampled(ctx context.Context) (map[string][]uint16, error) {
	s := &db.sample
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := db.now(); s.of == nil || now.After(s.until) {
		of, err := db.takeSample(ctx)
		if err != nil {
			return nil, err
		}
		s.of, s.until = of, now.Add(sampleKept)
	}
	return s.of, nil
}

// takeSample looks at people here and there: neighbours are alike, as those of
// one class who came in one file.
func (db *DB) takeSample(ctx context.Context) (map[string][]uint16, error) {
	of := map[string][]uint16{}
	last, err := one(ctx, db, scanInt, "SELECT COALESCE(max(seq), 0) FROM users")
	if err != nil {
		return nil, err
	}
	places := make([]any, min(sampleSize, last))
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // any will do, and the same each time
	for i := range places {
		places[i] = rng.Int64N(int64(last)) + 1
	}
	n := uint16(0)
	for some := range slices.Chunk(places, sampleChunk) {
		texts, err := all(ctx, db, scanString, `SELECT COALESCE((SELECT u.search_text FROM users u WHERE u.seq >= place.column1 ORDER BY u.seq LIMIT 1), '')
			FROM (VALUES `+rowsOf(len(some), "BIGINT")+") place", some...)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			for g := range trigrams(text) {
				if list := of[g]; len(list) == 0 || list[len(list)-1] != n {
					of[g] = append(list, n)
				}
			}
			n++
		}
	}
	return of, nil
}
