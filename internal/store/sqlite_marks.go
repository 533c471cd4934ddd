package store

import (
	"strconv"
	"strings"
)

// plainMarks writes placeholders as SQLite likes them. To SQLite $1 is a name:
// it is looked for among all names before it, when the statement is prepared
// and again when it is bound, so that thousands of them take longer than the
// rows they carry. A nameless ? counts up by itself; so every $n whose turn it
// is becomes one, and only those that come again, or out of turn, keep a name.
func plainMarks(query string) string {
	if strings.Count(query, "$") < 32 {
		return query
	}
	var b strings.Builder
	b.Grow(len(query))
	named := map[int]bool{}
	taken := 0 // parameters so far, as SQLite counts them
	for {
		i := strings.IndexByte(query, '$')
		if i < 0 {
			b.WriteString(query)
			return b.String()
		}
		end := i + 1
		for end < len(query) && query[end] >= '0' && query[end] <= '9' {
			end++
		}
		b.WriteString(query[:i])
		n, _ := strconv.Atoi(query[i+1 : end])
		if n == taken+1 {
			b.WriteByte('?')
			taken++
		} else {
			b.WriteString(query[i:end])
			if n > 0 && !named[n] {
				named[n] = true
				taken++
			}
		}
		query = query[end:]
	}
}
